"""Apple's binary property lists: settings as text, and the pages that Safari saves in that form."""

from __future__ import annotations

import plistlib
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.files import inner_notes, notes
from bot.messages import ImageBlock
from tests import made_files
from tests.converted import Converter, converter


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as made:
        yield made


def packed(value: Any) -> bytes:
    return plistlib.dumps(value, fmt=plistlib.FMT_BINARY)


async def test_settings_are_keys_and_values(convert: Converter) -> None:
    settings = {
        "Name": "Zoë", "Rate": 1.5, "On": True, "Since": datetime(2026, 11, 24, 10), "Key": bytes(30), "None": [],  # noqa: DTZ001 - such a list knows no zones
        "Windows": [{"Title": "Main", "Size": [800, 600]}, "other"],
    }  # fmt: skip
    text = (await convert(packed(settings), "settings.plist")).text
    for line in ("Name: Zoë", "Rate: 1.5", "On: true", "Since: 2026-11-24 10:00:00", "None: "):
        assert f"\n{line}\n" in text
    assert "Key: (30 bytes that are not shown)" in text
    assert "Windows:\n  -\n    Size:\n      - 800\n      - 600\n    Title: Main\n  - other\n" in text


async def test_a_page_that_safari_saved_gives_its_words_and_pictures(convert: Converter) -> None:
    def resource(kind: str, data: bytes, address: str) -> dict[str, object]:
        return {
            "WebResourceData": data,
            "WebResourceMIMEType": kind,
            "WebResourceURL": address,
            "WebResourceTextEncodingName": "iso-8859-1",
        }

    page = resource("text/html", "<h1>Größe</h1><script>no()</script>".encode("latin-1"), "https://a.example/")
    frame = {"WebMainResource": resource("text/html", b"<p>In a frame</p>", "https://a.example/f")}
    photo = resource(
        "image/jpeg", made_files.image("JPEG", (900, 700)) + bytes(10_000), "https://a.example/i/cat.jpg?x"
    )
    logo = resource("image/png", made_files.image("PNG", (10, 10)), "https://a.example/logo.png")
    saved = packed({"WebMainResource": page, "WebSubresources": [photo, logo], "WebSubframeArchives": [frame]})
    found = await convert(saved, "page.webarchive")
    assert "Address: https://a.example/\n\n# Größe\n\nIn a frame\n" in found.text
    assert [type(block) for block in found.file.blocks].count(ImageBlock) == 1
    assert "page.webarchive › cat.jpg" in found.text


async def test_a_list_that_is_much_longer_than_its_file_is_cut(convert: Converter) -> None:
    value: Any = "word"
    for _ in range(30):  # each refers to the one before ten times
        value = [value] * 10
    found = await convert(packed(value), "bomb.plist")
    assert inner_notes.LIST_IN_PART in found.reasons


async def test_a_damaged_list_is_called_that(convert: Converter) -> None:
    found = await convert(packed({"a": 1})[:-20], "x.plist")
    assert found.reasons == [notes.unknown_kind("a damaged property list")]
