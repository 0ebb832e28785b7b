"""What the model writes is shown exactly so, and gives Slack no orders."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.escape import decode, escape, plain

TOKEN = re.compile(r"<[@#!]?[^<>]*")
PIECES = [
    "<",
    ">",
    "&",
    ";",
    "amp",
    "lt",
    "gt",
    "&amp;",
    "&lt;",
    "@U0ABC",
    "!channel",
    "#C1|x",
    "|",
    "https://e.com",
    "\n",
]
MODEL_TEXT = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=30).map("".join)


@given(MODEL_TEXT)
def test_readers_see_the_text_exactly(text: str) -> None:
    assert decode(escape(text)) == text
    assert decode(plain(text)) == text


@given(MODEL_TEXT)
def test_no_token_can_open(text: str) -> None:
    assert not TOKEN.search(escape(text))
    assert not TOKEN.search(plain(text))


@given(MODEL_TEXT, st.integers(min_value=1, max_value=60))
def test_a_notification_fits_and_is_a_beginning_of_the_text(text: str, chars_max: int) -> None:
    shown = plain(text, chars_max)

    assert len(shown) <= chars_max
    assert shown == plain(text) or text.startswith(decode(shown[:-1]))


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("<!channel> <!here> <@U1> <#C1>", "&lt;!channel> &lt;!here> &lt;@U1> &lt;#C1>"),
        ("<https://bank.example|your bank>", "&lt;https://bank.example|your bank>"),
        ("> a quote -> an arrow", "> a quote -> an arrow"),
        ("AT&T, a && b, https://e.com/?a=1&b=2", "AT&T, a && b, https://e.com/?a=1&b=2"),
        ("write &lt; for <", "write &amp;lt; for &lt;"),
        ("List<int>", "List&lt;int>"),
    ],
)
def test_no_more_is_escaped_than_must_be(text: str, escaped: str) -> None:
    assert escape(text) == escaped
