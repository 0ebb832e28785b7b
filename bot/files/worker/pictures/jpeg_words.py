"""A JPEG that is opened and not yet decoded in, whether it has to be decoded as large as it is out.

I/O: reads the file. Pillow decodes a JPEG smaller at once, which takes a quarter of the time and memory, but nobody
could read small writing then, as in a plan that was scanned or a board of many notes.
"""

from __future__ import annotations

from PIL import Image

from bot.files.worker.pictures import pieces


def is_written_small(image: Image.Image, side_max: int, turn: Image.Transpose | None) -> bool:
    """By its brightness alone, which is decoded without its colours; no where the file is not to be had again."""
    path = getattr(image, "filename", "")
    if not path or not pieces.would_be_shrunk(image.size, side_max):
        return False
    with Image.open(path, formats=("JPEG", "MPO")) as grey:
        grey.draft("L", grey.size)
        return pieces.is_written_small(grey, side_max, turn)
