"""Results of formulas that a file asks to be worked out when it is opened: the model sees those, as people do."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files import inner_notes, notes
from tests import made_office, made_old_office
from tests.converted import WITHOUT_OFFICE, Converter, converter, libreoffice

EXCEL = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Microsoft Excel</Application></Properties>"
)
ROW = (
    '<row r="1"><c r="A1"><v>4</v></c><c r="B1"><f>A1*2.5</f><v>{}</v></c>'
    '<c r="C1" t="str"><f>"n"&amp;A1</f><v>{}</v></c>{}</row>'
)


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def by_excels_name(content: bytes) -> bytes:
    """The same workbook as programs write it that work nothing out: they leave that to whoever opens it."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as package, zipfile.ZipFile(file, "w") as made:
        for name in package.namelist():
            text = package.read(name).decode()
            if name == "xl/workbook.xml":
                text = text.replace("</workbook>", '<calcPr calcId="124519" fullCalcOnLoad="1"/></workbook>')
            if name == "_rels/.rels":
                kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/extended-properties"
                text = text.replace(
                    "</Relationships>",
                    f'<Relationship Id="rId90" Type="{kind}" Target="docProps/app.xml"/></Relationships>',
                )
            made.writestr(name, text)
        made.writestr("docProps/app.xml", EXCEL)
    return file.getvalue()


def table(text: str) -> str:
    return text.partition("```csv\n")[2].partition("\n```")[0]


@libreoffice
async def test_zeros_that_stand_in_for_results_are_no_results(convert: Converter) -> None:
    found = await convert(by_excels_name(made_office.workbook(ROW.format("0", "", ""))), "report.xlsx")
    assert table(found.text) == "row,A,B,C\n1,4,10,n4"
    assert found.reasons == []


@libreoffice
async def test_results_of_what_stood_there_before_are_worked_out_anew(convert: Converter) -> None:
    known_to_its_program = '<c r="D1" t="str"><f>IFERROR(_xlfn.NEWER(1),"none")</f><v>found</v></c>'
    elsewhere = "<c r=\"E1\"><f>'[1]Rates'!A1</f><v>1.5</v></c>"
    row = ROW.format("7.5", "n3", known_to_its_program + elsewhere)
    found = await convert(by_excels_name(made_office.workbook(row)), "report.xlsx")
    assert table(found.text) == "row,A,B,C,D,E\n1,4,10,n4,found,1.5"


async def test_without_a_program_for_it_formulas_stand_for_zeros_and_results_may_be_old(convert: Converter) -> None:
    zeros = by_excels_name(made_office.workbook(ROW.format("0", "", "")))
    found = await convert(zeros, "report.xlsx", WITHOUT_OFFICE)
    assert table(found.text) == 'row,A,B,C\n1,4,=A1*2.5,"=""n""&A1"'
    assert found.reasons == [notes.FORMULAS]
    older = by_excels_name(made_office.workbook(ROW.format("7.5", "n3", "")))
    found = await convert(older, "report.xlsx", WITHOUT_OFFICE)
    assert table(found.text) == "row,A,B,C\n1,4,7.5,n3"
    assert found.reasons == [inner_notes.STALE_RESULTS]


async def test_a_stored_zero_is_one_where_the_file_asks_for_nothing(convert: Converter) -> None:
    found = await convert(made_office.workbook(ROW.format("0", "", "")), "report.xlsx", WITHOUT_OFFICE)
    assert table(found.text) == "row,A,B\n1,4,0"
    assert found.reasons == []


def old_formula(row: int, column: int, *, result: bytes) -> bytes:
    """One more than what stands left of it, in an .xls."""
    tokens = struct.pack("<BHH", 0x44, row, column - 1 | 0xC000) + struct.pack("<BHB", 0x1E, 1, 0x03)
    head = struct.pack("<HHH", row, column, 0) + result + bytes(6) + struct.pack("<H", len(tokens))
    return made_old_office.record(0x06, head + tokens)


EMPTY_TEXT = b"\x03" + bytes(5) + b"\xff\xff"
FOUR = made_old_office.record(0x203, struct.pack("<HHHd", 1, 0, 0, 4.0))
"""In the second row's first cell."""


@libreoffice
async def test_an_old_workbook_that_holds_no_results_gets_them_too(convert: Converter) -> None:
    more = FOUR + old_formula(1, 1, result=EMPTY_TEXT) + old_formula(1, 2, result=bytes(8))
    found = await convert(made_old_office.old_excel("sum", more=more), "report.xls")
    assert table(found.text) == "row,A,B,C\n1,sum\n2,4,5,6"
    assert found.reasons == []


async def test_without_a_program_for_it_an_old_workbook_says_where_its_formulas_are(convert: Converter) -> None:
    more = FOUR + old_formula(1, 1, result=EMPTY_TEXT)
    found = await convert(made_old_office.old_excel("sum", more=more), "report.xls", WITHOUT_OFFICE)
    assert table(found.text) == "row,A,B\n1,sum\n2,4,=(a formula)"
    assert found.reasons == [notes.FORMULAS]


