"""What of a workbook stands in no cell: controls, newer charts, names, and the rules of a binary workbook's cells."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from tests import made_documents, made_files, made_office, made_xlsb
from tests.converted import WITHOUT_OFFICE, Converter, converter

VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">
<v:shape id="b"><v:textbox><div><font face="Calibri">Send <b>order</b><br></font></div></v:textbox>
<x:ClientData ObjectType="Button"><x:Anchor> 2, 10, 4, 3, 5, 0, 6, 0</x:Anchor></x:ClientData></v:shape>
<v:shape id="c"><v:textbox><div>Gift &amp; wrap</div></v:textbox>
<x:ClientData ObjectType="Checkbox"><x:Checked>1</x:Checked></x:ClientData></v:shape>
<v:shape id="n"><v:textbox><div>A note of old</div></v:textbox><x:ClientData ObjectType="Note"/></v:shape></xml>"""
CHART = """<cx:chartSpace xmlns:cx="http://schemas.microsoft.com/office/drawing/2014/chartex"><cx:chartData>
<cx:data id="0"><cx:strDim type="cat"><cx:lvl ptCount="2"><cx:pt idx="0">North</cx:pt>
<cx:pt idx="1">South</cx:pt></cx:lvl>
</cx:strDim><cx:numDim type="val"><cx:lvl ptCount="2"><cx:pt idx="0">11</cx:pt>
<cx:pt idx="1">22</cx:pt></cx:lvl></cx:numDim>
</cx:data></cx:chartData><cx:chart><cx:title>
<cx:tx><cx:txData><cx:v>Sales by region</cx:v></cx:txData></cx:tx></cx:title>
<cx:plotArea><cx:plotAreaRegion><cx:series layoutId="boxWhisker"><cx:tx><cx:txData><cx:f>Data!B1</cx:f><cx:v>2026</cx:v>
</cx:txData></cx:tx><cx:dataId val="0"/></cx:series></cx:plotAreaRegion></cx:plotArea></cx:chart></cx:chartSpace>"""
DRAWING = """<wsDr xmlns="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><twoCellAnchor><from><col>1</col><row>2</row>
</from><graphicFrame><chart r:id="rId1"/></graphicFrame></twoCellAnchor></wsDr>"""


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def book_with(parts: dict[str, str | bytes], related: dict[str, made_office.Related]) -> bytes:
    sheet = f'<worksheet xmlns="{made_office.SHEETS}"><sheetData>{made_office.cells(1, "lamp")}</sheetData></worksheet>'
    listed = '<sheets><sheet name="Data" sheetId="1" r:id="rId1"/></sheets>'
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    book = f'<workbook xmlns="{made_office.SHEETS}" xmlns:r="{office}">{listed}</workbook>'
    made: dict[str, str | bytes] = {"xl/workbook.xml": book, "xl/worksheets/sheet1.xml": sheet, **parts}
    own: dict[str, made_office.Related] = {"xl/workbook.xml": {"rId1": ("worksheet", "worksheets/sheet1.xml")}}
    return made_office.open_xml("xl/workbook.xml", made, own | related, "spreadsheetml.sheet")


async def test_the_words_on_buttons_and_boxes_are_read(convert: Converter) -> None:
    related: dict[str, made_office.Related] = {
        "xl/worksheets/sheet1.xml": {"rId1": ("vmlDrawing", "../drawings/old.vml")}
    }
    text = (await convert(book_with({"xl/drawings/old.vml": VML}, related), "order.xlsx", WITHOUT_OFFICE)).text
    assert "Button at C5: Send order\nCheck box (ticked): Gift & wrap\n" in text
    assert "A note of old" not in text


async def test_a_newer_chart_gives_its_title_and_its_points(convert: Converter) -> None:
    related: dict[str, made_office.Related] = {
        "xl/worksheets/sheet1.xml": {"rId1": ("drawing", "../drawings/drawing1.xml")},
        "xl/drawings/drawing1.xml": {"rId1": ("chartEx", "../charts/chartEx1.xml")},
    }
    parts: dict[str, str | bytes] = {"xl/drawings/drawing1.xml": DRAWING, "xl/charts/chartEx1.xml": CHART}
    text = (await convert(book_with(parts, related), "sales.xlsx", WITHOUT_OFFICE)).text
    assert "Chart at B3: box whisker chart, “Sales by region”\n" in text
    assert "Chart at B3: series “2026”: North = 11, South = 22" in text


