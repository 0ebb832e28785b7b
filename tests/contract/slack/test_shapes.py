"""Nothing that Slack's documentation names is lost or makes a reader stumble: blocks, elements, attachments, files."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from slack_sdk.models import blocks as sdk_blocks

from bot.messages import AuthorKind, EntryPoint, Question
from bot.prompt.spoken import HEAD
from bot.slack.buttons import question_of
from bot.slack.read import attachments, mentions
from bot.slack.read.file_objects import attachment
from bot.slack.read.message_text import markdown_of
from bot.slack.receive.payloads import question_from_command, question_from_event
from tests.slack_blocks import BLOCKS, Json, mrkdwn, plain, rich, say, section, table, visible, words
from tests.slack_files import FILES, WHOLE_FILE

SHOWN_BY = [AuthorKind.PERSON, AuthorKind.OTHER_BOT]
ALL_BLOCKS = [
    pytest.param(block, id=f"{kind}-{number}") for kind in BLOCKS for number, block in enumerate(BLOCKS[kind])
]


def read(message: Json, kind: AuthorKind = AuthorKind.OTHER_BOT) -> str:
    return markdown_of(message, kind, mentions.by_name({"U1": "Ada"}))


def missing(shown: object, markdown: str) -> list[str]:
    return [word for word in visible(shown) if word not in markdown]


# --- blocks --------------------------------------------------------------------------------------------------------


def test_every_kind_of_block_that_the_sdk_knows_has_a_sample() -> None:
    models = [
        model for _, model in inspect.getmembers(sdk_blocks, inspect.isclass) if issubclass(model, sdk_blocks.Block)
    ]
    kinds = {kind for model in models if isinstance(kind := vars(model).get("type"), str)}
    assert len(kinds) > 15
    assert sorted(kinds - BLOCKS.keys()) == []
    assert len(BLOCKS) == 24


@pytest.mark.parametrize("kind", SHOWN_BY)
@pytest.mark.parametrize("block", ALL_BLOCKS)
def test_no_visible_word_of_a_block_is_lost(block: Json, kind: AuthorKind) -> None:
    """Wherever it stands: in the message, below it, in what was forwarded, and in a forwarded message's own forward."""
    table_below = {"id": 1, "fallback": "[no preview available]", "blocks": [block]}
    forwarded = {"is_share": True, "message_blocks": [{"message": {"blocks": [block]}}]}
    twice = {"is_share": True, "message_blocks": [{"message": {"text": "see", "attachments": [forwarded]}}]}

    for message in (
        {"text": "a summary", "blocks": [block]},
        {"text": "", "attachments": [table_below]},
        {"text": "see", "attachments": [forwarded]},
        {"text": "see", "attachments": [twice]},
    ):
        assert missing(block, read(message, kind)) == []


def test_a_block_of_a_kind_that_nobody_knows_falls_back_to_the_text() -> None:
    unknown = {"type": "hologram", "text": plain(), "beams": [{"type": "mrkdwn", "text": "x"}]}
    said = {"text": f"{say()} {say()}", "blocks": [rich(section(words())), unknown]}

    assert missing(said, read(said)) == []
    assert (
        missing(said, read({"text": "", "attachments": [{"fallback": said["text"], "blocks": said["blocks"]}]})) == []
    )


@pytest.mark.parametrize("block", [{"type": "divider"}, {"type": "hologram", "depth": 3}, {"type": "file_input"}])
def test_blocks_without_words_leave_the_text(block: Json) -> None:
    assert "the text" in read({"text": "the text", "blocks": [block]})


def test_a_text_that_only_repeats_the_blocks_is_not_said_twice() -> None:
    assert (
        read({"text": "Build *failed*", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "Build"}}]})
        == "Build"
    )
    unknown = [{"type": "hologram", "text": {"type": "plain_text", "text": "All is well"}}]
    assert read({"text": "all is *well*".replace("a", "A", 1), "blocks": unknown}) == "All is well"


# --- attachments ---------------------------------------------------------------------------------------------------

ATTACHMENT: Json = {
    "id": 1,
    "color": "36a64f",
    "fallback": "not shown beside the rest",
    "pretext": mrkdwn()["text"],
    "author_name": say(),
    "author_subname": say(),
    "author_link": "https://e.example/a",
    "title": say(),
    "title_link": "https://e.example/t",
    "text": mrkdwn()["text"],
    "fields": [{"title": say(), "value": mrkdwn()["text"], "short": True}],
    "image_url": "https://e.example/i.png",
    "blocks": [table()],
    "actions": [
        {"type": "button", "name": "n", "text": say(), "value": "v"},
        {"type": "select", "text": say(), "options": [{"text": say(), "value": "v"}]},
        {"type": "select", "text": say(), "option_groups": [{"text": say(), "options": [{"text": say()}]}]},
    ],
    "footer": say(),
    "ts": 1720710212,
    "mrkdwn_in": ["text"],
}


@pytest.mark.parametrize("kind", SHOWN_BY)
def test_no_visible_word_of_an_attachment_is_lost(kind: AuthorKind) -> None:
    markdown = read({"text": "", "attachments": [ATTACHMENT]}, kind)

    assert missing(ATTACHMENT, markdown) == []
    assert "2024-07-11 15:03 UTC" in markdown
    assert "not shown" not in markdown


@pytest.mark.parametrize("left", [key for key in ATTACHMENT if visible(ATTACHMENT[key])])
def test_one_field_of_an_attachment_is_enough(left: str) -> None:
    only = {left: ATTACHMENT[left]}

    assert missing(only, read({"text": "", "attachments": [only]})) == []


