"""An EPS that keeps a preview of itself is shown by that, and said to be."""

from __future__ import annotations

import struct
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files import inner_notes
from tests import made_files
from tests.converted import WITHOUT_OFFICE, Converter, converter

DRAWING = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 100 100\nshowpage\n"


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def eps(*, metafile: bytes = b"", tiff: bytes = b"") -> bytes:
    begin = 30 + len(DRAWING)
    places = (
        30,
        len(DRAWING),
        begin if metafile else 0,
        len(metafile),
        begin + len(metafile) if tiff else 0,
        len(tiff),
    )
    return struct.pack("<4s6IH", b"\xc5\xd0\xd3\xc6", *places, 0xFFFF) + DRAWING + metafile + tiff


async def test_the_preview_is_shown(convert: Converter) -> None:
    found = await convert(eps(tiff=made_files.image("TIFF", (300, 200))), "logo.eps", WITHOUT_OFFICE)
    assert found.labels == ['File "logo.eps › preview.tif" (TIFF image, 300 × 200 px):']
    assert found.reasons == [inner_notes.EPS_PREVIEW]


@pytest.mark.parametrize("content", [eps(), eps(tiff=b"II*\0")[:-2], b"\xc5\xd0\xd3\xc6"], ids=["none", "cut", "short"])
async def test_without_a_preview_it_is_called_what_it_is(convert: Converter, content: bytes) -> None:
    found = await convert(content, "logo.eps", WITHOUT_OFFICE)
    assert found.labels == []
    assert "Encapsulated PostScript" in found.reasons[0]
