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


def drawn(*shapes: str, more: dict[str, str | bytes] | None = None) -> bytes:
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
        **(more or {}),
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


async def test_slicers_and_timelines_say_what_there_is_to_choose(convert: Converter) -> None:
    new = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
    newer = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
    compatible = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    frame = "<graphicFrame><graphicData><x:{0} xmlns:x='urn:x' name='{1}'/></graphicData></graphicFrame>"
    shape = (
        f'<m:AlternateContent xmlns:m="{compatible}"><m:Choice Requires="x">{frame.format("slicer", "Region 1")}'
        f"</m:Choice><m:Fallback>{box('This shape represents a slicer.')}</m:Fallback></m:AlternateContent>"
    )
    cache = (
        f'<slicerCacheDefinition xmlns="{new}" name="Slicer_Region" sourceName="Region"><data>'
        '<tabular pivotCacheId="7"><items><i x="1" s="1"/><i x="0"/></items></tabular></data></slicerCacheDefinition>'
    )
    pivot = (
        f'<pivotCacheDefinition xmlns="{made_office.SHEETS}"><cacheFields><cacheField name="Region"><sharedItems>'
        '<s v="North"/><s v="South"/></sharedItems></cacheField></cacheFields><extLst><ext>'
        f'<x:pivotCacheDefinition xmlns:x="{new}" pivotCacheId="7"/></ext></extLst></pivotCacheDefinition>'
    )
    timeline = (
        f'<timelineCacheDefinition xmlns="{newer}" name="T"><state><selection startDate="2026-01-01T00:00:00" '
        'endDate="2026-03-31T00:00:00"/></state></timelineCacheDefinition>'
    )
    parts: dict[str, str | bytes] = {
        "xl/slicers/slicer1.xml": (
            f'<slicers xmlns="{new}"><slicer name="Region 1" cache="Slicer_Region" caption="Which region?"/></slicers>'
        ),
        "xl/slicerCaches/slicerCache1.xml": cache,
        "xl/pivotCache/pivotCacheDefinition1.xml": pivot,
        "xl/timelines/timeline1.xml": (
            f'<timelines xmlns="{newer}"><timeline name="Date" cache="T" caption="When"/></timelines>'
        ),
        "xl/timelineCaches/timelineCache1.xml": timeline,
    }
    content = drawn(shape, frame.format("timeslicer", "Date"), more=parts)
    text = (await convert(content, "board.xlsx", WITHOUT_OFFICE)).text
    assert "Slicer: “Which region?”: South (chosen), North\n" in text
    assert "Timeline: “When”: 2026-01-01 to 2026-03-31\n" in text
    assert "represents" not in text


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
