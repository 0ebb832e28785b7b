"""Spreadsheets reach the model as tables of text: every cell as people see it, and what pages would have lost."""

from __future__ import annotations

import asyncio
import io
import re
import struct
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook

from bot.files import notes
from bot.messages import ImageBlock
from tests import made_documents, made_files, made_office, made_old_office, made_xlsb
from tests.converted import LIMITS, WITHOUT_OFFICE, Converter, converter, libreoffice
from tests.office_files import converted_by_office

PRICES = """row,A,B,C,D,E (hidden)
1,Price list 2026 [merged A1:C1]
2,item,price,share,since,internal
3,lamp 1 [comment: Ann: out of stock],"1,000.25 €",1.0%,01.03.2026,x
4,lamp 2,"1,000.50 €",2.0%,02.03.2026,x
5 (hidden),lamp 3,"1,000.75 €",3.0%,03.03.2026,x
6,lamp 4,"1,001.00 €",4.0%,04.03.2026,x
7,lamp 5,"1,001.25 €",5.0%,05.03.2026,x

Printed above each page: Example &Co"""
ASSUMPTIONS = "row,A\n1,Rebate of seven percent"


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def tables(text: str) -> list[str]:
    return re.findall(r"```csv\n(.*?)\n```", text, flags=re.DOTALL)


# --- what pages lose -----------------------------------------------------------------------------------------------
async def test_a_workbook_is_its_cells_as_people_see_them_with_all_that_is_hidden(convert: Converter) -> None:
    found = await convert(made_office.price_list(), "prices.xlsx", WITHOUT_OFFICE)
    assert found.labels == [
        'File "prices.xlsx" (Excel workbook, sheet 1 of 2 "Prices", 7 rows × 5 columns):',
        'File "prices.xlsx" (Excel workbook, sheet 2 of 2 "Assumptions", a hidden sheet, 1 row × 1 column):',
    ]
    assert tables(found.text) == [PRICES, ASSUMPTIONS]
    assert found.reasons == []


@libreoffice
@pytest.mark.parametrize("kind", ["xls", "ods"])
async def test_every_other_format_gives_the_same_tables(convert: Converter, tmp_path: Path, kind: str) -> None:
    content = await converted_by_office(tmp_path, "prices.xlsx", made_office.price_list(), kind)
    found = await convert(content, f"prices.{kind}", WITHOUT_OFFICE)
    prices, assumptions = tables(found.text)
    assert re.sub(r"comment:[ :]*(Ann: )?", "comment: Ann: ", prices) == PRICES  # LibreOffice loses the author
    assert assumptions == ASSUMPTIONS
    assert "a hidden sheet" in found.labels[1]


async def test_rows_under_a_filter_say_that_they_were_filtered_out(convert: Converter) -> None:
    rows = made_office.cells(1, "name") + made_office.cells(2, "Oslo") + made_office.cells(4, "Bergen")
    hidden = made_office.cells(3, "Turku").replace('r="3"', 'r="3" hidden="1"')
    content = made_office.workbook(rows.replace('<row r="4"', f'{hidden}<row r="4"'), after='<autoFilter ref="A1:A4"/>')
    (table,) = tables((await convert(content, "a.xlsx")).text)
    assert table == "row,A\n1,name\n2,Oslo\n3 (filtered out),Turku\n4,Bergen"


async def test_a_thread_of_comments_is_read_once(convert: Converter) -> None:
    name = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    thread = (
        f'<ThreadedComments xmlns="{name}"><threadedComment ref="A1" dT="2026-11-24T10:00:00" personId="p" id="1">'
        "<text>Is that net?</text>"
        '</threadedComment><threadedComment ref="A1" personId="p" id="2" parentId="1"><text>Gross.</text>'
        "</threadedComment></ThreadedComments>"
    )
    legacy = (
        f'<comments xmlns="{made_office.SHEETS}"><authors><author>tc=1</author></authors><commentList>'
        '<comment ref="A1" authorId="0"><text><t>[Threaded comment] Your version of Excel…</t></text></comment>'
        "</commentList></comments>"
    )
    people = f'<personList xmlns="{name}"><person displayName="Ann Lie" id="p"/></personList>'
    parts = {
        "xl/threadedComments/t1.xml": thread, "xl/comments1.xml": legacy, "xl/persons/person.xml": people,
        "xl/worksheets/_rels/sheet1.xml.rels": (
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            '<Relationship Id="r1" Type="x/threadedComment" Target="../threadedComments/t1.xml"/>'
            '<Relationship Id="r2" Type="x/comments" Target="../comments1.xml"/></Relationships>'
        ),
    }  # fmt: skip
    (table,) = tables((await convert(made_office.workbook(made_office.cells(1, "100"), parts=parts), "a.xlsx")).text)
    comments = "[comment: Ann Lie, 2026-11-24: Is that net?] [comment: Ann Lie, in reply to Ann Lie: Gross.]"
    assert table == f'row,A\n1,"100 {comments}"'


