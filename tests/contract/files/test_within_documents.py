"""What lies within a document is read too: files embedded in it, tables in tables, equations, changes, comments."""

from __future__ import annotations

import struct
import zlib
from collections.abc import AsyncIterator
from itertools import pairwise
from pathlib import Path

import pytest

from bot.files import notes
from bot.files.worker.documents import rtf
from bot.files.worker.words import rich_text
from tests import made_documents, made_files, made_office, made_old_office
from tests.converted import WITHOUT_OFFICE, Converter, converter, libreoffice
from tests.made_documents import packed
from tests.made_office import box, paragraph, slide
from tests.made_old_office import Looks

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
MATHML = (
    b'<math xmlns="http://www.w3.org/1998/Math/MathML"><semantics><mrow><mi>E</mi><mo>=</mo><mfrac><mi>m</mi>'
    b'<mn>2</mn></mfrac></mrow><annotation encoding="StarMath 5.0">E = m over 2</annotation></semantics></math>'
)
PRICES = made_office.workbook(made_office.cells(1, "lamp", "42 EUR"))


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


async def words(convert: Converter, content: bytes, name: str) -> str:
    return (await convert(content, name, WITHOUT_OFFICE)).text


def cell(*parts: str) -> str:
    return f"<w:tc>{''.join(parts)}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def math(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def with_object(main: str, inside: dict[str, bytes], kind: str) -> bytes:
    folder = main.partition("/")[0]
    parts: dict[str, str | bytes] = {main: made_office.slide(box("A slide"))}
    if kind.startswith("word"):
        parts[main] = f'<w:document xmlns:w="{made_office.WORD}"><w:body>{paragraph("A letter")}</w:body></w:document>'
    parts |= {f"{folder}/embeddings/{name}": content for name, content in inside.items()}
    return made_office.open_xml(main, parts, {main: {}}, kind)


# --- tables ----------------------------------------------------------------------------------------------------------
async def test_a_table_within_a_table_is_read_once_and_where_it_is(convert: Converter) -> None:
    inner = table(cell(paragraph("a")) + cell(paragraph("b")), cell(paragraph("c")))
    outer = table(cell(paragraph("before"), inner, paragraph("after")) + cell(paragraph("beside")))
    text = await words(convert, made_office.word(outer), "tables.docx")
    assert "before / [ a | b / c ] / after | beside\n" in text
    assert text.count("a | b") == 1


async def test_a_row_that_was_inserted_says_by_whom(convert: Converter) -> None:
    row = '<w:trPr><w:ins w:id="1" w:author="Ann"/></w:trPr>' + cell(paragraph("new row"))
    assert "[row inserted by Ann] new row" in await words(convert, made_office.word(table(row)), "rows.docx")


async def test_a_cell_that_was_deleted_says_by_whom(convert: Converter) -> None:
    gone = f'<w:tc><w:tcPr><w:cellDel w:id="1" w:author="Bob"/></w:tcPr>{paragraph("old price")}</w:tc>'
    text = await words(convert, made_office.word(table(cell(paragraph("lamp")) + gone)), "cells.docx")
    assert "lamp | [cell deleted by Bob] old price" in text


async def test_cells_of_an_opendocument_table_hold_tables_comments_and_notes_once(convert: Converter) -> None:
    def rows(*cells: str) -> str:
        inside = "".join(f"<table:table-cell>{text}</table:table-cell>" for text in cells)
        return f"<table:table><table:table-row>{inside}</table:table-row></table:table>"

    remark = "<office:annotation><text:p>a remark</text:p></office:annotation>"
    body = rows(f"<text:p>out</text:p>{rows('<text:p>in</text:p>')}", f"<text:p>x{remark}</text:p>")
    text = await words(convert, made_documents.odt(body), "tables.odt")
    assert "out / [ in ] | x [comment: a remark]\n" in text
    assert text.count("a remark") == 1


# --- equations -------------------------------------------------------------------------------------------------------
async def test_equations_are_read_in_the_order_of_people(convert: Converter) -> None:
    square = f"<m:sSup><m:e>{math('b')}</m:e><m:sup>{math('2')}</m:sup></m:sSup>"
    top = f"{math('-b±')}<m:rad><m:deg/><m:e>{square}{math('-4ac')}</m:e></m:rad>"
    fraction = f"<m:f><m:num>{top}</m:num><m:den>{math('2a')}</m:den></m:f>"
    equation = f"<m:oMath {MATH}>{math('x=')}{fraction}</m:oMath>"
    text = await words(convert, made_office.word(f"<w:p>{equation}</w:p>"), "equation.docx")
    assert "x=(-b±√(b^2-4ac))/2a\n" in text
    newer = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice>'
        f"<m:oMathPara {MATH}><m:oMath>{math('E=m')}{square}</m:oMath></m:oMathPara></mc:Choice>"
        "<mc:Fallback><a:r><a:t>picture</a:t></a:r></mc:Fallback></mc:AlternateContent>"
    )
    shape = box("Energy ").replace("</a:p>", f"{newer}</a:p>")
    text = await words(convert, made_office.presentation({"slide1": slide(shape)}), "equation.pptx")
    assert "Energy E=mb^2\n" in text


