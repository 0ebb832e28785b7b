"""Whatever people drop into Slack, from the workspace to the request as the model received it."""

from __future__ import annotations

import base64
import io
import json
import shutil
import tarfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from PIL import Image

from tests import made_documents, made_files, made_office, made_pdfs, made_pictures
from tests.made_office import box, paragraph, slide
from tests.office_files import office_files
from tests.stage import Stage

pytestmark = pytest.mark.parametrize("transport", ["socket"], indirect=True)
LIBREOFFICE = shutil.which("soffice") is not None


def fax() -> bytes:
    file = io.BytesIO()
    pages = [Image.new("L", (80, 60), 255) for _ in range(2)]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    return file.getvalue()


def heic() -> bytes:
    import pillow_heif  # noqa: PLC0415 - slow to import, and only one test makes such a file

    file = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (90, 60), "teal")).save(file)
    return file.getvalue()


def mail() -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = "ada@example.org", "bob@example.org", "<1@example.org>"
    message.set_content("The plan is attached.")
    message.add_attachment(made_files.pdf(2), "application", "pdf", filename="plan.pdf")
    return message.as_bytes()


async def test_ten_files_with_three_bad_ones_get_one_answer_with_three_notes(stage: Stage) -> None:
    good = [(f"scan {number}.png", made_files.solid("PNG", (number, 0, 0))) for number in range(7)]
    bad = [
        ("statement.pdf", made_files.pdf(password="secret")),
        ("voice.mp3", b"ID3\x04" + bytes(200)),
        ("broken.docx", made_files.zipped({"[Content_Types].xml": b"", "word/document.xml": b"<not"})[:90]),
    ]
    ts = await stage.ask("@claude what are these?", files=[*good[:3], *bad, *good[3:]])

    assert await stage.outcome(ts) == "answered"
    (words,) = stage.words(ts)
    assert stage.asked_texts()[0][1].count("<image>") == 7
    assert "statement.pdf is password-protected. Please send a copy without the password." in words
    assert "voice.mp3 is an audio file, which I can't listen to. Please send a transcript." in words
    assert "broken.docx is a Word document that is cut off before its end" in words


async def test_pictures_of_every_other_kind_reach_the_model_as_ones_it_takes(stage: Stage) -> None:
    files = [(f"picture.{kind.lower()}", made_files.image(kind)) for kind in ("BMP", "ICO", "JPEG2000", "AVIF")]
    files += [("phone.heic", heic()), ("layers.psd", made_files.psd((40, 30))), ("fax.tiff", fax())]
    ts = await stage.ask("@claude what do you see?", files=files)

    assert await stage.outcome(ts) == "answered"
    text = stage.asked_texts()[0][1]
    assert text.count("<image>") == 8
    assert 'File "phone.heic" (HEIC image, 90 × 60 px):' in text
    assert 'File "fax.tiff" (TIFF image, page 2 of 2, 80 × 60 px):' in text


async def test_mails_archives_and_tables_reach_the_model_by_name(stage: Stage) -> None:
    packed = made_files.zipped({"docs/terms.pdf": made_files.pdf(3), "data.csv": b"name;sum\nJ\xfcrgen;5\n"})
    ts = await stage.ask("@claude what is in these?", files=[("mail.eml", mail()), ("all.zip", packed)])

    assert await stage.outcome(ts) == "answered"
    text = stage.asked_texts()[0][1]
    assert 'File "mail.eml › plan.pdf" (PDF, 2 pages):' in text
    assert 'File "all.zip › docs/terms.pdf" (PDF, 3 pages):' in text
    assert "```csv\nname;sum\nJürgen;5\n```" in text
    assert text.count("<document>") == 2


