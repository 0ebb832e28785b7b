"""Pictures that programs write into texts and pages as base64 are pictures, and leave room for the words."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.files.worker.base64_within import replaced
from bot.messages import ImageBlock
from tests import made_files
from tests.converted import WITHOUT_OFFICE, Converted, Converter, converter

CHART = made_files.noise((300, 200))
ICON = made_files.image("PNG", (16, 16))


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def packed(content: bytes) -> str:
    return base64.b64encode(content).decode()


def pictures(found: Converted) -> list[tuple[int, int]]:
    return [(block.width_px, block.height_px) for block in found.file.blocks if isinstance(block, ImageBlock)]


async def test_markdown_with_pictures_in_it_is_read_to_its_end(convert: Converter) -> None:
    text = (
        f"# Plan\n\n![Sales][image1] and ![][image1]\n\nThe end.\n\n[image1]: <data:image/png;base64,{packed(CHART)}>\n"
    )
    found = await convert(text.encode(), "plan.md", WITHOUT_OFFICE)
    assert "The end.\n\n[image1]: <data:image/png;base64,[picture 1]>\n" in found.text
    assert '"plan.md › picture 1" (PNG image, 300 × 200 px)' in found.text
    assert (pictures(found), found.reasons) == ([(300, 200)], [])


async def test_so_is_a_page_with_fonts_and_icons_and_the_same_picture_twice(convert: Converter) -> None:
    image = f'<img src="data:image/png;base64,\n{base64.encodebytes(CHART).decode()}">'
    font = f"@font-face{{src:url(data:font/woff2;charset=utf-8;base64,{packed(bytes(9_000))})}}"
    page = f"<style>{font}</style><h1>Report</h1>{image}{image}<img src='data:image/png;base64,{packed(ICON * 4)}'>Bye"
    found = await convert(page.encode(), "report.html", WITHOUT_OFFICE)
    assert "url(data:font/woff2;charset=utf-8;base64,[9,000 bytes])" in found.text
    assert found.text.count("[picture 1]") == 2
    assert "[a small picture]'>Bye" in found.text
    assert pictures(found) == [(300, 200)]


async def test_a_small_pdf_is_no_small_picture(convert: Converter) -> None:
    content = made_files.pdf(2)
    assert 1_000 < len(content) * 4 // 3 < 4_000
    found = await convert(base64.encodebytes(content), "plan.pdf", WITHOUT_OFFICE)
    assert '"plan.pdf › document 1" (PDF, 2 pages)' in found.text


async def test_pictures_in_logs_and_exports_are_known_by_how_they_begin(convert: Converter) -> None:
    log = json.dumps({"entries": [{"text": packed(CHART), "url": "https://x.example"}, {"token": "A" * 2_000}]})
    found = await convert(log.encode(), "net.har", WITHOUT_OFFICE)
    assert '{"text": "[picture 1]", "url": "https://x.example"}' in found.text
    assert "A" * 2_000 in found.text
    assert pictures(found) == [(300, 200)]


async def test_so_are_photos_alone(convert: Converter) -> None:
    photo = made_files.image("JPEG", (300, 200))
    found = await convert(f"photo: {packed(photo)}\n".encode(), "photos.log", WITHOUT_OFFICE)
    assert "\nphoto: [picture 1]\n" in found.text
    assert pictures(found) == [(300, 200)]


@pytest.mark.parametrize("at", range(99_990, 100_002))
async def test_so_is_one_that_begins_anywhere_in_a_long_text(convert: Converter, at: int) -> None:
    text = f"{'word ' * (at // 5)}{'.' * (at % 5)}{packed(CHART)}"
    found = await convert(text.encode(), "long.txt", WITHOUT_OFFICE)
    assert found.text.count("[picture 1]") == 1


async def test_of_many_pictures_the_first_are_read_and_a_note_says_so(convert: Converter) -> None:
    text = "\n\n".join(f"![](data:image/png;base64,{packed(CHART + bytes([number]))})" for number in range(22))
    found = await convert(text.encode(), "many.md", WITHOUT_OFFICE)
    assert len(pictures(found)) == 20
    assert found.reasons == ["holds 22 pictures, and only the first 20 were read. Please send the others too."]


async def test_a_drawing_shows_its_pictures_itself(convert: Converter) -> None:
    image = f'<image width="300" height="200" href="data:image/png;base64,{packed(CHART)}"/>'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">{image}<text y="20">Hi</text></svg>'
    found = await convert(drawing.encode(), "drawing.svg", WITHOUT_OFFICE)
    assert f'base64,[{len(CHART):,} bytes]"/><text y="20">Hi</text>' in found.text
    assert len(pictures(found)) == 1


async def test_pictures_in_the_page_of_a_mail_are_seen(convert: Converter) -> None:
    body = (
        f'<p>See</p><img src="data:image/png;base64,{packed(CHART)}"><img src="data:image/png;base64,{packed(ICON)}">'
    )
    head = "From: a@b.example\nTo: c@d.example\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/html\n\n"
    found = await convert((head + body).encode(), "x.eml", WITHOUT_OFFICE)
    assert "base64" not in found.text
    assert pictures(found) == [(300, 200)]


@pytest.mark.parametrize(
    "text", ["data:image/png;base64,", "/9j/ ", "data:a/a;a=b;", "iVBORw0KGgo\n" * 9, "A" * 60 + "\n"]
)
def test_texts_made_to_keep_the_search_busy_do_not(text: str) -> None:
    started = time.process_time()
    replaced(text * (2_000_000 // len(text)), lambda _: "")
    assert time.process_time() - started < 2