async def test_how_japanese_is_pronounced_is_not_part_of_the_cell(convert: Converter) -> None:
    cell = '<row r="1"><c r="A1" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c></row>'
    (table,) = tables((await convert(made_office.workbook(cell), "a.xlsx")).text)
    assert table == "row,A\n1,東京"


async def test_what_is_drawn_is_told_by_its_words_and_pictures_are_shown(convert: Converter) -> None:
    found = await convert(made_office.price_list(chart=True, picture=True), "prices.xlsx", WITHOUT_OFFICE)
    assert "Chart at G2: bar chart, “Prices by lamp”" in found.text
    assert found.labels[-1] == "File \"prices.xlsx › picture in 'Prices' at G20\" (PNG image, 40 × 30 px):"
    assert sum(isinstance(block, ImageBlock) for block in found.file.blocks) == 1


@libreoffice
async def test_charts_are_shown_as_pictures_where_there_is_a_program_for_it(convert: Converter) -> None:
    found = await convert(made_office.price_list(chart=True), "prices.xlsx")
    assert tables(found.text)[0].startswith(PRICES)
    assert found.labels[-1].startswith('File "prices.xlsx" (chart or picture in the workbook, ')
    assert isinstance(found.file.blocks[-1], ImageBlock)


async def test_a_chart_on_a_sheet_of_its_own_is_named_in_an_old_workbook_too(convert: Converter) -> None:
    found = await convert(made_old_office.old_excel("lamp", "Rain in 2020"), "rain.xls", WITHOUT_OFFICE)
    assert "1,lamp" in found.text
    assert "Chart on a sheet of its own: Rain in 2020" in found.text


async def test_a_sheet_of_macros_is_named(convert: Converter) -> None:
    found = await convert(made_old_office.old_excel("lamp", macro_sheet="Macro1"), "macros.xls", WITHOUT_OFFICE)
    assert "Sheet of macros, whose formulas are not shown: Macro1" in found.text


@pytest.mark.parametrize("count", [0, 2])
async def test_texts_that_cells_share_are_read_also_where_their_number_is_not_given(
    convert: Converter, count: int
) -> None:
    cells = b"".join(
        made_old_office.record(0xFD, struct.pack("<HHHI", row, 0, 0, number)) for row, number in ((1, 1), (2, 0))
    )
    texts = made_old_office.shared_texts(count, "Bergen", "Oslo")
    found = await convert(made_old_office.old_excel("towns", more=cells, of_book=texts), "towns.xls", WITHOUT_OFFICE)
    assert "1,towns\n2,Oslo\n3,Bergen\n" in found.text
    assert not found.reasons


async def test_texts_in_the_bytes_of_excel_95_are_read(convert: Converter) -> None:
    content = made_old_office.excel_95("Größe", header="&CÜbersicht", macro_sheet="Abläufe")
    found = await convert(content, "sizes.xls", WITHOUT_OFFICE)
    assert "1,Größe" in found.text
    assert "Printed above each page: Übersicht" in found.text
    assert "Sheet of macros, whose formulas are not shown: Abläufe" in found.text


async def test_formulas_without_results_are_read_as_formulas_with_a_word_about_it(convert: Converter) -> None:
    found = await convert(made_office.price_list(formulas=True), "prices.xlsx", WITHOUT_OFFICE)
    assert "\n9,,=SUM(B3:B7)" in found.text
    assert found.reasons == [notes.FORMULAS]


