"""Small writing in a JPEG stays legible, and a photo is decoded no larger than it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, ImageExtract
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from bot.files.worker.pictures import pieces, shrinking
from tests import made_pictures
from tests.file_limits import CONVERT

Convert = Callable[[Image.Image, int, ConvertLimits], list[Extract]]
LIMITS = replace(CONVERT, image_side_px_max=800)


@pytest.fixture
def converted(tmp_path: Path) -> Convert:
    def run(page: Image.Image, quality: int, limits: ConvertLimits) -> list[Extract]:
        source = tmp_path / "source"
        source.write_bytes(made_pictures.encoded(page, "JPEG", quality=quality))
        return convert(source, "picture", "", Outbox(tmp_path, ""), limits)

    return run


def scene(size: tuple[int, int]) -> Image.Image:
    """Colours that change from pixel to pixel, softly."""
    return Image.effect_noise((60, 40), 90).resize(size).convert("RGB")


@pytest.mark.parametrize(
    ("letters_px", "pale", "halves"), [(8, False, 1), (20, False, 1), (10, True, 1), (16, True, 1), (8, True, 2)]
)
def test_small_writing_in_a_jpeg_that_could_be_decoded_smaller_is_found(
    converted: Convert, letters_px: int, pale: bool, halves: int
) -> None:
    """Pale strokes of a pixel in a JPEG of low quality are seen only where each is half of a broader one."""
    page = made_pictures.written_page((3_000, 2_000), letters_px)
    if pale:
        page = page.point(lambda value: 80 + value * 120 // 255)
    extracts = converted(page, 40 if pale else 85, LIMITS)
    size = (3_000 // halves, 2_000 // halves)
    tiles = pieces.tiles(size, *pieces.grid(size, 800, LIMITS.image_pages_max - 1))
    found = [(one.width_px, one.height_px) for one in extracts if isinstance(one, ImageExtract)]
    sizes = [size, *((right - left, lower - upper) for left, upper, right, lower in tiles)]
    assert found == [shrinking.fitting(one, 800) for one in sizes]


@pytest.mark.parametrize(
    "photo", [scene((3_000, 2_000)), Image.effect_noise((3_000, 2_000), 20)], ids=["soft", "grainy"]
)
def test_a_photo_shows_at_half_its_size_that_nothing_is_written_small_in_it(photo: Image.Image) -> None:
    assert not pieces.may_be_written_small(photo.reduce(2).convert("L"), photo.size, 800)
    assert pieces.may_be_written_small(photo.reduce(4).convert("L"), photo.size, 400)  # too little is left of it


def test_a_jpeg_that_fits_once_it_is_decoded_smaller_is_shown(converted: Convert) -> None:
    """Nothing is left to be shrunk then."""
    (extract,) = converted(scene((1_600, 1_600)), 85, LIMITS)
    assert isinstance(extract, ImageExtract)
    assert (extract.width_px, extract.height_px) == (800, 800)