async def test_formulas_and_charts_of_an_opendocument_text_are_read(convert: Converter) -> None:
    frame = '<text:p>as <draw:frame><draw:object xlink:href="./Object 1"/></draw:frame></text:p>'
    text = await words(convert, made_documents.odt(frame, extra={"Object 1/content.xml": MATHML}), "formula.odt")
    assert "as\nE=m/2\n" in text


# --- embedded files --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "main", "kind"),
    [
        ("plan.docx", "word/document.xml", "wordprocessingml.document"),
        ("deck.pptx", "ppt/presentation.xml", "presentationml.presentation"),
    ],
)
async def test_files_embedded_in_a_document_are_read_as_files(
    convert: Converter, name: str, main: str, kind: str
) -> None:
    pdf = made_documents.compound({"CONTENTS": made_files.pdf(2)})
    inside = {"sheet1.xlsx": PRICES, "oleObject1.bin": packed("note.txt", b"Ring back at five."), "oleObject2.bin": pdf}
    found = await convert(with_object(main, inside, kind), name, WITHOUT_OFFICE)
    assert f'File "{name} › sheet1.xlsx" (Excel workbook' in found.text
    assert "lamp,42 EUR" in found.text
    assert f'File "{name} › note.txt" (text, 1 line):\n```\nRing back at five.' in found.text
    assert f'File "{name} › embedded object 3" (PDF, 2 pages):' in found.text


async def test_the_first_twenty_embedded_files_are_read_and_the_others_counted(convert: Converter) -> None:
    many = {f"oleObject{number}.bin": packed(f"{number}.txt", b"Words %d." % number) for number in range(23)}
    found = await convert(with_object("word/document.xml", many, "wordprocessingml.document"), "x.docx", WITHOUT_OFFICE)
    assert "Words 1." in found.text
    assert any("holds 23 embedded files, and only the first 20 were read" in reason for reason in found.reasons)


@libreoffice
async def test_of_many_documents_in_a_document_the_first_are_shown_and_the_others_told(convert: Converter) -> None:
    """Each takes an office program a second or two; a slide shows them all."""
    inside = {f"note{n}.docx": made_office.word(paragraph(f"Words of note {n}.")) for n in range(7)}
    found = await convert(with_object("ppt/presentation.xml", inside, "presentationml.presentation"), "deck.pptx")
    assert sum("(Word document, shown as PDF, 1 page)" in label for label in found.labels) == 5
    assert ["Words of note 5." in found.text, "Words of note 6." in found.text] == [True, True]
    assert sum(reason == notes.words_alone("Word document") for reason in found.reasons) == 2


async def test_the_workbook_behind_a_chart_is_not_read_beside_the_chart(convert: Converter) -> None:
    parts: dict[str, str | bytes] = {
        "word/document.xml": f'<w:document xmlns:w="{made_office.WORD}"><w:body>{paragraph("x")}</w:body></w:document>',
        "word/charts/chart1.xml": "<c:chartSpace xmlns:c='c'/>",
        "word/embeddings/sheet1.xlsx": PRICES,
    }
    related = {"word/charts/chart1.xml": {"rId1": ("package", "../embeddings/sheet1.xlsx")}}
    content = made_office.open_xml("word/document.xml", parts, related, "wordprocessingml.document")
    assert "lamp" not in await words(convert, content, "chart.docx")


async def test_a_document_that_is_kept_as_a_web_page_within_the_package_is_read(convert: Converter) -> None:
    """As programs write it that make documents of web pages."""
    body = '<w:altChunk xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="c"/>'
    parts: dict[str, str | bytes] = {
        "word/document.xml": f'<w:document xmlns:w="{made_office.WORD}"><w:body>{body}</w:body></w:document>',
        "word/chunk.htm": b"<html><body><p>Words of the chunk</p></body></html>",
    }
    related = {"word/document.xml": {"c": ("aFChunk", "chunk.htm")}}
    content = made_office.open_xml("word/document.xml", parts, related, "wordprocessingml.document")
    assert "Words of the chunk" in await words(convert, content, "chunk.docx")


