"""Tables of programs other than today's Excel, and what of a workbook no cell shows: links, choices, hints."""

from __future__ import annotations

import base64
import io
import struct
import zipfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from bot.files import inner_notes, notes
from tests import made_files, made_office, made_old_office, made_xlsb
from tests.converted import WITHOUT_OFFICE, Converter, converter

LINK = "https://prices.example/list?of=lamps"
MATH = "<math xmlns='http://www.w3.org/1998/Math/MathML'><mfrac><mi>a</mi><mi>b</mi></mfrac></math>"


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def book_with_rules() -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet["A1"] = "lamp"
    sheet["A1"].hyperlink = LINK
    sheet["A2"] = "desk"
    sheet["A2"].hyperlink = "#Sheet!B2"
    sheet["A3"] = "300"
    sheet["A3"].number_format = '@" kg"'
    rule = DataValidation(type="list", formula1='"Open,Closed"', promptTitle="Status", prompt="Choose one.")
    sheet.add_data_validation(rule)
    rule.add("B2")
    assert sheet.oddHeader is not None
    assert sheet.firstHeader is not None
    sheet.oddHeader.center.text = "Price list"
    sheet.firstHeader.center.text = "Valid from May"
    return made_office.saved(book)


async def test_cells_say_where_they_lead_and_what_may_be_typed_in(convert: Converter) -> None:
    text = (await convert(book_with_rules(), "prices.xlsx")).text
    assert f"1,lamp [link: {LINK}]\n2,desk\n3,300 kg\n" in text
    assert "At B2, choices: Open,Closed, hint: Status – Choose one." in text
    assert "Printed above each page: Price list" in text
    assert "Printed above each page: Valid from May" in text


async def test_the_address_in_a_formula_is_that_of_the_cell(convert: Converter) -> None:
    cell = f'<row r="1"><c r="A1" t="str"><f>HYPERLINK("{LINK}","Click")</f><v>Click</v></c></row>'
    assert f"1,Click [link: {LINK}]" in (await convert(made_office.workbook(cell), "links.xlsx")).text


OTHER = "https://пример.example/?a=1"
LINK_CALL = b"\x42\x02\x67\x01"
FORMULAS = [f'HYPERLINK("{LINK}","Click")', f'IF(TRUE,HYPERLINK("{OTHER}","Click"))', f'HYPERLINK("{LINK}"&B3,"Click")']
FORMULAS += ['HYPERLINK(B4,"Click")', f'SAYHYPERLINK("{LINK}")']


def links_in_fods() -> bytes:
    rows = "".join(
        f"<table:table-row><table:table-cell table:formula='of:={escape(formula).replace(',', ';')}'>"
        "<text:p>Click</text:p></table:table-cell></table:table-row>"
        for formula in FORMULAS
    )
    return made_office.flat("spreadsheet", f'<table:table table:name="S">{rows}</table:table>')


def links_in_excel_xml() -> bytes:
    rows = "".join(
        f"<Row><Cell ss:Formula='={escape(formula)}'><Data ss:Type='String'>Click</Data></Cell></Row>"
        for formula in FORMULAS
    )
    return made_office.excel_xml(rows)


def links_in_xlsx() -> bytes:
    rows = "".join(
        f'<row r="{at}"><c r="A{at}" t="str"><f>{escape(formula)}</f><v>Click</v></c></row>'
        for at, formula in enumerate(FORMULAS, 1)
    )
    return made_office.workbook(rows)


def tokens(text: Callable[[str], bytes], reference: bytes) -> list[bytes]:
    """The same formulas as Excel keeps them: values, then what is done with them."""
    condition = b"\x1d\x01\x19\x02\x20\x00"
    return [
        text(LINK) + text("Click") + LINK_CALL,
        condition + text(OTHER) + text("Click") + LINK_CALL + b"\x42\x02\x01\x00",
        b"\x19\x40\x00\x01" + text(LINK) + reference + b"\x08" + text("Click") + LINK_CALL,
        reference + text("Click") + LINK_CALL,
        text(LINK) + b"\x42\x01\x66\x01",
    ]


def links_in_xls() -> bytes:
    listed = tokens(made_old_office.text_token, b"\x44\x02\x00\x01\xc0")
    cells = b"".join(made_old_office.text_formula(at, 0, one, "Click") for at, one in enumerate(listed))
    return made_old_office.old_excel("x", more=cells)