@pytest.mark.parametrize(
    "preview",
    [
        {"from_url": "https://e.example", "title": "A page", "text": "fetched"},
        {"original_url": "https://e.example", "image_url": "https://e.example/i.png", "fallback": "100x100px"},
        {"is_app_unfurl": True, "app_unfurl_url": "https://e.example", "blocks": [table()]},
        {"service_name": "YouTube", "title": "A video", "fallback": "YouTube Video"},
    ],
)
def test_what_slack_fetched_for_a_link_is_nobodys_words(preview: Json) -> None:
    assert read({"text": "see <https://e.example>", "attachments": [preview]}) == "see https://e.example"


def test_a_picture_that_is_all_an_app_shows_is_read() -> None:
    gif = {"title": "a cat", "image_url": "https://e.example/cat.gif", "from_url": "https://e.example/cat"}

    assert read({"text": "", "attachments": [gif]}) == "a cat\n\n![a cat](https://e.example/cat.gif)"


def test_a_forwarded_message_is_quoted_with_its_author_and_its_link() -> None:
    shared: Json = {
        "is_share": True,
        "is_msg_unfurl": True,
        "author_name": "Ops &amp; co",
        "author_id": "U9",
        "from_url": "https://x.example/p1",
        "text": "",
        "fallback": "[x] Ops: disk full",
    }
    in_blocks = {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "disk *full*"}}]}
    head = f"> {HEAD}Shared message from [Ops & co](https://x.example/p1):\n>\n"

    assert read({"text": "", "attachments": [shared]}) == head + "> [x] Ops: disk full"
    carried = {**shared, "message_blocks": [{"message": in_blocks}]}
    assert read({"text": "see", "attachments": [carried]}) == f"see\n\n{head}> disk **full**"
    older = {**shared, "attachments": [{"title": "Alarm", "text": "disk *full*"}]}
    assert read({"text": "", "attachments": [older]}) == f"{head}> Alarm\n>\n> disk **full**"
    inner = {**shared, "text": "it began", "fallback": ""}
    outer = {"is_share": True, "author_id": "U1", "text": "look", "attachments": [inner]}
    nested = head.replace("> ", "> > ").replace(">\n", "> >\n", 1)
    assert read({"text": "", "attachments": [outer]}) == (
        f"> {HEAD}Shared message from @Ada:\n>\n> look\n>\n{nested}> > it began"
    )


def test_forwards_within_forwards_end_and_lose_nothing_before_that() -> None:
    message: Json = {"text": "the first words"}
    for number in range(50):
        shared = {
            "is_share": True,
            "author_name": f"A{number}",
            "fallback": "in short",
            "message_blocks": [{"message": message}],
        }
        message = {"text": f"words {number}", "attachments": [shared]}

    markdown = read(message)

    assert [f"words {number}" in markdown for number in (49, 48, 47, 46)] == [True] * 4
    assert "in short" in markdown
    assert len(list(attachments.files_in(message))) == 0


def test_blocks_within_blocks_end_with_a_word() -> None:
    block: Json = {"type": "divider"}
    quote: Json = words()
    for _ in range(200):
        block = {"type": "container", "title": {"type": "plain_text", "text": "in"}, "child_blocks": [block]}
        quote = {"type": "rich_text_quote", "elements": [quote]}

    assert "nested too deeply" in read({"text": "", "blocks": [block]})
    assert "nested too deeply" in read({"text": "", "blocks": [rich(quote)]})


# --- what crosses the border ---------------------------------------------------------------------------------------


def empty_fields(value: Any) -> list[str]:
    return [name for name in value.__slots__ if getattr(value, name) in (None, "", (), 0)]


def test_no_field_of_a_whole_file_object_stays_empty() -> None:
    whole = attachment(WHOLE_FILE)

    assert empty_fields(whole) == []
    assert whole.words is not None
    assert empty_fields(whole.words) == ["whole", "enclosed"]  # it is pending, and no e-mail
    letter = attachment(FILES["email"]).words
    assert letter is not None
    assert empty_fields(letter) == ["pending", "more_url"]  # of a clip


@pytest.mark.parametrize("file", [pytest.param(file, id=kind) for kind, file in FILES.items()])
def test_every_kind_of_file_is_told_by_name_and_mode(file: Json) -> None:
    read_file = attachment(file)

    assert (read_file.id, bool(read_file.name), bool(read_file.mode)) == (file["id"], True, True)


def test_no_field_of_a_question_stays_empty() -> None:
    event = {
        "type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "team": "T1", "text": "hello",
        "ts": "2.000001", "thread_ts": "1.000001", "files": [WHOLE_FILE], "subtype": "file_share",
    }  # fmt: skip
    asked = question_from_event({"team_id": "T1", "event": event}, "UBOT", "BBOT", 9.0, is_bot=None)
    command = question_from_command(
        {
            "team_id": "T1", "channel_id": "C1", "user_id": "U1", "command": "/ask", "text": "hello",
            "trigger_id": "13.37.abc", "response_url": "https://hooks.slack.example/1", "enterprise_id": "E1",
        }
    )  # fmt: skip
    pressed = question_of(
        {
            "type": "block_actions", "team": {"id": "T1"}, "user": {"id": "U1"}, "channel": {"id": "C1"},
            "message": {"ts": "2.000001", "thread_ts": "1.000001", "bot_id": "BBOT"},
            "actions": [{"action_id": "read_all"}],
        },
        "T1", "UBOT", "BBOT",
    )  # fmt: skip

    assert isinstance(asked, Question)
    assert empty_fields(asked) == ["response_url", "confirmed"]
    assert empty_fields(command) == ["attachments", "confirmed"]
    assert pressed is not None
    assert empty_fields(pressed) == ["attachments", "response_url"]
    assert [question.entry_point for question in (asked, command, pressed)] == [
        EntryPoint.DIRECT, EntryPoint.COMMAND, EntryPoint.MENTION,
    ]  # fmt: skip
