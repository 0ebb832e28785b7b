"""What of a spreadsheet lies where few programs put it: what it is by its manifest, pictures within one XML file, and
words that a drawing and an older drawing of it both have."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files import notes
from bot.messages import ImageBlock
from tests import made_files, made_office
from tests.contract.files.test_beside_cells import VML, book_with
from tests.converted import WITHOUT_OFFICE, Converter, converter
from tests.made_files import zipped

MANIFEST = (
    '<?xml version="1.0"?><m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<m:file-entry m:media-type="application/vnd.oasis.opendocument.{kind}" m:full-path="/"/>'
    '<m:file-entry m:media-type="text/xml" m:full-path="content.xml">{more}</m:file-entry></m:manifest>'
)


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def packed(kind: str, content: bytes, more: str = "") -> bytes:
    return zipped({"content.xml": content, "META-INF/manifest.xml": MANIFEST.format(kind=kind, more=more).encode()})


async def test_an_opendocument_file_that_only_its_manifest_names_is_one(convert: Converter) -> None:
    row = "<table:table-row><table:table-cell><text:p>lamp</text:p></table:table-cell></table:table-row>"
    sheet = made_office.flat("spreadsheet", f'<table:table table:name="Order">{row}</table:table>')
    found = await convert(packed("spreadsheet", sheet), "order.ods", WITHOUT_OFFICE)
    assert found.labels == ['File "order.ods" (OpenDocument spreadsheet, sheet "Order", 1 row × 1 column):']
    letter = made_office.flat("text", "<text:p>Dear Ann</text:p>")
    found = await convert(packed("text-template", letter), "letter.ott", WITHOUT_OFFICE)
    assert "Dear Ann" in found.text
    assert "content.xml" not in found.text


async def test_so_is_a_locked_one(convert: Converter) -> None:
    found = await convert(packed("spreadsheet", bytes(range(256)), "<m:encryption-data/>"), "order.ods")
    assert found.reasons == [notes.PASSWORD]


async def test_a_zip_with_a_manifest_of_another_kind_stays_an_archive(convert: Converter) -> None:
    manifest = b'<manifest><file-entry full-path="/"/></manifest>'
    members = {"META-INF/manifest.xml": manifest, "content.xml": b"<a>lamp</a>"}
    found = await convert(zipped(members), "site.zip")
    assert '"site.zip › content.xml"' in found.text


async def test_pictures_and_charts_within_one_xml_file_are_seen(convert: Converter) -> None:
    def image(content: bytes) -> str:
        data = base64.encodebytes(content).decode()
        return f"<draw:image><office:binary-data>{data}</office:binary-data></draw:image>"

    chart = (
        '<office:document><office:body><office:chart><c:chart xmlns:c="urn:oasis:names:tc:opendocument:xmlns:chart:1.0"'
        ' c:class="chart:bar"><c:title><text:p>Sales</text:p></c:title></c:chart></office:chart></office:body>'
        "</office:document>"
    )
    frames = f"<draw:frame>{image(made_files.image('PNG', (300, 200)))}</draw:frame>"
    frames += f"<draw:frame><draw:object>{chart}</draw:object>{image(b'VCLMTF of the chart')}</draw:frame>"
    row = f"<table:table-row><table:table-cell><text:p>lamp</text:p>{frames}</table:table-cell></table:table-row>"
    sheet = made_office.flat("spreadsheet", f'<table:table table:name="Order">{row}</table:table>')
    found = await convert(sheet, "order.fods", WITHOUT_OFFICE)
    assert "Chart at A1: bar chart, “Sales”\n" in found.text
    assert "Text box" not in found.text
    (picture,) = (block for block in found.file.blocks if isinstance(block, ImageBlock))
    assert (picture.width_px, picture.height_px) == (300, 200)
    assert "picture in 'Order' at A1" in found.text


DRAWING = """<wsDr xmlns="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">{}</wsDr>"""
ANCHORED = """<mc:AlternateContent><mc:Choice Requires="a14"><twoCellAnchor><from><col>2</col><row>4</row></from>
<sp><nvSpPr><cNvPr id="1" name="b"><a:extLst><a:ext>{}</a:ext></a:extLst></cNvPr></nvSpPr><txBody><a:p><a:r><a:t>{}
</a:t></a:r></a:p></txBody></sp></twoCellAnchor></mc:Choice><mc:Fallback/></mc:AlternateContent>"""
STAND_IN = '<a14:compatExt xmlns:a14="http://schemas.microsoft.com/office/drawing/2010/main" spid="_x0000_s1025"/>'


async def test_a_button_that_stands_in_two_drawings_is_told_once(convert: Converter) -> None:
    shapes = "".join(ANCHORED.format(*one) for one in ((STAND_IN, "Send order"), (STAND_IN, "Only here"), ("", "Free")))
    related: dict[str, made_office.Related] = {
        "xl/worksheets/sheet1.xml": {
            "rId1": ("drawing", "../drawings/drawing1.xml"),
            "rId2": ("vmlDrawing", "../drawings/old.vml"),
        }
    }
    parts: dict[str, str | bytes] = {"xl/drawings/drawing1.xml": DRAWING.format(shapes), "xl/drawings/old.vml": VML}
    text = (await convert(book_with(parts, related), "order.xlsx", WITHOUT_OFFICE)).text
    assert text.count("Send order") == 1
    assert "Button at C5: Send order\n" in text
    assert "Text box at C5: Free\n" in text
    assert "Text box at C5: Only here\n" in text
