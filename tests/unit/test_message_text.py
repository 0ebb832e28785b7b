"""Who wrote a message of a thread, and what it says: people, this bot, other apps."""

from __future__ import annotations

from typing import Any

import pytest

from bot.messages import Author, AuthorKind
from bot.slack.read import mentions
from bot.slack.read.message_text import author_of, markdown_of

PERSON, OURS, APP = AuthorKind.PERSON, AuthorKind.THIS_BOT, AuthorKind.OTHER_BOT


def rich(words: str) -> dict[str, Any]:
    return {
        "type": "rich_text",
        "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": words}]}],
    }


def read(message: dict[str, Any], kind: AuthorKind) -> str:
    return markdown_of(message, kind, mentions.by_name({}))


@pytest.mark.parametrize(
    ("message", "author"),
    [
        ({"user": "U1"}, Author("U1", "", PERSON)),
        ({"user": "UBOT", "bot_id": "BBOT", "bot_profile": {"name": "claude"}}, Author("UBOT", "claude", OURS)),
        ({"user": "UBOT"}, Author("UBOT", "", OURS)),
        ({"bot_id": "BBOT", "subtype": "bot_message", "username": "claude"}, Author("UBOT", "claude", OURS)),
        ({"user": "U2", "bot_id": "B2", "bot_profile": {"name": "CircleCI"}}, Author("B2", "CircleCI", APP)),
        (
            {"bot_id": "B2", "subtype": "bot_message", "username": "A &amp; B", "bot_profile": {"name": "hooks"}},
            Author("B2", "A & B", APP),
        ),
    ],
)
def test_a_messages_author_is_a_person_this_bot_or_another_app(message: dict[str, Any], author: Author) -> None:
    assert author_of(message, "UBOT", "BBOT", lambda _: None) == author


def test_a_person_is_read_from_the_exact_structure_where_there_is_one() -> None:
    assert read({"text": "1 &lt; 2", "blocks": [rich("1 < 2 exactly")]}, PERSON) == "1 < 2 exactly"
    assert read({"text": "1 &lt; 2"}, PERSON) == "1 < 2"
    assert read({"text": "*hi*", "blocks": [{"type": "rich_text", "elements": []}]}, PERSON) == "**hi**"
    assert read({"text": ""}, PERSON) == ""


def test_our_answer_is_read_from_its_blocks_and_a_status_says_nothing() -> None:
    status = {"type": "context", "elements": [{"type": "mrkdwn", "text": "Thinking…"}]}

    assert read({"text": "short", "blocks": [{"type": "markdown", "text": "# Long"}, status]}, OURS) == "# Long"
    assert read({"text": "Thinking…", "blocks": [status]}, OURS) == ""
    assert read({"text": "the *plainer* form &lt;3"}, OURS) == "the **plainer** form <3"


def test_an_app_says_things_in_many_places() -> None:
    message = {
        "text": "",
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": "*Build* failed"}},
            {
                "type": "context",
                "elements": [{"type": "mrkdwn", "text": "on main"}, {"type": "image", "alt_text": "x"}],
            },
            {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Rerun"}}]},
        ],
        "attachments": [
            {
                "fallback": "not needed",
                "pretext": "New event",
                "title": "Issue &amp; 7",
                "title_link": "https://example.com/7",
                "text": "It <https://example.com|broke>",
                "fields": [{"title": "Priority", "value": "*High*", "short": False}],
            },
            {"fallback": "[prod] all is well", "color": "good"},
        ],
    }

    assert read(message, APP) == (
        "**Build** failed\n\non main x\n\n[Rerun]\n\n"
        "New event\n\n[Issue & 7](https://example.com/7)\n\nIt [broke](https://example.com)\n\nPriority: **High**\n\n"
        "[prod] all is well"
    )
