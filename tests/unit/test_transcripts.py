"""What is said in a WebVTT file, without its numbers, times and voices."""

from __future__ import annotations

import pytest

from bot.files.notes import HEARD_CHARS_MAX, enclosed, heard
from bot.files.said import words_of_vtt


@pytest.mark.parametrize(
    ("vtt", "words"),
    [
        ("WEBVTT\n\n1\n00:00.1 --> 00:01.0\n<v Ada>Buy milk\n\n2\n00:01 --> 00:02\nand eggs.", "Buy milk and eggs."),
        ("WEBVTT - notes\nKind: captions\n\nNOTE not said\n\n00:01 --> 00:02 align:start\nTom &amp; I\n", "Tom & I"),
        ("WEBVTT\r\n\r\n00:01 --> 00:02\r\nline one\r\nline two\r\n", "line one line two"),
        ("WEBVTT\n\n00:01 --> 00:02\nrolling\n\n00:02 --> 00:03\nrolling\n\n00:03 --> 00:04\nup", "rolling up"),
        ("WEBVTT\n\n00:01 --> 00:02\n<00:01.5><c>Tim</c>ed\n", "Timed"),
        ("WEBVTT\n\n00:01 --> 00:02\nso &#" + "9" * 5_000 + "; it is\n", "so \ufffd it is"),
        ("WEBVTT", ""),
        ("<html>not a transcript</html>", ""),
    ],
)  # fmt: skip
def test_a_transcript_is_read_without_numbers_times_and_voices(vtt: str, words: str) -> None:
    assert words_of_vtt(vtt) == words


def test_people_read_what_was_understood_and_no_more_than_fits() -> None:
    assert heard("Buy\nmilk", video=False, whole=True) == "was understood as “Buy milk”."
    long = heard("word " * 200, video=True, whole=False)
    assert long.startswith("is a video, and only the words spoken in it were read: “word word")
    assert "…”. " in long
    assert len(long) < HEARD_CHARS_MAX + 120


def test_people_read_what_an_email_came_with() -> None:
    assert enclosed(("menu.pdf",)).startswith("came with a file that was not read (menu.pdf).")
    assert "2 files that were not read (a.pdf, b.png)" in enclosed(("a.pdf", "b.png"))
