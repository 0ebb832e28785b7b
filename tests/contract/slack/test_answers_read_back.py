"""An answer that was posted, and a thread that people wrote, are read back from the workspace as they were meant."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
from markdown_it import MarkdownIt
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackRefused
from bot.messages import AuthorKind, EntryPoint, Question
from bot.slack.escape import escape
from bot.slack.read import blocks, mentions
from bot.slack.read.own_replies import OwnReply
from bot.slack.read.thread import ThreadReader
from bot.slack.web_api.names import Names
from playground.workspace.expand import expand
from playground.workspace.workspace import Workspace

OURS = AuthorKind.THIS_BOT
ANSWERS = {
    "words": "Plain words, **bold**, *italic*, ~~struck~~, ***both*** and `code`.\n\nA second paragraph.",
    "code": "Run this:\n\n```python\nif a < b and c > d:\n    print('&lt;')\n```\n\nand `List<int>` too.",
    "fence in a fence": "````\n```\ninner\n```\n````",
    "lists": "1. one\n2. two\n    - a\n    - b\n        - deep\n3. three\n\n- x\n- y",
    "quote": "> said **once**\n> and again\n\nafter it",
    "headings": "# Title\n\ntext\n\n## Part & parcel\n\nmore\n\n---\n\nend",
    "table": "| Name | Price |\n| --- | ---: |\n| `a\\|b` | 1 |\n| **c** | 2 |",
    "links": "See [the docs](https://example.com/a_(b)?x=1&y=2) or https://example.com/plain.",
    "orders": "No pings: <!channel> <@U012AB3CD> <#C1|x> <https://bank.example|bank>, only -> arrows & &amp;lt;",
    "right to left": "שלום **עולם**\n\n- מרחבא",
}


def html(markdown: str) -> str:
    """What a reader sees: heading sizes, alignment and how loosely a list is set make no difference in Slack."""
    rendered = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).render(markdown)
    rendered = re.sub(r"<(/?)h\d>", r"<\1h>", re.sub(r' style="[^"]*"', "", rendered))
    return (
        re.sub(r"\s*(</?(?:p|li|ul|ol|blockquote)(?: start=\"\d+\")?>)\s*", r"\1", rendered)
        .replace("<p>", "")
        .replace("</p>", "")
    )


@pytest.mark.parametrize("expanded", [True, False], ids=["expanded", "kept"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_an_answer_means_the_same_when_it_is_read_back(answer: str, expanded: bool) -> None:
    ids = count()
    kept = expand([{"type": "markdown", "text": escape(answer)}], lambda: f"b{next(ids)}", markdown=expanded)

    read = blocks.read([*kept], mentions.as_tokens).markdown

    assert html(read) == html(answer)
    assert expanded or read == answer


def test_code_within_a_list_stands_below_its_item() -> None:
    """Slack's lists hold no code: it comes between two lists, the second of which goes on counting."""
    ids = count()
    answer = "1. first\n\n    ```sh\n    make\n    ```\n\n2. second"
    kept = expand([{"type": "markdown", "text": answer}], lambda: f"b{next(ids)}")

    assert blocks.read([*kept], mentions.as_tokens).markdown == "1. first\n\n```sh\nmake\n```\n\n2. second"


class SdkApi:
    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        try:
            response = await self._client.api_call(method, params=params)
        except SlackApiError as error:
            raise SlackRefused(method, str(error.response["error"])) from error
        data: dict[str, Any] = dict(response.data) if isinstance(response.data, dict) else {}
        return data


@pytest.fixture
async def reader(ws: Workspace, client: AsyncWebClient) -> AsyncIterator[ThreadReader]:
    names = Names(SdkApi(client))
    yield ThreadReader(SdkApi(client), names, bot_user_id=ws.bot_user_id, bot_id=ws.bot_id)
    await names.close()


async def test_a_conversation_in_a_thread_is_read_with_its_answer(
    ws: Workspace, client: AsyncWebClient, reader: ThreadReader
) -> None:
    ada, general = ws.user("ada"), ws.channel("general")
    root = ws.seed_bot_message(general, "build is *red*")
    ws.seed(ada, general, "Numbers:\n- 1 < 2\n- `x`", files=[("a.pdf", b"%PDF-1.7")], thread_ts=root)
    first = ws.seed(ada, general, "@claude is it, @grace?", thread_ts=root)
    posted = await client.chat_postMessage(
        channel=general,
        thread_ts=root,
        text="Yes.",
        blocks=[
            {"type": "markdown", "text": escape("Yes: **1 < 2**.")},
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "a.pdf was read"}]},
        ],
        metadata={"event_type": "answer", "event_payload": {"question_ts": first, "part": 0}},
    )
    second = ws.seed(ada, general, "@claude why?", thread_ts=root)
    question = Question(ws.team_id, general, second, root, ada, EntryPoint.MENTION, "why?", (), None)

    messages = await reader.read(question)

    assert [
        (message.author.name if message.author.kind is not OURS else "us", message.text) for message in messages
    ] == [
        ("CI", "build is **red**"),
        ("ada", "Numbers:\n\n- 1 < 2\n- `x`"),
        ("ada", "is it, @grace?"),
        ("us", "Yes: **1 < 2**."),
        ("ada", "why?"),
    ]
    assert [attachment.name for attachment in messages[1].attachments] == ["a.pdf"]
    answered = Question(ws.team_id, general, first, root, ada, EntryPoint.MENTION, "is it?", (), None)
    assert await reader.own.find(answered) == [OwnReply(str(posted["ts"]), 0, "Yes: **1 < 2**.")]


async def test_a_thread_of_a_thousand_messages_is_read_whole(ws: Workspace, reader: ThreadReader) -> None:
    grace, general = ws.user("grace"), ws.channel("general")
    root = ws.seed(grace, general, "message 0")
    replies = [ws.seed(grace, general, f"message {number}", thread_ts=root) for number in range(1, 1_200)]

    messages = await reader.read(
        Question(ws.team_id, general, replies[-1], root, grace, EntryPoint.MENTION, "", (), None)
    )

    assert [message.text for message in messages] == [f"message {number}" for number in range(1_200)]
    names = ["conversations.info", "users.info"]
    assert sorted(call.method for call in ws.calls) == sorted(
        [*names, "conversations.replies", "conversations.replies"]
    )


async def test_a_thread_whose_beginning_was_deleted_is_read(ws: Workspace, reader: ThreadReader) -> None:
    ada, general = ws.user("ada"), ws.channel("general")
    root = ws.seed(ada, general, "to be regretted")
    second = ws.seed(ada, general, "@claude hello", thread_ts=root)
    await ws.delete(general, root)

    (message,) = await reader.read(
        Question(ws.team_id, general, second, root, ada, EntryPoint.MENTION, "hello", (), None)
    )

    assert message.text == "hello"
