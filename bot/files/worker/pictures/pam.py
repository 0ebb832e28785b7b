"""Reads portable arbitrary maps (PAM, "P7"), which Pillow does not.

Pure. Source: pam(5) of Netpbm.
"""

from __future__ import annotations

import re
import sys
from array import array

from PIL import Image

from bot.files.worker.pictures.simple_pictures import PAM_HEADER

_NUMBER = r"^%s[ \t]+(\d{1,9})[ \t]*\r?$"
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def size(data: bytes) -> tuple[int, int]:
    """Raises ``ValueError`` for an incomplete header."""
    return _number(data, "WIDTH"), _number(data, "HEIGHT")


def picture(data: bytes) -> Image.Image:
    """In L, LA, RGB or RGBA; samples beyond the fourth are left out. Raises ``ValueError``."""
    header = PAM_HEADER.match(data)
    depth, most = _number(data, "DEPTH"), _number(data, "MAXVAL")
    wide = 2 if most > 0xFF else 1
    width, height = size(data)
    count = width * height * depth
    packed = data[header.end() if header else 0 :][: count * wide]
    if not 0 < most <= 0xFFFF or not count or len(packed) < count * wide:
        raise ValueError("no samples")
    samples = array("H" if wide == 2 else "B", packed)
    if wide == 2 and sys.byteorder == "little":
        samples.byteswap()
    whole = packed if most == 0xFF else bytes(min(sample * 255 // most, 255) for sample in samples)
    bands = [Image.frombytes("L", (width, height), whole[at::depth]) for at in range(min(depth, 4))]
    return Image.merge(_MODES[len(bands)], bands)


def _number(data: bytes, name: str) -> int:
    header = PAM_HEADER.match(data)
    found = re.search(_NUMBER % name, header[0].decode("latin-1"), re.MULTILINE) if header else None
    if found is None:
        raise ValueError(name)
    return int(found[1])
