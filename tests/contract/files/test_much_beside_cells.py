"""Of what stands beside cells nothing is lost without a note; the short goes before the long."""

from __future__ import annotations

import html
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from bot.files import inner_notes, notes
from tests import made_office
from tests.converted import WITHOUT_OFFICE, Converter, converter
from tests.made_office import paragraph, text_run

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


async def test_a_long_comment_is_read_to_its_end(convert: Converter) -> None:
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "lamp"
    book.active["A1"].comment = Comment(f"{'why so dear? ' * 300}Ask Bob.", "Ann")
    found = await convert(saved(book), "prices.xlsx", WITHOUT_OFFICE)
    assert "why so dear? Ask Bob.]" in found.text
    assert not found.reasons


async def test_a_long_text_in_a_cell_does_not_cost_its_comment(convert: Converter) -> None:
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "x" * 32_700
    book.active["A1"].comment = Comment(f"{'y' * 60} Ask Bob.", "Ann")
    assert "Ask Bob.]" in (await convert(saved(book), "prices.xlsx", WITHOUT_OFFICE)).text


async def test_many_cells_with_one_rule_do_not_cost_its_choices(convert: Converter) -> None:
    cells = " ".join(f"A{row}" for row in range(1, 1_000, 2))
    rules = (
        f'<dataValidations><dataValidation type="list" sqref="{cells}"><formula1>"open,paid"</formula1>'
        "</dataValidation></dataValidations>"
    )
    found = await convert(made_office.workbook(made_office.cells(1, "x"), after=rules), "bills.xlsx", WITHOUT_OFFICE)
    assert "At A1 A3 A5" in found.text
    assert "and other cells, choices: open,paid\n" in found.text


def drawn(*shapes: str) -> bytes:
    spaces = (
        f'xmlns="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" xmlns:a="{made_office.DRAWN}" '
        f'xmlns:r="{OFFICE}" xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'
    )
    anchors = "".join(f"<twoCellAnchor>{shape}</twoCellAnchor>" for shape in shapes)
    points = "".join(f'<c:pt idx="{at}"><c:v>{at}.123456789</c:v></c:pt>' for at in range(200))
    series = f"<c:ser><c:val><c:numRef><c:numCache>{points}</c:numCache></c:numRef></c:val></c:ser>" * 20
    chart = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart><c:plotArea>'
        f"<c:lineChart>{series}</c:lineChart></c:plotArea></c:chart></c:chartSpace>"
    )
    sheet = (
        f'<worksheet xmlns="{made_office.SHEETS}" xmlns:r="{OFFICE}"><sheetData>{made_office.cells(1, "lamp")}'
        '</sheetData><drawing r:id="rId1"/></worksheet>'
    )
    listed = '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets>'
    parts: dict[str, str | bytes] = {
        "xl/workbook.xml": f'<workbook xmlns="{made_office.SHEETS}" xmlns:r="{OFFICE}">{listed}</workbook>',
        "xl/worksheets/sheet1.xml": sheet,
        "xl/drawings/drawing1.xml": f"<wsDr {spaces}>{anchors}</wsDr>",
        "xl/charts/chart1.xml": chart,
    }
    related: dict[str, made_office.Related] = {
        "xl/workbook.xml": {"rId1": ("worksheet", "worksheets/sheet1.xml")},
        "xl/worksheets/sheet1.xml": {"rId1": ("drawing", "../drawings/drawing1.xml")},
        "xl/drawings/drawing1.xml": {"rId1": ("chart", "../charts/chart1.xml")},
    }
    return made_office.open_xml("xl/workbook.xml", parts, related, "spreadsheetml.sheet")


def box(text: str) -> str:
    return f"<sp><txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></txBody></sp>"


async def test_charts_with_many_points_leave_room_for_the_text_boxes_and_a_note_says_so(convert: Converter) -> None:
    content = drawn('<graphicFrame><c:chart r:id="rId1"/></graphicFrame>', box("Approved by Bob"))
    found = await convert(content, "board.xlsx", WITHOUT_OFFICE)
    assert "Text box: Approved by Bob" in found.text
    assert inner_notes.BESIDE_IN_PART in found.reasons


async def test_hundreds_of_text_boxes_are_read(convert: Converter) -> None:
    found = await convert(drawn(*(box(f"station {number}") for number in range(900))), "line.xlsx", WITHOUT_OFFICE)
    assert "Text box: station 899\n" in found.text
    assert inner_notes.BESIDE_IN_PART not in found.reasons


async def test_an_address_is_told_as_long_as_it_may_be(convert: Converter) -> None:
    address = f"https://mail.example/?url=https%3A%2F%2Fx.example&data={'0123456789' * 80}&end=1"
    link = f'<w:hyperlink xmlns:r="{OFFICE}" r:id="rId1">{text_run("the contract")}</w:hyperlink>'
    main = f'<w:document xmlns:w="{made_office.WORD}"><w:body>{paragraph(link)}</w:body></w:document>'
    name = "word/document.xml"
    related: dict[str, made_office.Related] = {name: {"rId1": ("hyperlink", html.escape(address))}}
    document = made_office.open_xml(name, {name: main}, related, "wordprocessingml.document")
    assert f"the contract: {address}\n" in (await convert(document, "a.docx", WITHOUT_OFFICE)).text
    book = Workbook()
    assert book.active is not None
    book.active["A1"] = "the contract"
    book.active["A1"].hyperlink = address
    assert f"the contract [link: {address}]" in (await convert(saved(book), "a.xlsx", WITHOUT_OFFICE)).text


async def test_rows_that_are_too_long_to_be_read_in_parts_have_a_note(convert: Converter) -> None:
    rows = [",".join([str(row), *["words of a wide table"] * 20]) for row in range(600)]
    rows[300] = ",".join(["300", *["a very wide row indeed"] * 900])
    book = Workbook()
    for row in rows:
        book.active.append(row.split(","))  # type: ignore[union-attr]
    found = await convert(saved(book), "wide.xlsx", WITHOUT_OFFICE)
    assert notes.WIDE_ROWS in found.reasons
