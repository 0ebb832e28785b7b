"""Whatever JSON arrives under Slack's keys, reading it ends in a value and never in an exception."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.messages import AuthorKind, Question
from bot.slack.read import blocks as blocks_of
from bot.slack.read import mentions, mrkdwn, rich_text
from bot.slack.read.file_objects import attachments_of
from bot.slack.read.message_text import author_of, markdown_of
from bot.slack.receive.payloads import Ignored, question_from_command, question_from_event

KEYS = [
    "type", "subtype", "text", "user", "bot_id", "channel", "channel_type", "ts", "thread_ts", "team_id",
    "authorizations", "blocks", "attachments", "files", "elements", "style", "bold", "code", "indent", "offset",
    "border", "language", "url", "user_id", "channel_id", "unicode", "name", "timestamp", "fallback", "rows",
    "column_settings", "align", "level", "fields", "is_share", "message_blocks", "message", "author_name",
    "from_url", "id", "mode", "size", "hidden", "edited", "metadata", "bot_profile", "username", "trigger_id",
    "response_url", "image_url", "alt_text", "value", "title",
]  # fmt: skip
KINDS = [
    "rich_text", "rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted", "text",
    "link", "user", "channel", "usergroup", "emoji", "date", "color", "broadcast", "markdown", "mrkdwn",
    "plain_text", "header", "section", "table", "data_table", "image", "divider", "context", "message",
    "app_mention", "ordered", "bullet", "im", "<@UBOT>", "*a*", "`b`", "<https://e.com|c>", "U1", "UBOT", "C1",
    "1700000000.000100",
]  # fmt: skip
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(KINDS) | st.text(max_size=5)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=40,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8)


@given(OBJECTS)
def test_any_message_is_read(message: dict[str, Any]) -> None:
    for kind in AuthorKind:
        assert isinstance(markdown_of(message, kind, mentions.by_name({})), str)
    assert all(attachment.id and attachment.name for attachment in attachments_of(message))
    author_of(message, "UBOT", "BBOT", lambda _: None)


@given(OBJECTS, OBJECTS)
def test_any_delivery_is_a_question_or_ignored(body: dict[str, Any], event: dict[str, Any]) -> None:
    outcome = question_from_event({**body, "event": event}, "UBOT", "BBOT", 1_700_000_000.0, is_bot=None)

    assert isinstance(outcome, Ignored) == (not isinstance(outcome, Question))
    if isinstance(outcome, Question):
        assert outcome.team_id
        assert outcome.channel_id
        assert outcome.ts
        assert outcome.user_id
    assert question_from_command(body).text is not None


@given(OBJECTS, st.lists(OBJECTS, max_size=4))
def test_any_block_is_read(block: dict[str, Any], blocks: list[dict[str, Any]]) -> None:
    assert isinstance(rich_text.to_markdown(block, mentions.as_tokens), str)
    assert isinstance(blocks_of.read([*blocks], mentions.as_tokens).markdown, str)


@given(st.text(alphabet="*_~`<>&;@#!|^ \nab", max_size=60))
def test_any_markup_is_read(text: str) -> None:
    markdown = mrkdwn.to_markdown(text, mentions.as_tokens)

    assert len(markdown) <= 4 * len(text) + 20


def test_a_long_text_of_marks_is_read_in_time() -> None:
    for piece in ("*", "_a ", "<", "`", "*a", "~ ~", "<@U1>*", "```", "&lt;*_"):
        assert mrkdwn.to_markdown(piece * 20_000, mentions.as_tokens) is not None