async def test_a_formula_that_results_in_no_text_has_its_result(convert: Converter) -> None:
    """As Excel writes each ``IF(…,"")`` that has nothing to say."""
    cell = '<c r="A1" t="str"><f>IF(B1=1,"late","")</f>{}</c><c r="B1"><v>2</v></c>'
    for result in ("<v></v>", "<v/>"):
        book = made_office.workbook(f'<row r="1">{cell.format(result)}</row>')
        found = await convert(book, "dues.xlsx", WITHOUT_OFFICE)
        assert tables(found.text) == ["row,B\n1,2"]
        assert found.reasons == []


async def test_rows_and_columns_drawn_together_to_nothing_are_hidden_too(convert: Converter) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c></row><row r="2" ht="0"><c r="A2"><v>3</v></c></row>'
    book = made_office.workbook(rows, before='<cols><col min="2" max="2" width="0" customWidth="1"/></cols>')
    found = await convert(book, "dues.xlsx", WITHOUT_OFFICE)
    assert tables(found.text) == ["row,A,B (hidden)\n1,1,2\n2 (hidden),3"]


async def test_cells_that_have_values_and_no_words_are_shown_by_their_values(convert: Converter) -> None:
    values = (
        'float" office:value="42.5',
        'percentage" office:value="0.125',
        'currency" office:currency="EUR" office:value="-3',
        'date" office:date-value="2026-03-01',
        'boolean" office:boolean-value="true',
        'string" office:string-value="lamp',
        'string" table:formula="of:=IF([.A1]=1;&quot;x&quot;;&quot;&quot;)" office:string-value="',
    )
    cells = "".join(f'<table:table-cell office:value-type="{value}"/>' for value in values)
    body = f'<table:table table:name="S"><table:table-row>{cells}</table:table-row></table:table>'
    found = await convert(made_office.flat("spreadsheet", body), "values.fods", WITHOUT_OFFICE)
    assert tables(found.text) == ["row,A,B,C,D,E,F\n1,42.5,12.5%,-3 EUR,2026-03-01,TRUE,lamp"]
    assert found.reasons == []


async def test_a_long_sheet_of_such_cells_is_not_taken_for_a_blank_one(convert: Converter) -> None:
    cell = '<table:table-cell office:value-type="float" office:value="{}"/>'
    rows = "".join(f"<table:table-row>{cell.format(number) * 2}</table:table-row>" for number in range(20_000))
    content = made_office.flat("spreadsheet", f'<table:table table:name="S">{rows}</table:table>')
    assert len(content) > 2_500_000
    found = await convert(content, "values.fods", WITHOUT_OFFICE)
    assert "\n1,0,0\n" in found.text
    assert "\n20000,19999,19999\n" in found.text


@libreoffice
async def test_formulas_without_results_are_worked_out_where_there_is_a_program_for_it(convert: Converter) -> None:
    found = await convert(made_office.price_list(formulas=True), "prices.xlsx")
    assert "\n9,,5003.75" in found.text
    assert "lamp 1 [comment: Ann: out of stock]" in found.text
    assert found.reasons == []


@libreoffice
async def test_what_such_a_program_does_not_know_stays_as_it_was(convert: Converter) -> None:
    stored = '<c r="A1" t="str"><f>_xlfn.NEWER(1)</f><v>by region</v></c><c r="B1" t="d"><v>2026-01-05</v></c>'
    row = f'<row r="1">{stored}<c r="C1"><f>1+1</f></c><c r="D1"><f>_xlfn.NEWER(2)</f></c></row>'
    found = await convert(made_office.workbook(row), "a.xlsx")
    assert tables(found.text) == ["row,A,B,C,D\n1,by region,2026-01-05,2,=_xlfn.NEWER(2)"]
    assert found.reasons == [notes.FORMULAS]


async def test_a_stored_result_is_what_is_shown(convert: Converter) -> None:
    sum_and_truth = '<c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="b"><v>1</v></c>'
    row = f'<row r="1">{sum_and_truth}<c r="C1" t="e"><v>#DIV/0!</v></c></row>'
    (table,) = tables((await convert(made_office.workbook(row), "a.xlsx")).text)
    assert table == "row,A,B,C\n1,2,TRUE,#DIV/0!"