@pytest.mark.parametrize("worked_out", [struct.pack("<d", 5.0), bytes(8)])
async def test_an_old_workbook_that_was_worked_out_keeps_its_results(convert: Converter, worked_out: bytes) -> None:
    by_excel = made_old_office.record(0x1C1, struct.pack("<HHI", 0x1C1, 0, 191_029)) if worked_out == bytes(8) else b""
    more = FOUR + old_formula(1, 1, result=worked_out) + old_formula(1, 2, result=EMPTY_TEXT)
    content = made_old_office.old_excel("sum", more=more, of_book=by_excel)
    found = await convert(content, "report.xls", WITHOUT_OFFICE)
    assert table(found.text) == f"row,A,B,C\n1,sum\n2,4,{5 if any(worked_out) else 0}"
    assert found.reasons == []


def xml_row(*results: str) -> bytes:
    """A four, and formulas that double what stands left of them."""
    doubled = "".join(f'<Cell ss:Formula="=RC[-1]*2">{result}</Cell>' for result in results)
    return made_office.excel_xml(f'<Row><Cell><Data ss:Type="Number">4</Data></Cell>{doubled}</Row>')


NUMBER = '<Data ss:Type="Number">{}</Data>'
NO_TEXT = '<Data ss:Type="String"></Data>'


@libreoffice
@pytest.mark.parametrize("results", [("", NUMBER.format("")), (NUMBER.format(0), NO_TEXT)])
async def test_excel_2003_xml_without_results_gets_them(convert: Converter, results: tuple[str, str]) -> None:
    found = await convert(xml_row(*results), "report.xml")
    assert table(found.text) == "row,A,B,C\n1,4,8,16"
    assert found.reasons == []


async def test_excel_2003_xml_shows_formulas_for_missing_results_and_keeps_all_others(convert: Converter) -> None:
    found = await convert(xml_row(NUMBER.format(""), NUMBER.format(0)), "report.xml", WITHOUT_OFFICE)
    assert table(found.text) == "row,A,B,C\n1,4,=RC[-1]*2,=RC[-1]*2"
    assert found.reasons == [notes.FORMULAS]
    kept = await convert(xml_row(NUMBER.format(0), NO_TEXT, NUMBER.format(7)), "report.xml", WITHOUT_OFFICE)
    assert table(kept.text) == "row,A,B,D\n1,4,0,7"
    assert kept.reasons == []


ARRAY = (
    '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f t="array" ref="B1:B4">A1:A3*10</f>{}</c></row>'
    '<row r="2"><c r="A2"><v>2</v></c>{}</row><row r="3"><c r="A3"><v>3</v></c>{}</row>'
)
ZERO = '<c r="B{}"><v>0</v></c>'
STORED = ("<v>0</v>", ZERO.format(2), ZERO.format(3))


@libreoffice
@pytest.mark.parametrize("stored", [STORED, ("", "", "")], ids=["zeros", "nothing"])
async def test_all_results_of_a_formula_that_fills_several_cells_are_worked_out(
    convert: Converter, stored: tuple[str, str, str]
) -> None:
    """Some programs store zeros in the other cells, and some store no cells at all."""
    found = await convert(by_excels_name(made_office.workbook(ARRAY.format(*stored))), "report.xlsx")
    assert table(found.text) == "row,A,B\n1,1,10\n2,2,20\n3,3,30\n4,,#N/A"
    assert found.reasons == []


async def test_without_a_program_for_it_the_other_cells_of_such_a_formula_say_so(convert: Converter) -> None:
    found = await convert(by_excels_name(made_office.workbook(ARRAY.format(*STORED))), "report.xlsx", WITHOUT_OFFICE)
    part = "=(part of the formula in B1)"
    assert table(found.text) == f"row,A,B\n1,1,=A1:A3*10\n2,2,{part}\n3,3,{part}"
    assert found.reasons == [notes.FORMULAS]
    kept = await convert(made_office.workbook(ARRAY.format(*STORED)), "report.xlsx", WITHOUT_OFFICE)
    assert table(kept.text) == "row,A,B\n1,1,0\n2,2,0\n3,3,0"


@libreoffice
async def test_a_formula_that_only_excel_understands_is_no_mistake_of_the_sheet(convert: Converter) -> None:
    """Within a table a cell of its own row can be named without the table."""
    named = '<row r="1"><c r="A1" t="str"><v>Q1</v></c><c r="B1" t="str"><v>Twice</v></c></row>'
    row = '<row r="2"><c r="A2"><v>4</v></c><c r="B2"><f>[[#This Row],Q1]*2</f><v>0</v></c></row>'
    found = await convert(by_excels_name(made_office.workbook(named + row)), "report.xlsx")
    assert table(found.text) == 'row,A,B\n1,Q1,Twice\n2,4,"=[[#This Row],Q1]*2"'
    assert found.reasons == [notes.FORMULAS]