@pytest.mark.skipif(not LIBREOFFICE, reason="LibreOffice is not installed")
async def test_an_office_document_reaches_the_model_as_a_pdf(stage: Stage) -> None:
    ts = await stage.ask("@claude what does it say?", files=[("letter.docx", made_documents.docx("Dear reader"))])

    assert await stage.outcome(ts) == "answered"
    assert 'File "letter.docx" (Word document, shown as PDF, 1 page):' in stage.asked_texts()[0][1]
    assert "Dear reader" in stage.words(ts)[0]


@pytest.mark.long
@pytest.mark.skipif(not LIBREOFFICE, reason="LibreOffice is not installed")
async def test_office_files_of_every_kind_reach_the_model_as_pages_and_tables(stage: Stage, tmp_path: Path) -> None:
    files = await office_files(tmp_path)
    ts = await stage.ask("@claude what do they say?", files=files)

    assert await stage.outcome(ts) == "answered"
    text = stage.asked_texts()[0][1]
    assert [name for name, _ in files if f'File "{name}"' not in text] == []
    assert text.count("<document>") == text.count("shown as PDF, 1 page") == 7
    assert text.count("1,name,sum\n2,January,12\n3,February,30\n") == 3


@pytest.mark.skipif(not LIBREOFFICE, reason="LibreOffice is not installed")
async def test_what_no_page_shows_reaches_the_model_too(stage: Stage) -> None:
    deck = made_office.presentation(
        {"slide1": slide(box("Our plan")), "slide2": slide(box("Backup numbers"), attributes='show="0"')},
        {"slide1": slide(box("Say it slowly."), root="notes")},
    )
    comment = '<w:comment w:id="7" w:author="Ann"><w:p><w:r><w:t>Too much.</w:t></w:r></w:p></w:comment>'
    letter = made_office.word(
        paragraph("The price is 100 EUR.", '<w:r><w:commentReference w:id="7"/></w:r>'), {"comments": comment}
    )
    prices = made_office.price_list()
    files = [("deck.pptx", deck), ("letter.docx", letter), ("prices.xlsx", prices)]
    ts = await stage.ask("@claude what do they say?", files=files)

    assert await stage.outcome(ts) == "answered"
    text = stage.asked_texts()[0][1]
    assert "Speaker notes: Say it slowly." in text
    assert "## Slide 2 (hidden)\nBackup numbers" in text
    assert "The price is 100 EUR. [comment by Ann: Too much.]" in text
    assert '5 (hidden),lamp 3,"1,000.75 €",3.0%,03.03.2026,x' in text
    assert 'sheet 2 of 2 "Assumptions", a hidden sheet' in text


async def test_texts_drawings_and_packed_logs_reach_the_model_as_words(stage: Stage) -> None:
    drawing = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><title>A dot</title><circle r="4"/></svg>'
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        entry = tarfile.TarInfo("logs/app.log")
        entry.size = len(b"started\n")
        archive.addfile(entry, io.BytesIO(b"started\n"))
    files = [
        ("rows.tsv", b"a\tb\n1\t2\n"), ("data.json", b'{"city": "Bergen"}'), ("README.md", b"# Hello"),
        ("main.rs", b"fn main() {}"), ("dot.svg", drawing), ("logs.tar.gz", packed.getvalue()),
        ("note.msg", made_documents.outlook("Lunch", "At noon?", {})),
    ]  # fmt: skip
    ts = await stage.ask("@claude what is in these?", files=files)

    assert await stage.outcome(ts) == "answered"
    text = stage.asked_texts()[0][1]
    for words in ("a\tb", '{"city": "Bergen"}', "# Hello", "fn main() {}", "A dot", "started", "At noon?"):
        assert words in text