# --- other formats -------------------------------------------------------------------------------------------------
async def test_excel_2003_xml_is_a_table_too(convert: Converter) -> None:
    rows = (
        '<Column ss:Index="2" ss:Hidden="1"/>'
        '<Row><Cell ss:MergeAcross="1"><Data ss:Type="String">Rates &amp; fees</Data></Cell></Row>'
        '<Row ss:Index="4" ss:Hidden="1"><Cell ss:StyleID="p"><Data ss:Type="Number">0.25</Data>'
        '<Comment ss:Author="Ann"><ss:Data>check</ss:Data></Comment></Cell>'
        '<Cell ss:StyleID="d"><Data ss:Type="DateTime">2026-03-05T00:00:00.000</Data></Cell></Row>'
    )
    styles = (
        '<Style ss:ID="p"><NumberFormat ss:Format="Percent"/></Style>'
        '<Style ss:ID="d"><NumberFormat ss:Format="dd/mm/yyyy"/></Style>'
    )
    header = '<x:PageSetup><x:Header x:Data="&amp;CExample &amp;P"/></x:PageSetup>'
    content = made_office.excel_xml(rows, styles=styles, options=f"{header}<x:Visible>SheetHidden</x:Visible>")
    found = await convert(content, "report.xls")
    assert found.labels == ['File "report.xls" (Excel workbook, sheet "Data", a hidden sheet, 4 rows × 2 columns):']
    expected = "row,A,B (hidden)\n1,Rates & fees [merged A1:B1]\n4 (hidden),25.00% [comment: Ann: check],05/03/2026"
    expected += "\n\nPrinted above each page: Example [page]"
    assert tables(found.text) == [expected]


async def test_a_web_page_that_calls_itself_a_workbook_is_read_for_its_cells(convert: Converter) -> None:
    rows = "<tr><th>Name</th><th>Sum</th></tr><tr><td>Müller</td><td>1.200,50</td></tr>"
    page = f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><style>td {{}}</style><table>{rows}</table></html>'
    for content in (page, f"<table>{rows}</table>"):
        found = await convert(content.encode(), "export.xls")
        assert found.text.split("```")[1].strip() == "Name | Sum\nMüller | 1.200,50"


async def test_of_a_long_one_all_rows_are_there_to_be_read_and_the_note_counts_them(convert: Converter) -> None:
    rows = "".join(f"<tr><td>{number:04}</td><td>Oslo</td></tr>" for number in range(2_000))
    page = f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table>{rows}</table></html>'
    limits = replace(WITHOUT_OFFICE, convert=replace(LIMITS.convert, text_chars_max=1_000))
    found = await convert(page.encode(), "export.xls", limits)
    assert "(web page made for an office program, 2,000 lines, 23,000 characters left out)" in found.text
    whole = found.file.blocks[0].whole  # type: ignore[union-attr]  # a text's
    assert whole is not None
    assert "\n1000 | Oslo\n" in whole.data.path.read_text(encoding="utf-8")


async def test_a_flat_opendocument_spreadsheet_is_a_table_too(convert: Converter) -> None:
    body = (
        '<table:table table:name="Plan" table:style-name="gone"><table:table-column table:visibility="collapse"/>'
        '<table:table-row table:number-rows-repeated="2"><table:table-cell table:number-columns-repeated="3"/>'
        '</table:table-row><table:table-row table:visibility="filter"><table:table-cell><text:p>1.200,50 €</text:p>'
        "<office:annotation><dc:creator>Ann</dc:creator><text:p>net</text:p></office:annotation></table:table-cell>"
        '<table:table-cell table:number-columns-repeated="2"><text:p>a<text:s text:c="2"/>b</text:p></table:table-cell>'
        '</table:table-row><table:table-row table:number-rows-repeated="1048573"><table:table-cell/></table:table-row>'
        "</table:table>"
    )
    properties = '<style:table-properties table:display="false"/>'
    style = f'<style:style style:name="gone" style:family="table">{properties}</style:style>'
    found = await convert(made_office.flat("spreadsheet", body, styles=style), "plan.fods")
    assert found.labels[0].endswith('sheet "Plan", a hidden sheet, 3 rows × 3 columns):')
    assert tables(found.text) == ['row,A (hidden),B,C\n3 (filtered out),"1.200,50 € [comment: Ann: net]",a  b,a  b']


