"""What the model gets to see of a picture: upright, in true colours, small, without what it knew about its maker."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, ImageExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from tests import made_files
from tests.file_limits import CONVERT

LIMITS = CONVERT
Convert = Callable[..., list[Extract]]


@pytest.fixture
def converted(tmp_path: Path) -> Convert:
    def run(content: bytes, limits: ConvertLimits = LIMITS, name: str = "picture") -> list[Extract]:
        source = tmp_path / "source"
        source.write_bytes(content)
        return convert(source, name, "", Outbox(tmp_path, ""), limits)

    return run


@pytest.fixture
def shown(converted: Convert, tmp_path: Path) -> Callable[..., Image.Image]:
    """The one picture that comes out, opened, its extract's figures checked against it."""

    def run(content: bytes, limits: ConvertLimits = LIMITS) -> Image.Image:
        (extract,) = converted(content, limits)
        assert isinstance(extract, ImageExtract)
        path = tmp_path / extract.file
        picture = Image.open(path)
        picture.load()
        assert f"image/{(picture.format or '').lower()}" == extract.media_type
        assert picture.size == (extract.width_px, extract.height_px)
        assert path.stat().st_size <= limits.image_bytes_max
        return picture

    return run


KINDS = ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF", "JPEG2000", "ICO", "AVIF", "PSD", "DDS", "PPM", "PCX", "QOI"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_common_kind_comes_out_as_one_the_api_takes(shown: Callable[..., Image.Image], kind: str) -> None:
    picture = shown(made_files.psd((64, 64)) if kind == "PSD" else made_files.image(kind, (64, 64)))
    assert picture.format in {"JPEG", "PNG"}
    assert picture.size == (64, 64)


@pytest.mark.parametrize(
    "content", [b"P1\n4 2\n0 1 0 1\n1 0 1 0\n", b"P2 4 2 255\n0 9 9 9 9 9 9 0\n", b"P3\n4 2\n255\n" + b"9 9 9 " * 8]
)
def test_a_picture_whose_samples_are_written_as_numbers_is_shown(
    shown: Callable[..., Image.Image], content: bytes
) -> None:
    assert shown(content).size == (4, 2)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA"])
def test_a_bitmap_without_the_header_of_a_file_is_shown(shown: Callable[..., Image.Image], mode: str) -> None:
    """As Windows keeps it in memory, and some programs in a .dib or as a pasted picture."""
    whole = shown(made_files.image("BMP", (61, 40), mode=mode))
    assert shown(made_files.image("BMP", (61, 40), mode=mode)[14:]).tobytes() == whole.tobytes()


def test_a_phone_photo_is_turned_upright_and_tells_nothing_else(shown: Callable[..., Image.Image]) -> None:
    picture = shown(made_files.rotated_photo((300, 200)))
    assert picture.size == (200, 300)
    assert dict(picture.getexif()) == {}
    assert b"SecretCamera" not in Path(str(picture.filename)).read_bytes()  # type: ignore[attr-defined]  # opened by path
    grey = picture.convert("L")
    assert grey.getpixel((5, 150)) == pytest.approx(255, abs=12)
    assert grey.getpixel((195, 150)) == pytest.approx(0, abs=12)  # what was its dark top now lies on the right


def test_a_large_picture_is_shrunk_to_the_longest_side_and_keeps_its_shape(shown: Callable[..., Image.Image]) -> None:
    assert shown(made_files.image("PNG", (4000, 1000))).size == (1568, 392)
    assert shown(made_files.image("JPEG", (1000, 4000))).size == (392, 1568)


def test_a_small_picture_is_not_enlarged(shown: Callable[..., Image.Image]) -> None:
    assert shown(made_files.image("PNG", (10, 7))).size == (10, 7)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_keeps_its_colours(shown: Callable[..., Image.Image], kind: str) -> None:
    picture = shown(made_files.solid(kind, (0, 255, 255, 0), mode="CMYK")).convert("RGB")
    assert picture.getpixel((16, 16)) == pytest.approx((255, 0, 0), abs=40)


@pytest.mark.parametrize(("deep", "expected"), [(65_535, 255), (32_768, 128), (0, 0)])
def test_sixteen_bits_are_scaled_not_clipped(
    shown: Callable[..., Image.Image], tmp_path: Path, deep: int, expected: int
) -> None:
    picture = Image.new("I;16", (32, 32), deep)
    picture.putpixel((0, 0), 65_535)
    picture.save(tmp_path / "deep.png")
    seen = shown((tmp_path / "deep.png").read_bytes()).convert("L").getpixel((16, 16))
    assert seen == pytest.approx(expected, abs=2)


