"""TIFFs whose samples few programs write: of odd depths, deep palettes, in blocks, with more of them than colours."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from bot.files.extracts import ImageExtract
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from tests import made_pictures
from tests.file_limits import CONVERT

Shown = Callable[[bytes], Image.Image]
Tags = dict[int, tuple[str, Sequence[float]]]
RGB, GREY, WHITE_IS_ZERO, PALETTE, CMYK, YCBCR = 2, 1, 0, 3, 5, 6
SIZE = (33, 20)
"""Rows of an odd length, so that they do not end with a byte of their own accord."""


@pytest.fixture
def shown(tmp_path: Path) -> Shown:
    def run(content: bytes) -> Image.Image:
        source = tmp_path / "source"
        source.write_bytes(content)
        (extract,) = convert(source, "picture.tif", "", Outbox(tmp_path, ""), CONVERT)
        assert isinstance(extract, ImageExtract)
        return Image.open(tmp_path / extract.file).convert("RGB")

    return run


def tags_of(photometric: int, bits: int, samples: int, length: int, **more: tuple[str, Sequence[float]]) -> Tags:
    tags: Tags = {
        0x100: ("I", [SIZE[0]]), 0x101: ("I", [SIZE[1]]), 0x102: ("H", [bits] * samples), 0x103: ("H", [1]),
        0x106: ("H", [photometric]), 0x111: ("I", [8]), 0x115: ("H", [samples]), 0x116: ("I", [SIZE[1]]),
        0x117: ("I", [length]),
    }  # fmt: skip
    return tags | {int(name[1:], 16): value for name, value in more.items()}


def rows(pixel: Sequence[int], bits: int) -> bytes:
    """All pixels alike, without gaps between samples; each row begins with a byte."""
    written = "".join(f"{sample:0{bits}b}" for sample in pixel) * SIZE[0]
    written += "0" * (-len(written) % 8)
    return int(written, 2).to_bytes(len(written) // 8, "big") * SIZE[1]


def near(picture: Image.Image, colour: tuple[int, int, int], *, by: int = 3) -> bool:
    places = ((0, 0), (SIZE[0] - 1, 0), (SIZE[0] // 2, SIZE[1] // 2), (SIZE[0] - 1, SIZE[1] - 1))
    pixels = (picture.getpixel(place) for place in places)
    return picture.size == SIZE and all(
        isinstance(pixel, tuple) and all(abs(one - other) <= by for one, other in zip(pixel, colour, strict=True))
        for pixel in pixels
    )


@pytest.mark.parametrize("bits", [2, 4, 5, 6, 7, 10, 12, 14, 20])
@pytest.mark.parametrize("apart", [False, True])
def test_colours_of_odd_depths_are_shown(shown: Shown, bits: int, *, apart: bool) -> None:
    most = (1 << bits) - 1
    pixel = (most, most // 3, 0)
    if apart:
        planes = [rows([sample], bits) for sample in pixel]
        begins = [8 + sum(map(len, planes[:number])) for number in range(3)]
        tags = tags_of(RGB, bits, 3, 0, x111=("I", begins), x117=("I", [*map(len, planes)]), x11C=("H", [2]))
        picture = shown(made_pictures.tiff([tags], b"".join(planes)))
    else:
        data = rows(pixel, bits)
        picture = shown(made_pictures.tiff([tags_of(RGB, bits, 3, len(data))], data))
    assert near(picture, (255, 255 * (most // 3) // most, 0), by=9 if bits == 5 else 3)


@pytest.mark.parametrize("bits", [3, 6, 10, 12, 14])
@pytest.mark.parametrize("photometric", [GREY, WHITE_IS_ZERO])
def test_greys_of_odd_depths_are_shown(shown: Shown, bits: int, photometric: int) -> None:
    data = rows([(1 << bits) - 1], bits)
    picture = shown(made_pictures.tiff([tags_of(photometric, bits, 1, len(data))], data))
    assert near(picture, (255, 255, 255) if photometric == GREY else (0, 0, 0))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [16, 24])
def test_whole_bytes_come_in_the_order_of_the_file(shown: Shown, order: str, bits: int) -> None:
    sample = (0xCC1122 >> (24 - bits)).to_bytes(bits // 8, "little" if order == "<" else "big")
    data = sample * (SIZE[0] * SIZE[1])
    assert near(shown(made_pictures.tiff([tags_of(GREY, bits, 1, len(data))], data, order)), (0xCC,) * 3)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("code", "bits", "sample_format", "values"),
    [
        ("I", 32, 1, (0, 3 << 30, 0xFFFF_FFFF)),
        ("I", 32, 1, (100, 400, 500)),
        ("i", 32, 2, (-500, 250, 500)),
        ("Q", 64, 1, (0, 3 << 62, (1 << 64) - 1)),
        ("q", 64, 2, (-(1 << 40), 1 << 39, 1 << 40)),
        ("d", 64, 3, (-1e9, 5e8, 1e9)),
    ],
)
def test_greys_of_many_bits_are_shown_by_their_range(
    shown: Shown, order: str, code: str, bits: int, sample_format: int, values: tuple[float, float, float]
) -> None:
    """A quarter of the way from white, between black and white."""
    row = [values[0], *[values[1]] * (SIZE[0] - 2), values[2]]
    data = struct.pack(f"{order}{SIZE[0]}{code}", *row) * SIZE[1]
    tags = tags_of(GREY, bits, 1, len(data), _153=("H", [sample_format]))
    picture = shown(made_pictures.tiff([tags], data, order))
    for x, grey in ((0, 0), (16, 191), (SIZE[0] - 1, 255)):
        pixel = picture.getpixel((x, 5))
        assert isinstance(pixel, tuple)
        assert abs(pixel[0] - grey) < 3


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_deep_palette_gives_its_colours(shown: Shown, order: str) -> None:
    colours = [0] * (3 << 16)
    for which, value in enumerate((204, 51, 26)):
        colours[(which << 16) + 40_000] = value << 8
    data = struct.pack(f"{order}H", 40_000) * (SIZE[0] * SIZE[1])
    tags = tags_of(PALETTE, 16, 1, len(data), x140=("H", colours))
    assert near(shown(made_pictures.tiff([tags], data, order)), (204, 51, 26))


@pytest.mark.parametrize(("across", "down"), [(2, 1), (2, 2), (4, 2)])
def test_pixels_that_share_their_colours_are_shown(shown: Shown, across: int, down: int) -> None:
    block = bytes([76] * (across * down) + [84, 255])  # a red
    data = block * (-(-SIZE[0] // across) * -(-SIZE[1] // down))
    tags = tags_of(YCBCR, 8, 3, len(data), x212=("H", [across, down]))
    assert near(shown(made_pictures.tiff([tags], data)), (254, 0, 0))


def test_cmyk_with_a_mask_beside_it_is_shown(shown: Shown) -> None:
    """As Photoshop saves it: packed, each sample as its difference to the one before it."""
    line = bytes((0, 255, 255, 0, 40)) + bytes(5 * (SIZE[0] - 1))
    data = zlib.compress(line * SIZE[1])
    tags = tags_of(CMYK, 8, 5, len(data), x103=("H", [8]), x13D=("H", [2]), x152=("H", [2]))
    red = shown(made_pictures.tiff([tags], data)).getpixel((20, 10))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert max(red[1:]) < 60


def test_tiles_that_are_called_strips_are_tiles(shown: Shown) -> None:
    tiles = [bytes([value]) * 256 for value in (10, 90, 170, 20, 100, 180)]
    data = b"".join(tiles)
    begins = [8 + 256 * number for number in range(6)]
    size = {"x111": ("I", begins), "x117": ("I", [256] * 6), "x142": ("I", [16]), "x143": ("I", [16])}
    picture = shown(made_pictures.tiff([tags_of(GREY, 8, 1, 0, **size)], data))
    places = ((0, 0), (16, 0), (32, 0), (0, 19), (16, 19), (32, 19))
    found = [picture.getpixel(place) for place in places]
    assert found == [(value,) * 3 for value in (10, 90, 170, 20, 100, 180)]


def test_a_deep_scan_of_one_colour_is_not_dark(shown: Shown) -> None:
    out = io.BytesIO()
    Image.new("I;16", SIZE, 0xCC00).save(out, "TIFF")
    assert near(shown(out.getvalue()), (0xCC,) * 3)


@pytest.mark.parametrize(("dots", "size"), [((204, 98), (400, 624)), ((98, 204), (833, 300)), ((204, 196), (400, 300))])
def test_a_fax_is_in_proportion(shown: Shown, dots: tuple[int, int], size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new("1", (400, 300), 1).save(out, "TIFF", compression="group4", dpi=dots)
    picture = shown(out.getvalue())
    assert all(abs(one - other) <= 1 for one, other in zip(picture.size, size, strict=True))
