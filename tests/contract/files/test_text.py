"""What the model gets of text: the words, whatever the encoding, and of long ones the beginning and the end."""

from __future__ import annotations

import itertools
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
from bot.files.worker.on_screen import visible
from bot.prompt.spoken import fenced
from tests.file_limits import CONVERT

LIMITS = CONVERT
Convert = Callable[..., list[Extract]]
GERMAN = "Überweisung für Jürgen: 50 €, fällig am Dreißigsten. Größe und Maß stimmen.\n"


@pytest.fixture
def converted(tmp_path: Path) -> Convert:
    jobs = itertools.count()

    def run(content: bytes, name: str = "x.txt", filetype: str = "", limits: ConvertLimits = LIMITS) -> list[Extract]:
        source = tmp_path / "source"
        source.write_bytes(content)
        return convert(source, name, filetype, Outbox(tmp_path, f"{next(jobs)}-"), limits)

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


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (
            b"\x1b[1;31mERROR\x1b[0m \x1b]8;;https://x.org\x1b\\link\x1b]8;;\x1b\\ failed\n",
            "ERROR link failed\n",
        ),
        (b"\x1b]0;build - title\x07\x1b(B\x1b[mstep one\x1b7\x1b8 done\n", "step one done\n"),
        (b"N\bNA\bAM\bME\bE of _\bt_\bh_\be tool, 10 %\b\b\b\b20 %\n", "NAME of the tool, 20 %\n"),
        (b"first page\x0csecond page\x0bits second line\n", "first page\nsecond page\nits second line\n"),
        ("from a mainframe\x85second line\n".encode(), "from a mainframe\nsecond line\n"),
        (b"id\x1fname\x1e1\x1fAnn\x1e2\x1fBob\x1e", "id\tname\n1\tAnn\n2\tBob\n"),
        (b"\x1b]0;build\nstep one\n\x1bPstep two\nstep three\n", "0;build\nstep one\nstep two\nstep three\n"),
    ],
    ids=["links of terminals", "titles and sets", "typed over", "pages", "mainframe's ends", "records", "unended"],
)
def test_text_for_screens_and_printers_reads_as_people_see_it(
    words: Callable[..., str], content: bytes, expected: str
) -> None:
    assert words(content) == expected


@pytest.mark.parametrize("at", [0, 63_999, 64_000, 150_000])
def test_a_control_is_gone_wherever_it_stands_and_whatever_else_is_there(at: int) -> None:
    for control in map(chr, {*range(0x80)} - {0x08}):  # behind that one, others are typed over what was there
        before, behind = "a" * at, "b" * (150_000 - at)
        assert visible(f"{before}{control}{behind}") == visible(f"{before}{control}{behind}é").removesuffix("é")


@pytest.mark.parametrize("encoding", ["cp1252", "cp1251"])
@pytest.mark.parametrize("long", [False, True])
def test_a_log_that_programs_of_two_encodings_write_to_is_read_line_by_line(
    words: Callable[..., str], encoding: str, long: bool
) -> None:
    of_one = {"cp1252": "Jörg: Gerät geöffnet", "cp1251": "Ошибка: файл не найден"}[encoding]
    lines = [of_one.encode(encoding), "Zoë: façade".encode(), of_one.encode(encoding)]
    text = words(b"\n".join(lines * (20_000 if long else 1)))
    assert text.count(of_one) > 1
    assert "Zoë: façade" in text


def test_of_a_line_that_utf8_fits_by_chance_chinese_is_not_torn(words: Callable[..., str]) -> None:
    lines = ["联通", "中国移动和中国电信的用户很多", "服务质量不错"]
    assert words("\n".join(lines).encode("gb18030")) == "\n".join(lines)


def test_utf8_as_databases_and_java_write_it_is_utf8(words: Callable[..., str]) -> None:
    assert words("Zoë ".encode() + b"\xed\xa0\xbd\xed\xb8\x80!\xc0\x80\n" * 3) == "Zoë 😀!\n" + "😀!\n" * 2


def test_a_binary_table_of_zeros_is_no_text(converted: Convert) -> None:
    with pytest.raises(Unreadable) as refusal:
        converted(b"\x89HDF\r\n\x1a\n" + bytes(300), "results.h5")
    assert refusal.value.reason == notes.unknown_kind("an HDF5 file")