LABELLED = """<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart"><c:chart><c:plotArea><c:barChart><c:ser>
<c:tx><c:v>Turnover</c:v></c:tx><c:dLbls>
<c:dLbl><c:idx val="0"/><c:tx><c:rich><a:p><a:r><a:t>Fair in May</a:t></a:r></a:p></c:rich></c:tx></c:dLbl>
<c:dLbl><c:idx val="2"/><c:tx><c:rich><a:p><a:r><a:t>new: </a:t></a:r><a:fld type="CELLRANGE"><a:t>[CELLRANGE]</a:t>
</a:fld></a:p></c:rich></c:tx></c:dLbl></c:dLbls><c:trendline><c:name>Plan of Bob</c:name></c:trendline>
<c:val><c:numLit><c:pt idx="0"><c:v>5</c:v></c:pt><c:pt idx="1"><c:v>7</c:v></c:pt><c:pt idx="2"><c:v>9</c:v></c:pt>
</c:numLit></c:val><c:extLst><c:ext><c15:datalabelsRange><c15:dlblRangeCache><c:pt idx="1"><c:v>Bonn</c:v></c:pt>
<c:pt idx="2"><c:v>Köln</c:v></c:pt></c15:dlblRangeCache></c15:datalabelsRange></c:ext></c:extLst></c:ser></c:barChart>
<c:valAx><c:dispUnits><c:dispUnitsLbl><c:tx><c:rich><a:p><a:r><a:t>in thousands</a:t></a:r></a:p></c:rich></c:tx>
</c:dispUnitsLbl></c:dispUnits></c:valAx></c:plotArea></c:chart></c:chartSpace>"""
BOXES = """<c:userShapes xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">
<sp><txBody><a:p><a:r><a:t>Source: own survey</a:t></a:r>
</a:p></txBody></sp></c:userShapes>"""


async def test_what_is_written_into_a_chart_is_read(convert: Converter) -> None:
    related: dict[str, made_office.Related] = {
        "xl/worksheets/sheet1.xml": {"rId1": ("drawing", "../drawings/drawing1.xml")},
        "xl/drawings/drawing1.xml": {"rId1": ("chart", "../charts/chart1.xml")},
        "xl/charts/chart1.xml": {"rId1": ("chartUserShapes", "../drawings/drawing2.xml")},
    }
    parts: dict[str, str | bytes] = {"xl/drawings/drawing1.xml": DRAWING, "xl/charts/chart1.xml": LABELLED}
    parts["xl/drawings/drawing2.xml"] = BOXES
    text = (await convert(book_with(parts, related), "sales.xlsx", WITHOUT_OFFICE)).text
    assert "Chart at B3: bar chart, “in thousands”\n" in text
    points = "5 (label “Fair in May”), 7 (label “Bonn”), 9 (label “new:, Köln”)"
    assert f"Chart at B3: series “Turnover”, trend line “Plan of Bob”: {points}\n" in text
    assert "Chart at B3: text box “Source: own survey”" in text


async def test_values_that_have_names_are_told(convert: Converter) -> None:
    book = Workbook()
    book.worksheets[0]["A1"] = "lamp"
    for name, value, hidden in (("Rate", "0.19", False), ("Prices", "Sheet!$A$1:$A$9", False), ("Own", "7", True)):
        book.defined_names[name] = DefinedName(name, attr_text=value, hidden=hidden, comment="VAT")
    text = (await convert(made_office.saved(book), "prices.xlsx", WITHOUT_OFFICE)).text
    assert "Named in the workbook: Rate = 0.19 (VAT)\n" in text
    assert "Prices" not in text.partition("```")[2]
    assert "Own" not in text


def rule(kind: int, tokens: bytes, *texts: str) -> bytes:
    cells = struct.pack("<I4I", 1, 1, 8, 2, 2)
    said = b"".join(made_xlsb.wide(text) if text else b"\xff\xff\xff\xff" for text in texts)
    formulas = struct.pack("<I", len(tokens)) + tokens + bytes(4) + bytes(8)
    return made_xlsb.record(64, struct.pack("<I", 0x0C0100 | kind) + cells + said + formulas)


