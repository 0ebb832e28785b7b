"""Converts pictures of any mode to eight bits of grey or sRGB, on a background that shows all of it.

Pure.
"""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageFilter, ImageStat

WHITE, DARK, BETWEEN = (255, 255, 255), (64, 64, 64), (140, 140, 140)
_LIGHT_ABOVE, _LOST_ABOVE, _DARK_BELOW = 200, 230, 110
_SEEN_ABOVE, _SOLID_ABOVE = 64, 200
_DARK_SHARE_MIN = 0.01
_STROKE_PX, _STROKE_ONE_IN, _BESIDE_PX, _WRITING_SHARE_MIN = 9, 10, 3, 0.02
"""The greatest width of letters' strokes, in pixels or as a share of the picture; and their least share of what touches
the background."""
_LOOKED_AT_PX_MAX = 1_600


def eight_bit(image: Image.Image) -> Image.Image:
    """The picture in L, RGB, RGBA or CMYK."""
    if "transparency" in image.info and image.mode in {"1", "L", "P", "RGB"}:
        return _keyed(image)
    if image.mode in {"L", "RGB", "RGBA", "CMYK"}:
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I") or image.mode == "F":
        return _grey(image)
    if image.mode == "LAB":
        return _from_lab(image)
    return image.convert("RGBA" if image.mode in {"LA", "PA", "La", "RGBa"} else "RGB")


def _keyed(image: Image.Image) -> Image.Image:
    """Transparent pixels by the colour, or palette entries, that the file declares transparent."""
    key = image.info["transparency"]
    if isinstance(key, tuple) and max(key) > 255:
        image = image.copy()
        image.info["transparency"] = tuple(value >> 8 for value in key)  # the picture had 16 bits; Pillow keeps 8
    return image.convert("RGBA")


def _grey(image: Image.Image) -> Image.Image:
    """Deep grey with one value that the file declares transparent."""
    shown = _scaled(image.convert("F"), whole=image.mode != "F")
    key = image.info.get("transparency")
    if not isinstance(key, int):
        return shown
    deep = image.convert("F")  # "L" would clip negative values to 0, so each difference shows on one side
    above = deep.point(lambda value: value * 1 - key).convert("L")
    below = deep.point(lambda value: value * -1 + key).convert("L")
    alpha = ImageChops.lighter(above, below).point(lambda value: 255 if value else 0)
    return Image.merge("LA", [shown, alpha]).convert("RGBA")


def _scaled(deep: Image.Image, *, whole: bool) -> Image.Image:
    """Grey of 8 bits. Integers are scaled from the bits in use (scans have 10, 12 or 16), others from 0 to 1 or, if
    they exceed that, from their range."""
    low, high = (float(bound) for bound in deep.getextrema() if isinstance(bound, int | float))
    if whole and low >= 0:
        low, high = 0.0, float(2 ** max(int(high).bit_length(), 8) - 1)
    elif not whole and low >= 0 and 0.05 < high <= 1:
        low, high = 0.0, 1.0
    scale = 255.0 / (high - low) if high > low else 1.0
    offset = -low * scale
    return deep.point(lambda value: value * scale + offset).convert("L")


def _from_lab(image: Image.Image) -> Image.Image:
    from PIL import ImageCms  # noqa: PLC0415 - a library that most pictures do not need

    lab, srgb = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    found = ImageCms.profileToProfile(image, lab, srgb, outputMode="RGB")
    return found if found is not None else image.convert("L")


def in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours as a screen shows them. A profile that does not fit the pixels is ignored, as in viewers."""
    if profile and image.mode in {"RGB", "CMYK"}:
        from PIL import ImageCms  # noqa: PLC0415 - as above

        try:
            found = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, found, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB") if image.mode == "CMYK" else image


def ground_for(image: Image.Image) -> tuple[int, int, int]:
    """The background for a transparent picture: dark grey if everything that touches it is light, or if light writing
    and nothing dark does; else white.

    A light sheet with labels beside it has light edges as well, but the labels must be legible. Light writing beside
    dark writing needs a grey between the two.
    """
    image = image.copy() if max(image.size) <= _LOOKED_AT_PX_MAX else _smaller(image)
    alpha, light = image.getchannel("A"), image.convert("L")
    if alpha.getextrema()[0] != 0 or alpha.getextrema()[1] == 0:
        return WHITE
    clear = alpha.point(lambda value: 255 if value <= _SEEN_ABOVE else 0)
    solid = alpha.point(lambda value: 255 if value > _SOLID_ABOVE else 0)
    near = clear.filter(ImageFilter.BoxBlur(2)).point(
        lambda value: 255 if value else 0
    )  # ten times faster than a maximum
    edge = ImageChops.multiply(near, solid)
    touching = light.histogram(mask=edge)
    if sum(touching) == 0:
        seen = ImageStat.Stat(light, mask=alpha.point(lambda value: 255 if value > _SEEN_ABOVE else 0))
        return DARK if seen.count[0] and seen.mean[0] > _LIGHT_ABOVE else WHITE
    dark = sum(touching[:_DARK_BELOW]) >= _DARK_SHARE_MIN * sum(touching)
    if _writing(light, solid).histogram(mask=edge)[255] >= _WRITING_SHARE_MIN * sum(touching):
        return BETWEEN if dark else DARK
    mean = sum(value * count for value, count in enumerate(touching)) / sum(touching)
    return DARK if mean > _LIGHT_ABOVE and not dark else WHITE


def _writing(light: Image.Image, solid: Image.Image) -> Image.Image:
    """What is light and not part of a surface broader than a stroke, nor beside anything darker: light parts of
    drawings have outlines."""
    is_light = ImageChops.multiply(light.point(lambda value: 255 if value > _LOST_ABOVE else 0), solid)
    broad = ImageFilter.BoxBlur(max(_STROKE_PX, min(light.size) // _STROKE_ONE_IN) // 2)
    kernels = is_light.filter(broad).point(lambda value: 255 if value == 255 else 0)
    surfaces = kernels.filter(broad).point(lambda value: 255 if value else 0)
    darker = ImageChops.subtract(solid, is_light).filter(ImageFilter.BoxBlur(_BESIDE_PX))
    beside = darker.point(lambda value: 255 if value else 0)
    return ImageChops.subtract(ImageChops.subtract(is_light, surfaces), beside)


def _smaller(image: Image.Image) -> Image.Image:
    """Pixels of the picture itself, not mixtures of neighbours, which may have a colour that it lacks."""
    scale = _LOOKED_AT_PX_MAX / max(image.size)
    size = (max(int(image.width * scale), 1), max(int(image.height * scale), 1))
    return image.resize(size, Image.Resampling.NEAREST)


def flattened(image: Image.Image, ground: tuple[int, int, int]) -> Image.Image:
    if image.mode != "RGBA":
        return image
    below = Image.new("RGB", image.size, ground)
    below.paste(image, mask=image.getchannel("A"))
    return below