async def test_objects_of_old_documents_are_read(convert: Converter) -> None:
    letter = made_documents.streams_of(made_old_office.old_word("Inner letter"))
    sheet = made_documents.streams_of(made_old_office.old_excel("Inner cell"))
    outer = made_documents.streams_of(made_old_office.old_word("Outer letter"))
    note = {"\x01Ole10Native": made_documents.streams_of(packed("note.txt", b"Ring back."))["\x01Ole10Native"]}
    content = made_documents.compound({**outer, "ObjectPool": {"_1": letter, "_2": sheet, "_3": note}})
    text = await words(convert, content, "old.doc")
    assert "Outer letter" in text
    assert "Inner letter" in text
    assert "Inner cell" in text
    assert "Ring back." in text


async def test_objects_of_an_old_presentation_are_read(convert: Converter) -> None:
    data = packed("note.txt", b"Ring back.")
    body = struct.pack("<I", len(data)) + zlib.compress(data)
    stream = struct.pack("<HHI", 0x0010, 0x1011, len(body)) + body
    content = made_documents.compound({"PowerPoint Document": stream.ljust(4_096, b"\0"), "Current User": bytes(64)})
    assert "Ring back." in await words(convert, content, "old.ppt")


async def test_an_object_that_somebody_saved_by_itself_gives_the_file_it_holds(convert: Converter) -> None:
    found = await convert(packed("note.txt", b"Ring back."), "oleObject1.bin", WITHOUT_OFFICE)
    assert found.labels == ['File "oleObject1.bin › note.txt" (text, 1 line):']
    assert "Ring back." in found.text


async def test_an_object_in_rich_text_is_read(convert: Converter) -> None:
    data = packed("note.txt", b"Ring back.")
    body = struct.pack("<II", 0x0501, 2) + struct.pack("<I", 8) + b"Package\0" + bytes(8)
    native = made_documents.streams_of(data)["\x01Ole10Native"][4:]
    body += struct.pack("<I", len(native)) + native
    content = rb"{\rtf1\ansi Outer{\object\objemb{\*\objdata " + body.hex().encode() + rb"}{\result x}}\par}"
    assert "Ring back." in await words(convert, content, "objects.rtf")


# --- speaker notes, comments, changes --------------------------------------------------------------------------------
async def test_what_stands_at_the_edges_of_pages_of_notes_is_read_once(convert: Converter) -> None:
    notes = slide(
        box("Say it slowly.", placeholder='<p:ph type="body"/>'),
        box("Board meeting", placeholder='<p:ph type="hdr"/>'),
        box("7", placeholder='<p:ph type="sldNum"/>'),
        root="notes",
    )
    deck = made_office.presentation(
        {"slide1": slide(box("One")), "slide2": slide(box("Two"))}, {"slide1": notes, "slide2": notes}
    )
    text = await words(convert, deck, "deck.pptx")
    assert text.endswith("## On pages of speaker notes\nBoard meeting\n```")


async def test_so_is_that_of_an_old_presentation(convert: Converter) -> None:
    edges = {0: "24 November", 1: "Board meeting", 2: "Not to be passed on"}
    deck = made_old_office.old_slides("Prices", "Say it slowly.", edges, shown=0x30)
    assert (await words(convert, deck, "deck.ppt")).partition("```\n")[2] == (
        "## Slide 1\nPrices\nSpeaker notes: Say it slowly.\n\n"
        "## On pages of speaker notes\nBoard meeting\nNot to be passed on\n```"
    )


async def test_comments_on_an_old_slide_are_read_where_powerpoint_2002_put_them(
    convert: Converter,
) -> None:
    comment = made_old_office.slide_comment("Ann", "Too dear.")
    deck = made_old_office.old_slides("Prices", "", {}, shown=0, more=comment)
    assert "Prices\nComment by Ann, 2026-11-24: Too dear.\n" in await words(convert, deck, "deck.ppt")


async def test_comments_and_changes_of_rich_text_say_who_and_when(convert: Converter) -> None:
    moment = (126 << 20) | (11 << 16) | (24 << 11)
    content = (
        rb"{\rtf1\ansi{\*\revtbl{Unknown;}{Ann;}{Bob;}}In {\deleted\revauthdel1 March}{\revised\revauth2 May}."
        rb"{\*\atnid A}{\*\atnauthor Ann}{\*\annotation{\*\atndate %d}Too late.}\par}" % moment
    )
    text = await words(convert, content, "comments.rtf")
    assert "In [deleted by Ann: March] [inserted by Bob: May] . [Comment by Ann, 2026-11-24: Too late.]" in text