@pytest.mark.parametrize(
    ("tokens", "choices"),
    [
        (b"\x17\x08\x00" + "Yes,Nein".encode("utf-16-le"), "choices: Yes,Nein, hint: Answer – Please choose"),
        (b"\x25" + struct.pack("<IIHH", 0, 4, 3, 3), "choices: those in D1:D5, hint: Answer – Please choose"),
        (b"\x3b" + struct.pack("<HIIHH", 0, 0, 4, 0, 0), "choices: those in Plan!A1:A5, hint: Answer – Please choose"),
        (b"\x23" + struct.pack("<I", 1), "choices: those in Answers, hint: Answer – Please choose"),
        (b"\x42\x01\x94\x00", "choices: those in a formula, hint: Answer – Please choose"),
        (b"\x23" + struct.pack("<I", 9), "hint: Answer – Please choose"),
    ],
    ids=["listed", "cells", "cells of a sheet", "a name", "a formula", "a name that is not there"],
)
async def test_choices_and_hints_of_a_binary_workbook_are_read(convert: Converter, tokens: bytes, choices: str) -> None:
    words = ("Wrong", "That is wrong", "Answer", "Please choose")
    after = made_xlsb.record(573, bytes(18)) + rule(3, tokens, *words) + made_xlsb.record(574)
    named = made_xlsb.record(39, bytes(5) + struct.pack("<I", 0xFFFFFFFF) + made_xlsb.wide("Answers") + bytes(8))
    sheets = made_xlsb.record(362, struct.pack("<I3I", 1, 0, 0, 0))
    content = made_xlsb.workbook(made_xlsb.row(0, made_xlsb.text(0, "lamp")), after=after, of_book=sheets + named)
    text = (await convert(content, "plan.xlsb", WITHOUT_OFFICE)).text
    assert f"At C2:C9, {choices}\n" in text


async def test_a_rule_that_breaks_off_costs_no_cells(convert: Converter) -> None:
    after = made_xlsb.record(64, b"\x03\x01\x0c\0\xff\xff\xff\xff") + rule(1, b"", "", "", "", "A number")
    content = made_xlsb.workbook(made_xlsb.row(0, made_xlsb.text(0, "lamp")), after=after)
    found = await convert(content, "plan.xlsb", WITHOUT_OFFICE)
    assert "1,lamp\n" in found.text
    assert "At C2:C9, hint: A number\n" in found.text
    assert found.reasons == []


CONTROLS = (
    '<office:forms><form:form xmlns:form="urn:oasis:names:tc:opendocument:xmlns:form:1.0">'
    '<form:button form:label="Send"/><form:checkbox form:label="Gift wrap" form:current-state="checked"/>'
    '<form:radio form:label="By post"/><form:text form:name="To" form:value="x" form:current-value="Ann"/>'
    '<form:listbox form:name="Size"><form:option form:label="L"/><form:option form:label="M" form:selected="true"/>'
    "</form:listbox><form:hidden form:value='no'/></form:form></office:forms>"
)
SAID = "Button: Send\nCheck box (ticked): Gift wrap\nOption: By post\nField “To”: Ann\nField “Size”: M\n"


async def test_controls_of_opendocument_files_are_read(convert: Converter) -> None:
    cells = "<table:table-row><table:table-cell><text:p>lamp</text:p></table:table-cell></table:table-row>"
    sheet = made_office.flat("spreadsheet", f'<table:table table:name="Order">{CONTROLS}{cells}</table:table>')
    assert SAID in (await convert(sheet, "order.fods", WITHOUT_OFFICE)).text
    letter = made_office.flat("text", f"{CONTROLS}<text:p>Order form</text:p>")
    assert f"{SAID}Order form" in (await convert(letter, "order.fodt", WITHOUT_OFFICE)).text


async def test_raised_digits_of_a_cell_stay_apart_from_the_others(convert: Converter) -> None:
    def run(text: str, align: str = "") -> str:
        look = f'<rPr><vertAlign val="{align}"/></rPr>' if align else "<rPr><b/></rPr>"
        return f"<r>{look}<t>{text}</t></r>"

    rich = run("10") + run("6", "superscript") + run(" t CO") + run("2", "subscript") + run(" by May 1")
    cell = f'<row r="1"><c r="A1" t="inlineStr"><is>{rich}{run("st", "superscript")}</is></c></row>'
    text = (await convert(made_office.workbook(cell), "gas.xlsx", WITHOUT_OFFICE)).text
    assert "1,10⁶ t CO₂ by May 1st\n" in text


