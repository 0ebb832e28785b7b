"""Decodes a JPEG as small as its words allow.

I/O: reads the file. Pillow decodes a large photo at 1/2, 1/4 or 1/8, which takes less time and a quarter of the memory
or less. Nobody could read small writing then, as in a scanned plan or on a board of many notes. Most photos show at
half the size that they have none; any other picture is looked at in full size, by its brightness alone.
"""

from __future__ import annotations

from PIL import Image

from bot.files.worker.pictures import pieces, shrinking

_Turn = Image.Transpose | None


def decoded(image: Image.Image, side_max: int, turn: _Turn) -> Image.Image:
    """``image``, which was opened and not decoded yet, if it has to be decoded in full size. Otherwise it loses its
    pixels to a new picture: one that fits ``side_max``, or a larger one that has small writing."""
    size, path = image.size, getattr(image, "filename", "")
    image.draft(None, (side_max, side_max))
    image.load()
    if image.size == size or not path:
        return image
    grey = image.convert("L")
    halved = pieces.is_written_small(grey, side_max, turn)
    doubtful = halved or pieces.may_be_written_small(grey, size, side_max, turn)
    del grey
    small = shrinking.shrunk(image, side_max)
    if small is not image:
        image.thumbnail((1, 1), Image.Resampling.NEAREST, reducing_gap=None)
    if doubtful and _is_written_small(path, side_max, turn):
        return _opened(path, size)
    return _opened(path, (side_max, side_max)) if halved else small


def _is_written_small(path: str, side_max: int, turn: _Turn) -> bool:
    with Image.open(path, formats=("JPEG", "MPO")) as grey:
        grey.draft("L", grey.size)
        return pieces.is_written_small(grey, side_max, turn)


def _opened(path: str, size: tuple[int, int]) -> Image.Image:
    with Image.open(path, formats=("JPEG", "MPO")) as image:
        image.draft(None, size)
        image.load()
        return image