def links_in_xlsb() -> bytes:
    def text(words: str) -> bytes:
        return b"\x17" + struct.pack("<H", len(words)) + words.encode("utf-16-le")

    def cell(found: bytes) -> bytes:
        return made_xlsb.cell(8, 0, made_xlsb.wide("Click") + bytes(2) + struct.pack("<I", len(found)) + found)

    listed = tokens(text, b"\x44\x02\x00\x00\x00\x01\xc0")
    return made_xlsb.workbook(b"".join(made_xlsb.row(at, cell(one)) for at, one in enumerate(listed)))


@pytest.mark.parametrize("make", [links_in_xlsx, links_in_fods, links_in_excel_xml, links_in_xls, links_in_xlsb])
async def test_the_address_in_a_formula_is_that_of_its_cell_in_every_format(
    convert: Converter, make: Callable[[], bytes]
) -> None:
    text = (await convert(make(), "links", WITHOUT_OFFICE)).text
    shown = text.partition("row,A\n")[2].partition("\n```")[0].splitlines()
    assert shown == [
        f"1,Click [link: {LINK}]",
        f"2,Click [link: {OTHER}]",
        f"3,Click [link: {LINK}…]",
        "4,Click",
        "5,Click",
    ]


async def test_the_links_of_a_binary_workbook_are_read(convert: Converter) -> None:
    link = made_xlsb.record(494, struct.pack("<4I", 0, 0, 0, 0) + made_xlsb.wide("rIdLink") + made_xlsb.wide("") * 3)
    content = made_xlsb.workbook(made_xlsb.row(0, made_xlsb.text(0, "lamp")), after=link, links={"rIdLink": LINK})
    assert f"1,lamp [link: {LINK}]" in (await convert(content, "links.xlsb", WITHOUT_OFFICE)).text


async def test_links_and_choices_of_an_opendocument_sheet_are_read(convert: Converter) -> None:
    rules = (
        '<table:content-validations><table:content-validation table:name="v" '
        'table:condition=\'of:cell-content-is-in-list("Open";"Closed")\'/></table:content-validations>'
    )
    cells = (
        '<table:table-cell table:content-validation-name="v"><text:p><text:a '
        f'xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="{LINK}">lamp</text:a></text:p></table:table-cell>'
    )
    sheet = f'{rules}<table:table table:name="S"><table:table-row>{cells}</table:table-row></table:table>'
    text = (await convert(made_office.flat("spreadsheet", sheet), "prices.fods")).text
    assert f"1,lamp [link: {LINK}]" in text
    assert "At A1, choices: Open,Closed" in text


async def test_links_and_choices_of_excel_2003_xml_are_read(convert: Converter) -> None:
    rows = f'<Row><Cell ss:HRef="{LINK}"><Data ss:Type="String">lamp</Data></Cell></Row>'
    rule = (
        "</x:WorksheetOptions><x:DataValidation><x:Range>R2C3</x:Range><x:Type>List</x:Type><x:Value>"
        "&quot;Open,Closed&quot;</x:Value></x:DataValidation><x:WorksheetOptions>"
    )
    text = (await convert(made_office.excel_xml(rows, options=rule), "prices.xml")).text
    assert f"1,lamp [link: {LINK}]" in text
    assert "At C2, choices: Open,Closed" in text


# --- other programs' tables ------------------------------------------------------------------------------------------
async def test_sylk_is_a_table(convert: Converter) -> None:
    lines = (
        "ID;PWXL;N;E", "P;PGeneral", "P;P0.0%", 'C;Y1;X1;K"Item"', 'C;X2;K"Share"', 'C;Y2;X1;K"Lamp;; ""big"""',
        "F;P1;FG0G;X2", "C;K0.256", 'C;Y3;X1;K"Caf\x1bNBe"', "C;X2;K12.5;ER1C1+3;AAnn:late", "E",
    )  # fmt: skip
    found = await convert("\r\n".join(lines).encode(), "prices.slk")
    assert found.text == (
        'File "prices.slk" (SYLK table, 3 lines):\n```csv\n'
        'Item,Share\n"Lamp; ""big""",25.6%\nCafé,12.5 [comment: Ann:late]\n```'
    )


