"""A file on disk in, its parts out: the kind that its bytes show decides which converter reads it.

I/O: reads and writes files; runs in a worker process.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.languages import language_of
from bot.files.names import extension
from bot.files.outbox import Outbox
from bot.files.parts import Part, Unreadable
from bot.files.sniff import HEAD_BYTES, IMAGES, TAIL_BYTES, Kind, describe, kind_of

_REFUSED = {
    Kind.EMPTY: notes.EMPTY,
    Kind.AUDIO: notes.AUDIO,
    Kind.VIDEO: notes.VIDEO,
    Kind.PROGRAM: notes.PROGRAM,
    Kind.ARCHIVE: notes.ARCHIVE,
}


def convert(source: Path, name: str, filetype: str, out: Outbox, limits: ConvertLimits) -> list[Part]:
    """Raises ``Unreadable`` for every fault of the file's own. ``name`` and ``filetype`` only choose words.

    Converters are imported where they are needed, so that a worker holds only the libraries its files called for.
    """
    head, tail = _ends(source)
    kind = kind_of(head, tail)
    if kind in _REFUSED:
        raise Unreadable(_REFUSED[kind])
    if kind in IMAGES:
        from bot.files import images  # noqa: PLC0415

        return images.convert(source, kind, out, limits)
    if kind is Kind.PDF:
        from bot.files import pdfs  # noqa: PLC0415

        return pdfs.convert(source, out, limits)
    if kind is Kind.TEXT:
        from bot.files import text  # noqa: PLC0415

        return text.convert(source, *language_of(name, filetype), out, limits)
    raise Unreadable(notes.unknown_kind(describe(head, extension(name))))


def _ends(source: Path) -> tuple[bytes, bytes]:
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(-min(TAIL_BYTES, os.fstat(file.fileno()).st_size), os.SEEK_END)
        return head, file.read()
