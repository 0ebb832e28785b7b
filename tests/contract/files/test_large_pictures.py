"""A large picture is made small in little more memory than it takes itself, and comes out as it would from more."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.files.extracts import ImageExtract
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from bot.files.worker.pictures import pieces, shrinking
from tests import made_pictures
from tests.file_limits import CONVERT

SIZE = (4_800, 3_200)
MB = 1_000_000
READER = """
import sys
from pathlib import Path
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from tests.file_limits import CONVERT

source = Path(sys.argv[1])
convert(source, "picture", "", Outbox(source.parent, ""), CONVERT)
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
print(int(peak.split()[1]) * 1_024)
"""
BOXES = [(100 + 300 * number, 100 + 200 * number, 300 + 300 * number, 260 + 200 * number) for number in range(4)]
COLOURS = ["red", "blue", "green", "black"]
TURNED = Image.Exif()
TURNED[0x0112] = 6


def scene(size: tuple[int, int]) -> Image.Image:
    """Colours that change from pixel to pixel, softly."""
    return Image.effect_noise((60, 40), 90).resize(size).convert("RGB")


def with_second_view(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "MPO", save_all=True, append_images=[picture.resize((600, 400))], exif=TURNED)
    return file.getvalue()


CONTENTS: dict[str, tuple[Callable[[Image.Image], bytes], int]] = {
    "JPEG of a phone": (lambda picture: made_pictures.encoded(picture, "JPEG", exif=TURNED), 1),
    "JPEG with a second view": (with_second_view, 1),
    "PNG": (lambda picture: made_pictures.encoded(picture, "PNG", compress_level=1), 4),
    "PNG, turned": (lambda picture: made_pictures.encoded(picture, "PNG", compress_level=1, exif=TURNED), 4),
    "PNG with transparency": (
        lambda picture: made_pictures.encoded(picture.convert("RGBA"), "PNG", compress_level=1),
        4,
    ),
    "PNG with a palette": (lambda picture: made_pictures.encoded(picture.quantize(64), "PNG", compress_level=1), 1),
}
"""And how many bytes a pixel takes while it is decoded; of a JPEG every second row and column is."""


BESIDE_BYTES = 24 * MB
"""The small picture, what it is made of meanwhile, and the larger code for it."""


def peak_bytes(content: bytes, source: Path) -> int:
    """Of a process that reads this and nothing else."""
    source.write_bytes(content)
    done = subprocess.run([sys.executable, "-c", READER, str(source)], check=True, capture_output=True, text=True)
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process is read from /proc")
@pytest.mark.parametrize("kind", CONTENTS)
def test_a_large_picture_takes_little_more_than_its_pixels(tmp_path: Path, kind: str) -> None:
    made, pixel_bytes = CONTENTS[kind]
    least, most = (peak_bytes(made(scene(size)), tmp_path / "source") for size in ((60, 40), SIZE))
    assert most - least < SIZE[0] * SIZE[1] * pixel_bytes + BESIDE_BYTES


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_a_large_animation_each_frame_is_as_people_see_it(tmp_path: Path, kind: str) -> None:
    """Most frames are but what is new in them; it belongs to where it is in the frame in its full size."""
    frames = [Image.new("RGB", (2_000, 1_500), "white")]
    for box, colour in zip(BOXES, COLOURS, strict=True):
        frames.append(frames[-1].copy())
        ImageDraw.Draw(frames[-1]).rectangle(box, fill=colour)
    (tmp_path / "source").write_bytes(
        made_pictures.encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, lossless=True)
    )
    extracts = convert(tmp_path / "source", "picture", "", Outbox(tmp_path, ""), CONVERT)
    seen = [Image.open(tmp_path / one.file).convert("RGB") for one in extracts if isinstance(one, ImageExtract)]
    assert len(seen) == len(frames)
    for frame, shown in zip(frames, seen, strict=True):
        assert shown.size == (1_568, 1_176)
        assert is_like(shown, frame.resize(shown.size))


@pytest.mark.parametrize("turn", range(2, 9))
def test_a_picture_that_is_turned_when_it_is_small_stands_as_it_would_have(tmp_path: Path, turn: int) -> None:
    upright = Image.new("L", (1_800, 1_200), 255)
    ImageDraw.Draw(upright).polygon([(100, 100), (900, 150), (300, 1_000)], fill=0)
    exif = Image.Exif()
    exif[0x0112] = turn
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}[turn]
    (tmp_path / "source").write_bytes(made_pictures.encoded(upright.transpose(undo), "PNG", exif=exif))  # type: ignore[arg-type]  # by its number
    (extract,) = convert(tmp_path / "source", "picture", "", Outbox(tmp_path, ""), CONVERT)
    assert isinstance(extract, ImageExtract)
    assert (extract.width_px, extract.height_px) == (1_568, 1_045)
    assert is_like(Image.open(tmp_path / extract.file), upright.resize((1_568, 1_045)))


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK", "P", "1"])
@pytest.mark.parametrize("size", [(1_999, 700), (613, 2_311), (4_096, 3), (900, 901)])
def test_a_picture_made_small_in_bands_shows_none_of_them(mode: str, size: tuple[int, int]) -> None:
    fine = Image.effect_noise(size, 120)
    picture = Image.merge("RGB", [fine, fine.rotate(180), Image.linear_gradient("L").resize(size)])
    picture = picture.quantize(32) if mode == "P" else picture.convert(mode)
    if mode == "RGBA":
        picture.putalpha(fine)
    plain = {"P": "RGB", "1": "L"}.get(mode, mode)
    for side in (800, 301, 90):
        small = shrinking.shrunk(picture, side)
        assert small.mode == plain
        factors = tuple(max(int(whole / (2 * part)), 1) for whole, part in zip(size, small.size, strict=True))
        reduced = picture.convert({"RGBA": "RGBa"}.get(mode, plain)).reduce(factors)  # type: ignore[arg-type]  # a pair
        box: tuple[float, float, float, float] = (0, 0, size[0] / factors[0], reduced.height)
        narrow = reduced.resize((small.width, reduced.height), Image.Resampling.LANCZOS, box)
        box = (0, 0, small.width, size[1] / factors[1])
        at_once = narrow.resize(small.size, Image.Resampling.LANCZOS, box).convert(plain)
        without_colour = "RGBa" if mode == "RGBA" else plain  # where it is transparent
        differences = ImageChops.difference(small.convert(without_colour), at_once.convert(without_colour))
        assert max(high for _, high in extrema(differences)) <= 4, side
        assert sum(sum(band.histogram()[1:]) for band in differences.split()) <= 0.02 * small.width * small.height


def test_a_picture_that_fits_is_left_as_it_is() -> None:
    picture = Image.new("P", (300, 200))
    assert shrinking.shrunk(picture, 300) is picture


def extrema(picture: Image.Image) -> list[tuple[float, float]]:
    return [band.getextrema() for band in picture.split()]  # type: ignore[misc]  # of one band it is a pair


def is_like(shown: Image.Image, expected: Image.Image) -> bool:
    """But for a few pixels at edges."""
    differences = ImageChops.difference(shown.convert("L"), expected.convert("L")).histogram()
    return sum(differences[40:]) < 0.002 * sum(differences)


def test_small_writing_is_found_however_the_picture_lies() -> None:
    page = Image.new("L", (4_000, 3_000), 255)
    for top in range(0, 3_000, 24):
        for left in range(0, 4_000, 12):
            ImageDraw.Draw(page).rectangle((left, top, left, top + 6), fill=0)
            ImageDraw.Draw(page).rectangle((left, top, left + 6, top), fill=0)
    assert pieces.is_written_small(page, 1_568)
    for turn in Image.Transpose:
        assert pieces.is_written_small(page, 1_568, turn)
