"""Office documents have pages: by LibreOffice, else as Slack rendered them, else there are their words and a note."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2  # type: ignore[import-untyped]  # it has no type hints
import pytest
from aiohttp import web

from bot.files import notes
from bot.files.bounds import FileLimits
from bot.files.conversion import Conversion
from bot.files.extracts import Extract, NoteExtract, PdfExtract, TextExtract
from tests import file_limits, made_documents, made_files
from tests.loopback import answering

LIMITS = replace(file_limits.LIMITS, workers_max=1)
WITHOUT = replace(LIMITS, office_program="")
Convert = Callable[..., Awaitable[list[Extract]]]
libreoffice = pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Convert]:
    opened: list[Conversion] = []

    async def run(content: bytes, limits: FileLimits = LIMITS, spare_pdf: bytes | None = None) -> list[Extract]:
        async def spare(to: Path) -> None:
            await asyncio.to_thread(to.write_bytes, spare_pdf or b"")

        conversion = Conversion(limits)
        opened.append(conversion)
        source = tmp_path / "source"
        source.write_bytes(content)
        return await conversion.convert(source, "x", "", tmp_path, spare if spare_pdf else None)

    yield run
    for conversion in opened:
        await conversion.aclose()


def profiles_left(directory: Path) -> list[Path]:
    return list(directory.glob("*/profile"))


@libreoffice
@pytest.mark.parametrize(
    ("content", "about"),
    [
        (made_documents.docx(), "Word document, shown as PDF"),
        (made_documents.odt("<text:p>Hello</text:p>"), "OpenDocument text, shown as PDF"),
        (made_documents.RTF, "rich text document, shown as PDF"),
    ],
    ids=["docx", "odt", "rtf"],
)
async def test_a_document_becomes_a_pdf(convert: Convert, tmp_path: Path, content: bytes, about: str) -> None:
    (extract,) = await convert(content)
    assert isinstance(extract, PdfExtract)
    assert (extract.pages, extract.about) == (1, about)
    with pikepdf.open(tmp_path / extract.file) as pdf:
        assert len(pdf.pages) == 1
    assert profiles_left(tmp_path) == []


@libreoffice
async def test_a_document_fetches_nothing_from_elsewhere(convert: Convert) -> None:
    asked: list[str] = []

    async def image(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.Response(body=made_files.image("PNG"), content_type="image/png")

    async with answering(image) as origin:
        linked = (
            '<text:p><draw:frame svg:width="2cm" svg:height="2cm">'
            f'<draw:image xlink:href="{origin}/tracker.png" xlink:type="simple" xlink:show="embed" '
            'xlink:actuate="onLoad"/></draw:frame>Hello</text:p>'
        )
        (extract,) = await convert(made_documents.odt(linked))
    assert isinstance(extract, PdfExtract)
    assert asked == []


@libreoffice
async def test_a_macro_does_not_run(convert: Convert, tmp_path: Path) -> None:
    """It would change the words that are shown: a trace elsewhere it could not leave anyway."""
    (extract,) = await convert(made_documents.with_macro('ThisComponent.Text.String = "the macro ran"'))
    assert isinstance(extract, PdfExtract)
    with pypdfium2.PdfDocument(tmp_path / extract.file) as pdf:
        assert pdf[0].get_textpage().get_text_range().strip() == "Hello"


@libreoffice
async def test_libreoffice_sees_no_secret(convert: Convert, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    converting = asyncio.ensure_future(convert(made_documents.docx()))
    async with asyncio.timeout(20):
        while not (seen := environments(tmp_path)):  # noqa: ASYNC110 - no event tells of another process's start
            await asyncio.sleep(0.005)
    await converting
    assert f"HOME={tmp_path}" in seen
    assert "xoxb" not in seen


def environments(directory: Path) -> str:
    """Of the processes that were started for a file in that directory, as far as they stand open."""
    found = ""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if str(directory) in (process / "cmdline").read_bytes().decode(errors="replace"):
                found += (process / "environ").read_bytes().decode(errors="replace")
    return found


@libreoffice
async def test_a_document_that_takes_too_long_leaves_no_process_behind(convert: Convert, tmp_path: Path) -> None:
    words, note = await convert(made_documents.docx(), replace(LIMITS, office_timeout_s=0.3))
    assert isinstance(words, TextExtract)
    assert note == NoteExtract(notes.words_alone("Word document"))

    def left() -> list[str]:
        found = []
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                found.append(process.read_bytes().decode(errors="replace"))
            except OSError:
                continue
        return [line for line in found if str(tmp_path) in line]

    async with asyncio.timeout(10):
        while left():  # noqa: ASYNC110 - the end of other processes raises no event here
            await asyncio.sleep(0.02)


async def test_without_libreoffice_slacks_own_rendering_is_used(convert: Convert) -> None:
    extract = (await convert(made_documents.docx(), WITHOUT, made_files.pdf(2)))[0]
    assert extract == PdfExtract(
        extract.file if isinstance(extract, PdfExtract) else "", 2, "Word document, shown as PDF"
    )


@pytest.mark.parametrize(
    ("content", "about"),
    [
        (made_documents.odt("", mimetype="spreadsheet"), "an OpenDocument spreadsheet"),
        (made_documents.compound({"WordDocument": bytes(5_000)}), "a Word document"),
        (made_documents.compound({"Workbook": bytes(50)}), "an Excel workbook"),
    ],
)
async def test_without_either_the_note_names_the_kind(convert: Convert, content: bytes, about: str) -> None:
    assert await convert(content, WITHOUT) == [
        NoteExtract(f"is {about}, which I have no program to open. Please send it as a PDF.")
    ]
