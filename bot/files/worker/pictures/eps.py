"""Extracts the preview of an EPS that begins with a table of its parts.

I/O: reads the file, writes the preview; runs in a worker process. Source: Encapsulated PostScript 3.0, 5.2: where the
PostScript, a metafile and a TIFF begin, and how long each is. Nothing here draws PostScript.
"""

from __future__ import annotations

import struct
from pathlib import Path

from bot.files import inner_notes
from bot.files.extracts import Extract, MemberExtract, NoteExtract
from bot.files.outbox import Outbox

_TABLE = struct.Struct("<4s6I")


def convert(source: Path, out: Outbox) -> list[Extract] | None:
    """``None`` if it has no preview."""
    data = source.read_bytes()
    if len(data) < _TABLE.size:
        return None
    _, _, _, metafile, metafile_bytes, tiff, tiff_bytes = _TABLE.unpack_from(data)
    for begin, length, name in ((tiff, tiff_bytes, "preview.tif"), (metafile, metafile_bytes, "preview.wmf")):
        preview = data[begin : begin + length]
        if begin >= _TABLE.size and len(preview) == length > 0:
            path = out.new(".bin")
            path.write_bytes(preview)
            return [MemberExtract(path.name, name), NoteExtract(inner_notes.EPS_PREVIEW)]
    return None
