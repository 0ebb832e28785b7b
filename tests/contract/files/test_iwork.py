"""What Pages, Numbers and Keynote have written since 2013 is read: words, notes, comments and tables."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from bot.files import inner_notes, notes
from bot.files.worker.documents import iwa
from bot.files.worker.documents.package import Broken
from tests import made_files
from tests.converted import WITHOUT_OFFICE, Converted, Converter, converter
from tests.made_iwork import EPOCH_DAYS, cell, decimal, document, message, old_cell, part, table, to

pytestmark = pytest.mark.asyncio(loop_scope="module")
STORAGE, COMMENT, AUTHOR = 2001, 3056, 212
SLIDE_1 = part((21, 5, {}), (31, STORAGE, {3: "Prices"}), (32, STORAGE, {1: 4, 3: "Say it slowly."}))
SLIDE_2 = part((22, 5, {}), (33, STORAGE, {3: "Thank you\ufffc"}), (34, COMMENT, {1: "Too late.", 3: to(40)}))
SHOW = part((1, 2, {3: message({2: to(11, 12)})}), (11, 4, {2: to(21)}), (12, 4, {2: to(22)}))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def convert(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Converter]:
    async with converter(Path(tmp_path_factory.mktemp("converted"))) as made:
        yield made


async def read(convert: Converter, content: bytes) -> Converted:
    return await convert(content, "x", WITHOUT_OFFICE)


def words(found: Converted) -> str:
    return found.text.partition("its words")[2].partition("```\n")[2].partition("\n```")[0]


async def test_the_slides_of_a_presentation_come_in_their_order_with_notes_and_comments(convert: Converter) -> None:
    template = part((50, STORAGE, {3: "Title Text"}))
    authors = part((40, AUTHOR, {1: "Ann"}))
    parts = {"Document": SHOW, "Slide": SLIDE_2, "Slide-2": SLIDE_1, "MasterSlide": template, "Authors": authors}
    found = await read(convert, document(parts))
    assert found.labels[0] == 'File "x › preview" (JPEG image, 60 × 40 px):'
    assert words(found) == (
        "## Slide 1\nPrices\nSpeaker notes: Say it slowly.\n\n## Slide 2\nThank you\nComment by Ann: Too late."
    )
    assert found.reasons == [inner_notes.APPLE_WORDS]


@pytest.mark.parametrize("in_folder", [False, True])
async def test_a_text_is_read_with_what_stands_around_it(convert: Converter, in_folder: bool) -> None:
    storages = ((0, "The text. " + "a" * 90), (3, "In a box"), (2, "A note"), (1, "Draft"), (5, "Of a cell"))
    content = part(*((at, STORAGE, {1: kind, 3: said}) for at, (kind, said) in enumerate(storages, 1)))
    found = await read(convert, document({"Document": content}, preview=False, in_folder=in_folder))
    assert words(found) == (
        f"The text. {'a' * 90}\n\n## Text boxes\nIn a box\n\n## Footnotes\nA note\n\n"
        "## Headers and footers of pages\nDraft"
    )


async def test_a_spreadsheet_gives_its_tables(convert: Converter) -> None:
    def number(key: int) -> bytes:
        return struct.pack("<I", key)

    days = struct.pack("<d", EPOCH_DAYS * 86_400)
    later = struct.pack("<d", EPOCH_DAYS * 86_400 + 3_661)
    cells = {
        0: [cell(3, 8, number(1)), b"", cell(9, 0x10, number(1))],
        2: [
            cell(2, 1, decimal(1_250, -2)),
            cell(10, 1, decimal(3, 0, negative=True)),
            cell(2, 2, struct.pack("<d", 0.5)),
        ],
        3: [cell(5, 4, days), cell(5, 4, later), cell(7, 2, struct.pack("<d", 90.0))],
        4: [cell(6, 2, struct.pack("<d", 1.0)), cell(8, 0x800, number(1)), cell(3, 0x80008, number(2), number(1))],
    }
    lists: dict[int, Any] = {
        4: {1: {3: "Item"}, 2: {3: "Größe"}},
        17: {1: {9: message({1: 140})}},
        19: {1: {10: message({1: 142})}},
    }
    more: list[Any] = [(140, 6218, {1: to(141)}), (141, STORAGE, {1: 5, 3: "rich"}), (142, COMMENT, {1: "Why?"})]
    sheet = part((1, 1, {1: to(2)}), (2, 2, {1: "May", 2: to(100)}))
    found = await read(convert, document({"Document": sheet, "Tables/Tile": part(*table(cells, lists), *more)}))
    assert found.labels[-1] == ('File "x" (Apple iWork document, sheet "May: Prices", 5 rows × 3 columns):')
    assert found.text.partition("row,A,B,C\n")[2].partition("\n```")[0].splitlines()[:4] == [
        "1,Item,,rich",
        "3,12.5,-3,0.5",
        "4,2026-11-24,2026-11-24 01:01:01,0:01:30",
        "5,TRUE,#ERROR,Größe [comment: Why?]",
    ]


async def test_a_table_of_an_older_program_is_read(convert: Converter) -> None:
    text, value = struct.pack("<I", 1), struct.pack("<d", 4_650.0)
    cells = {0: [old_cell(3, 0x14, bytes(4), text), old_cell(2, 0x26, bytes(8), value)]}
    content = part(*table(cells, {4: {1: {3: "Balance"}}}, old=True))
    found = await read(convert, document({"Document": content}))
    assert "row,A,B\n1,Balance,4650\n" in found.text


async def test_a_document_that_is_damaged_gives_what_is_there_and_says_so(convert: Converter) -> None:
    found = await read(convert, document({"Document": SHOW, "Slide": SLIDE_2[:-9], "Slide-2": SLIDE_1}))
    assert "Prices" in words(found)
    assert inner_notes.APPLE_IN_PART in found.reasons


async def test_what_holds_no_words_is_its_preview_alone(convert: Converter) -> None:
    found = await read(convert, document({"Document": b"no such part"}))
    assert found.labels == ['File "x › preview" (JPEG image, 60 × 40 px):']
    assert found.reasons == [notes.APPLE_FIRST_PAGE]


OF_2009 = {"index.apxl": b"<key:presentation/>", "QuickLook/Thumbnail.jpg": made_files.image("JPEG")}


async def test_a_document_of_2009_is_for_libreoffice_and_else_its_small_picture(convert: Converter) -> None:
    found = await read(convert, made_files.zipped(OF_2009))
    assert found.labels == ['File "x › preview" (JPEG image, 60 × 40 px):']
    assert found.reasons == [notes.APPLE_FIRST_PAGE, inner_notes.APPLE_2009]


async def test_a_locked_document_of_2009_asks_for_a_copy_without_the_password(convert: Converter) -> None:
    locked = {"index.apxl": bytes(range(200)), "buildVersionHistory.plist": b"<plist/>"}
    assert (await read(convert, made_files.zipped(locked))).reasons == [notes.PASSWORD]


async def test_a_part_that_breaks_off_anywhere_ends_quietly() -> None:
    content = part(*table({0: [cell(3, 8, bytes(4))]}, {4: {1: {3: "a" * 80}}}))
    assert len(list(iwa.objects(content))) == 4
    for end in range(len(content)):
        with suppress(Broken):
            assert len(list(iwa.objects(content[:end]))) < 4


def formatted(cells: list[tuple[int, int, bytes, dict[int, Any]]], made: dict[int, Any] | None = None) -> bytes:
    """A table with a cell in each row: its kind, the flags of its value and its format, the value, and the format.

    ``made`` is a format that somebody has made; formats refer to it by the id ``b"one"``.
    """
    rows = {
        at: [cell(kind, flags, value, struct.pack("<I", at + 1))] for at, (kind, flags, value, _) in enumerate(cells)
    }
    lists: dict[int, Any] = {22: {at + 1: {6: message(form)} for at, (*_, form) in enumerate(cells)}}
    own = [(150, 222, {1: b"one", 2: message({1: "mine", 3: message(made)})})] if made else []
    return part(*table(rows, lists), *own)


NUMBER, MONEY, DATE, RUN, TRUTH = 0x2001, 0x4001, 0x8004, 0x10002, 0x40002


def seconds(count: float) -> bytes:
    return struct.pack("<d", count)


LARGE, SMALL = decimal(1_234_567, -2), decimal(25, -2)
MINUS = decimal(5, 0, negative=True)
MOMENT = struct.pack("<d", EPOCH_DAYS * 86_400 + 3_661.5)


@pytest.mark.parametrize(
    ("kind", "flags", "value", "form", "expected"),
    [
        (2, NUMBER, LARGE, {1: 256, 2: 1, 5: 1}, '"12,345.7"'),
        (2, NUMBER, LARGE, {1: 256, 2: 253, 5: 1}, '"12,345.67"'),
        (2, NUMBER, MINUS, {1: 256, 2: 2, 4: 2}, "(5.00)"),
        (10, MONEY, LARGE, {1: 257, 2: 2, 3: "EUR", 5: 1}, '"€12,345.67"'),
        (10, MONEY, MINUS, {1: 257, 2: 2, 3: "CHF"}, "-CHF 5.00"),
        (2, NUMBER, SMALL, {1: 258, 2: 1}, "25.0%"),
        (2, NUMBER, SMALL, {1: 258, 2: 253}, "25%"),
        (2, NUMBER, LARGE, {1: 259, 2: 2}, "1.23E+04"),
        (2, NUMBER, SMALL, {1: 262, 11: 0xFFFFFFFF}, "1/4"),
        (2, NUMBER, SMALL, {1: 262, 11: 8}, "2/8"),
        (2, NUMBER, decimal(26, 0), {1: 269, 8: 16, 9: 4}, "001A"),
        (2, NUMBER, decimal(3, 0), {1: 267}, "★★★"),
        (2, NUMBER, LARGE, {1: 999}, "12345.67"),
        (7, RUN, seconds(5_400), {1: 268, 7: 0, 15: 4, 16: 16}, "1:30:00"),
        (7, RUN, seconds(5_400), {1: 268, 7: 1, 15: 4, 16: 8}, "1h 30m"),
        (7, RUN, seconds(5_400), {1: 268, 7: 1, 15: 4, 16: 4}, "1.5h"),
        (7, RUN, seconds(-5_400), {1: 268, 7: 2, 15: 4, 16: 8}, "-1 hour 30 minutes"),
        (7, RUN, seconds(62.005), {1: 268, 7: 0, 15: 8, 16: 32}, "01:02.005"),
        (7, RUN, seconds(694_800), {1: 268, 7: 1, 15: 4, 16: 8, 40: 1}, "1w 1d 1h"),
        (7, RUN, seconds(0), {1: 268, 7: 1, 15: 4, 16: 8, 40: 1}, "0d"),
        (7, RUN, seconds(61), {1: 268}, "0:01:01"),
        (6, TRUTH, struct.pack("<d", 1.0), {1: 263}, "☑"),
        (6, TRUTH, struct.pack("<d", 0.0), {1: 1}, "FALSE"),
        (5, DATE, MOMENT, {1: 261, 14: "EEEE, d MMM yyyy"}, '"Tuesday, 24 Nov 2026"'),
        (5, DATE, MOMENT, {1: 261, 14: "dd.MM.yy 'um' h:mm:ss.S a"}, "24.11.26 um 1:01:01.5 AM"),
        (5, DATE, MOMENT, {1: 261, 14: "yyyy XX"}, "2026-11-24 01:01:01"),
    ],
)
async def test_a_value_is_written_as_its_format_says(
    convert: Converter, kind: int, flags: int, value: bytes, form: dict[int, Any], expected: str
) -> None:
    found = await read(convert, document({"Tables/Tile": formatted([(kind, flags, value, form)])}))
    assert f"\n1,{expected}\n" in found.text


@pytest.mark.parametrize(
    ("kind", "flags", "value", "made", "expected"),
    [
        (2, NUMBER, LARGE, {1: 270, 5: 1, 18: "'about '#,###.#' kg'"}, '"about 12,345.7 kg"'),
        (2, NUMBER, LARGE, {1: 270, 18: "#,###K", 19: struct.pack("<d", 0.001)}, "12K"),
        (2, NUMBER, LARGE, {1: 274, 3: "USD", 5: 1, 18: "¤#,##0.00"}, '"$12,345.67"'),
        (2, NUMBER, decimal(0, 0), {1: 270, 18: "#,###"}, "0"),
        (2, NUMBER, SMALL, {1: 270, 18: "\ue420", 20: 1, 11: 0xFFFFFFFE}, "1/4"),
        (5, DATE, MOMENT, {1: 272, 18: "'Day 'D' of 'yyyy"}, "Day 328 of 2026"),
    ],
)
async def test_a_format_that_somebody_made_is_kept_to(
    convert: Converter, kind: int, flags: int, value: bytes, made: dict[int, Any], expected: str
) -> None:
    if 19 in made:  # a number of eight bytes has a type of its own
        scale = made.pop(19)
        packed = message(made) + b"\x99\x01" + scale
        content = formatted([(kind, flags, value, {1: 270, 41: b"one"})], {1: 0})
        listed = [(150, 222, {1: b"one", 2: message({1: "mine", 3: packed})})]
        parts = {"Tables/Tile": content, "Tables/Own": part(*listed)}
    else:
        parts = {"Tables/Tile": formatted([(kind, flags, value, {1: 270, 41: b"one"})], made)}
    found = await read(convert, document(parts))
    assert f"\n1,{expected}\n" in found.text


@pytest.mark.parametrize(("value", "expected"), [(MINUS, "short of 5"), (SMALL, "few"), (LARGE, '"12,346 kg"')])
async def test_a_format_that_depends_on_the_value_is_kept_to(convert: Converter, value: bytes, expected: str) -> None:
    def condition(kind: int, bound: float, pattern: str) -> bytes:
        packed = message({1: kind, 3: message({1: 270, 18: pattern})})
        return packed + b"\x21" + struct.pack("<d", bound)  # a number of eight bytes has a type of its own

    made = message({1: 270, 5: 1, 18: "#,##0' kg'"})
    conditions = [condition(1, 0.0, "'short of '#0"), condition(2, 1.0, "'few'")]
    listed = part((150, 222, {1: b"one", 2: message({1: "mine", 3: made, 4: conditions})}))
    table = formatted([(2, NUMBER, value, {1: 270, 41: b"one"})])
    found = await read(convert, document({"Tables/Tile": table, "Tables/Own": listed}))
    assert f"\n1,{expected}\n" in found.text
