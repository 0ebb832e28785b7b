"""Diagrams of diagrams.net: what stands in the boxes and what leads where, packed or not."""

from __future__ import annotations

import base64
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.converted import Converter, converter

MODEL = (
    '<mxGraphModel><root><mxCell id="0"/><mxCell id="1" parent="0"/>'
    '<mxCell id="2" value="&lt;b&gt;Order&lt;/b&gt;&lt;br&gt;comes in" vertex="1" parent="1"/>'
    '<UserObject id="3" label="Größe prüfen" owner="Ann"><mxCell vertex="1" parent="1"/></UserObject>'
    '<mxCell id="4" value="by mail" edge="1" source="2" target="3" parent="1"/>'
    '<mxCell id="5" edge="1" source="3" target="9" parent="1"/></root></mxGraphModel>'
)
SAID = "## Page 1: Orders\nOrder\ncomes in\nGröße prüfen\nby mail\nOrder comes in → Größe prüfen (by mail)\n"


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def packed(model: str) -> str:
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    return base64.b64encode(squeezed.compress(quote(model, safe="").encode()) + squeezed.flush()).decode()


@pytest.mark.parametrize("content", [MODEL, packed(MODEL)], ids=["as it stands", "packed"])
async def test_the_words_of_a_diagram_are_read(convert: Converter, content: str) -> None:
    page = f'<diagram id="a" name="Orders">{content}</diagram>'
    file = f'<?xml version="1.0"?>\n<mxfile host="x">{page}</mxfile>'
    assert SAID in (await convert(file.encode(), "orders.drawio")).text + "\n"


async def test_a_damaged_diagram_is_its_source(convert: Converter) -> None:
    found = await convert(b'<mxfile><diagram name="Orders">7VhNb9s4</diagram></mxfile>', "orders.drawio")
    assert '<mxfile><diagram name="Orders">' in found.text