async def test_data_interchange_format_is_a_table(convert: Converter) -> None:
    lines = (
        "TABLE", "0,1", '"EXCEL"', "VECTORS", "0,2", '""', "DATA", "0,0", '""', "-1,0", "BOT", "1,0", '"Item"',
        "1,0", '"Sold"', "-1,0", "BOT", "1,0", '"a ""big"" lamp"', "0,12.5", "V", "0,1", "TRUE", "-1,0", "EOD",
    )  # fmt: skip
    found = await convert("\r\n".join(lines).encode(), "prices.dif")
    assert 'Item,Sold\n"a ""big"" lamp",12.5,TRUE\n' in found.text


def dbase(fields: dict[str, tuple[str, int]], rows: list[bytes], mark: int) -> bytes:
    header = 32 + 32 * len(fields) + 1
    size = 1 + sum(length for _, length in fields.values())
    head = struct.pack("<4BIHH17xB2x", 3, 126, 11, 24, len(rows), header, size, mark)
    for name, (kind, length) in fields.items():
        head += name.encode().ljust(11, b"\0") + kind.encode() + bytes(4) + bytes([length]) + bytes(15)
    return head + b"\r" + b"".join(rows) + b"\x1a"


@pytest.mark.parametrize(
    ("mark", "codec", "name"),
    [(0x03, "cp1252", "Müller"), (0x65, "cp866", "Иванов"), (0x64, "cp852", "Łódź"), (0x00, "cp1251", "Иванов Пётр")],
)
async def test_a_dbase_table_is_read_in_its_encoding(convert: Converter, mark: int, codec: str, name: str) -> None:
    fields = {"NAME": ("C", 12), "PRICE": ("N", 8), "SINCE": ("D", 8), "SOLD": ("L", 1), "REMARK": ("M", 10)}
    rows = [
        b" " + name.encode(codec).ljust(12) + b"   12.50" + b"20261124" + b"T" + b"         1",
        b"*" + b"deleted".ljust(12) + b"    1.00" + b"20200101" + b"F" + bytes(10),
    ]
    found = await convert(dbase(fields, rows, mark), "prices.dbf")
    assert f"NAME,PRICE,SINCE,SOLD,REMARK\n{name},12.50,2026-11-24,TRUE,[memo]\n" in found.text
    assert "deleted" not in found.text
    assert found.reasons == [inner_notes.MEMOS]


async def test_files_of_old_office_programs_are_for_libreoffice(convert: Converter) -> None:
    letter = await convert(b"\xffWPC" + bytes(60), "letter.wpd", WITHOUT_OFFICE)
    sheet = await convert(b"\0\0\x1a\0\0\x10\x04\0" + bytes(60), "plan.wk3", WITHOUT_OFFICE)
    older = await convert(b"\xdb\xa5\x2d\0" + bytes(600), "letter.doc", WITHOUT_OFFICE)
    assert letter.reasons == [notes.no_office("WordPerfect document")]
    assert older.reasons == [notes.no_office("Word document")]
    assert sheet.reasons == [notes.no_office("Lotus 1-2-3 worksheet")]


# --- books -----------------------------------------------------------------------------------------------------------
def epub(encryption: str = "", *, one: str = "<h1>One</h1><p>A lamp.</p>", two: bool = True) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/epub+zip")
        archive.writestr(
            "META-INF/container.xml", '<container><rootfiles><rootfile full-path="book/a.opf"/></rootfiles></container>'
        )
        archive.writestr(
            "book/a.opf",
            "<package><metadata><title>The Lamp</title><creator>Ann Author</creator></metadata><manifest>"
            '<item id="2" href="two.xhtml"/><item id="1" href="on%20e.xhtml"/><item id="c" href="a.css"/>'
            '<item id="p" href="plan.png" media-type="image/png"/></manifest>'
            '<spine><itemref idref="1"/><itemref idref="2"/></spine></package>',
        )
        if two:
            archive.writestr("book/two.xhtml", f"<html><body><h1>Two</h1><p>It burns at {MATH}.</p></body></html>")
        archive.writestr("book/on e.xhtml", f"<html><body>{one}</body></html>")
        archive.writestr("book/a.css", "p { color: red }")
        archive.writestr("book/plan.png", made_files.image("PNG", (300, 200)) + bytes(10_000))
        if encryption:
            listed = f'<encryption><CipherReference URI="{encryption}"/></encryption>'
            archive.writestr("META-INF/encryption.xml", listed)
    return file.getvalue()