async def test_so_do_those_of_a_document_and_a_slide(convert: Converter) -> None:
    power = made_office.text_run("3", '<w:vertAlign w:val="superscript"/>')
    content = made_office.word(made_office.paragraph(made_office.text_run("10"), power, made_office.text_run(" km")))
    assert "10³ km" in (await convert(content, "road.docx", WITHOUT_OFFICE)).text
    shape = made_office.box("10").replace("</a:r>", '</a:r><a:r><a:rPr baseline="30000"/><a:t>3</a:t></a:r>')
    slides = made_office.presentation({"slide1": made_office.slide(shape)})
    assert "10³" in (await convert(slides, "road.pptx", WITHOUT_OFFICE)).text


async def test_characters_that_a_workbook_writes_by_number_are_those(convert: Converter) -> None:
    cells = "".join(
        f'<c t="inlineStr"><is><t>{text}</t></is></c>'
        for text in (
            "one_x000D_\ntwo_x0009_three",
            "_x005F_x000D_ is written so",
            "file_x12_y",
            "_xD83D__xDE00_ smiles",
        )
    )
    formula = '<c t="str"><f>A1</f><v>a_x000D_b</v></c>'
    text = (await convert(made_office.workbook(f'<row r="1">{cells}{formula}</row>'), "n.xlsx", WITHOUT_OFFICE)).text
    assert "1,one ⏎ two\tthree,_x000D_ is written so,file_x12_y,😀 smiles,a ⏎ b\n" in text


async def test_pictures_in_headers_and_behind_the_cells_are_seen(convert: Converter) -> None:
    logo, ground = made_files.image("PNG", (300, 200)), made_files.image("JPEG", (400, 300))
    parts: dict[str, str | bytes] = {
        "xl/drawings/head.vml": '<xml xmlns:v="urn:schemas-microsoft-com:vml"><v:shape id="CH"/></xml>',
        "xl/media/logo.png": logo,
        "xl/media/ground.jpg": ground,
    }
    related: dict[str, made_office.Related] = {
        "xl/worksheets/sheet1.xml": {
            "rId1": ("vmlDrawing", "../drawings/head.vml"),
            "rId2": ("image", "../media/ground.jpg"),
        },
        "xl/drawings/head.vml": {"rId1": ("image", "../media/logo.png")},
    }
    found = await convert(book_with(parts, related), "letter.xlsx", WITHOUT_OFFICE)
    assert "picture in a header, footer or comment of 'Data'" in found.text
    assert "picture behind the cells of 'Data'" in found.text


async def test_a_header_of_a_picture_alone_has_no_words(convert: Converter) -> None:
    after = "<headerFooter><oddHeader>&amp;C&amp;G</oddHeader><oddFooter>&amp;LDraft</oddFooter></headerFooter>"
    content = made_office.workbook(made_office.cells(1, "lamp"), after=after)
    text = (await convert(content, "letter.xlsx", WITHOUT_OFFICE)).text
    assert "Printed above" not in text
    assert "Printed below each page: Draft" in text


async def test_a_header_of_fields_alone_has_no_words(convert: Converter) -> None:
    after = "<headerFooter><oddHeader>&amp;F - &amp;A</oddHeader><oddFooter>&amp;P / &amp;N</oddFooter></headerFooter>"
    content = made_office.workbook(made_office.cells(1, "lamp"), after=after)
    assert "Printed" not in (await convert(content, "letter.xlsx", WITHOUT_OFFICE)).text


async def test_raised_digits_of_an_opendocument_sheet_stay_apart(convert: Converter) -> None:
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties style:text-position="{where}"/>'
        "</style:style>"
        for name, where in (("T1", "super 58%"), ("T2", "-33% 58%"), ("T3", "0% 100%"))
    )
    words = "10<text:span text:style-name='T1'>3</text:span> CO<text:span text:style-name='T2'>2</text:span>"
    words += " May <text:span text:style-name='T3'>1</text:span>"
    row = f"<table:table-row><table:table-cell><text:p>{words}</text:p></table:table-cell></table:table-row>"
    sheet = made_office.flat("spreadsheet", f'<table:table table:name="Gas">{row}</table:table>', styles=styles)
    assert "1,10³ CO₂ May 1\n" in (await convert(sheet, "gas.fods", WITHOUT_OFFICE)).text


