"""A file on disk in, the bytes of it that tell its kind out.

I/O: reads the file.
"""

from __future__ import annotations

import os
from pathlib import Path

from bot.files.worker.archives.archive_kinds import ISO_MARK, ISO_MARK_AT
from bot.files.worker.sniff import HEAD_BYTES, TAIL_BYTES

_OWNER_FILE_BYTES = frozenset({162, 165})
"""As Word makes it, and as Excel and PowerPoint do."""


def is_owner_file(name: str, size_bytes: int) -> bool:
    """Whether it is what office programs keep beside a document while it is open: who has it open."""
    return name.startswith("~$") and size_bytes in _OWNER_FILE_BYTES


def ends(source: Path) -> tuple[bytes, bytes]:
    with source.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(-min(TAIL_BYTES, os.fstat(file.fileno()).st_size), os.SEEK_END)
        return head, file.read()


def is_disk_image(source: Path) -> bool:
    """Of a CD or DVD (ISO 9660), whose mark is behind a beginning that may hold any program."""
    with source.open("rb") as file:
        file.seek(ISO_MARK_AT)
        return file.read(len(ISO_MARK)) == ISO_MARK