async def test_texts_of_every_encoding_reach_the_model_as_their_words(stage: Stage) -> None:
    texts = {
        "kunden.csv": "Müller;Köln;1.200,50 €\n".encode("cp1252"),
        "名簿.csv": "name,city\n山田,東京\n".encode("cp932"),
        "产品.csv": "产品,数量\n苹果,10\n".encode("gbk"),
        "mail.txt": "会議は火曜日です。\n".encode("iso2022_jp"),
        "export.csv": "Встреча во вторник.\n".encode("utf-16-le"),
        "line.txt": "東京で会いましょう。".encode("utf-16-le"),
        "app.log": bytes(9_000) + b"ERROR disk full\n",
        "old.xml": '<?xml version="1.0" encoding="EUC-JP"?><a>麒麟</a>'.encode("euc_jp"),
    }
    ts = await stage.ask("@claude what do these say?", files=list(texts.items()))

    assert await stage.outcome(ts) == "answered"
    text = stage.asked_texts()[0][1]
    words = (
        "Müller;Köln;1.200,50 €",
        "山田,東京",
        "产品,数量",
        "会議は火曜日です。",
        "Встреча во вторник.",
        "麒麟",
        "東京で会いましょう。",
    )
    assert [word for word in (*words, "ERROR disk full") if word not in text] == []


async def test_rare_pictures_reach_the_model_as_people_see_them(stage: Stage) -> None:
    preview, empty = made_files.image("JPEG", (1_200, 800)), [made_pictures.version_info(has_picture=False)]
    files = [
        ("dance.gif", made_pictures.animation("GIF", ["red", "green", "blue"])),
        ("photo.cr3", made_pictures.cr3(preview, 6)),
        ("deep.psd", made_pictures.psd([b"\x40\x00" * 200] * 3, (20, 10), depth=16)),
        ("heat.tif", made_pictures.float_tiff((0.8, 0.2, 0.1))),
        ("plan.svg", made_documents.SVG),
        ("page.png", made_pictures.long_screenshot((600, 5_000))),
        ("layers.psd", made_pictures.psd([b"\xff" * 4] * 3, (2, 2), resources=empty)),
    ]
    ts = await stage.ask("@claude what do you see?", files=files)

    assert await stage.outcome(ts) == "answered"
    text = stage.asked_texts()[0][1]
    for label in (
        'File "dance.gif" (GIF animation, frame 3 of 3, 40 × 30 px):',
        'File "photo.cr3" (camera raw photo, by its preview, 800 × 1200 px):',
        'File "deep.psd" (Photoshop image, 20 × 10 px):',
        'File "heat.tif" (TIFF image, 40 × 30 px):',
        'File "plan.svg" (SVG drawing, 512 × 341 px):',
        'File "page.png" (PNG image, piece 1 of 4, from top to bottom, 600 × ',
    ):
        assert label in text
    assert "layers.psd" in stage.words(ts)[0]
    assert "was saved without its merged picture" in stage.words(ts)[0]


async def test_what_is_inside_pdfs_and_notebooks_reaches_the_model_by_name(stage: Stage) -> None:
    plot = base64.b64encode(made_files.noise((300, 300))).decode()
    cells = [{"cell_type": "code", "source": "SECRET = 42", "outputs": [{"data": {"image/png": plot}}]}]
    files = [
        ("report.pdf", made_pdfs.with_attachments({"figures.csv": b"a;b\n1;2\n"}, {"note.txt": b"pinned words"})),
        ("locked.pdf", made_pdfs.locked_attachments()),
        ("odd.pdf", made_pdfs.numbers_above_size()),
        ("plan.ipynb", json.dumps({"cells": cells, "nbformat": 4}).encode()),
    ]
    ts = await stage.ask("@claude what is in these?", files=files)

    assert await stage.outcome(ts) == "answered"
    text = stage.asked_texts()[0][1]
    for words in (
        'File "report.pdf" (PDF, 1 page):',
        'File "report.pdf › figures.csv" (CSV table, 2 lines):',
        "pinned words",
        'File "locked.pdf" (PDF, 1 page):',
        'File "odd.pdf" (PDF, 1 page):',
        "SECRET = 42",
        'File "plan.ipynb › cell 1, output 1.png" (PNG image, 300 × 300 px):',
    ):
        assert words in text