def test_a_palette_with_transparency_lies_on_white(shown: Callable[..., Image.Image], tmp_path: Path) -> None:
    drawing = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    drawing.paste((200, 0, 0, 255), (8, 8, 24, 24))
    drawing.quantize(8).save(tmp_path / "p.png")
    picture = shown((tmp_path / "p.png").read_bytes())
    assert picture.mode == "RGB"
    assert picture.getpixel((1, 1)) == (255, 255, 255)
    assert picture.getpixel((16, 16)) == (200, 0, 0)


def test_white_ink_on_nothing_stays_readable(shown: Callable[..., Image.Image], tmp_path: Path) -> None:
    logo = Image.new("RGBA", (32, 32), (0, 0, 0, 0))
    logo.paste((255, 255, 255, 255), (8, 8, 24, 24))
    logo.save(tmp_path / "logo.png")
    picture = shown((tmp_path / "logo.png").read_bytes())
    assert picture.getpixel((1, 1)) == (64, 64, 64)
    assert picture.getpixel((16, 16)) == (255, 255, 255)


def test_a_tiff_gives_its_pages(converted: Convert, tmp_path: Path) -> None:
    pages = [Image.new("RGB", (30 + number, 20), "white") for number in range(3)]
    pages[0].save(tmp_path / "fax.tiff", save_all=True, append_images=pages[1:])
    content = (tmp_path / "fax.tiff").read_bytes()
    extracts = converted(content)
    assert [(extract.width_px, extract.about) for extract in extracts if isinstance(extract, ImageExtract)] == [
        (30, "TIFF image, page 1 of 3"),
        (31, "TIFF image, page 2 of 3"),
        (32, "TIFF image, page 3 of 3"),
    ]
    short = converted(content, replace(LIMITS, image_pages_max=2))
    assert short[-1] == NoteExtract(notes.pages_left_out(2, 3))
    assert len(short) == 3


def test_heic_is_read_by_its_bytes(shown: Callable[..., Image.Image], tmp_path: Path) -> None:
    import pillow_heif  # noqa: PLC0415 - slow to import, and only one test makes such a file

    pillow_heif.from_pillow(Image.new("RGB", (64, 48), (10, 200, 10))).save(tmp_path / "p.heic")
    picture = shown((tmp_path / "p.heic").read_bytes())
    assert picture.size == (64, 48)
    assert picture.getpixel((32, 24)) == pytest.approx((10, 200, 10), abs=20)


def test_wide_colours_become_srgb(shown: Callable[..., Image.Image]) -> None:
    from PIL import ImageCms  # noqa: PLC0415 - only here

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert shown(made_files.solid("PNG", (1, 2, 3), icc_profile=profile)).getpixel((0, 0)) == (1, 2, 3)
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert shown(made_files.solid("PNG", (9, 99, 199), icc_profile=srgb)).getpixel((0, 0)) == (9, 99, 199)


def test_what_is_too_many_bytes_as_png_goes_as_jpeg(shown: Callable[..., Image.Image]) -> None:
    picture = shown(made_files.noise((600, 600)), replace(LIMITS, image_bytes_max=300_000))
    assert picture.format == "JPEG"


def test_the_same_picture_gives_the_same_bytes(converted: Convert, tmp_path: Path) -> None:
    outputs = []
    for content in [made_files.rotated_photo()] * 2:
        (extract,) = converted(content)
        assert isinstance(extract, ImageExtract)
        outputs.append((tmp_path / extract.file).read_bytes())
    assert outputs[0] == outputs[1]


def test_a_bomb_is_refused_before_it_is_decoded(converted: Convert) -> None:
    with pytest.raises(Unreadable) as refusal:
        converted(made_files.png_header(30_000, 30_000))
    assert refusal.value.reason == notes.TOO_MANY_PIXELS


def test_more_pixels_than_the_limit_are_refused_by_their_number(converted: Convert) -> None:
    with pytest.raises(Unreadable) as refusal:
        converted(made_files.image("PNG", (2_000, 1_000)), replace(LIMITS, image_pixels_max=1_000_000))
    assert refusal.value.reason == notes.too_many_pixels(2_000, 1_000)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "BMP", "TIFF", "JPEG2000", "WEBP"])
