"""What the model gets of text: the words, whatever the encoding, and of long ones the beginning and the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, TextExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from bot.files.worker.languages import language_of
from bot.prompt.spoken import fenced
from tests.file_limits import CONVERT

LIMITS = CONVERT
Convert = Callable[..., list[Extract]]
GERMAN = "Überweisung für Jürgen: 50 €, fällig am Dreißigsten. Größe und Maß stimmen.\n"


@pytest.fixture
def converted(tmp_path: Path) -> Convert:
    def run(content: bytes, name: str = "x.txt", filetype: str = "", limits: ConvertLimits = LIMITS) -> list[Extract]:
        source = tmp_path / "source"
        source.write_bytes(content)
        return convert(source, name, filetype, Outbox(tmp_path, ""), limits)

    return run


@pytest.fixture
def words(converted: Convert, tmp_path: Path) -> Callable[..., str]:
    def run(content: bytes, **given: object) -> str:
        extract = converted(content, **given)[0]
        assert isinstance(extract, TextExtract)
        return (tmp_path / extract.file).read_text(encoding="utf-8")

    return run


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "iso8859-15"]
)
def test_umlauts_survive_every_common_encoding(words: Callable[..., str], encoding: str) -> None:
    assert "Überweisung für Jürgen" in words((GERMAN * 20).encode(encoding))


def test_an_encoding_that_shows_only_late_is_still_found(words: Callable[..., str]) -> None:
    assert "Größe" in words(b"plain ascii line\n" * 20_000 + GERMAN.encode("cp1252") * 3)


def test_a_broken_byte_does_not_make_utf8_something_else(words: Callable[..., str]) -> None:
    text = words(GERMAN.encode() * 5 + b"\xff" + GERMAN.encode() * 5)
    assert text.count("Überweisung für Jürgen: 50 €") == 10


def test_asian_text_is_recognised(words: Callable[..., str]) -> None:
    text = "この文書は日本語で書かれています。会議は明日の午後三時から始まります。\n" * 20
    assert "会議は明日" in words(text.encode("shift_jis"))


def test_line_ends_and_terminal_colours_are_tidied(words: Callable[..., str]) -> None:
    assert words(b"\x1b[31mERROR\x1b[0m one\r\ntwo\rthree\x07\n") == "ERROR one\ntwo\nthree\n"


def test_bytes_that_fit_no_encoding_do_not_cost_the_rest(words: Callable[..., str]) -> None:
    assert "hello" in words(b"hello " * 50 + b"\xff\xfe\xfd" + b" world" * 50)


@pytest.mark.parametrize(
    ("name", "filetype", "expected"),
    [
        ("main.py", "", ("python", "Python source")),
        ("data.CSV", "", ("csv", "CSV table")),
        ("Untitled", "python", ("python", "Python source")),
        ("notes.md", "text", ("markdown", "Markdown")),
        ("Dockerfile", "", ("dockerfile", "Dockerfile")),
        ("server.log", "", ("", "log")),
        ("whatever", "", ("", "text")),
        (".py", "", ("", "text")),
    ],
)
def test_text_is_named_for_what_it_is(name: str, filetype: str, expected: tuple[str, str]) -> None:
    assert language_of(name, filetype) == expected


def test_of_a_long_text_the_middle_is_left_out_and_counted(words: Callable[..., str], converted: Convert) -> None:
    lines = "".join(f"line {number:06}\n" for number in range(10_000)).encode()
    limits = replace(LIMITS, text_chars_max=10_000)
    text = words(lines, limits=limits)
    assert text.startswith("line 000000\n")
    assert text.endswith("line 009999\n")
    assert f"[… {len(lines) - 10_000:,} characters left out …]" in text
    extract, note = converted(lines, limits=limits)
    assert isinstance(extract, TextExtract)
    assert extract.about.endswith("110,000 characters left out")
    assert note == NoteExtract(notes.text_left_out(110_000))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
def test_the_end_of_a_very_long_text_is_read_in_the_right_encoding(words: Callable[..., str], encoding: str) -> None:
    text = words(
        ("ä" * 99 + "\n").encode(encoding) * 200 + "the end".encode(encoding),
        limits=replace(LIMITS, text_chars_max=1_000),
    )
    assert text.endswith("the end")
    assert "\ufffd" not in text[-200:]


def test_blank_text_is_empty(converted: Convert) -> None:
    for content in (b"", b" \n\t\n"):
        with pytest.raises(Unreadable) as refusal:
            converted(content)
        assert refusal.value.reason == notes.EMPTY


@given(st.text(alphabet="`~ab\n"), st.sampled_from(["", "python"]))
def test_no_text_closes_its_fence(text: str, language: str) -> None:
    opening, *inside, closing = fenced(text, language).split("\n")
    assert opening == closing + language
    assert set(closing) == {"`"}
    assert all(closing not in line for line in inside)
    assert "\n".join(inside) in {text, text[:-1]}


def test_a_calendar_of_time_zones_alone_is_not_called_empty(words: Callable[..., str]) -> None:
    zone = b"BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n"
    assert "TZID:Asia/Tokyo" in words(zone, name="Japan.ics")