async def test_changes_of_a_word_97_document_say_who_made_them(convert: Converter) -> None:
    deleted, inserted, hidden = {0x0800: 1, 0x4863: 1}, {0x0801: 1, 0x4804: 2}, {0x083C: 1}
    text = "😀 In MarchMay.\rGone.\rPlain. secret\rOdd\r\xa0\r"
    places = (0, 6, 11, 14, 16, 22, 29, 35, 36, 41)
    kinds: tuple[dict[int, int], ...] = ({}, deleted, inserted, {}, deleted, {}, hidden, {}, {0x0801: 1})
    looks = [Looks(start, end, kind) for (start, end), kind in zip(pairwise(places), kinds, strict=True)]
    content = made_old_office.old_word(text, looks=looks, changed_by=("Unknown", "Ann", "Bob"))
    assert (await words(convert, content, "plan.doc")).partition("```\n")[2] == (
        "😀 In [deleted by Ann: March] [inserted by Bob: May] .\n[deleted by Ann: Gone.]\nPlain. [hidden: secret]\n"
        "[inserted: Odd]\n```"
    )


async def test_rich_text_shows_word_art_equations_and_the_unicode_version(convert: Converter) -> None:
    content = (
        rb"{\rtf1\ansi{\shp{\*\shpinst{\sp{\sn gtextUNICODE}{\sv DRAFT}}}}"
        rb"{\mmath{\*\moMath{\mf{\mnum{\mr a}}{\mden{\mr b}}}}} {\upr{old}{\*\ud{new\u1055?}}}\par}"
    )
    text = await words(convert, content, "more.rtf")
    assert "DRAFT" in text
    assert "a/b new\u041f" in text


async def test_forms_and_watermarks_of_word_97_are_read(convert: Converter) -> None:
    begin = '<w:r><w:fldChar><w:ffData><w:ddList><w:result w:val="1"/><w:listEntry w:val="red"/>'
    chosen = f'{begin}<w:listEntry w:val="green"/></w:ddList></w:ffData></w:fldChar></w:r>'
    shape = '<v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:textpath string="DRAFT"/></v:shape>'
    art = f"<w:r><w:pict>{shape}</w:pict></w:r>"
    text = await words(convert, made_office.word(paragraph("Colour: ", chosen) + paragraph(art)), "form.docx")
    assert "Colour: [choices: red | green] green\nDRAFT\n" in text


async def test_lists_to_choose_from_are_read_wherever_they_stand(convert: Converter) -> None:
    def chooser(content: str, kind: str = "dropDownList") -> str:
        items = '<w:listItem w:displayText="Choose one." w:value=""/><w:listItem w:displayText="Yes [1]" w:value="1"/>'
        listed = f'<w:{kind}>{items}<w:listItem w:value="No"/></w:{kind}>'
        return f"<w:sdt><w:sdtPr>{listed}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"

    inline = paragraph("Agreed? ", chooser("<w:r><w:t>Maybe</w:t></w:r>", "comboBox"))
    in_a_cell = f"<w:tc>{paragraph('Paid?')}{chooser(paragraph('No'))}</w:tc>"
    around_a_cell = chooser(f"<w:tc>{paragraph('Later')}</w:tc>")
    table = f"<w:tbl><w:tr>{in_a_cell}{around_a_cell}</w:tr></w:tbl>"
    plain = "<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent>" + paragraph("Name") + "</w:sdtContent></w:sdt>"
    content = made_office.word(inline + chooser(paragraph("No")) + table + plain)
    text = await words(convert, content, "form.docx")
    choices = "[choices: Choose one. | Yes (1) | No]"
    assert f"Agreed? {choices} Maybe\n{choices}\nNo\nPaid? / {choices} / No | {choices} Later\nName\n" in text


def test_a_run_of_characters_that_libreoffice_would_take_minutes_for_is_parted() -> None:
    parted = rich_text.with_short_runs(rb"{\rtf1\ansi " + rb"\u1055?" * 20_000 + rb"\par}")
    assert parted is not None
    assert max(map(len, parted.split(b"{}"))) < 500
    assert rtf.to_text(parted) == "П" * 20_000 + "\n"
    assert rich_text.with_short_runs(rb"{\rtf1 \u1055?\par}") is None


async def test_boxes_and_signs_of_word_97_are_seen(convert: Converter) -> None:
    def box(state: str) -> str:
        return f"<w:r><w:fldChar><w:ffData><w:checkBox>{state}</w:checkBox></w:ffData></w:fldChar></w:r>"

    sign = '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    lines = [
        paragraph(box("<w:checked/>"), made_office.text_run(" by post")),
        paragraph(box('<w:default w:val="1"/><w:checked w:val="0"/>'), made_office.text_run(" by mail")),
        paragraph(sign, made_office.text_run(" paid")),
    ]
    text = await words(convert, made_office.word("".join(lines)), "form.docx")
    assert "☒ by post\n☐ by mail\n✓ paid\n" in text