async def test_a_binary_workbook_is_its_cells_as_people_see_them_without_any_other_program(convert: Converter) -> None:
    rows = made_xlsb.row(
        0, made_xlsb.cell(made_xlsb.SHARED, 0, b"\1\0\0\0"), made_xlsb.text(1, "due"), made_xlsb.text(3, "share")
    )
    rows += made_xlsb.row(
        1,
        made_xlsb.text(0, "lamp"), made_xlsb.number(1, 46_357, 1), made_xlsb.number(2, 1_200.5, 2),
        made_xlsb.small(3, 25, 3, hundredth=True), made_xlsb.cell(made_xlsb.BOOLEAN, 4, b"\1"),
        made_xlsb.cell(made_xlsb.ERROR, 5, b"\x2a"),
    )  # fmt: skip
    rows += made_xlsb.row(4, made_xlsb.small(0, -7), hidden=True)
    columns = made_xlsb.record(60, struct.pack("<IIIIH", 5, 5, 0, 0, 1))
    merged = made_xlsb.record(176, struct.pack("<4I", 0, 0, 1, 2))
    above = made_xlsb.record(479, b"\0\0" + made_xlsb.wide("&CSecret") + made_xlsb.wide("") * 5)
    content = made_xlsb.workbook(
        rows, columns, merged + above, hidden=True, formats=["dd.mm.yyyy", '#,##0.00" €"', "0%"],
        strings=["unused", "item"], beside=[(1, 1, "Ann", "Too late.")],
    )  # fmt: skip
    found = await convert(content, "a.xlsb", WITHOUT_OFFICE)
    assert tables(found.text)[0].splitlines() == [
        "row,A,B,C,D,E,F (hidden)",
        "1,item,due [merged B1:C1],,share",
        '2,lamp,01.12.2026 [comment: Ann: Too late.],"1,200.50 €",25%,TRUE,#N/A',
        "5 (hidden),-7",
        "",
        "Printed above each page: Secret",
    ]
    assert 'sheet "Plan", a hidden sheet' in found.labels[0]
    assert found.reasons == []


async def test_a_binary_workbook_counts_its_days_from_1904_where_it_says_so(convert: Converter) -> None:
    rows = made_xlsb.row(0, made_xlsb.number(0, 0.5, 1))
    found = await convert(made_xlsb.workbook(rows, formats=["yyyy-mm-dd hh:mm"], date_1904=True), "a.xlsb")
    assert tables(found.text)[0].splitlines()[1] == "1,1904-01-01 12:00"


async def test_a_binary_sheet_that_breaks_off_is_shown_as_far_as_it_goes(convert: Converter) -> None:
    rows = made_xlsb.row(0, made_xlsb.text(0, "whole")) + made_xlsb.record(6, b"\0")
    found = await convert(made_xlsb.workbook(rows), "a.xlsb")
    assert "1,whole" in found.text
    assert "damaged within the sheet “Plan”" in found.reasons[0]


# --- large ones ----------------------------------------------------------------------------------------------------
def export(rows: int) -> bytes:
    lines = "".join(made_office.cells(row, f"customer {row}", "Bergen", f"last{row}") for row in range(2, rows + 1))
    return made_office.workbook(made_office.cells(1, "name", "city", "note") + lines)


async def test_a_long_sheet_keeps_its_header_and_its_end_and_says_which_rows_are_missing(convert: Converter) -> None:
    found = await convert(export(60_000), "export.xlsx")
    (table,) = tables(found.text)
    lines = table.split("\n")
    gap = next(number for number, line in enumerate(lines) if line.startswith("[…"))
    first, last = (int(number.replace(",", "")) for number in re.findall(r"[\d,]+\d", lines[gap]))
    assert lines[:3] == ["row,A,B,C", "1,name,city,note", "2,customer 2,Bergen,last2"]
    assert lines[gap - 1].startswith(f"{first - 1},")
    assert lines[gap + 1].startswith(f"{last + 1},")
    assert lines[-1] == "60000,customer 60000,Bergen,last60000"
    assert 190_000 < len(table) <= LIMITS.convert.text_chars_max
    assert f"rows {first:,}–{last:,} left out" in found.labels[0]
    assert found.reasons == [notes.sheet_rows_left_out([f"rows {first:,}–{last:,} of 60,000 in “Data”"])]


