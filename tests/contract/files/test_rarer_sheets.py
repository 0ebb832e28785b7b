"""What of a spreadsheet lies where few programs put it: what it is by its manifest, pictures within one XML file, and
words that a drawing and an older drawing of it both have."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import date, time
from pathlib import Path

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from bot.files import notes
from bot.messages import ImageBlock
from tests import made_files, made_office
from tests.contract.files.test_beside_cells import VML, book_with
from tests.converted import WITHOUT_OFFICE, Converter, converter, libreoffice
from tests.made_files import zipped
from tests.office_files import converted_by_office

MANIFEST = (
    '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<m:file-entry m:media-type="application/vnd.oasis.opendocument.{kind}" m:full-path="/"/>'
    '<m:file-entry m:media-type="text/xml" m:full-path="content.xml">{more}</m:file-entry></m:manifest>'
)


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def packed(kind: str, content: bytes, more: str = "") -> bytes:
    return zipped({"content.xml": content, "META-INF/manifest.xml": MANIFEST.format(kind=kind, more=more).encode()})


async def test_an_opendocument_file_that_only_its_manifest_names_is_one(convert: Converter) -> None:
    row = "<table:table-row><table:table-cell><text:p>lamp</text:p></table:table-cell></table:table-row>"
    sheet = made_office.flat("spreadsheet", f'<table:table table:name="Order">{row}</table:table>')
    found = await convert(packed("spreadsheet", sheet), "order.ods", WITHOUT_OFFICE)
    assert found.labels == ['File "order.ods" (OpenDocument spreadsheet, sheet "Order", 1 row × 1 column):']
    letter = made_office.flat("text", "<text:p>Dear Ann</text:p>")
    found = await convert(packed("text-template", letter), "letter.ott", WITHOUT_OFFICE)
    assert "Dear Ann" in found.text
    assert "content.xml" not in found.text


async def test_so_is_a_locked_one(convert: Converter) -> None:
    found = await convert(packed("spreadsheet", bytes(range(256)), "<m:encryption-data/>"), "order.ods")
    assert found.reasons == [notes.PASSWORD]


async def test_a_zip_with_a_manifest_of_another_kind_stays_an_archive(convert: Converter) -> None:
    manifest = b'<manifest><file-entry full-path="/"/></manifest>'
    members = {"META-INF/manifest.xml": manifest, "content.xml": b"<a>lamp</a>"}
    found = await convert(zipped(members), "site.zip")
    assert '"site.zip › content.xml"' in found.text


async def test_pictures_and_charts_within_one_xml_file_are_seen(convert: Converter) -> None:
    def image(content: bytes) -> str:
        data = base64.encodebytes(content).decode()
        return f"<draw:image><office:binary-data>{data}</office:binary-data></draw:image>"

    chart = (
        '<office:document><office:body><office:chart><c:chart xmlns:c="urn:oasis:names:tc:opendocument:xmlns:chart:1.0"'
        ' c:class="chart:bar"><c:title><text:p>Sales</text:p></c:title></c:chart></office:chart></office:body>'
        "</office:document>"
    )
    frames = f"<draw:frame>{image(made_files.image('PNG', (300, 200)))}</draw:frame>"
    frames += f"<draw:frame><draw:object>{chart}</draw:object>{image(b'VCLMTF of the chart')}</draw:frame>"
    row = f"<table:table-row><table:table-cell><text:p>lamp</text:p>{frames}</table:table-cell></table:table-row>"
    sheet = made_office.flat("spreadsheet", f'<table:table table:name="Order">{row}</table:table>')
    found = await convert(sheet, "order.fods", WITHOUT_OFFICE)
    assert "Chart at A1: bar chart, “Sales”\n" in found.text
    assert "Text box" not in found.text
    (picture,) = (block for block in found.file.blocks if isinstance(block, ImageBlock))
    assert (picture.width_px, picture.height_px) == (300, 200)
    assert "picture in 'Order' at A1" in found.text


DRAWING = """<wsDr xmlns="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">{}</wsDr>"""
ANCHORED = """<mc:AlternateContent><mc:Choice Requires="a14"><twoCellAnchor><from><col>2</col><row>4</row></from>
<sp><nvSpPr><cNvPr id="1" name="b"><a:extLst><a:ext>{}</a:ext></a:extLst></cNvPr></nvSpPr><txBody><a:p><a:r><a:t>{}
</a:t></a:r></a:p></txBody></sp></twoCellAnchor></mc:Choice><mc:Fallback/></mc:AlternateContent>"""
STAND_IN = '<a14:compatExt xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" spid="_x0000_s1025"/>'


async def test_a_button_that_stands_in_two_drawings_is_told_once(convert: Converter) -> None:
    shapes = "".join(ANCHORED.format(*one) for one in ((STAND_IN, "Send order"), (STAND_IN, "Only here"), ("", "Free")))
    related: dict[str, made_office.Related] = {
        "xl/worksheets/sheet1.xml": {
            "rId1": ("drawing", "../drawings/drawing1.xml"),
            "rId2": ("vmlDrawing", "../drawings/old.vml"),
        }
    }
    parts: dict[str, str | bytes] = {"xl/drawings/drawing1.xml": DRAWING.format(shapes), "xl/drawings/old.vml": VML}
    text = (await convert(book_with(parts, related), "order.xlsx", WITHOUT_OFFICE)).text
    assert text.count("Send order") == 1
    assert "Button at C5: Send order\n" in text
    assert "Text box at C5: Free\n" in text
    assert "Text box at C5: Only here\n" in text


OLD_CHART = """<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"><c:chart><c:plotArea><c:barChart>
<c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Share_x000D_
of sales</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:cat><c:numRef><c:numCache><c:formatCode>m/d/yyyy</c:formatCode><c:pt idx="0"><c:v>46023</c:v></c:pt>
<c:pt idx="1" formatCode="mmm\\-yy"><c:v>46054</c:v></c:pt></c:numCache></c:numRef></c:cat>
<c:val><c:numRef><c:numCache><c:formatCode>0.0%</c:formatCode><c:pt idx="0"><c:v>0.125</c:v></c:pt>
<c:pt idx="1" formatCode="General"><c:v>0.30000000000000004</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser>
</c:barChart></c:plotArea></c:chart></c:chartSpace>"""


async def test_points_of_a_chart_read_as_their_formats_say(convert: Converter) -> None:
    drawing = DRAWING.format(
        "<twoCellAnchor><from><col>1</col><row>2</row></from><graphicFrame>"
        '<chart xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/>'
        "</graphicFrame></twoCellAnchor>"
    )
    related: dict[str, made_office.Related] = {
        "xl/worksheets/sheet1.xml": {"rId1": ("drawing", "../drawings/drawing1.xml")},
        "xl/drawings/drawing1.xml": {"rId1": ("chart", "../charts/chart1.xml")},
    }
    parts: dict[str, str | bytes] = {"xl/drawings/drawing1.xml": drawing, "xl/charts/chart1.xml": OLD_CHART}
    text = (await convert(book_with(parts, related), "sales.xlsx", WITHOUT_OFFICE)).text
    assert "Chart at B3: series “Share of sales”: 2026-01-01 = 12.5%, Feb-26 = 0.3\n" in text
    parts["xl/charts/chart1.xml"] = OLD_CHART.replace("<c:chart>", '<c:date1904 val="1"/><c:chart>', 1)
    assert "2030-01-02 = 12.5%" in (await convert(book_with(parts, related), "sales.xlsx", WITHOUT_OFFICE)).text


async def test_comments_hints_and_headers_have_no_escapes_and_no_codes(convert: Converter) -> None:
    comments = (
        f'<comments xmlns="{made_office.SHEETS}"><authors><author>Ann</author></authors><commentList>'
        '<comment ref="A1" authorId="0"><text><r><t>one_x000D_\ntwo</t></r></text></comment></commentList></comments>'
    )
    related: dict[str, made_office.Related] = {"xl/worksheets/sheet1.xml": {"rId1": ("comments", "../comments1.xml")}}
    rules = (
        '<dataValidations><dataValidation type="list" sqref="A1" promptTitle="Size" prompt="Small_x000a_or large">'
        '<formula1>"S,L"</formula1></dataValidation></dataValidations><headerFooter>'
        '<oddHeader>&amp;C&amp;"Arial,Bold"&amp;12&amp;K04-024Plan_x000A_of May</oddHeader></headerFooter>'
    )
    cells = made_office.cells(1, "lamp")
    sheet = f'<worksheet xmlns="{made_office.SHEETS}"><sheetData>{cells}</sheetData>{rules}</worksheet>'
    parts: dict[str, str | bytes] = {"xl/comments1.xml": comments, "xl/worksheets/sheet1.xml": sheet}
    text = (await convert(book_with(parts, related), "plan.xlsx", WITHOUT_OFFICE)).text
    assert "1,lamp [comment: Ann: one ⏎ two]\n" in text
    assert "At A1, choices: S,L, hint: Size – Small or large\n" in text
    assert "Printed above each page: Plan of May\n" in text


RICH = "http://schemas.microsoft.com/office/spreadsheetml/2017/richdata"
IDS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def rich_parts(*values: tuple[int | str, ...]) -> dict[str, str | bytes]:
    """``values`` are the number of a structure, and what is in its fields."""
    fields = (("_rvRel:LocalImageIdentifier", "CalcOrigin", "Text"), ("errorType",), ("_Flag", "_DisplayString"))
    blocks = "".join(f'<bk><extLst><ext><x:rvb i="{at}"/></ext></extLst></bk>' for at in range(len(values)))
    records = "".join(f'<bk><rc t="1" v="{at}"/></bk>' for at in range(len(values)))
    keys = "".join(f"<s>{''.join(f'<k n={chr(34)}{key}{chr(34)}/>' for key in one)}</s>" for one in fields)
    rich = "".join(f'<rv s="{one}">{"".join(f"<v>{text}</v>" for text in texts)}</rv>' for one, *texts in values)
    return {
        "xl/metadata.xml": f'<metadata xmlns:x="{RICH}"><metadataTypes><metadataType name="XLRICHVALUE"/>'
        f'</metadataTypes><futureMetadata name="XLRICHVALUE">{blocks}</futureMetadata>'
        f"<valueMetadata>{records}</valueMetadata></metadata>",
        "xl/richData/rdrichvaluestructure.xml": f'<rvStructures xmlns="{RICH}">{keys}</rvStructures>',
        "xl/richData/rdrichvalue.xml": f'<rvData xmlns="{RICH}">{rich}</rvData>',
        "xl/richData/richValueRel.xml": f'<richValueRels xmlns:r="{IDS}"><rel r:id="rId1"/></richValueRels>',
    }


def sheet_of(cells: str) -> str:
    return f'<worksheet xmlns="{made_office.SHEETS}"><sheetData><row r="1">{cells}</row></sheetData></worksheet>'


async def test_pictures_within_cells_and_other_rich_values_are_seen(convert: Converter) -> None:
    parts = rich_parts((0, 0, 5, "A red lamp"), (1, 8), (2, 1, "Microsoft Corp (XNAS:MSFT)"), (0, 7, 5))
    numbered = (
        f'<c r="{column}1" t="e" vm="{vm}"><v>#VALUE!</v></c>' for column, vm in zip("ABCDEF", "112349", strict=True)
    )
    parts["xl/worksheets/sheet1.xml"] = sheet_of("".join(numbered))
    parts["xl/media/image1.png"] = made_files.image("PNG", (300, 200))
    related: dict[str, made_office.Related] = {
        "xl/richData/richValueRel.xml": {"rId1": ("image", "../media/image1.png")}
    }
    found = await convert(book_with(parts, related), "stock.xlsx", WITHOUT_OFFICE)
    row = "1,[picture: A red lamp],[picture, as at Data!A1: A red lamp],#SPILL!,Microsoft Corp (XNAS:MSFT)"
    assert f"{row},[picture],#VALUE!\n" in found.text.replace('"', "")
    assert len([block for block in found.file.blocks if isinstance(block, ImageBlock)]) == 1
    assert "picture in 'Data' at A1" in found.text


@libreoffice
async def test_of_another_programs_copy_only_the_missing_results_are_taken(convert: Converter) -> None:
    """It has none of the newer values of cells, and writes others in formats of its own."""
    parts = rich_parts((2, 1, "Microsoft Corp (XNAS:MSFT)"))
    cells = '<c r="A1" t="e" vm="1"><v>#VALUE!</v></c><c r="B1"><v>2</v></c><c r="C1"><f>B1*21</f></c>'
    empty = '<c r="D1"><f>IF(B1=1,"x","")</f></c><c r="E1"><f>B1+1</f><v>99</v></c>'
    parts["xl/worksheets/sheet1.xml"] = sheet_of(cells + empty)
    found = await convert(book_with(parts, {}), "stock.xlsx")
    assert "row,A,B,C,E\n1,Microsoft Corp (XNAS:MSFT),2,42,99\n" in found.text
    assert found.reasons == []


@libreoffice
@pytest.mark.parametrize("long", [False, True])
async def test_so_it_is_with_opendocument_and_with_long_sheets(convert: Converter, long: bool) -> None:
    cell = '<table:table-cell table:formula="=6*{0}"/><table:table-cell><text:p>shown {0}</text:p></table:table-cell>'
    count = 30_000 if long else 3
    rows = "".join(f"<table:table-row>{cell.format(number)}</table:table-row>" for number in range(1, count + 1))
    found = await convert(
        made_office.flat("spreadsheet", f'<table:table table:name="S">{rows}</table:table>'), "numbers.fods"
    )
    assert found.text.startswith('File "numbers.fods" (OpenDocument spreadsheet, ')
    assert "\n1,6,shown 1\n2,12,shown 2\n" in found.text
    assert f"\n{count},{6 * count},shown {count}\n" in found.text
    assert notes.FORMULAS not in found.reasons


async def test_pictures_that_wps_puts_into_cells_are_seen(convert: Converter) -> None:
    images = (
        f'<e:cellImages xmlns:e="http://www.wps.cn/officeDocument/2017/etCustomData" xmlns:r="{IDS}"><e:cellImage><pic>'
        '<nvPicPr><cNvPr id="2" name="ID_7F" descr="lamp"/></nvPicPr><blipFill><blip r:embed="rId1"/></blipFill></pic>'
        "</e:cellImage></e:cellImages>"
    )
    formula = '<f>_xlfn.DISPIMG("ID_{0}",1)</f><v>=DISPIMG("ID_{0}",1)</v>'
    cells = "".join(f'<c r="{at}" t="str">{formula.format(name)}</c>' for at, name in (("A1", "7F"), ("B1", "80")))
    parts: dict[str, str | bytes] = {
        "xl/worksheets/sheet1.xml": sheet_of(cells),
        "xl/cellimages.xml": images,
        "xl/media/image1.png": made_files.image("PNG", (300, 200)),
    }
    related: dict[str, made_office.Related] = {"xl/cellimages.xml": {"rId1": ("image", "media/image1.png")}}
    found = await convert(book_with(parts, related), "stock.xlsx", WITHOUT_OFFICE)
    assert '1,[picture: lamp],"=DISPIMG(' in found.text
    assert "picture in 'Data' at A1" in found.text


@libreoffice
async def test_raised_digits_of_an_old_workbook_stay_apart(convert: Converter, tmp_path: Path) -> None:
    styles = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties style:text-position="{where}"/>'
        "</style:style>"
        for name, where in (("T1", "super 58%"), ("T2", "sub 58%"))
    )
    words = "<text:span text:style-name='T1'>1</text:span> 10<text:span text:style-name='T1'>3</text:span> CO"
    words += "<text:span text:style-name='T2'>2</text:span> in 2026"
    row = f"<table:table-row><table:table-cell><text:p>{words}</text:p></table:table-cell></table:table-row>"
    sheet = made_office.flat("spreadsheet", f'<table:table table:name="Gas">{row}</table:table>', styles=styles)
    old = await converted_by_office(tmp_path, "gas.fods", sheet, "xls")
    assert "1,¹ 10³ CO₂ in 2026\n" in (await convert(old, "gas.xls", WITHOUT_OFFICE)).text


async def test_times_of_an_opendocument_sheet_read_as_times_also_without_their_words(convert: Converter) -> None:
    spans = ("PT01H30M00S", "-PT36H00M05.2S", "P1DT2H")
    cells = "".join(f'<table:table-cell office:value-type="time" office:time-value="{span}"/>' for span in spans)
    body = f'<table:table table:name="Data"><table:table-row>{cells}</table:table-row></table:table>'
    found = await convert(made_office.flat("spreadsheet", body), "hours.fods", WITHOUT_OFFICE)
    assert "1,01:30:00,-36:00:05,26:00:00\n" in found.text


async def test_rows_that_a_program_wrote_in_another_order_are_all_there(convert: Converter) -> None:
    rows = made_office.cells(1, "one") + made_office.cells(3, "three") + made_office.cells(2, "two")
    found = await convert(made_office.workbook(rows), "order.xlsx", WITHOUT_OFFICE)
    assert "1,one\n2,two\n3,three\n" in found.text
    assert not found.reasons


async def test_a_row_that_a_file_comes_back_to_is_one_row(convert: Converter) -> None:
    rows = '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>2</v></c></row><row r="1"><c r="A1"><v>3</v></c></row>'
    content = made_office.workbook(f'{rows}<row r="2"><c r="C2"><v>4</v></c></row>')
    assert "\n1,3\n2,2,1,4\n" in (await convert(content, "a.xlsx", WITHOUT_OFFICE)).text


async def test_dates_that_are_held_in_words_are_shown_by_their_formats(convert: Converter, tmp_path: Path) -> None:
    book = Workbook(iso_dates=True)
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    cells: tuple[tuple[date | time | str, str], ...] = (
        (date(2026, 3, 5), "dd.mm.yyyy"),
        (time(6, 45), "h:mm"),
        ("#N/A", "General"),
    )
    for column, (value, code) in enumerate(cells, 1):
        sheet.cell(1, column, value).number_format = code
    book.save(tmp_path / "made.xlsx")
    found = await convert((tmp_path / "made.xlsx").read_bytes(), "a.xlsx", WITHOUT_OFFICE)
    assert "\n1,05.03.2026,6:45,#N/A\n" in found.text


async def test_cells_of_excel_2003_xml_look_as_their_row_column_or_table_says(convert: Converter) -> None:
    """Excel writes a style at a cell only where it differs from that of its column."""
    styles = "".join(
        f'<Style ss:ID="{name}"><NumberFormat ss:Format="{code}"/></Style>'
        for name, code in (("part", "0%"), ("day", "dd/mm/yyyy"), ("money", "0.00 €"), ("row", "0.0"))
    )
    columns = '<Column ss:StyleID="part"/><Column ss:Index="3" ss:Span="1" ss:StyleID="day"/>'
    cell = '<Cell{}><Data ss:Type="Number">{}</Data></Cell>'
    first = "".join(cell.format("", value) for value in (0.25, 7, 46350, 46351))
    second = "".join(cell.format(style, 0.5) for style in (' ss:StyleID="money"', ""))
    rows = f'{columns}<Row>{first}</Row><Row ss:StyleID="row">{second}</Row>'
    text = (await convert(made_office.excel_xml(rows, styles=styles, style="money"), "a.xml", WITHOUT_OFFICE)).text
    assert "1,25%,7.00 €,24/11/2026,25/11/2026\n2,0.50 €,0.5" in text


async def test_characters_that_xml_does_not_allow_end_nothing(convert: Converter) -> None:
    """Excel writes a bell as &#7;, and other programs an emoji in two halves."""
    said = ("&#7;bell&#x1F;", "a\x0bb", "&#55357;&#56832;", "&#xD83D;", "&#65;&#x42;&#13;", "&amp;#7;")
    rows = "".join(f'<Row><Cell><Data ss:Type="String">{text}</Data></Cell></Row>' for text in (*said, "the end"))
    found = await convert(made_office.excel_xml(rows), "a.xml", WITHOUT_OFFICE)
    assert "1,bell\n2,ab\n3,😀\n4,\ufffd\n5,AB\n6,&#7;\n7,the end" in found.text
    assert found.reasons == []
