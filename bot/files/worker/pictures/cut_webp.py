"""Shows a WebP picture that breaks off as far as it goes.

Pure. libwebp decodes nothing of a file that is shorter than it says. So what is missing is filled up, several times and
with different bytes: the rows that always come out the same are in the file, and what is below them is left blank.
Source: RFC 9649, 2.3 to 2.7 and 3.4; RFC 6386, 9.1.
"""

from __future__ import annotations

import io
import struct
from itertools import islice

from PIL import Image, ImageChops

from bot.files.bounds import ConvertLimits
from bot.files.worker.pictures.pixels import check_size

_FILLERS = (0x00, 0x55, 0x80, *range(1, 32))
"""With some of them it may be no valid picture: of lossless ones a quarter to three quarters were."""
_COMPARED = 3
_PIXELS_MAX = 25_000_000
"""As many as are in memory several times."""
_FILLED_BYTES_MAX = 60_000_000
"""Bits that were not written for the picture may need more room than those that were."""
_LOSSY, _LOSSLESS, _FRAME, _FEATURES = b"VP8 ", b"VP8L", b"ANMF", b"VP8X"
_BEFORE = frozenset({_FEATURES, b"ICCP", b"ALPH"})
_HEAD_BYTES, _FRAME_HEAD_BYTES = 8, 16
_PROFILE_AND_ALPHA = 0x30
_MIXED_ROWS = 8
"""Filters may mix this many rows with those that are missing."""
_BLANK = (128, 128, 128)
_Chunk = tuple[bytes, bytes]


def complete_frames(data: bytes) -> bytes | None:
    """An animation without the frame that breaks off; ``None`` if it is no animation, or only of that frame."""
    whole, (kind, _), _ = _chunks(data[12:])
    return _file(whole) if kind == _FRAME and any(name == _FRAME for name, _ in whole) else None


def picture(data: bytes, limits: ConvertLimits) -> Image.Image | None:
    """``None`` if not even the first rows are there. Raises ``Unreadable`` for too many pixels, ``struct.error``."""
    whole, (kind, content), size = _chunks(data[12:])
    if kind == _FRAME:
        whole, (kind, content), size = _chunks(content[_FRAME_HEAD_BYTES:])
    if kind not in {_LOSSY, _LOSSLESS}:
        return None
    width, height = _size(kind, content)
    check_size(width, height, limits)
    if width * height > _PIXELS_MAX:
        return None
    before = [(name, _as_still(body) if name == _FEATURES else body) for name, body in whole if name in _BEFORE]
    length = min(size + 2 * width * height + 100_000, _FILLED_BYTES_MAX)
    filled = (_file([*before, (kind, content.ljust(length, bytes([filler])))]) for filler in _FILLERS)
    shown = list(islice(filter(None, map(_decoded, filled)), _COMPARED))
    rows = min((_same_rows(shown[0], other) for other in shown[1:]), default=0)
    if rows <= 0:
        return None
    shown[0].paste(_BLANK, (0, rows, *shown[0].size))
    return shown[0]


def _chunks(data: bytes) -> tuple[list[_Chunk], _Chunk, int]:
    """The complete chunks, the one that breaks off, and how long that should be."""
    whole, at = list[_Chunk](), 0
    while at + _HEAD_BYTES <= len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        content = data[at + _HEAD_BYTES : at + _HEAD_BYTES + size]
        if len(content) < size:
            return whole, (kind, content), size
        whole.append((kind, content))
        at += _HEAD_BYTES + size + size % 2
    return whole, (b"", b""), 0


def _size(kind: bytes, content: bytes) -> tuple[int, int]:
    """In pixels. Raises ``struct.error`` if it is not there."""
    if kind == _LOSSY:
        width, height = struct.unpack_from("<HH", content, 6)
        return width & 0x3FFF, height & 0x3FFF
    (bits,) = struct.unpack_from("<I", content, 1)
    return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1


def _as_still(features: bytes) -> bytes:
    """Without metadata and an animation, which are not there."""
    return bytes([features[0] & _PROFILE_AND_ALPHA]) + features[1:]


def _file(chunks: list[_Chunk]) -> bytes:
    body = b"".join(struct.pack("<4sI", kind, len(data)) + data + bytes(len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _decoded(file: bytes) -> Image.Image | None:
    try:
        with Image.open(io.BytesIO(file), formats=("WEBP",)) as image:
            image.load()
            return image.copy()
    except (OSError, ValueError, SyntaxError):
        return None


def _same_rows(one: Image.Image, other: Image.Image) -> int:
    differs = ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox()
    return differs[1] - _MIXED_ROWS if differs else one.height
