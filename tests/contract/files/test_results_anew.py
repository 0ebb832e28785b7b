"""Results of formulas that a file asks to be worked out when it is opened: the model sees those, as people do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files import inner_notes, notes
from tests import made_office
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
