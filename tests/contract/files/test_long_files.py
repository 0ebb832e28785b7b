"""Long files by parts, and what is kept of their readings: beside the prepared file, bounded, erased with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pikepdf
import pytest

from bot.errors import BatchUnreadable
from bot.file_ports import BatchNotes
from bot.files import kept_notes
from bot.files.blocks import prepared
from bot.files.cache import Cache, Entry, key_of
from bot.files.conversion import Conversion, files_of
from bot.files.long_files import LongReader
from bot.messages import Attachment, PdfBlock, TextBlock, WholeText
from tests import made_pdfs
from tests.file_limits import LIMITS

FILE = Attachment.bare("F1", "contract.pdf")


class Shelf:
    """A cache with files in it, and what reads them by parts."""

    def __init__(self, directory: Path, bytes_max: int = 100_000_000) -> None:
        self.directory = directory
        self.cache = Cache(directory, bytes_max=bytes_max, age_max_s=1_000.0)
        self.conversion = Conversion(LIMITS)
        self.reader = LongReader(self.conversion, self.cache)
        self.entries: list[Entry] = []

    async def put(self, content: bytes, attachment: Attachment = FILE) -> list[object]:
        begun = self.cache.begin(len(content))
        (begun / "source").write_bytes(content)
        extracts = await self.conversion.convert(begun / "source", attachment.name, "", begun)
        entry = self.cache.commit(begun, key_of(attachment, "same"), extracts, files_of(extracts))
        self.entries.append(entry)
        return list(prepared(attachment.id, attachment.name, extracts, entry.directory).blocks)

    async def pdf(self, pages: int) -> PdfBlock:
        (block,) = [block for block in await self.put(made_pdfs.numbered(pages)) if isinstance(block, PdfBlock)]
        return block


@pytest.fixture
async def shelf(tmp_path: Path) -> AsyncIterator[Shelf]:
    shelf = Shelf(tmp_path / "cache")
    yield shelf
    await shelf.conversion.aclose()
    shelf.cache.close()


async def test_some_pages_are_a_pdf_of_their_own_while_they_are_needed(shelf: Shelf) -> None:
    pdf = await shelf.pdf(250)
    async with shelf.reader.pages(pdf, 101, 200) as part:
        with pikepdf.open(part.data.path) as pages:
            words = [page.Contents.read_bytes() for page in pages.pages]
        assert part.data.size_bytes == part.data.path.stat().st_size
        assert part.pages == len(words) == 100
        assert b"(PAGE 101)" in words[0]
        assert b"(PAGE 200)" in words[-1]
    assert not part.data.path.exists()


async def test_pages_of_a_file_that_was_removed_meanwhile_are_not_to_be_had(shelf: Shelf) -> None:
    pdf = await shelf.pdf(12)
    shelf.cache.forget(FILE.id)
    with pytest.raises(BatchUnreadable):
        async with shelf.reader.pages(pdf, 1, 2):
            pass


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
async def test_all_lines_of_a_long_text_are_read_once(shelf: Shelf, encoding: str) -> None:
    lines = [f"line {number} of the café" for number in range(1, 120_001)]
    blocks = await shelf.put("\r\n".join(lines).encode(encoding), Attachment.bare("F2", "a.log"))
    (whole,) = [block.whole for block in blocks if isinstance(block, TextBlock)]
    assert isinstance(whole, WholeText)
    spans = await shelf.reader.spans(whole, 100_000)
    texts = [await shelf.reader.lines(whole, span) for span in spans]

    assert whole.lines == len(lines)
    assert "".join(texts).split("\n") == lines
    assert len(spans) > 5
    assert all(span.tokens <= 100_000 for span in spans)


@pytest.mark.parametrize(
    ("middle", "expected"),
    [
        (b"plain", "plain"),
        ("Größe".encode(), "Größe"),
        (b"one\r\ntwo", "one\ntwo"),
        (b"one\rtwo", "one\ntwo"),
        (b"one\r\r\ntwo", "one\n\ntwo"),
        (b"\x1b[31mred\x1b[0m", "red"),
        (b"bold\x08\x08\x08\x08BOLD \x07rung", "BOLD rung"),
        (b"page\x0cpage", "page\npage"),
        (b"zero\0", "zero"),
        ("mainframe\x85line\ufeff".encode(), "mainframe\nline"),
        (b"Gr\xf6\xdfe", "Größe"),
        (b"x" * 50_000, f"{'x' * 20_000}\n{'x' * 20_000}\n{'x' * 10_000}"),
        (b"x" * 150_000, "\n".join(["x" * 20_000] * 7 + ["x" * 10_000])),
    ],
    ids=range(13),
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"], ids=["lf", "crlf"])
async def test_whatever_stands_in_the_middle_of_a_long_text_is_read_as_people_see_it(
    shelf: Shelf, middle: bytes, expected: str, end: bytes
) -> None:
    lines = [b"line %d of %d" % (number, number) for number in range(200_000)]
    blocks = await shelf.put(end.join([*lines[:100_000], middle, *lines[100_000:]]))
    (shown,) = [block for block in blocks if isinstance(block, TextBlock)]
    whole = shown.whole
    assert isinstance(whole, WholeText)
    texts = [await shelf.reader.lines(whole, span) for span in await shelf.reader.spans(whole, 500_000)]
    wanted = b"\n".join([*lines[:100_000], b"?", *lines[100_000:]]).decode().replace("?", expected)
    all_is_there = "".join(texts) == wanted  # pytest would compare millions of characters to show where it is not
    assert all_is_there
    assert whole.lines == wanted.count("\n") + 1
    assert shown.text.endswith(f"{wanted[-50_000:]}\n```")
    begins_so = f"\n{wanted[:150_000]}\n[… " in shown.text
    assert begins_so


@pytest.mark.parametrize(
    ("middle", "expected"),
    [
        ("Пуск", "Пуск"),
        ("\x1b[31mПуск\x1b[0m", "Пуск"),
        ("\x07Пуск\x7f", "Пуск"),
        ("П\x08Пуск", "Пуск"),
        ("Пуск\0", "Пуск"),
    ],
    ids=range(5),
)
async def test_so_it_is_in_an_encoding_that_is_not_declared(shelf: Shelf, middle: str, expected: str) -> None:
    lines = ["Насос в зале выключили, и мы не знаем, почему: Иван говорит, что Ольга его починит."] * 30_000
    lines[15_000] = middle
    blocks = await shelf.put("\n".join(lines).encode("cp1251"))
    (whole,) = [block.whole for block in blocks if isinstance(block, TextBlock)]
    assert isinstance(whole, WholeText)
    texts = [await shelf.reader.lines(whole, span) for span in await shelf.reader.spans(whole, 500_000)]
    lines[15_000] = expected
    all_is_there = "".join(texts).split("\n") == lines
    assert all_is_there


@pytest.mark.parametrize("codec", ["utf-7", "hz"])
async def test_a_long_text_in_seven_bits_with_escapes_is_not_taken_for_plain(shelf: Shelf, codec: str) -> None:
    lines = ["会议在星期三下午三点开始", "The pump was switched off."] * 20_000
    blocks = await shelf.put("\n".join(lines).encode(codec))
    (whole,) = [block.whole for block in blocks if isinstance(block, TextBlock)]
    assert isinstance(whole, WholeText)
    texts = [await shelf.reader.lines(whole, span) for span in await shelf.reader.spans(whole, 500_000)]
    assert "".join(texts).split("\n") == lines


async def test_the_head_of_a_table_stands_before_each_part(shelf: Shelf) -> None:
    rows = "".join(f"{number};customer {number}\n" for number in range(1, 20_001))
    blocks = await shelf.put(f"id;name\n{rows}".encode(), Attachment.bare("F2", "a.csv"))
    (whole,) = [block.whole for block in blocks if isinstance(block, TextBlock)]
    assert isinstance(whole, WholeText)
    texts = [await shelf.reader.lines(whole, span) for span in await shelf.reader.spans(whole, 50_000)]

    assert "".join(text.removeprefix("id;name\n") for text in texts) == rows
    assert all(text.startswith("id;name\n") for text in texts)


async def test_notes_are_kept_with_the_file_and_go_with_it(shelf: Shelf) -> None:
    pdf = await shelf.pdf(12)
    notes = [BatchNotes("one", 1, 6, "first"), BatchNotes("one", 7, 12, "second"), BatchNotes("two", 1, 6, "third")]
    for one in notes:
        await shelf.reader.keep(pdf.data, one)
    assert await shelf.reader.kept(pdf.data) == notes
    assert await shelf.reader.noted({"F1", "F9"}) == {"F1"}

    shelf.cache.forget(FILE.id)
    await shelf.reader.keep(pdf.data, notes[0])
    assert await shelf.reader.kept(pdf.data) == []
    assert await shelf.reader.noted({"F1"}) == set()
    assert not [path for path in shelf.directory.rglob("*") if path.name.startswith("note-")]


async def test_a_note_that_is_not_whole_is_none(shelf: Shelf) -> None:
    pdf = await shelf.pdf(3)
    await shelf.reader.keep(pdf.data, BatchNotes("one", 1, 3, "words"))
    (path,) = pdf.data.path.parent.glob(kept_notes.PATTERN)
    path.write_bytes(path.read_bytes()[:-9])
    assert await shelf.reader.kept(pdf.data) == []


async def test_of_more_notes_than_are_kept_the_oldest_go(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_notes, "BYTES_MAX", 3_500)
    pdf = await shelf.pdf(3)
    for number in range(9):
        await shelf.reader.keep(pdf.data, BatchNotes(str(number), 1, 3, "x" * 1_000))
    assert [one.question for one in await shelf.reader.kept(pdf.data)] == ["6", "7", "8"]
