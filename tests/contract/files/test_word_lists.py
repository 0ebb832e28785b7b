"""Where a Word document can only be read as words, its items have the numbers that its pages show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import made_office
from tests.converted import WITHOUT_OFFICE, Converter, converter
from tests.made_office import text_run


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def level(number: int, form: str, text: str, more: str = "") -> str:
    start = f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
    return f'{start}{more}<w:lvlText w:val="{text}"/></w:lvl>'


NUMBERING = (
    '<w:abstractNum w:abstractNumId="7">'
    + level(0, "decimal", "%1.", '<w:pStyle w:val="Clause"/>')
    + level(1, "decimal", "%1.%2")
    + level(2, "lowerLetter", "(%3)")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="8">'
    + level(0, "upperRoman", "Article %1")
    + level(1, "decimalZero", "Section %1.%2", "<w:isLgl/>")
    + '</w:abstractNum><w:abstractNum w:abstractNumId="9">'
    + level(0, "bullet", "\uf0b7")
    + level(1, 'custom" w:format="001, 002, 003, ...', "%2)")
    + "</w:abstractNum>"
    + "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{of}"/>{more}</w:num>'
        for number, of, more in (
            (1, 7, ""),
            (2, 7, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>'),
            (3, 8, ""),
            (4, 9, ""),
            (5, 7, ""),
        )
    )
)
STYLES = (
    '<w:style w:styleId="Clause"><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>'
    '<w:style w:styleId="Clause2"><w:basedOn w:val="Clause"/></w:style>'
)


def item(text: str, number: int, at: int = 0) -> str:
    properties = f'<w:numPr><w:ilvl w:val="{at}"/><w:numId w:val="{number}"/></w:numPr>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{text_run(text)}</w:p>"


def styled(text: str, style: str, more: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{more}</w:pPr>{text_run(text)}</w:p>'


async def words(convert: Converter, body: str) -> str:
    content = made_office.word(body, {"numbering": NUMBERING, "styles": STYLES})
    text = (await convert(content, "contract.docx", WITHOUT_OFFICE)).text
    return text.partition("```\n")[2].partition("\n```")[0]


async def test_items_count_on_level_by_level(convert: Converter) -> None:
    body = item("Price", 1) + item("Amount", 1, 1) + item("Net", 1, 2) + item("Gross", 1, 2) + item("Due", 1, 1)
    body += made_office.paragraph("Between") + item("Delivery", 1) + item("Place", 1, 1)
    assert await words(convert, body) == (
        "1. Price\n1.1 Amount\n(a) Net\n(b) Gross\n1.2 Due\nBetween\n2. Delivery\n2.1 Place"
    )


async def test_lists_of_one_description_count_together_until_one_begins_anew(convert: Converter) -> None:
    body = item("a", 1) + item("b", 5) + item("c", 2) + item("d", 2) + item("e", 1)
    assert await words(convert, body) == "1. a\n2. b\n5. c\n6. d\n7. e"


async def test_numbers_come_from_styles_and_end_where_a_paragraph_says_so(convert: Converter) -> None:
    none = '<w:numPr><w:numId w:val="0"/></w:numPr>'
    body = styled("a", "Clause") + styled("b", "Clause2") + styled("c", "Clause", none) + styled("d", "Other")
    assert await words(convert, body) == "1. a\n2. b\nc\nd"


async def test_roman_numbers_are_digits_where_the_level_wants_that(convert: Converter) -> None:
    body = item("Scope", 3) + item("Terms", 3) + item("Words", 3, 1) + item("Bread", 4)
    assert await words(convert, body) == "Article I Scope\nArticle II Terms\nSection 2.1 Words\nBread"


async def test_an_item_may_come_before_the_one_that_it_is_within(convert: Converter) -> None:
    assert await words(convert, item("a", 1, 1) + item("b", 1) + item("c", 1, 1)) == "1.1 a\n2. b\n2.1 c"
    assert await words(convert, item("a", 2, 1) + item("b", 2)) == "5.1 a\n6. b"


async def test_numbers_may_begin_with_zeros(convert: Converter) -> None:
    assert await words(convert, item("a", 4, 1) + item("b", 4, 1)) == "001) a\n002) b"


async def test_what_stands_before_an_item_is_short(convert: Converter) -> None:
    numbering = NUMBERING.replace("Article %1", "Article %1" * 9_000)
    content = made_office.word(item("a", 3) * 2_000, {"numbering": numbering, "styles": STYLES})
    assert len((await convert(content, "contract.docx", WITHOUT_OFFICE)).text) < 200_000


async def test_numbers_stand_in_the_cells_of_tables(convert: Converter) -> None:
    row = f"<w:tr><w:tc>{item('', 1)}</w:tc><w:tc>{made_office.paragraph('lamp')}</w:tc></w:tr>"
    assert await words(convert, f"<w:tbl>{row}{row}</w:tbl>") == "1. | lamp\n2. | lamp"


async def test_word_2003_says_the_number_itself(convert: Converter) -> None:
    name = "http://schemas.microsoft.com/office/word/2003"
    items = "".join(
        f'<w:p><w:pPr><w:listPr><wx:t wx:val="{sign}"/></w:listPr></w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>'
        for sign, text in (("4.1", "Net"), ("\u00b7", "Gross"))
    )
    content = (
        f'<?xml version="1.0"?><w:wordDocument xmlns:w="{name}/wordml" xmlns:wx="{name}/auxHint"><w:body>{items}'
        "</w:body></w:wordDocument>"
    )
    assert "\n4.1 Net\nGross\n" in (await convert(content.encode(), "old.xml", WITHOUT_OFFICE)).text


async def test_a_change_within_a_word_does_not_part_it(convert: Converter) -> None:
    def changed(kind: str, text: str) -> str:
        return f'<w:{kind} w:author="Ann">{text_run(text)}</w:{kind}>'

    body = made_office.paragraph("Splendo", changed("del", "u"), "r on ", changed("del", "May"), changed("ins", "June"))
    body += made_office.paragraph("see the", changed("ins", " old"), " town")
    assert await words(convert, body) == (
        "Splendo[deleted by Ann: u]r on [deleted by Ann: May] [inserted by Ann: June]\n"
        "see the [inserted by Ann: old] town"
    )