async def test_a_short_sheet_is_not_cut_for_a_long_one(convert: Converter) -> None:
    book = Workbook()
    for name, rows in (("Long", 9_000), ("Short", 50), ("Longer", 12_000)):
        sheet = book.create_sheet(name)
        for row in range(rows):
            sheet.append([f"{name} {row}", row])
    found = await convert(made_office.saved(book), "a.xlsx")
    _, long, short, longer = tables(found.text)
    assert short.count("\n") == 50
    assert "left out" not in short
    assert 80_000 < len(long) < 120_000
    assert 80_000 < len(longer) < 120_000


async def test_a_million_formatted_rows_with_nothing_in_them_cost_nothing(convert: Converter) -> None:
    blank = "".join(
        f'<row r="{row}" s="1"><c r="A{row}" s="1"/><c r="B{row}" s="1"/></row>' for row in range(3, 300_000)
    )
    content = made_office.workbook(
        made_office.cells(1, "a") + made_office.cells(2, "b") + blank + made_office.cells(300_000, "c")
    )
    async with asyncio.timeout(20):
        found = await convert(content, "a.xlsx")
    assert tables(found.text) == ["row,A\n1,a\n2,b\n300000,c"]
    assert found.reasons == []


async def test_cells_at_the_far_corner_make_no_giant_of_a_sheet(convert: Converter) -> None:
    corner = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>corner</t></is></c></row>'
    (table,) = tables((await convert(made_office.workbook(made_office.cells(1, "first") + corner), "a.xlsx")).text)
    assert table == "row,A,XFD\n1,first\n1048576,,corner"


def bomb() -> bytes:
    """A workbook of a megabyte whose sheet is one of 450."""
    file = io.BytesIO()
    rows = b'<row><c t="inlineStr"><is><t>x</t></is></c></row>' * 20_000
    good = zipfile.ZipFile(io.BytesIO(made_office.workbook(made_office.cells(1, "first"))))
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bad:
        for name in good.namelist():
            with bad.open(name, "w") as member:
                head, end, rest = good.read(name).partition(b"</sheetData>")
                member.write(head)
                for _ in range(450 if end else 0):
                    member.write(rows)
                member.write(end + rest)
    return file.getvalue()


async def test_a_bomb_of_a_sheet_ends_as_a_sheet_that_breaks_off(convert: Converter) -> None:
    found = await convert(bomb(), "a.xlsx")
    assert "1,first" in found.text
    assert notes.sheets_break_off(["Data"]) in found.reasons


async def test_a_damaged_sheet_is_shown_as_far_as_it_goes(convert: Converter) -> None:
    content = made_office.workbook(made_office.cells(1, "kept") + '<row r="2"><c><v>1</v>')
    found = await convert(content, "a.xlsx")
    assert "1,kept" in found.text
    assert found.reasons == [notes.sheets_break_off(["Data"])]


async def test_very_long_rows_lose_their_ends_with_a_word(convert: Converter) -> None:
    limits = replace(LIMITS, convert=replace(LIMITS.convert, text_chars_max=10_000))
    content = made_office.workbook(
        made_office.cells(1, *(f"column {n}" for n in range(3_000))) + made_office.cells(2, "end")
    )
    found = await convert(content, "a.xlsx", limits)
    assert "column 100" in found.text
    assert "\n2,end" in found.text
    assert found.reasons == [notes.WIDE_ROWS]


# --- what cannot be read -------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "content",
    [
        made_documents.compound({"EncryptedPackage": bytes(5_000), "EncryptionInfo": bytes(20)}),
        made_documents.compound(
            {"Workbook": b"\x09\x08\x10\0\0\x06\x05\0" + bytes(12) + b"\x2f\0\x02\0\0\0" + bytes(5_000)}
        ),
    ],
    ids=["xlsx", "xls"],
)
async def test_a_locked_workbook_asks_for_a_copy_without_the_password(convert: Converter, content: bytes) -> None:
    assert (await convert(content, "a.xls", WITHOUT_OFFICE)).reasons == [notes.PASSWORD]


async def test_a_workbook_that_is_none_inside_is_named(convert: Converter) -> None:
    content = made_files.zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<not"})
    assert (await convert(content, "a.xlsx", WITHOUT_OFFICE)).reasons == [notes.no_office("Excel workbook")]
