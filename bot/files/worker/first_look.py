"""Reads those bytes of a file that tell its kind.

I/O: reads the file.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.files.worker.sniff import HEAD_BYTES, TAIL_BYTES

_OWNER_FILE_BYTES = frozenset({162, 165})
"""Owner files of Word, and of Excel and PowerPoint."""


def is_owner_file(name: str, size_bytes: int) -> bool:
    """Whether it is the owner file that an office program keeps beside an open document."""
    return name.startswith("~$") and size_bytes in _OWNER_FILE_BYTES


def ends(source: Path) -> tuple[bytes, bytes]:
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(-min(TAIL_BYTES, os.fstat(file.fileno()).st_size), os.SEEK_END)
        return head, file.read()


def is_disk_image(source: Path) -> bool:
    """Whether it has the mark of a CD or DVD image (ISO 9660), which follows 32 kB that may hold anything."""
    from bot.files.worker.archives.archive_kinds import ISO_MARK, ISO_MARK_AT  # noqa: PLC0415 - few files need it

    with source.open("rb") as file:
        file.seek(ISO_MARK_AT)
        return file.read(len(ISO_MARK)) == ISO_MARK
