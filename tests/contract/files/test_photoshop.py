"""Photoshop files without a merged picture: the model sees what their layers make out, and reads what was typed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from bot.files import notes
from tests.converted import Converted, Converter, converter
from tests.made_psd import DIVIDER, FOLDER, Layer, colour_fill, psd, typed

WHOLE = (0, 0, 40, 30)
RED, GREEN, GREY = (220, 20, 20, 255), (20, 200, 20, 255), (100, 100, 100, 255)
Colour = tuple[int, ...]


@pytest.fixture
async def convert(tmp_path: Path) -> AsyncIterator[Converter]:
    async with converter(tmp_path) as convert:
        yield convert


async def seen(convert: Converter, tmp_path: Path, content: bytes) -> tuple[Image.Image, Converted]:
    found = await convert(content, "poster.psd")
    (file,) = tmp_path.glob("*/*.png")  # noqa: ASYNC240 - a small directory of the test's own
    return Image.open(file).convert("RGB"), found


def near(expected: Colour) -> object:
    return pytest.approx(expected[:3], abs=3)


@pytest.mark.parametrize("packing", [0, 1, 2, 3], ids=["plain", "PackBits", "zip", "zip of differences"])
@pytest.mark.parametrize(("depth", "large"), [(8, False), (8, True), (16, False), (16, True)])
async def test_layers_lie_where_they_were_put(
    convert: Converter, tmp_path: Path, packing: int, depth: int, large: bool
) -> None:
    layers = [
        Layer(WHOLE, RED, packing=packing),
        Layer((-10, -10, 20, 15), GREEN, packing=packing),
        Layer(WHOLE, (0, 0, 0, 255), hidden=True, packing=packing),
    ]
    picture, found = await seen(convert, tmp_path, psd(layers, depth=depth, large=large))
    assert picture.size == (40, 30)
    assert picture.getpixel((19, 14)) == near(GREEN)
    assert picture.getpixel((20, 14)) == picture.getpixel((19, 15)) == near(RED)
    assert found.reasons == []


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        (Layer(WHOLE, (200, 50, 0, 255), opacity=128), (150, 75, 50)),
        (Layer(WHOLE, (200, 50, 0, 128)), (150, 75, 50)),
        (Layer(WHOLE, (200, 50, 0, 255), blocks={b"iOpa": b"\x80\0\0\0"}), (150, 75, 50)),
        (Layer(WHOLE, (200, 50, 0, 255), mode=b"mul "), (78, 20, 0)),
        (Layer(WHOLE, (200, 50, 0, 255), mode=b"scrn"), (222, 130, 100)),
        (Layer(WHOLE, (200, 50, 0, 255), mode=b"over"), (157, 39, 0)),
        (Layer(WHOLE, (200, 50, 0, 255), mode=b"diff"), (100, 50, 100)),
        (Layer(WHOLE, (200, 50, 0, 255), mode=b"smud"), (143, 111, 100)),
        (Layer(WHOLE, (200, 50, 0, 255), mode=b"lite"), (200, 100, 100)),
        (Layer(WHOLE, (200, 50, 0, 255), mode=b"lbrn"), (45, 0, 0)),
        (Layer(WHOLE, (200, 50, 0, 255), mask=(0, 0, 10, 30), mask_value=0), (200, 50, 0)),
        (Layer(WHOLE, (200, 50, 0, 255), mask=(0, 0, 10, 30), mask_value=255), (100, 100, 100)),
        (Layer(WHOLE, (200, 50, 0, 255), mask=(0, 0, 10, 30), mask_value=255, mask_flags=2), (200, 50, 0)),
        (Layer(blocks=colour_fill(10, 20, 30)), (10, 20, 30)),
    ],
    ids=[
        "opacity", "transparency", "fill", "multiply", "screen", "overlay", "difference", "exclusion", "lighten",
        "linear burn", "outside a mask", "hidden by a mask", "mask switched off", "a fill of one colour",
    ],
)  # fmt: skip
async def test_layers_are_laid_over_each_other(
    convert: Converter, tmp_path: Path, top: Layer, expected: Colour
) -> None:
    picture, found = await seen(convert, tmp_path, psd([Layer(WHOLE, GREY), top]))
    assert picture.getpixel((30, 15)) == near(expected)
    assert found.reasons == []


async def test_a_group_fades_hides_and_cuts_what_is_in_it(convert: Converter, tmp_path: Path) -> None:
    def group(*within: Layer, **options: object) -> list[Layer]:
        return [Layer(group=DIVIDER), *within, Layer(group=FOLDER, **options)]  # type: ignore[arg-type]

    layers = [
        Layer(WHOLE, GREY),
        *group(*group(Layer((0, 0, 10, 30), RED)), opacity=128),
        *group(Layer((10, 0, 20, 30), RED), hidden=True),
        *group(Layer((20, 0, 40, 30), RED), mask=(20, 0, 30, 30), mask_value=255, group_mode=b"norm"),
    ]
    picture, found = await seen(convert, tmp_path, psd(layers))
    colours = [picture.getpixel((across, 15)) for across in (5, 15, 25, 35)]
    assert colours == [near((160, 60, 60)), near(GREY), near(RED), near(GREY)]
    assert found.reasons == []


@pytest.mark.parametrize("hidden", [False, True])
async def test_a_clipped_layer_shows_where_the_one_below_it_does(
    convert: Converter, tmp_path: Path, hidden: bool
) -> None:
    layers = [
        Layer(WHOLE, GREY),
        Layer((0, 0, 20, 30), RED, hidden=hidden),
        Layer((10, 0, 30, 30), GREEN, clipped=True),
    ]
    picture, _ = await seen(convert, tmp_path, psd(layers))
    colours = [picture.getpixel((across, 15)) for across in (5, 15, 25)]
    assert colours == ([near(GREY)] * 3 if hidden else [near(RED), near(GREEN), near(GREY)])


@pytest.mark.parametrize(("mode", "samples"), [(1, (90, 255)), (4, (255, 100, 100, 255, 255))], ids=["grey", "CMYK"])
async def test_other_colours_are_laid_as_well(
    convert: Converter, tmp_path: Path, mode: int, samples: tuple[int, ...]
) -> None:
    picture, _ = await seen(convert, tmp_path, psd([Layer(WHOLE, samples)], mode=mode))
    assert picture.getpixel((5, 5)) != (255, 255, 255)


@pytest.mark.parametrize(
    ("layer", "what"),
    [
        (Layer(blocks={b"levl": bytes(4)}), "adjustment layers"),
        (Layer(WHOLE, RED, blocks={b"lfx2": b"masterFXSwitchbool\1enabbool\1"}), "effects of layers"),
        (Layer(WHOLE, RED, mode=b"idiv"), "rare modes of blending"),
        (Layer(blocks={b"GdFl": bytes(4)}), "fills with gradients or patterns"),
        (Layer(WHOLE, RED, packing=9), "layers that are damaged"),
    ],
    ids=["adjustment", "effects", "mode", "gradient", "damaged"],
)
async def test_what_of_the_layers_is_missing_is_said(
    convert: Converter, tmp_path: Path, layer: Layer, what: str
) -> None:
    picture, found = await seen(convert, tmp_path, psd([Layer(WHOLE, GREY), layer]))
    assert picture.size == (40, 30)
    assert found.reasons == [notes.psd_layers_without([what])]


async def test_effects_that_are_switched_off_are_not_missing(convert: Converter, tmp_path: Path) -> None:
    layer = Layer(WHOLE, RED, blocks={b"lfx2": b"masterFXSwitchbool\1enabbool\0", b"lrFX": bytes(8)})
    _, found = await seen(convert, tmp_path, psd([layer]))
    assert found.reasons == []


async def test_a_blank_merged_picture_is_not_believed_without_a_word_for_it(convert: Converter, tmp_path: Path) -> None:
    picture, _ = await seen(convert, tmp_path, psd([Layer(WHOLE, RED)], has_picture=None))
    assert picture.getpixel((5, 5)) == near(RED)


async def test_the_words_of_texts_are_read_beside_the_picture(convert: Converter) -> None:
    layers = [
        Layer(WHOLE, RED, blocks=typed("Summer sale\rfrom 12 June")),
        Layer(group=DIVIDER),
        Layer(blocks=typed("Prix réduits")),
        Layer(group=FOLDER, hidden=True),
    ]
    found = await convert(psd(layers), "poster.psd")
    assert "Summer sale\nfrom 12 June" in found.text
    assert "(hidden) Prix réduits" in found.text


async def test_a_file_with_a_merged_picture_gives_that_and_the_words(convert: Converter) -> None:
    content = psd([Layer(WHOLE, RED, blocks=typed("Summer sale"))], has_picture=True)
    found = await convert(content, "poster.psd")
    assert "Summer sale" in found.text
    assert "put together" not in found.text
    assert found.reasons == []
