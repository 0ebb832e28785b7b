"""Documents and slides reach the model whole: their pages as pages, and beside them as text what no page shows."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files import inner_notes, notes
from bot.messages import PdfBlock
from tests import made_documents, made_files, made_office, made_old_office
from tests.converted import WITHOUT_OFFICE, Converted, Converter, converter, libreoffice
from tests.made_office import box, paragraph, slide, text_run
from tests.office_files import converted_by_office

CHANGES = (
    paragraph("Delivery in ", '<w:del w:author="Ann"><w:r><w:delText>March</w:delText></w:r></w:del>')
    .replace("</w:p>", '<w:ins w:author="Bob"><w:r><w:t>May</w:t></w:r></w:ins></w:p>')
)  # fmt: skip
COMMENTED = paragraph("The price is 100 EUR.", '<w:r><w:commentReference w:id="7"/></w:r>')
COMMENT = (
    '<w:comment w:id="7" w:author="Ann" w:date="2026-11-24T10:00:00Z"><w:p><w:r><w:t>Too much.</w:t></w:r></w:p>'
    "</w:comment>"
)
HIDDEN = paragraph("Open words", text_run(" and secret ones", "<w:vanish/>"))
NOTED = paragraph("As agreed", '<w:r><w:footnoteReference w:id="2"/></w:r>')
FOOTNOTES = (
    '<w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
    '<w:footnote w:id="2"><w:p><w:r><w:t>In the minutes of May.</w:t></w:r></w:p></w:footnote>'
)
BOXED = (
    "<w:p><w:r><mc:AlternateContent xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/2006'>"
    "<mc:Choice><w:drawing><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:drawing>"
    "</mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r><w:t>In a box</w:t></w:r></w:p></w:txbxContent></w:pict>"
    "</mc:Fallback></mc:AlternateContent></w:r></w:p>"
)
TABLE = "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>".format(paragraph("item"), paragraph("price"))
LETTER = made_office.word(
    paragraph("Dear reader") + COMMENTED + CHANGES + HIDDEN + NOTED + BOXED + TABLE,
    {
        "comments": COMMENT,
        "footnotes": FOOTNOTES,
        "header1": paragraph("Confidential"),
        "footer1": paragraph("Example Ltd"),
    },
)
UNSEEN_OF_LETTER = """The price is 100 EUR. [comment by Ann, 2026-11-24: Too much.]
Delivery in [deleted by Ann: March] [inserted by Bob: May]
Open words [hidden: and secret ones]"""
DECK = made_office.presentation(
    {
        "slide1": slide(box("Our plan"), box("under the table", attributes='hidden="1"')),
        "slide2": slide(box("Backup numbers"), attributes='show="0"'),
        "slide3": slide(box("\n".join(f"Point number {n} of the plan" for n in range(60)), y=100_000)),
    },
    {"slide1": slide(box("Say it slowly.", placeholder='<p:ph type="body" idx="1"/>'), root="notes")},
    {"slide1": made_office.slide_comment("Shorter, please.")},
)


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def shows_pages(found: Converted) -> bool:
    return any(isinstance(block, PdfBlock) for block in found.file.blocks)


def unseen(found: Converted) -> str:
    """What stands in the text beside the pages."""
    _, _, text = found.text.partition("what its pages do not show")
    return text.partition("```\n")[2].removesuffix("\n```")


# --- Word ----------------------------------------------------------------------------------------------------------
@libreoffice
async def test_a_document_is_its_pages_and_what_they_do_not_show(convert: Converter) -> None:
    found = await convert(LETTER, "letter.docx")
    assert found.labels[0] == 'File "letter.docx" (Word document, shown as PDF, 1 page):'
    assert shows_pages(found)
    for line in UNSEEN_OF_LETTER.split("\n"):
        assert line in unseen(found)
    assert "Dear reader" not in unseen(found)
    assert found.reasons == []


async def test_without_a_program_for_its_pages_a_document_is_all_its_words(convert: Converter) -> None:
    found = await convert(LETTER, "letter.docx", WITHOUT_OFFICE)
    assert not shows_pages(found)
    words = found.text.split("```\n")[1]
    assert words.startswith(f"Dear reader\n{UNSEEN_OF_LETTER}\nAs agreed[1]\nIn a box\nitem | price\n")
    assert "## Footnotes\n[1] In the minutes of May.\n" in words
    assert "## Headers of pages\nConfidential\n" in words
    assert "## Footers of pages\nExample Ltd\n" in words
    assert found.reasons == [notes.words_alone("Word document")]


async def test_slacks_own_rendering_has_the_same_text_beside_it(convert: Converter) -> None:
    found = await convert(LETTER, "letter.docx", WITHOUT_OFFICE, spare_pdf=made_files.pdf(2))
    assert shows_pages(found)
    assert UNSEEN_OF_LETTER in unseen(found)
    assert "Dear reader" in unseen(found), "it is on none of those pages"


@libreoffice
async def test_a_plain_document_is_its_pages_and_nothing_beside(convert: Converter) -> None:
    found = await convert(made_office.word(paragraph("Just words") + TABLE), "plain.docx")
    assert len(found.labels) == 1


@pytest.mark.long
@libreoffice
@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("doc", "Word document"),
        ("odt", "OpenDocument text"),
        ("rtf", "rich text document"),
    ],
)
async def test_comments_are_read_in_every_other_format(
    convert: Converter, tmp_path: Path, kind: str, name: str
) -> None:
    content = await converted_by_office(tmp_path, "a.docx", made_office.word(COMMENTED, {"comments": COMMENT}), kind)
    found = await convert(content, f"a.{kind}")
    assert found.labels[0] == f'File "a.{kind}" ({name}, shown as PDF, 1 page):'
    assert "Too much." in unseen(found)
    alone = await convert(content, f"a.{kind}", WITHOUT_OFFICE)
    assert "The price is 100 EUR." in alone.text
    assert "Too much." in alone.text
    assert alone.reasons == [notes.words_alone(name)]


WORD_2003 = b"""<?xml version="1.0"?><?mso-application progid="Word.Document"?>
<w:wordDocument xmlns:w="http://schemas.microsoft.com/office/word/2003/wordml"
 xmlns:aml="http://schemas.microsoft.com/aml/2001/core"><w:body><w:p><w:r><w:t>The price is 100 EUR.</w:t></w:r>