async def test_a_book_is_its_chapters_in_their_order_and_its_pictures(convert: Converter) -> None:
    found = await convert(epub(), "lamp.epub")
    assert "Title: The Lamp\nCreator: Ann Author\n\n# One\n\nA lamp.\n\n# Two\n\nIt burns at a/b." in found.text
    assert 'File "lamp.epub › plan.png" (PNG image' in found.text
    assert "color" not in found.text
    assert "container" not in found.text


async def test_a_book_that_is_locked_is_called_that(convert: Converter) -> None:
    assert (await convert(epub("book/two.xhtml"), "lamp.epub")).reasons == [inner_notes.LOCKED_BOOK]
    assert (await convert(epub("book/font.otf"), "lamp.epub")).reasons == []


async def test_a_chapter_that_is_missing_is_not_passed_over(convert: Converter) -> None:
    found = await convert(epub(two=False), "lamp.epub")
    assert "A lamp." in found.text
    assert found.reasons == [notes.BREAKS_OFF]


async def test_a_book_of_pictures_gives_its_pictures(convert: Converter) -> None:
    found = await convert(epub(one='<img src="plan.png"/>', two=False), "lamp.epub")
    assert 'File "lamp.epub › plan.png" (PNG image' in found.text


FICTION_BOOK = """<?xml version="1.0" encoding="windows-1251"?>
<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink">
<description><title-info><author><first-name>Анна</first-name><last-name>Лампова</last-name></author>
<book-title>Лампа</book-title></title-info></description>
<body><section><title><p>Глава</p><p>первая</p></title><p>Горит <emphasis>ярко</emphasis>.</p><image l:href="#a.png"/>
<table><tr><th>Год</th><td>1901</td></tr></table></section></body>
<body name="notes"><section><title><p>1</p></title><p>Примечание.</p></section></body>
<binary id="a.png" content-type="image/png">{}</binary></FictionBook>"""


async def test_a_book_in_one_file_is_its_words_and_its_pictures(convert: Converter) -> None:
    picture = base64.b64encode(made_files.image("PNG", (300, 200))).decode()
    found = await convert(FICTION_BOOK.format(picture).encode("cp1251"), "lamp.fb2")
    assert "Author: Анна Лампова\nTitle: Лампа\n" in found.text
    assert "## Глава / первая\n\nГорит ярко.\n(picture: a.png)\nГод | 1901\n" in found.text
    assert "## 1\n\nПримечание." in found.text
    assert picture[:60] not in found.text
    assert 'File "lamp.fb2 › a.png" (PNG image, 300 × 200 px)' in found.text


@pytest.mark.parametrize("picture", ["abc", "…сюда картинку"], ids=["no base64", "not even ASCII"])
async def test_a_broken_picture_costs_none_of_a_books_words(convert: Converter, picture: str) -> None:
    found = await convert(FICTION_BOOK.format(picture).encode("cp1251"), "lamp.fb2")
    assert "Title:" in found.text
    assert found.reasons == [notes.EMPTY]


async def test_a_book_that_breaks_off_is_shown_as_it_is(convert: Converter) -> None:
    found = await convert(FICTION_BOOK[:500].encode("cp1251"), "lamp.fb2")
    assert "<book-title>Лампа</book-title>" in found.text


@pytest.mark.parametrize(
    ("content", "described"),
    [
        (bytes(522) + b"\x00\x11\x02\xff\x0c\x00" + bytes(600), "a PICT"),
        (b"BPG\xfb" + bytes(range(256)) * 4, "a BPG"),
    ],
)
async def test_rare_pictures_are_asked_for_as_other_pictures(
    convert: Converter, content: bytes, described: str
) -> None:
    assert (await convert(content, "a.dat")).reasons == [notes.foreign_picture(described)]


async def test_what_is_nearly_a_picture_is_called_what_it_is(convert: Converter) -> None:
    content = b"\xabKTX 11\xbb\r\n\x1a\n" + bytes(range(256)) * 4
    assert (await convert(content, "a.dat")).reasons == [notes.unknown_kind("a KTX texture")]