def test_a_picture_that_is_cut_off_is_shown_as_far_as_it_goes(converted: Convert, kind: str) -> None:
    content = made_files.noise((200, 200), kind)
    extract, note = converted(content[: len(content) * 2 // 3])
    assert isinstance(extract, ImageExtract)
    assert (extract.width_px, extract.height_px) == (200, 200)
    assert note == NoteExtract(notes.CUT_IMAGE)


def test_a_picture_of_which_only_the_first_bytes_came_is_named_as_damaged(converted: Convert) -> None:
    with pytest.raises(Unreadable) as refusal:
        converted(made_files.noise((200, 200), "PNG")[:8])
    assert refusal.value.reason == notes.DAMAGED_IMAGE


def lines_of_text(size: tuple[int, int]) -> Image.Image:
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    for top in range(0, size[1], 15):
        ImageDraw.Draw(image).text((10, top), f"line {top} of this page " * 3, fill=(0, 0, 0))
    return image


@pytest.mark.parametrize("options", [{"quality": 80}, {"quality": 20}, {"lossless": True}, {"exif": b"Exif\0\0" * 40}])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_what_is_shown_of_a_webp_that_is_cut_off_is_in_it(
    converted: Convert, tmp_path: Path, mode: str, options: dict[str, Any]
) -> None:
    """Down to the part that is blank, the picture is the same as that of the whole file."""
    file = io.BytesIO()
    lines_of_text((400, 300)).convert(mode).save(file, "WEBP", **options)
    content = file.getvalue()
    (extract,) = converted(content)
    assert isinstance(extract, ImageExtract)
    whole = Image.open(tmp_path / extract.file).convert("RGB")
    for share in (0.9, 0.6, 0.4):
        extract, note = converted(content[: int(len(content) * share)])
        assert isinstance(extract, ImageExtract)
        assert note == NoteExtract(notes.CUT_IMAGE)
        cut = Image.open(tmp_path / extract.file).convert("RGB")
        blank = ImageChops.difference(cut, Image.new("RGB", cut.size, cut.getpixel((0, 299)))).getbbox()
        assert blank is not None
        rows = blank[3]
        assert 300 * (share - 0.35) < rows < 300
        differs = ImageChops.difference(cut, whole).crop((0, 0, 400, rows - 16))  # JPEGs have blocks of 16 rows
        assert differs.getbbox() is None


def test_of_a_webp_animation_that_is_cut_off_the_complete_frames_are_shown(converted: Convert) -> None:
    frames = [Image.effect_noise((60, 40), 50 + number).convert("RGB") for number in range(4)]
    file = io.BytesIO()
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    content = file.getvalue()
    *pictures, note = converted(content[: len(content) * 7 // 10])
    assert len(pictures) == 2
    assert note == NoteExtract(notes.FRAMES_UNREADABLE)


@pytest.mark.parametrize(("kind", "share"), [("AVIF", 3), ("WEBP", 100)])
def test_what_cannot_be_shown_in_part_is_named_as_incomplete(converted: Convert, kind: str, share: int) -> None:
    content = made_files.noise((200, 200), kind)
    with pytest.raises(Unreadable) as refusal:
        converted(content[: len(content) // share])
    assert refusal.value.reason == inner_notes.image_cut_off(100 // share if share < 100 else 0)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP"])
@pytest.mark.parametrize("before", [b"\r\n\r\n", b"\0\0\0", b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\n\r\n"])
def test_a_picture_behind_a_few_bytes_of_something_else_is_shown(
    shown: Callable[..., Image.Image], kind: str, before: bytes
) -> None:
    assert shown(before + made_files.image(kind, (60, 40)) + b"\n").size == (60, 40)


def test_a_file_with_a_picture_within_is_not_that_picture(converted: Convert) -> None:
    for content in (b"\1\2\3\4" + made_files.image("JPEG") + bytes(range(256)), bytes(2_000) + made_files.image("GIF")):
        with pytest.raises(Unreadable, match=r"can't read"):
            converted(content)


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_photo_that_only_lacks_the_mark_of_its_end_is_whole(converted: Convert, mode: str, progressive: bool) -> None:
    photo = made_files.image("JPEG", (317, 203), mode=mode, quality=90, progressive=progressive)
    assert photo.endswith(b"\xff\xd9")
    (shown,) = converted(photo[:-2])
    assert isinstance(shown, ImageExtract)
    for missing in (20, len(photo) // 3):
        *_, note = converted(photo[:-missing])
        assert note == NoteExtract(notes.CUT_IMAGE)