async def test_choices_that_stand_on_another_sheet_or_are_many_are_read(convert: Converter) -> None:
    cells = struct.pack("<I4I", 1, 1, 8, 2, 2)
    tokens = b"\x3b" + struct.pack("<HIIHH", 0, 0, 4, 0, 0)
    said = b"\xff\xff\xff\xff" * 2 + made_xlsb.wide("Answer") + made_xlsb.wide("Please choose")
    header = struct.pack("<3I", 6, 1, 2) + cells + struct.pack("<4I", 1, 2, len(tokens), 0) + tokens
    newer = made_xlsb.record(1053, header + struct.pack("<I", 0x010C0103) + said)
    many = ",".join(f"choice {number}" for number in range(60))
    listed = made_xlsb.record(681, made_xlsb.wide(f'"{many}"')) + rule(3, b"", "", "", "", "")
    after = listed + rule(3, b"\x17\x01\x00a\x00", "", "", "", "Second") + newer + made_xlsb.record(1053, header)
    sheets = made_xlsb.record(362, struct.pack("<I3I", 1, 0, 0, 0))
    content = made_xlsb.workbook(made_xlsb.row(0, made_xlsb.text(0, "lamp")), after=after, of_book=sheets)
    found = await convert(content, "plan.xlsb", WITHOUT_OFFICE)
    assert f"At C2:C9, choices: {many}\n" in found.text
    assert "At C2:C9, choices: a, hint: Second\n" in found.text
    assert "At C2:C9, choices: those in Plan!A1:A5, hint: Answer – Please choose\n" in found.text
    assert found.reasons == []


ANCHOR = "<twoCellAnchor><from><col>{}</col><row>1</row></from>{}</twoCellAnchor>"


async def test_where_text_boxes_and_pictures_lead_is_told_beside_them(convert: Converter) -> None:
    """As people see it with the mouse over them, and follow it with a click."""
    click = '<a:hlinkClick r:id="{}"/>'
    run = f"<a:p><a:r><a:rPr>{click}</a:rPr><a:t>{{}}</a:t></a:r></a:p>"
    box = '<sp><nvSpPr><cNvPr id="2" name="B">{}</cNvPr></nvSpPr><txBody>{}</txBody></sp>'
    picture = '<pic><nvPicPr><cNvPr id="3" name="P">{}</cNvPr></nvPicPr><a:blip r:embed="rId5"/></pic>'
    shapes = [
        box.format(click.format("rId1"), "<a:p><a:r><a:t>Apply</a:t></a:r></a:p>"),
        box.format("", run.format("rId2", "Ask ") + run.format("rId1", "or apply")),
        picture.format(click.format("rId2")),
        picture.format(click.format("rId3")),
    ]
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    drawing = (
        f'<wsDr xmlns:a="{made_office.DRAWN}" xmlns:r="{office}">'
        f"{''.join(ANCHOR.format(column, shape) for column, shape in enumerate(shapes))}</wsDr>"
    )
    related: dict[str, made_office.Related] = {
        "xl/worksheets/sheet1.xml": {"rId1": ("drawing", "../drawings/drawing1.xml")},
        "xl/drawings/drawing1.xml": {
            "rId1": ("hyperlink", "https://forms.example/apply"),
            "rId2": ("hyperlink", "https://help.example/"),
            "rId3": ("hyperlink", "#Data!A1"),
            "rId5": ("image", "../media/logo.png"),
        },
    }
    parts: dict[str, str | bytes] = {
        "xl/drawings/drawing1.xml": drawing,
        "xl/media/logo.png": made_files.image("PNG", (40, 30)),
    }
    text = (await convert(book_with(parts, related), "order.xlsx", WITHOUT_OFFICE)).text
    assert "Text box at A2: Apply [link: https://forms.example/apply]" in text
    assert "Text box at B2: Ask / or apply [link: https://help.example/] [link: https://forms.example/apply]" in text
    assert "Picture at C2 [link: https://help.example/]" in text
    assert "Picture at D2" not in text


async def test_links_of_what_is_drawn_on_a_sheet_of_opendocument_are_told_too(convert: Converter) -> None:
    name = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
    frame = "<draw:frame><draw:text-box><text:p>Apply</text:p></draw:text-box></draw:frame>"
    picture = f'<draw:a {name} xlink:href="https://help.example/"><draw:frame/></draw:a>'
    linked = (
        f'<table:shapes><draw:a {name} xlink:href="https://forms.example/">{frame}</draw:a>{picture}</table:shapes>'
    )
    row = "<table:table-row><table:table-cell><text:p>4</text:p></table:table-cell></table:table-row>"
    content = made_documents.odt(f'<table:table table:name="S">{linked}{row}</table:table>', mimetype="spreadsheet")
    text = (await convert(content, "order.ods", WITHOUT_OFFICE)).text
    assert "Text box: Apply [link: https://forms.example/]\nPicture [link: https://help.example/]" in text
