"""A document is shown with what is in it, and with nothing else of this machine or of the network."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot.files.conversion import Conversion
from bot.files.extracts import Extract, ImageExtract, NoteExtract, PdfExtract, TextExtract, from_json
from bot.files.worker.confinement import landlock
from tests import file_limits, made_files, reaching_documents, shown
from tests.repository import ROOT
from tests.restricted_machine import NAMESPACES

pytestmark = [
    pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed"),
    pytest.mark.skipif(not landlock.abi(), reason="this system has no Landlock"),
]
LIMITS = replace(file_limits.LIMITS, workers_max=1)
SECRET, SECRET_WORD = (255, 0, 255), "SALARIES"


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with other people's pictures, where the bot itself happens to run."""
    directory = tmp_path / "elsewhere"
    directory.mkdir()
    (directory / "secret.png").write_bytes(made_files.solid("PNG", SECRET))
    drawn = f'<text y="50" font-size="40">{SECRET_WORD}</text>'
    (directory / "secret.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="90">{drawn}</svg>'
    )
    monkeypatch.chdir(directory)
    return directory


@pytest.fixture
def job(tmp_path: Path) -> Path:
    directory = tmp_path / "job"
    directory.mkdir()
    return directory


def addresses(elsewhere: Path) -> list[str]:
    names = ("secret.png", "secret.svg")
    roots = (f"file://{elsewhere}", str(elsewhere), f"{'../' * 12}{elsewhere}", f"file:///proc/{os.getpid()}/cwd")
    return [f"{root}/{name}" for root in roots for name in names]


async def converted(content: bytes, job: Path) -> list[Extract]:
    (job / "source").write_bytes(content)
    conversion = Conversion(LIMITS)
    try:
        return await conversion.convert(job / "source", "x", "", job)
    finally:
        await conversion.aclose()


async def converted_where_namespaces_are_forbidden(content: bytes, job: Path) -> list[Extract]:
    """As in a container that runs with its default settings."""
    (job / "source").write_bytes(content)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.restricted_machine", str(job / "source"), str(job), NAMESPACES),
        stdout=PIPE,
        cwd=ROOT,
    )
    out, _ = await process.communicate()
    return from_json(json.loads(out)["extracts"])


@asynccontextmanager
async def listener() -> AsyncIterator[tuple[int, list[bytes]]]:
    """A port on loopback, and the first bytes of whoever connected."""
    heard: list[bytes] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(b"")
        writer.write(b"220 welcome\r\n")
        heard[-1] = await reader.read(100)
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], heard


def colours_of(extracts: list[Extract], job: Path) -> set[object]:
    """Of all pictures that are shown, on pages or by themselves."""
    found = set[object]()
    for extract in extracts:
        if isinstance(extract, PdfExtract):
            found |= shown.colours(job / extract.file)
        elif isinstance(extract, ImageExtract):
            with Image.open(job / extract.file) as picture:
                found |= colours(picture)
    return found


def words_of(extracts: list[Extract], job: Path) -> str:
    pages = "".join(shown.words(job / extract.file) for extract in extracts if isinstance(extract, PdfExtract))
    texts = "".join((job / extract.file).read_text() for extract in extracts if isinstance(extract, TextExtract))
    return pages + texts


@pytest.mark.parametrize("kind", reaching_documents.ALL)
async def test_no_picture_from_elsewhere_is_shown(elsewhere: Path, job: Path, kind: str) -> None:
    extracts = await converted(reaching_documents.ALL[kind](addresses(elsewhere)), job)
    assert reaching_documents.OWN in colours_of(extracts, job)
    assert SECRET not in colours_of(extracts, job)
    assert SECRET_WORD not in words_of(extracts, job)


async def test_a_drawing_is_drawn_without_what_another_within_it_refers_to(elsewhere: Path, job: Path) -> None:
    source, drawn, note = await converted(reaching_documents.svg(addresses(elsewhere)), job)
    assert isinstance(source, TextExtract)
    assert isinstance(drawn, ImageExtract)
    with Image.open(job / drawn.file) as picture:
        assert SECRET not in colours(picture)
    assert isinstance(note, NoteExtract)
    assert "not fetched" in note.reason

    source, drawn = await converted(reaching_documents.svg(()), job)
    assert isinstance(drawn, ImageExtract)
    with Image.open(job / drawn.file) as picture:
        assert reaching_documents.OWN in colours(picture)


def colours(picture: Image.Image) -> set[object]:
    return {colour for _, colour in picture.convert("RGB").getcolors(2**24) or ()}


@pytest.mark.long
@pytest.mark.parametrize("kind", ["odt", "odt_backgrounds", "odg", "odp", "ods", "rtf", "odt_with_svg"])
async def test_no_connection_is_made_where_a_container_forbids_namespaces(job: Path, kind: str) -> None:
    async with listener() as (port, heard):
        reached = [f"{scheme}://127.0.0.1:{port}/secret.png" for scheme in ("http", "ftp", "https")]
        extracts = await converted_where_namespaces_are_forbidden(reaching_documents.ALL[kind](reached), job)
        assert reaching_documents.OWN in colours_of(extracts, job)
        assert heard == []
