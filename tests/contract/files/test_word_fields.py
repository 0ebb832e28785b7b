"""Fields of Word documents by what Word shows for them: their results, or, without one, words of their codes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files.worker.documents.field_words import of_code
from tests import made_office, made_old_office
from tests.converted import WITHOUT_OFFICE, Converter, converter, libreoffice
from tests.made_office import paragraph, text_run


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def char(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(code: str, *result: str, within: str = "") -> str:
    typed = f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
    shown = [char("separate"), *result] if result else []
    return "".join([char("begin"), typed, within, *shown, char("end")])


FIELDS = made_office.word(
    paragraph("ratio ", field(r"EQ \f(12,34)"), " of all")
    + paragraph("name ", field("MACROBUTTON NoMacro [type your name]"))
    + paragraph("sign ", field(r'SYMBOL 97 \f "Symbol"'))
    + paragraph("case ", field("IF", text_run("paid"), within=field("MERGEFIELD Sum", text_run("77"))))
    + paragraph("page ", field("PAGE", text_run("3")), field("TC x"))
    + paragraph("index ", char("begin"), "<w:r><w:instrText>TOC \\o</w:instrText></w:r>", char("separate"), "first")
    + paragraph("last", char("end"))
    + paragraph("new ", f'<w:ins w:author="Ann">{char("begin")}</w:ins>', text_run("x"), char("end"))
)  # fmt: skip


async def test_a_field_shows_its_result_or_what_its_code_says(convert: Converter) -> None:
    text = (await convert(FIELDS, "form.docx", WITHOUT_OFFICE)).text
    shown = "ratio 12/34 of all\nname [type your name]\nsign α\ncase paid\npage 3\nindex first\nlast\nnew\n"
    assert shown in text


@libreoffice
async def test_a_formula_that_no_page_shows_is_told(convert: Converter) -> None:
    assert "ratio 12/34 of all" in (await convert(FIELDS, "form.docx")).text


async def test_rich_text_and_word_97_show_fields_in_the_same_way(convert: Converter) -> None:
    rich = rb"{\rtf1\ansi ratio {\field{\*\fldinst EQ \\f(12,34)}{\fldrslt }} of all\par}"
    old = made_old_office.old_word("ratio \x13 EQ \\f(12,34) \x15 of all \x13 PAGE \x143\x15\r")
    assert "ratio 12/34 of all" in (await convert(rich, "form.rtf", WITHOUT_OFFICE)).text
    assert "ratio 12/34 of all 3" in (await convert(old, "form.doc", WITHOUT_OFFICE)).text


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (r'EQ \* jc2 \* "Font:Arial" \* hps10 \o\ad(\s\up 9(かん),漢)', "漢 (かん)"),
        (r"eq \r(3,x+1)", "³√(x+1)"),
        (r"EQ \i\su(1,5,n)", "∑_(1)^(5) n"),
        (r"EQ \a\ac\co2(10,20)", "10, 20"),
        (r"EQ x\s\up5(2) + a\s\do3(1)", "x² + a₁"),
        (r"EQ \f(a+b,c\,d", "(a+b)/(c,d)"),
        (r"EQ " + r"\f(" * 700, "f("),
        (r"SYMBOL 0x20AC \u", "€"),
        ("SYMBOL 65", "A"),
        (r"SYMBOL 74 \f Wingdings", ""),
        ("SYMBOL 99999999", ""),
        ("PAGE", ""),
        ("EQUIP", ""),
    ],
)
def test_a_field_without_a_result_shows_the_words_of_its_code(code: str, shown: str) -> None:
    assert of_code(code).startswith(shown)
    assert bool(of_code(code)) == bool(shown)