<w:r><aml:annotation aml:id="1" aml:author="Ann" w:type="Word.Comment"><aml:content><w:p><w:r><w:t>Too much.</w:t></w:r>
</w:p></aml:content></aml:annotation></w:r></w:p></w:body></w:wordDocument>"""


async def test_word_2003_xml_is_a_document_and_no_source_text(convert: Converter) -> None:
    found = await convert(WORD_2003, "a.xml", WITHOUT_OFFICE)
    assert "The price is 100 EUR. [comment by Ann: Too much.]" in found.text
    assert "<w:" not in found.text
    assert found.reasons == [notes.words_alone("Word document")]


@libreoffice
async def test_word_2003_xml_has_pages_as_well(convert: Converter) -> None:
    found = await convert(WORD_2003, "a.xml")
    assert shows_pages(found)
    assert "Too much." in unseen(found)


async def test_changes_and_hidden_text_of_an_opendocument_text(convert: Converter) -> None:
    body = (
        '<text:tracked-changes><text:changed-region text:id="c1"><text:deletion><office:change-info>'
        "<dc:creator>Ann</dc:creator></office:change-info><text:p>March</text:p></text:deletion></text:changed-region>"
        '<text:changed-region text:id="c2"><text:insertion><office:change-info><dc:creator>Bob</dc:creator>'
        "</office:change-info></text:insertion></text:changed-region></text:tracked-changes>"
        '<text:p>Delivery in <text:change text:change-id="c1"/><text:change-start text:change-id="c2"/>May'
        '<text:change-end text:change-id="c2"/>.</text:p>'
        '<text:p>Open <text:span text:style-name="gone">secret</text:span><text:note><text:note-citation>1'
        "</text:note-citation><text:note-body><text:p>A footnote.</text:p></text:note-body></text:note></text:p>"
    )
    style = (
        '<style:style style:name="gone" style:family="text"><style:text-properties text:display="none"/></style:style>'
    )
    found = await convert(made_office.flat("text", body, styles=style), "a.fodt", WITHOUT_OFFICE)
    assert "Delivery in [deleted by Ann: March] [inserted by Bob: May]" in " ".join(found.text.split())
    assert "Open [hidden: secret] [1]" in " ".join(found.text.split())
    assert "[1] A footnote." in found.text


async def test_a_document_that_no_program_opens_still_has_its_words(convert: Converter) -> None:
    broken = made_documents.RTF[:-1] + rb"{\object\objemb{\*\objdata 0105"
    found = await convert(broken, "a.rtf", WITHOUT_OFFICE)
    assert "Hello from RTF" in found.text


# --- slides --------------------------------------------------------------------------------------------------------
@libreoffice
async def test_slides_are_their_pages_and_what_those_do_not_show(convert: Converter) -> None:
    found = await convert(DECK, "deck.pptx")
    assert found.labels[0] == 'File "deck.pptx" (PowerPoint presentation, shown as PDF, 2 pages):'
    first, hidden, crowded = unseen(found).split("\n\n")
    comment = "Comment by Ann, 2026-11-24: Shorter, please."
    assert first == f"## Slide 1\n[hidden] under the table\nSpeaker notes: Say it slowly.\n{comment}"
    assert hidden == "## Slide 2 (hidden)\nBackup numbers"
    assert crowded.startswith("## Slide 3\nPoint number ")
    assert "Point number 59 of the plan" in crowded
    assert "Point number 0 of" not in crowded


@libreoffice
async def test_what_runs_off_a_slide_is_read_also_where_its_words_stand_elsewhere(convert: Converter) -> None:
    deck = made_office.presentation(
        {"slide1": slide(box("Call me or Ann, now or never"), box("Call Ann now", x=-9_000_000))}
    )
    assert unseen(await convert(deck, "deck.pptx")) == "## Slide 1\nCall Ann now"


@libreoffice
async def test_a_paragraph_that_goes_on_on_the_next_page_is_on_its_pages(convert: Converter) -> None:
    long = " ".join(f"word{number}" for number in range(900))
    letter = made_office.word(
        paragraph(long) + paragraph("The end"), {"header1": paragraph("Confidential"), "footer1": paragraph("Ltd")}
    )
    found = await convert(letter, "letter.docx")
    assert found.labels[0].endswith("2 pages):")
    assert "word899" not in found.text


async def test_without_a_program_for_their_pages_slides_are_all_their_words(convert: Converter) -> None:
    found = await convert(DECK, "deck.pptx", WITHOUT_OFFICE)
    assert "## Slide 1\nOur plan\n[hidden] under the table\nSpeaker notes: Say it slowly." in found.text
    assert "Point number 59 of the plan" in found.text
    assert found.reasons == [notes.words_alone("PowerPoint presentation")]


@pytest.mark.long
@libreoffice
@pytest.mark.parametrize("kind", ["ppt", "odp"])
async def test_notes_and_hidden_slides_are_read_in_every_other_format(
    convert: Converter, tmp_path: Path, kind: str
) -> None:
    deck = made_office.presentation(
        {"slide1": slide(box("Our plan")), "slide2": slide(box("Backup numbers"), attributes='show="0"')},
        {"slide1": slide(box("Say it slowly.", placeholder='<p:ph type="body" idx="1"/>'), root="notes")},
    )
    content = await converted_by_office(tmp_path, "deck.pptx", deck, kind)
    found = await convert(content, f"deck.{kind}", WITHOUT_OFFICE)
    assert "## Slide 1\nOur plan\nSpeaker notes: Say it slowly." in found.text
    assert "## Slide 2 (hidden)\nBackup numbers" in found.text


async def test_the_place_of_a_page_number_is_no_speaker_note(convert: Converter) -> None:
    number = "<text:page-number>&lt;number&gt;</text:page-number>"
    boxes = "".join(
        f"<draw:frame><draw:text-box><text:p>{words}</text:p></draw:text-box></draw:frame>"
        for words in ("Say it slowly.", f"<text:span>{number}</text:span>", f"Part {number}")
    )
    page = f"<draw:page><presentation:notes>{boxes}</presentation:notes></draw:page>"
    found = await convert(made_office.flat("presentation", page), "deck.fodp", WITHOUT_OFFICE)
    assert "## Slide 1\nSpeaker notes: Say it slowly.\nSpeaker notes: Part <number>\n```" in found.text


async def test_comments_on_slides_as_newer_programs_write_them(convert: Converter) -> None:
    name = "http://schemas.microsoft.com/office/powerpoint/2018/8/main"
    body = '<p188:txBody xmlns:a="{}"><a:p><a:r><a:t>{}</a:t></a:r></a:p></p188:txBody>'
    comment = (
        f'<p188:cmLst xmlns:p188="{name}"><p188:cm authorId="0" created="2026-11-24T10:00:00.000">'
        '<p188:replyLst><p188:reply authorId="0">'
        f"{body.format(made_office.DRAWN, 'Done.')}</p188:reply></p188:replyLst>"
        f"{body.format(made_office.DRAWN, 'Shorter?')}</p188:cm></p188:cmLst>"
    )
    deck = made_office.presentation({"slide1": slide(box("Our plan"))}, comments={"slide1": comment})
    found = await convert(deck, "deck.pptx", WITHOUT_OFFICE)
    assert "Comment by Ann, 2026-11-24: Shorter?\nComment by Ann, in reply to Ann: Done." in found.text


# --- other documents -----------------------------------------------------------------------------------------------
async def test_an_iwork_document_of_2009_is_its_preview_alone(convert: Converter) -> None:
    own = {"index.xml": b"<sl:document/>" * 500, "buildVersionHistory.plist": b"x"}
    previews = {"QuickLook/Preview.pdf": made_files.pdf(3), "QuickLook/Thumbnail.jpg": b"x"}
    content = made_files.zipped({**own, **previews})
    found = await convert(content, "report.pages")
    assert found.labels == ['File "report.pages › preview" (PDF, 3 pages):']
    assert found.reasons == [notes.APPLE_PREVIEW]


async def test_a_newer_iwork_document_is_a_picture_of_its_first_page(convert: Converter) -> None:
    content = made_files.zipped({"Index/Document.iwa": b"\0", "preview.jpg": made_files.image("JPEG")})
    found = await convert(content, "report.pages")
    assert found.labels == ['File "report.pages › preview" (JPEG image, 60 × 40 px):']
    assert found.reasons == [notes.APPLE_FIRST_PAGE]


async def test_a_locked_iwork_document_asks_for_a_copy_without_the_password(convert: Converter) -> None:
    content = made_files.zipped({"Index.zip": bytes(50), ".iwpv2": bytes(16), ".iwph": b"hint"})
    assert (await convert(content, "report.numbers")).reasons == [notes.PASSWORD]


async def test_an_xps_document_is_its_words(convert: Converter) -> None:
    page = (
        '<FixedPage xmlns="http://schemas.microsoft.com/xps/2005/06"><Glyphs UnicodeString="Invoice 12"/></FixedPage>'
    )
    content = made_files.zipped({"[Content_Types].xml": b"<Types/>", "FixedDocSeq.fdseq": b"<x/>",
                                 "Documents/1/Pages/1.fpage": page.encode(), "Resources/f.odttf": b"\0"})  # fmt: skip
    found = await convert(content, "invoice.xps")
    assert "## Page 1\nInvoice 12" in found.text
    assert found.reasons == [notes.words_alone("XPS document")]
    pictures = made_files.zipped({"[Content_Types].xml": b"<Types/>", "FixedDocSeq.fdseq": b"<x/>",
                                  "Documents/1/Pages/1.fpage": b"<FixedPage/>"})  # fmt: skip
    assert (await convert(pictures, "scan.xps")).reasons == [notes.not_opened("XPS document")]


async def test_an_opendocument_formula_is_what_was_typed(convert: Converter) -> None:
    typed = "<semantics><annotation>a over b</annotation></semantics>"
    math = f'<math xmlns="http://www.w3.org/1998/Math/MathML">{typed}</math>'
    kind = b"application/vnd.oasis.opendocument.formula"
    found = await convert(made_files.zipped({"mimetype": kind, "content.xml": math.encode()}), "f.odf")
    assert found.labels == ['File "f.odf" (OpenDocument formula, 1 line):']
    assert "a over b" in found.text


@pytest.mark.parametrize(
    ("streams", "about"),
    [
        ({"VisioDocument": bytes(520)}, "Visio drawing"),
        ({"Contents": bytes(50), "Quill": {"QuillSub": {"CONTENTS": bytes(9)}}}, "Publisher publication"),
        ({"MatOST": bytes(9), "CONTENTS": bytes(50)}, "Works document"),
    ],
)
async def test_old_documents_are_called_what_they_are(
    convert: Converter, streams: made_documents.Tree, about: str
) -> None:
    found = await convert(made_documents.compound(streams), "x", WITHOUT_OFFICE)
    assert found.reasons == [notes.no_office(about)]


@libreoffice
async def test_a_drawing_that_cannot_be_opened_is_not_called_locked(convert: Converter) -> None:
    found = await convert(made_documents.compound({"VisioDocument": bytes(520)}), "x.vsd")
    assert found.reasons == [notes.not_opened("Visio drawing")]


async def test_a_hangul_document_is_the_preview_of_its_words(convert: Converter) -> None:
    header = b"HWP Document File".ljust(32, b"\0") + bytes(8)
    content = made_documents.compound({"FileHeader": header, "PrvText": "안녕하세요".encode("utf-16-le")})
    found = await convert(content, "a.hwp")
    assert "안녕하세요" in found.text
    assert found.reasons == [notes.HANGUL_PREVIEW]


async def test_another_compound_file_is_called_what_its_program_calls_it(convert: Converter) -> None:
    name = b"Microsoft Project 9.0\0"
    content = made_documents.compound({"\x01CompObj": bytes(28) + len(name).to_bytes(4, "little") + name + bytes(20)})
    assert "Microsoft Project 9.0" in (await convert(content, "plan.mpp")).reasons[0]


@pytest.mark.parametrize(("name", "described"), [("setup.msi", "a .msi file"), ("setup", "a compound file")])
async def test_one_that_does_not_say_is_called_by_its_ending(convert: Converter, name: str, described: str) -> None:
    content = made_documents.compound({"Catalog": bytes(600)})
    assert (await convert(content, name)).reasons == [notes.unknown_kind(described)]


@pytest.mark.parametrize("damage", ["cut in its last sector", "a table beyond its end"])
async def test_a_compound_file_with_a_damaged_table_gives_what_can_be_read(convert: Converter, damage: str) -> None:
    content = made_documents.compound({"__substg1.0_0037001F": "Offer".encode("utf-16-le")})
    if damage == "cut in its last sector":
        table, number = content[512:1_024], len(content) // 512 - 1
        content = content[:76] + struct.pack("<I", number) + content[80:] + table[:-100]
    else:
        content = content[:80] + struct.pack("<I", 99_999) + content[84:]
        content = content[:44] + struct.pack("<I", 2) + content[48:]
    found = await convert(content, "offer.msg", WITHOUT_OFFICE)
    assert "Subject: Offer" in found.text
    assert found.reasons == [notes.BREAKS_OFF]


LOCKED_MANIFEST = b"<manifest:encryption-data/>"
LOCKED = {
    "odt": made_documents.odt("", extra={"META-INF/manifest.xml": LOCKED_MANIFEST, "content.xml": b"\x9a\x01"}),
    "newer odt": made_files.zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text",
            "encrypted-package": b"\x9a\x01",
            "META-INF/manifest.xml": LOCKED_MANIFEST,
        }
    ),
    "doc": made_documents.compound({"WordDocument": b"\xec\xa5\xc1\0" + bytes(6) + b"\0\x01" + bytes(5_000)}),
    "ppt": made_documents.compound(
        {"PowerPoint Document": bytes(50), "EncryptedSummary": bytes(50), "Current User": bytes(40)}
    ),
}


@pytest.mark.parametrize("kind", LOCKED)
async def test_a_locked_document_asks_for_a_copy_without_the_password(convert: Converter, kind: str) -> None:
    assert (await convert(LOCKED[kind], "x", WITHOUT_OFFICE)).reasons == [notes.PASSWORD]


async def test_comments_of_an_old_document_say_whose_they_are(convert: Converter) -> None:
    content = made_old_office.old_word("The price.\r", "\x05 Too much.\r\x05 Why?\r", authors=("Ann", "Bob"))
    found = await convert(content, "offer.doc", WITHOUT_OFFICE)
    assert "## Comments\nComment by Ann, 2026-11-24: Too much.\nComment by Bob, 2026-11-24: Why?" in found.text


async def test_a_document_in_one_xml_file_is_the_document(convert: Converter) -> None:
    with zipfile.ZipFile(io.BytesIO(LETTER)) as package:
        parts = "".join(
            f'<pkg:part pkg:name="/{name}" pkg:contentType="application/xml"><pkg:xmlData>'
            f"{package.read(name).decode().rpartition('?>')[2]}</pkg:xmlData></pkg:part>"
            for name in package.namelist()
            if name != "[Content_Types].xml"
        )
    picture = f'<pkg:part pkg:name="/word/media/a.png"><pkg:binaryData>{"iVBORw0KGgo=" * 9}</pkg:binaryData></pkg:part>'
    name = "http://schemas.microsoft.com/office/2006/xmlPackage"
    flat = f'<?xml version="1.0"?><pkg:package xmlns:pkg="{name}">{parts}{picture}</pkg:package>'
    found = await convert(flat.encode(), "letter.xml", WITHOUT_OFFICE)
    assert "The price is 100 EUR. [comment by Ann, 2026-11-24: Too much.]" in found.text
    (label,) = found.labels
    assert label.startswith('File "letter.xml › letter.docx" (Word document, its words, ')
    (broken_off,) = (await convert(flat[:600].encode(), "letter.xml", WITHOUT_OFFICE)).labels
    assert broken_off.startswith('File "letter.xml" (XML, ')


@pytest.mark.parametrize("size_bytes", [162, 165])
async def test_what_office_programs_keep_beside_an_open_document_is_called_that(
    convert: Converter, size_bytes: int
) -> None:
    content = (b"\x05Ann B" + b" " * 49 + "\x05Ann B".encode("utf-16-le")).ljust(size_bytes, b"\0")
    found = await convert(content, "~$report.docx", WITHOUT_OFFICE)
    assert (found.text, found.reasons) == ("", [inner_notes.OWNER_FILE])


async def test_an_indesign_document_is_called_that(convert: Converter) -> None:
    content = bytes.fromhex("0606edf5d81d46e5bd31efe7fe74b71d") + b"DOCUMENT" + bytes(600)
    assert (await convert(content, "flyer.indd", WITHOUT_OFFICE)).reasons == [
        notes.unknown_kind("an InDesign document")
    ]
