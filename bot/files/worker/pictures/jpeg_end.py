"""Adds a missing end marker to a JPEG, if nothing else is missing.

I/O: reads the file, writes a copy. Cameras and recovery programs may leave the end marker off a complete picture. If
pixels are missing, appending bytes changes what is decoded.
"""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from bot.files.outbox import Outbox

_END = b"\xff\xd9"
_MORE = b"\x55" * 256
_SHARE = 8
"""The picture is decoded at this fraction of its size, which still shows every part of a baseline JPEG."""


def with_end(source: Path, out: Outbox) -> Path | None:
    data = source.read_bytes()
    if data.endswith(_END):
        return None
    shown = _decoded(data + _END)
    if shown is None or shown != _decoded(data + _MORE + _END):
        return None
    path = out.new(".bin")
    path.write_bytes(data + _END)
    return path


def _decoded(data: bytes) -> bytes | None:
    """A digest of the points; ``None`` where it is not decoded."""
    import hashlib  # noqa: PLC0415 - its 4 MB of cryptography are only for pictures that end so

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            if not image.info.get("progressive"):
                image.draft(image.mode, (image.width // _SHARE, image.height // _SHARE))
            return hashlib.blake2b(image.tobytes()).digest()
    except (OSError, SyntaxError, ValueError):
        return None
