"""What the model gets to see of pictures that most programs show well and simple readers do not."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, ImageExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.convert import convert
from tests import made_files, made_pictures
from tests.file_limits import CONVERT

LIMITS = CONVERT
Convert = Callable[..., list[Extract]]
Shown = Callable[..., list[Image.Image]]
RED, WHITE, DARK, BETWEEN = (255, 0, 0), (255, 255, 255), (64, 64, 64), (140, 140, 140)


@pytest.fixture
def converted(tmp_path: Path) -> Convert:
    def run(content: bytes, limits: ConvertLimits = LIMITS) -> list[Extract]:
        source = tmp_path / "source"
        source.write_bytes(content)
        return convert(source, "picture", "", Outbox(tmp_path, ""), limits)

    return run


@pytest.fixture
def shown(converted: Convert, tmp_path: Path) -> Shown:
    """The pictures that come out, in RGB; notes are left to other tests."""

    def run(content: bytes, limits: ConvertLimits = LIMITS) -> list[Image.Image]:
        found = [extract for extract in converted(content, limits) if isinstance(extract, ImageExtract)]
        return [Image.open(tmp_path / extract.file).convert("RGB") for extract in found]

    return run


def abouts(extracts: list[Extract]) -> list[str]:
    return [extract.about for extract in extracts if isinstance(extract, ImageExtract)]


def reasons(extracts: list[Extract]) -> list[str]:
    return [extract.reason for extract in extracts if isinstance(extract, NoteExtract)]


# --- transparency ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (made_pictures.png([bytes([255, 0, 255] * 8)] * 8, 8, extra=[(b"tRNS", struct.pack(">3H", 255, 0, 255))]), 0),
        (made_pictures.png([bytes([7] * 8)] * 8, 8, colour_type=0, extra=[(b"tRNS", struct.pack(">H", 7))]), 0),
        (
            made_pictures.png(
                [struct.pack(">24H", *[65_535, 0, 65_535] * 8)] * 8,
                8,
                depth=16,
                extra=[(b"tRNS", struct.pack(">3H", 65_535, 0, 65_535))],
            ),
            0,
        ),
        (
            made_pictures.png(
                [struct.pack(">8H", *[4_660] * 8)] * 8,
                8,
                depth=16,
                colour_type=0,
                extra=[(b"tRNS", struct.pack(">H", 4_660))],
            ),
            0,
        ),
        (made_pictures.png([b"\xff"] * 8, 8, depth=1, colour_type=0, extra=[(b"tRNS", struct.pack(">H", 1))]), 0),
    ],
    ids=["RGB", "grey", "RGB, 16 bits", "grey, 16 bits", "black and white"],
)
def test_a_colour_that_the_file_calls_transparent_is(shown: Shown, content: bytes, key: int) -> None:
    (picture,) = shown(content)
    assert picture.getpixel((key, key)) == WHITE


def test_a_deep_grey_next_to_the_transparent_one_stays(shown: Shown) -> None:
    row = struct.pack(">8H", *[4_660] * 4, *[4_661] * 4)
    (picture,) = shown(
        made_pictures.png([row] * 8, 8, depth=16, colour_type=0, extra=[(b"tRNS", struct.pack(">H", 4_660))])
    )
    assert picture.getpixel((0, 0)) == WHITE
    assert picture.getpixel((7, 0)) != WHITE


def drawn(*parts: tuple[tuple[int, int, int, int], object]) -> bytes:
    picture = Image.new("RGBA", (300, 200), (0, 0, 0, 0))
    for place, colour in parts:
        ImageDraw.Draw(picture).rectangle(place, fill=colour)  # type: ignore[arg-type]  # colours by mode
    return made_pictures.encoded(picture, "PNG")


@pytest.mark.parametrize(
    ("content", "ground"),
    [
        (drawn(((60, 20, 280, 170), "white"), ((10, 80, 40, 90), "black")), WHITE),
        (drawn(((60, 20, 280, 170), "white")), DARK),
        (drawn(((60, 20, 280, 170), "black")), WHITE),
        (drawn(((60, 20, 280, 170), "white"), ((100, 40, 200, 120), "black")), DARK),
        (drawn(((60, 20, 280, 170), "#4060c0")), WHITE),
        (drawn(), WHITE),
        (drawn(((20, 20, 80, 26), "white"), ((20, 80, 80, 86), "black")), BETWEEN),
        (drawn(((20, 20, 50, 50), "black"), ((60, 20, 75, 120), "white")), BETWEEN),
        (drawn(((20, 20, 80, 80), "#ff8c00"), ((100, 40, 280, 48), "white")), DARK),
        (drawn(((20, 20, 80, 80), "#ff8c00"), ((100, 40, 280, 48), "#808080")), WHITE),
        (drawn(((20, 20, 280, 22), "white"), ((20, 23, 280, 90), "black")), WHITE),
    ],
    ids=[
        *("a sheet with labels beside it", "light", "dark", "dark within light", "of a colour", "nothing"),
        *("dark and light writing", "large light letters", "a logo with light words", "one with grey words"),
        "a light part beside a dark one",
    ],
)
def test_a_drawing_lies_on_what_its_edges_can_be_told_from(
    shown: Shown, content: bytes, ground: tuple[int, int, int]
) -> None:
    (picture,) = shown(content)
    assert picture.getpixel((2, 2)) == ground


# --- what is said about a picture and is not true ------------------------------------------------------------------


@pytest.mark.parametrize(
    "extra",
    [
        [(b"zTXt", b"Raw profile type exif\0\0" + b"not packed at all")],
        [(b"tEXt", b"Raw profile type exif\0\nexif\n      20\n45786966zz\n")],
        [(b"eXIf", b"II*\0\xff\xff\xff\xff")],
        [(b"iCCP", b"profile\0\0" + b"\x78\x9cnot a profile")],
        [(b"pHYs", b"\0")],
        [(b"iTXt", b"\xff" * 40)],
    ],
    ids=["packed text", "raw profile", "EXIF", "colour profile", "resolution", "text"],
)
def test_broken_metadata_costs_nothing_of_the_picture(
    converted: Convert, shown: Shown, extra: list[tuple[bytes, bytes]]
) -> None:
    content = made_pictures.png([bytes([30, 120, 60] * 16)] * 12, 16, extra=extra)
    assert reasons(converted(content)) == []
    assert shown(content)[0].getpixel((5, 5)) == (30, 120, 60)


def test_a_jpeg_with_broken_exif_is_shown_as_it_lies(shown: Shown) -> None:
    photo = made_files.rotated_photo((60, 40))
    at = photo.index(b"Exif\0\0") + 6
    assert shown(photo)[0].size == (40, 60)
    assert shown(photo[: at + 4] + b"\xff\xff\xff\xff" + photo[at + 8 :])[0].size == (60, 40)


# --- more than one picture -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_some_frames_come_spread_over_it(converted: Convert, shown: Shown, kind: str) -> None:
    content = made_pictures.animation(kind, [f"#{number:02x}0000" for number in range(101)])
    extracts = converted(content)
    assert [about.rpartition("frame ")[2] for about in abouts(extracts)] == [
        "1 of 101",
        "26 of 101",
        "51 of 101",
        "76 of 101",
        "101 of 101",
    ]
    assert reasons(extracts) == [notes.frames_left_out(5, 101, 101)]
    seen = [picture.getchannel("R").getpixel((9, 9)) for picture in shown(content)]
    assert seen == pytest.approx([0, 25, 50, 75, 100], abs=1)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "AVIF"])
def test_of_a_short_one_all_come_and_there_is_nothing_to_say(converted: Convert, kind: str) -> None:
    extracts = converted(made_pictures.animation(kind, ["red", "green", "blue"]))
    assert [about.partition(", ")[2] for about in abouts(extracts)] == [f"frame {n} of 3" for n in (1, 2, 3)]
    assert reasons(extracts) == []


def test_the_pictures_of_one_heic_are_all_shown(shown: Shown) -> None:
    import pillow_heif  # noqa: PLC0415 - slow to import, and only one test makes such a file

    heif = pillow_heif.from_pillow(Image.new("RGB", (64, 48), (250, 0, 0)))
    heif.add_from_pillow(Image.new("RGB", (64, 48), (0, 0, 250)))
    file = io.BytesIO()
    heif.save(file, quality=90)
    first, second = shown(file.getvalue())
    assert first.getpixel((30, 20)) == pytest.approx((250, 0, 0), abs=20)
    assert second.getpixel((30, 20)) == pytest.approx((0, 0, 250), abs=20)


def test_a_gif_is_transparent_where_no_frame_has_painted(shown: Shown) -> None:
    (picture,) = shown(made_pictures.gif_with_small_first_frame())
    assert picture.size == (100, 100)
    assert picture.getpixel((20, 20)) == (0, 0, 255)
    assert picture.getpixel((80, 80)) == WHITE


def grey_page(subfile_type: int) -> dict[int, tuple[str, list[float]]]:
    return {
        0xFE: ("I", [subfile_type]), 0x100: ("I", [40]), 0x101: ("I", [30]), 0x102: ("H", [8]), 0x103: ("H", [1]),
        0x106: ("H", [1]), 0x111: ("I", [8]), 0x115: ("H", [1]), 0x116: ("I", [30]), 0x117: ("I", [1_200]),
    }  # fmt: skip


def test_a_page_of_a_tiff_that_is_none_costs_no_other(converted: Convert) -> None:
    content = made_pictures.tiff([grey_page(0), {0x111: ("I", [8])}], bytes(1_200))
    assert abouts(converted(content)) == ["TIFF image, page 1 of 2"]
    assert reasons(converted(content)) == [notes.pages_unreadable([2], 2)]


def test_smaller_copies_of_a_page_and_masks_are_no_pages(converted: Convert) -> None:
    content = made_pictures.tiff([grey_page(0), grey_page(1), grey_page(4), grey_page(2)], bytes(1_200))
    assert abouts(converted(content)) == ["TIFF image, page 1 of 2", "TIFF image, page 2 of 2"]
    assert reasons(converted(content)) == []


# --- long pictures ---------------------------------------------------------------------------------------------------


SMALLER = replace(LIMITS, image_side_px_max=784)


def test_a_long_screenshot_comes_in_pieces_that_overlap(converted: Convert, tmp_path: Path) -> None:
    extracts = converted(made_pictures.long_screenshot((540, 8_000)), SMALLER)
    pieces = [extract for extract in extracts if isinstance(extract, ImageExtract)]
    assert [extract.about for extract in pieces][:2] == [
        "PNG image, piece 1 of 11, from top to bottom",
        "PNG image, piece 2 of 11, from top to bottom",
    ]
    assert {extract.width_px for extract in pieces} == {540}
    assert max(extract.height_px for extract in pieces) <= SMALLER.image_side_px_max
    assert 8_000 < sum(extract.height_px for extract in pieces) < 9_000
    ends = Image.open(tmp_path / pieces[0].file).crop((0, pieces[0].height_px - 20, 540, pieces[0].height_px))
    begins = Image.open(tmp_path / pieces[1].file)
    assert any(begins.crop((0, top, 540, top + 20)).tobytes() == ends.tobytes() for top in range(100))


def test_a_wide_one_is_cut_from_left_to_right(converted: Convert) -> None:
    found = abouts(converted(made_pictures.long_screenshot((4_500, 350)), SMALLER))
    assert found[0] == f"PNG image, piece 1 of {len(found)}, from left to right"
    assert len(found) == 7


def test_pieces_have_a_bound_and_stay_as_large_as_it_allows(converted: Convert) -> None:
    limits = replace(LIMITS, image_side_px_max=300)
    assert len(converted(made_pictures.long_screenshot((150, 9_000)), limits)) == limits.image_pages_max
    few = converted(made_pictures.long_screenshot((300, 1_500)), replace(limits, image_pages_max=3))
    assert reasons(few) == [notes.pieces_left_out(3, 6)]


def test_what_is_long_and_has_nothing_fine_in_it_stays_whole(converted: Convert) -> None:
    assert abouts(converted(made_files.image("PNG", (1_000, 9_000)))) == ["PNG image"]


def test_a_large_picture_with_small_writing_comes_whole_and_in_pieces(converted: Convert, tmp_path: Path) -> None:
    page = made_pictures.written_page((2_000, 1_500), 12)
    extracts = [one for one in converted(made_pictures.encoded(page, "PNG"), SMALLER) if isinstance(one, ImageExtract)]
    assert [one.about for one in extracts[:3]] == [
        "PNG image, the whole, made smaller; its pieces follow",
        "PNG image, piece in row 1 of 3, column 1 of 3",
        "PNG image, piece in row 1 of 3, column 2 of 3",
    ]
    assert len(extracts) == 1 + 3 * 3
    assert extracts[0].width_px == SMALLER.image_side_px_max
    right = Image.open(tmp_path / extracts[3].file)
    assert right.tobytes() == page.crop((2_000 - right.width, 0, 2_000, right.height)).tobytes()


@pytest.mark.parametrize(("letters_px", "count"), [(12, 10), (60, 1)])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_small_writing_in_a_jpeg_is_legible_too(converted: Convert, mode: str, letters_px: int, count: int) -> None:
    page = made_pictures.written_page((2_000, 1_500), letters_px).convert(mode)
    extracts = converted(made_pictures.encoded(page, "JPEG", quality=85), SMALLER)
    assert [type(one) for one in extracts] == [ImageExtract] * count


def test_so_large_a_one_has_no_more_pieces_than_the_limit(converted: Convert) -> None:
    limits = replace(LIMITS, image_side_px_max=300)
    extracts = converted(made_pictures.encoded(made_pictures.written_page((2_000, 2_000), 12), "PNG"), limits)
    assert len(extracts) == 1 + 4 * 4 <= limits.image_pages_max


@pytest.mark.parametrize(
    "page",
    [
        made_pictures.written_page((2_000, 1_500), 60),
        made_pictures.written_page((1_200, 900), 12),
        Image.effect_noise((2_000, 1_500), 60),
        Image.linear_gradient("L").resize((2_000, 1_500)).convert("1"),
    ],
    ids=["large writing", "hardly shrunk", "a photo's grain", "a halftone"],
)
def test_what_stays_legible_or_is_no_writing_comes_as_one_picture(converted: Convert, page: Image.Image) -> None:
    assert abouts(converted(made_pictures.encoded(page, "PNG"), SMALLER)) == ["PNG image"]


# --- raw files and rare samples --------------------------------------------------------------------------------------


def photo(size: tuple[int, int] = (1_200, 800)) -> bytes:
    picture = Image.new("RGB", size, RED)
    picture.paste((0, 0, 255), (size[0] // 2, 0, *size))
    return made_pictures.encoded(picture, "JPEG", quality=90)


@pytest.mark.parametrize(
    "content",
    [
        made_pictures.raw_photo(photo(), orientation=6),
        made_pictures.cr3(photo(), 6),
        b"FUJIFILMCCD-RAW " + bytes(100) + photo(),
        b"IIU\0" + made_pictures.raw_photo(photo(), orientation=6)[4:],
        b"II\x1a\0\0\0HEAPCCDR" + bytes(60) + photo(),
        b"II*\0\x10\0\0\0IIIITCwaR" + bytes(60) + photo(),
    ],
    ids=["DNG", "CR3", "RAF", "RW2", "CRW", "IIQ"],
)
def test_a_raw_photo_is_its_preview(shown: Shown, converted: Convert, content: bytes) -> None:
    (picture,) = shown(content)
    assert sorted(picture.size) == [800, 1_200]
    assert picture.getpixel((5, 5)) == pytest.approx(RED, abs=12)
    assert abouts(converted(content)) == ["camera raw photo, by its preview"]
    assert reasons(converted(content)) == []


def test_a_raw_photo_stands_upright(shown: Shown) -> None:
    (picture,) = shown(made_pictures.raw_photo(photo(), orientation=6))
    assert picture.size == (800, 1_200)
    assert shown(made_pictures.cr3(photo(), 8))[0].size == (800, 1_200)


def test_raw_pixels_that_are_packed_as_a_jpeg_are_no_preview(shown: Shown) -> None:
    content = made_pictures.raw_photo(photo(), pixels=made_files.solid("JPEG", (0, 255, 0), (2_000, 2_000)))
    assert shown(content)[0].getpixel((5, 5)) == pytest.approx(RED, abs=12)


def test_of_a_raw_photo_with_a_small_preview_that_is_said(converted: Convert) -> None:
    assert reasons(converted(made_pictures.raw_photo(photo((160, 120))))) == [
        (
            "is a camera raw picture, and only its small built-in preview (160 × 120 px) was read. "
            "Please send it as a JPEG if details matter."
        )
    ]


def test_a_raw_photo_whose_preview_is_not_packed_is_shown_by_it(converted: Convert, shown: Shown) -> None:
    content = made_pictures.raw_photo(b"", orientation=6, small=Image.new("RGB", (240, 160), RED))
    (picture,) = shown(content)
    assert picture.size == (160, 240)
    assert picture.getpixel((5, 5)) == pytest.approx(RED, abs=12)
    assert reasons(converted(content)) == [notes.small_preview(240, 160)]


@pytest.mark.parametrize("content", [made_pictures.raw_photo(b""), made_pictures.cr3(b"", 1)], ids=["DNG", "CR3"])
def test_a_raw_photo_without_one_is_called_what_it_is(converted: Convert, content: bytes) -> None:
    with pytest.raises(Unreadable) as refusal:
        converted(content)
    assert refusal.value.reason == notes.raw_without_preview()


@pytest.mark.parametrize("order", ["<", ">"])
def test_colours_as_floating_point_are_shown(shown: Shown, order: str) -> None:
    (picture,) = shown(made_pictures.float_tiff((0.8, 0.2, 0.1), order=order))
    assert picture.size == (40, 30)
    assert picture.getpixel((20, 15)) == (204, 51, 26)


def test_they_are_in_packed_tiles_too(shown: Shown) -> None:
    (picture,) = shown(made_pictures.predicted_tiff((0.8, 0.2, 0.1)))
    assert picture.size == (20, 10)
    assert {picture.getpixel(place) for place in ((0, 0), (15, 5), (16, 5), (19, 9))} == {(204, 51, 26)}


@pytest.mark.parametrize("order", ["<", ">"])
def test_planes_that_lie_apart_are_put_together(shown: Shown, order: str) -> None:
    planes = b"".join(struct.pack(f"{order}H", value) * 1_200 for value in (52_428, 13_107, 6_553))
    tags = {
        0x100: ("I", [40]), 0x101: ("I", [30]), 0x102: ("H", [16] * 3), 0x103: ("H", [1]), 0x106: ("H", [2]),
        0x111: ("I", [8, 2_408, 4_808]), 0x115: ("H", [3]), 0x116: ("I", [30]), 0x117: ("I", [2_400] * 3),
        0x11C: ("H", [2]),
    }  # fmt: skip
    (picture,) = shown(made_pictures.tiff([tags], planes, order))
    assert picture.getpixel((39, 29)) == (204, 51, 25)


@pytest.mark.parametrize("bits", [8, 16])
def test_lab_has_its_colours(shown: Shown, bits: int) -> None:
    code = "B" if bits == 8 else "H"
    scale = 1 if bits == 8 else 256
    pixel = struct.pack(f"<3{code}", 128 * scale, 32 * scale, 224 * scale)
    tags = {
        0x100: ("I", [40]), 0x101: ("I", [30]), 0x102: ("H", [bits] * 3), 0x103: ("H", [1]), 0x106: ("H", [8]),
        0x111: ("I", [8]), 0x115: ("H", [3]), 0x116: ("I", [30]), 0x117: ("I", [1_200 * len(pixel)]),
    }  # fmt: skip
    (picture,) = shown(made_pictures.tiff([tags], pixel * 1_200))
    assert picture.getpixel((20, 15)) == pytest.approx((152, 99, 175), abs=2)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("samples", "depth", "mode", "expected"),
    [
        ([b"\x40\x12", b"\xc0\x00", b"\x20\xff"], 16, 3, (64, 192, 32)),
        ([struct.pack(">f", 0.2), struct.pack(">f", 0.8), struct.pack(">f", 1.0)], 32, 3, (51, 204, 255)),
        ([b"\x40\x12"], 16, 1, (64, 64, 64)),
        ([b"\x80", b"\xa0", b"\x60"], 8, 9, (152, 99, 175)),
        ([b"\xff\xff", b"\xff\xff", b"\x00\x00", b"\xff\xff"], 16, 4, (255, 242, 0)),
    ],
    ids=["RGB of 16 bits", "RGB of 32 bits", "grey of 16 bits", "Lab", "CMYK of 16 bits"],
)
def test_a_deep_photoshop_file_is_its_merged_picture(
    shown: Shown, samples: list[bytes], depth: int, mode: int, expected: tuple[int, int, int], packed: bool, large: bool
) -> None:
    planes = [sample * 20 * 10 for sample in samples]
    (picture,) = shown(made_pictures.psd(planes, (20, 10), depth=depth, mode=mode, packed=packed, large=large))
    assert picture.getpixel((10, 5)) == pytest.approx(expected, abs=14)


def test_a_photoshop_file_without_a_merged_picture_is_no_white_sheet(converted: Convert) -> None:
    sheet = [b"\xff" * 1_200] * 3
    with pytest.raises(Unreadable) as refusal:
        converted(made_pictures.psd(sheet, (40, 30), resources=[made_pictures.version_info(has_picture=False)]))
    assert refusal.value.reason == notes.PSD_WITHOUT_PICTURE
    whole = made_pictures.psd(sheet, (40, 30), resources=[made_pictures.version_info(has_picture=True)])
    assert reasons(converted(whole)) == []


def test_its_small_preview_is_better_than_nothing(converted: Convert, shown: Shown) -> None:
    thumbnail = (1036, bytes(28) + photo((160, 120)))
    content = made_pictures.psd(
        [b"\xff" * 1_200] * 3, (40, 30), resources=[made_pictures.version_info(has_picture=False), thumbnail]
    )
    assert shown(content)[0].size == (160, 120)
    assert reasons(converted(content)) == [notes.PSD_THUMBNAIL_ONLY]


def test_an_avif_is_cut_to_what_is_meant_to_be_seen(shown: Shown) -> None:
    picture = Image.new("RGB", (320, 200), (0, 0, 255))
    picture.paste(RED, (160, 20, 320, 180))
    (seen,) = shown(made_pictures.avif_with_aperture(picture, (160, 20, 320, 180)))
    assert seen.size == (160, 160)
    assert [seen.getpixel(place) for place in ((2, 2), (157, 157))] == [pytest.approx(RED, abs=30)] * 2


def test_so_is_a_heic(shown: Shown) -> None:
    import pillow_heif  # noqa: PLC0415 - slow to import, and only one test makes such a file

    picture = Image.new("RGB", (320, 200), (0, 0, 255))
    picture.paste(RED, (160, 0, 320, 200))
    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, quality=90)
    numbers = struct.pack(">IIIIiIiI", 160, 1, 200, 1, 80, 1, 0, 1)
    (seen,) = shown(made_pictures.with_property(file.getvalue(), made_pictures.box(b"clap", numbers)))
    assert seen.size == (160, 200)
    assert seen.getpixel((2, 2)) == pytest.approx(RED, abs=30)


@pytest.mark.parametrize(
    ("about", "samples"),
    [
        ("DEPTH 3\nMAXVAL 255\nTUPLTYPE RGB", bytes([*RED] * 60 * 40)),
        ("DEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA", bytes([*RED, 255] * 60 * 40)),
        ("DEPTH 3\nMAXVAL 65535\nTUPLTYPE RGB", struct.pack(">3H", *[part * 257 for part in RED]) * 60 * 40),
        ("DEPTH 3\nMAXVAL 15\nTUPLTYPE RGB", bytes([part // 17 for part in RED] * 60 * 40)),
    ],
    ids=["colours", "with transparency", "16 bits", "4 bits"],
)
def test_a_portable_any_map_is_shown(shown: Shown, about: str, samples: bytes) -> None:
    (seen,) = shown(f"P7\n# made\nWIDTH 60\nHEIGHT 40\n{about}\nENDHDR\n".encode() + samples)
    assert seen.size == (60, 40)
    assert seen.getpixel((30, 20)) == pytest.approx(RED, abs=20)


@pytest.mark.parametrize(
    ("pixel", "bits", "masks", "expected"),
    [
        (0xF4A2, 16, (0x0F00, 0xF0, 0xF, 0xF000), (68, 170, 34)),
        (0x04A2, 16, (0x0F00, 0xF0, 0xF, 0xF000), (68, 170, 34)),
        (0x04A2, 16, (0x0F00, 0xF0, 0xF), (68, 170, 34)),
        (0b110_011_10, 16, (0b1110_0000, 0b1_1100, 0b11), (219, 109, 170)),
        (100 | 200 << 8 | 50 << 16, 32, (0xFF, 0xFF00, 0xFF0000), (100, 200, 50)),
        (512 | 1023 << 11 | 100 << 22, 32, (0x7FF, 0x7FF << 11, 0x3FF << 22), (63, 127, 24)),
    ],
    ids=["with alpha", "with alpha that nobody set", "four bits", "eight bits", "the other way round", "ten bits"],
)
@pytest.mark.parametrize("downwards", [False, True])
def test_a_bitmap_of_any_masks_is_shown(
    shown: Shown, pixel: int, bits: int, masks: tuple[int, ...], expected: tuple[int, int, int], downwards: bool
) -> None:
    row = pixel.to_bytes(bits // 8, "little") * 5
    row += bytes(-len(row) % 4)
    (seen,) = shown(made_pictures.bmp(row * 3, bits, masks, size=(5, 3), downwards=downwards))
    assert seen.size == (5, 3)
    assert seen.getpixel((4, 2)) == pytest.approx(expected, abs=2)


def test_a_bitmap_of_four_colours_is_shown(shown: Shown) -> None:
    colours = b"\0\0\0\0" + bytes([*RED[::-1], 0]) + b"\xff\xff\xff\0" * 2
    rows = bytes([0b01_01_00_00, 0, 0, 0]) + bytes([0b10_10_10_00, 0, 0, 0])  # the lower row comes first
    (seen,) = shown(made_pictures.bmp(rows, 2, (), size=(3, 2), colours=colours))
    assert [seen.getpixel(place) for place in ((0, 0), (0, 1), (2, 1))] == [WHITE, RED, (0, 0, 0)]


@pytest.mark.parametrize(("packing", "kind"), [(4, "JPEG"), (5, "PNG")])
def test_a_picture_within_a_bitmap_is_shown(shown: Shown, packing: int, kind: str) -> None:
    inner = made_pictures.encoded(Image.new("RGB", (50, 40), RED), kind)
    (seen,) = shown(made_pictures.bmp(inner, 0, (), size=(50, 40), packing=packing))
    assert seen.size == (50, 40)
    assert seen.getpixel((20, 20)) == pytest.approx(RED, abs=3)


NEW_HEIF = b"\x00\x00\x00\x14ftypmif3\x00\x00\x00\x00avif"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\xff\x0a" + bytes(40), notes.foreign_picture("a JPEG XL")),
        (b"\xff\xd8\xff\xf7\x00\x0b\x08" + bytes(40), notes.foreign_picture("a JPEG-LS")),
        (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjpm " + bytes(40), notes.unreadable_picture("JPEG 2000")),
        (b"\x00\x00\x00\x0cJXL \r\n\x87\n" + bytes(40), notes.foreign_picture("a JPEG XL")),
        (b"II\xbc\x01" + bytes(40), notes.foreign_picture("a JPEG XR")),
        (NEW_HEIF + bytes(40), notes.foreign_picture("a new kind of HEIF or AVIF")),
        (made_pictures.psd([b"\0"] * 3, (1, 1), depth=8, mode=5), notes.unreadable_picture("Photoshop")),
        (made_pictures.bmp(b"", 16, (0xF00, 0xF0, 0xF)), notes.unreadable_picture("BMP")),
        (made_pictures.tiff([{0x100: ("I", [4]), 0x101: ("I", [4])}]), notes.unreadable_picture("TIFF")),
    ],
    ids=[
        "JPEG XL",
        "JPEG-LS",
        "compound JPEG 2000",
        "JPEG XL in boxes",
        "JPEG XR",
        "mif3",
        "PSD of no known mode",
        "BMP without pixels",
        "TIFF without pixels",
    ],
)
def test_what_cannot_be_read_is_called_what_it_is(converted: Convert, content: bytes, expected: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        converted(content)
    assert refusal.value.reason == expected


@pytest.mark.parametrize(
    ("kind", "about", "options"),
    [
        ("TGA", "Targa image", {}),
        ("TGA", "Targa image", {"compression": "tga_rle"}),
        ("SGI", "SGI image", {}),
        ("PPM", "PNM image", {}),
        ("PCX", "PCX image", {}),
    ],
)
@pytest.mark.parametrize("colour", [WHITE, RED])
def test_pictures_of_older_programs_are_shown(
    converted: Convert, shown: Shown, kind: str, about: str, options: dict[str, str], colour: tuple[int, int, int]
) -> None:
    file = io.BytesIO()
    Image.new("RGB", (300, 200), colour).save(file, kind, **options)
    content = file.getvalue()
    assert abouts(converted(content)) == [about]
    assert shown(content)[0].getpixel((10, 10)) == colour


def test_an_old_targa_picture_without_a_mark_at_its_end_is_shown(converted: Convert) -> None:
    head = struct.pack("<BBB5xHHHHBB", 0, 0, 2, 0, 0, 40, 30, 24, 0)
    assert abouts(converted(head + bytes(range(200)) * 18)) == ["Targa image"]
