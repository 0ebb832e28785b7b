"""However a stranger fills a message, the time to read it grows with its length and no faster.

A regular expression's steps cannot be counted from outside, so that times are compared: four times the length may take
four times as long, and some more for a machine that others use too, but not sixteen times.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from bot.files.names import safe_name
from bot.files.said import words_of_vtt
from bot.files.web_pages import reason_for_page
from bot.llm.error_responses import error_from_response
from bot.llm.sse import ObjectReader, StreamBroken
from bot.messages import Attachment, Author, AuthorKind, Question, ThreadMessage
from bot.prompt import history
from bot.prompt.spoken import fenced
from bot.slack.escape import decode, escape, plain
from bot.slack.read import mentions
from bot.slack.read.file_objects import attachments_of
from bot.slack.read.message_text import markdown_of
from bot.slack.receive.payloads import question_from_event
from tests.growth import grows_linearly, seconds
from tests.hostile_texts import NAMES, hostile

Json = dict[str, Any]

PIECES = [
    " ", "\n", "\u00a0", "*", "_", "~", "`", "```", "<", ">", "<@", "<@U1>", "<@UBOT> ", "<@UBOT|x>, ", "<@UBOT",
    "<!sub", "&lt;", "&amp;", "*a ", "*a", "_a ", "~a~", "> ", "&gt; ", "|", "\\|", "x-|", "[", "](", "- ", "1. ",
    "<a|b>", "*<a", "*<a>", "`a", "`a\n", "```a", "*_~", "<>", "'", "\U0001f431", "a", "--> ",
]  # fmt: skip
PAGE = Attachment(
    id="F1",
    name="a.pdf",
    mimetype="application/pdf",
    mode="hosted",
    size_bytes=2,
    url=None,
    filetype="pdf",
    converted_pdf_url=None,
    words=None,
)
STARTS = ["", "`", "*<", "<@UBOT> x"]


def message(text: str) -> Json:
    """The same text wherever a message can hold one."""
    words = [{"type": "text", "text": text}, {"type": "text", "text": text, "style": {"bold": True, "code": True}}]
    parts = [{"type": kind, "elements": words} for kind in ("rich_text_section", "rich_text_preformatted")]
    below = {
        "pretext": text, "author_name": text, "title": text, "title_link": "https://e.io", "text": text, "footer": text,
        "fields": [{"title": text, "value": text}], "fallback": text,
        "blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": text}]]}, {"type": "new", "text": text}],
    }  # fmt: skip
    shared = {"is_share": True, "text": text, "author_name": text, "from_url": text, "fallback": text}
    return {
        "type": "app_mention", "user": "U1", "ts": "1.1", "channel": "C1", "text": text,
        "blocks": [{"type": "rich_text", "elements": parts}], "attachments": [below, shared],
    }  # fmt: skip


def read(event: Json) -> None:
    for given in (event, {**event, "blocks": []}):
        asked = question_from_event({"team_id": "T1", "event": given}, "UBOT", "BBOT", 2.0, is_bot=None)
        assert isinstance(asked, Question)
        mentions.named(asked.text, mentions.by_name({}))
        markdown_of(given, AuthorKind.THIS_BOT, mentions.as_tokens)


@pytest.mark.parametrize("piece", PIECES)
def test_texts_are_read_in_linear_time(piece: str) -> None:
    for start in STARTS:
        grows_linearly(lambda chars, start=start: read(message((start + piece * chars)[:chars] + "x")))  # type: ignore[misc]


@pytest.mark.parametrize("name", NAMES)
def test_what_a_model_might_write_too(name: str) -> None:
    def work(chars: int) -> None:
        text = hostile(name, chars)
        read(message(text))
        plain(decode(escape(text)), 3_000)

    grows_linearly(work)


@pytest.mark.parametrize("name", NAMES)
def test_what_the_model_is_sent_is_made_in_linear_time(name: str) -> None:
    def work(chars: int) -> None:
        said = ThreadMessage("1.1", Author("U1", hostile(name, chars), AuthorKind.PERSON), hostile(name, chars), ())
        history.build([said, said], {}, system="", tokens_max=900_000)
        fenced(hostile(name, chars), "")
        safe_name(hostile(name, chars))

    grows_linearly(work)


@pytest.mark.parametrize("name", NAMES)
def test_errors_and_web_pages_are_read_in_linear_time(name: str) -> None:
    def work(chars: int) -> None:
        text = hostile(name, chars)
        error_from_response(400, {}, text.encode(errors="replace"))
        error_from_response(400, {}, json.dumps({"error": {"type": text, "message": text}}).encode())
        reader = ObjectReader()
        with suppress(StreamBroken):
            list(reader.feed(f"data: {{{text}".encode(errors="replace")))
            list(reader.close())
        reason_for_page(PAGE, "text/html", text.encode(errors="replace"), 1)
        words_of_vtt(f"WEBVTT\n\n00:00 --> 00:01\n{text}")

    grows_linearly(work)


@pytest.mark.parametrize("text", ["<@UBOT>" + " " * 39_900, " " * 8_000 + "x-|", "> " * 20_000, "- " * 20_000])
def test_the_longest_messages_are_read_at_once(text: str) -> None:
    assert seconds(lambda: read(message(text))) < 1.0


def leaf(number: int) -> Json:
    return {"type": "text", "text": "a", "style": {"bold": number % 2 == 0}}


def one_wide_row(many: int) -> Json:
    rows = [[{"type": "raw_text", "text": "a"}] for _ in range(many)]
    return {"type": "table", "rows": [*rows, [{"type": "raw_text", "text": "b"}] * many]}


def every_series_for_itself(many: int) -> Json:
    series = [{"name": "n", "data": [{"label": f"l{number}", "value": 1}]} for number in range(many)]
    return {"type": "data_visualization", "title": "t", "chart": {"type": "bar", "series": series}}


SHAPES: dict[str, Callable[[int], Json]] = {
    "many leaves": lambda many: {"type": "rich_text_section", "elements": list(map(leaf, range(many)))},
    "many parts": lambda many: {"elements": [{"type": "rich_text_section", "elements": [leaf(1)]}] * many},
    "many items": lambda many: {"elements": [{"type": "rich_text_list", "elements": [{"elements": [leaf(1)]}] * many}]},
    "one wide row": one_wide_row,
    "every series for itself": every_series_for_itself,
    "many fields": lambda many: {"type": "section", "fields": [{"type": "mrkdwn", "text": "*a*"}] * many},
    "an unknown kind": lambda many: {"type": "new", "items": [{"title": "a", "items": [{"text": "b"}]}] * many},
}


@pytest.mark.parametrize("shape", SHAPES)
def test_blocks_of_any_shape_are_read_in_linear_time(shape: str) -> None:
    def read_blocks(many: int) -> None:
        block = {"type": "rich_text", **SHAPES[shape](many)}
        markdown_of({"text": "", "blocks": [block]}, AuthorKind.PERSON, mentions.as_tokens)

    grows_linearly(read_blocks)


def test_many_attachments_are_read_in_linear_time() -> None:
    def read_attachments(many: int) -> None:
        inner = [{"is_share": True, "text": "a", "files": [{"id": f"F{number}"}]} for number in range(many // 2)]
        shared = {"is_share": True, "attachments": inner, "message_blocks": [{"message": {"attachments": inner}}]}
        given = {"text": "", "attachments": [shared]}
        markdown_of(given, AuthorKind.PERSON, mentions.as_tokens)
        attachments_of(given)

    grows_linearly(read_attachments)


@pytest.mark.parametrize("piece", ["a\n", "\n", "<", "<a>", "1\n00:00 --> 00:01\na\n\n", "-->", "&amp;"])
def test_transcripts_are_read_in_linear_time(piece: str) -> None:
    grows_linearly(lambda chars: words_of_vtt("WEBVTT\n\n00:00 --> 00:01\n" + piece * chars))
