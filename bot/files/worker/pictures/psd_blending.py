"""Blends a layer with the picture below it, in those of Photoshop's modes that are supported.

Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PIL import Image, ImageChops

Mixed = Callable[[Image.Image, Image.Image], Image.Image]

MODES: Final[dict[str, Mixed]] = {
    "mul ": ImageChops.multiply,
    "scrn": ImageChops.screen,
    "over": ImageChops.overlay,
    "hLit": ImageChops.hard_light,
    "dark": ImageChops.darker,
    "lite": ImageChops.lighter,
    "diff": ImageChops.difference,
    "lddg": ImageChops.add,
    "lbrn": lambda below, above: ImageChops.add(below, above, 1, -255),
    "fsub": ImageChops.subtract,
    "smud": lambda below, above: ImageChops.subtract(
        ImageChops.screen(below, above), ImageChops.multiply(below, above)
    ),
}
"""By Photoshop's names. Layers in other modes are only in the right place."""
PLAIN: Final = frozenset({"norm", "pass"})


def blended(below: Image.Image, above: Image.Image, mode: str) -> Image.Image:
    """Both RGBA and of the same size. Source: the W3C's Compositing and Blending Level 1, "Blending"."""
    mix = MODES.get(mode)
    if mix is not None:
        alpha = above.getchannel("A")
        colour = above.convert("RGB")
        mixed = Image.composite(mix(below.convert("RGB"), colour), colour, below.getchannel("A"))
        mixed.putalpha(alpha)
        above = mixed
    return Image.alpha_composite(below, above)


def faded(layer: Image.Image, by: Image.Image | int) -> Image.Image:
    """Multiplies alpha by a grey picture of the same size, or by a number up to 255."""
    if by == 255:
        return layer
    alpha = layer.getchannel("A")
    factor = Image.new("L", layer.size, by) if isinstance(by, int) else by
    layer = layer.copy()
    layer.putalpha(ImageChops.multiply(alpha, factor))
    return layer
