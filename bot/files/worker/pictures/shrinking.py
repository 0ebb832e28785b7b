"""Shrinks a picture in bands, so that little more memory is needed than for the picture and the result.

Pure. Pillow shrinks a picture by way of one that has its new width and its old height, and one with transparency by way
of a copy of it. Here they are as wide as a band. A band is made of all pixels that it depends on, and like any other
first across and then down, for which Pillow has rules of its own: so none of them shows.
"""

from __future__ import annotations

import math

from PIL import Image

Size = tuple[int, int]
_GAP = 2
"""What is more than so many times too large is first reduced by whole numbers, which is fast."""
_REACH = 3
"""So many pixels of the result a pixel depends on to either side (Lanczos)."""
_BAND_BYTES = 2_600_000
"""What is needed for a band, roughly."""
_BAND_MIN_PX = 64
_IN_BETWEEN = {"RGBA": "RGBa", "LA": "La", "P": "RGB", "1": "L"}
"""What is transparent has no colour for its neighbours to take on, and numbers of a palette have none between them."""
_RESULTS = {"P": "RGB", "1": "L"}


def shrunk(picture: Image.Image, side_max: int) -> Image.Image:
    """The picture itself where it fits, else one in a mode of 8 bits without a palette, as it has to be unless it has
    one."""
    size = fitting(picture.size, side_max)
    if size == picture.size:
        return picture
    smaller = Image.new(_RESULTS.get(picture.mode, picture.mode), size)
    width = size[0]
    across = picture.width if picture.mode in _IN_BETWEEN else width
    pixel_bytes = 1 if smaller.mode == "L" else 4
    bands = -(-across * picture.height * pixel_bytes // _BAND_BYTES)
    step = max(-(-width // bands), _BAND_MIN_PX)
    for left in range(0, width, step):
        band = _band(picture, size, left, min(left + step, width))
        smaller.paste(band if band.mode == smaller.mode else band.convert(smaller.mode), (left, 0))
    return smaller


def fitting(size: Size, side_max: int) -> Size:
    """The largest size of the same proportions with no side above ``side_max``; ``size`` itself where it fits."""
    scale = side_max / max(size)
    width, height = size
    return size if scale >= 1 else (max(round(width * scale), 1), max(round(height * scale), 1))


def _band(picture: Image.Image, size: Size, left: int, right: int) -> Image.Image:
    """The columns from ``left`` to before ``right`` of the picture as it is in ``size``."""
    across, down = picture.width / size[0], picture.height / size[1]
    factors = max(int(across / _GAP), 1), max(int(down / _GAP), 1)
    reach = math.ceil(_REACH * across) + factors[0]
    begin = max(int(left * across) - reach, 0) // factors[0] * factors[0]
    needed = (begin, 0, min(math.ceil(right * across) + reach, picture.width), picture.height)
    part = picture
    if picture.mode in _IN_BETWEEN:
        part = part.crop(needed).convert(_IN_BETWEEN[picture.mode])
        needed = (0, 0, *part.size)
    elif factors == (1, 1):
        begin = 0
    if factors != (1, 1):
        part = part.reduce(factors, needed)
    box: tuple[float, float, float, float]
    box = ((left * across - begin) / factors[0], 0, (right * across - begin) / factors[0], part.height)
    narrow = part.resize((right - left, part.height), Image.Resampling.LANCZOS, box)
    box = (0, 0, narrow.width, picture.height / factors[1])
    return narrow.resize((narrow.width, size[1]), Image.Resampling.LANCZOS, box)
