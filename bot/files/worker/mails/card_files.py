"""Reads a calendar, address cards or the entries of a directory: what they say as text, and the files in them.

I/O: reads the file, writes the text and the files; runs in a worker process.
"""

from __future__ import annotations

from pathlib import Path

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract
from bot.files.outbox import Outbox
from bot.files.worker.mails import calendars, ldif
from bot.files.worker.text import written

LDIF = "LDIF"
_NAME_CHARS_MAX = 300


def convert(source: Path, about: str, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Nothing where there are time zones alone: their source says more."""
    data = source.read_bytes()
    found = ldif.read(data) if about == LDIF else calendars.read(data)
    if not found.text.strip():
        return []
    extracts = written(found.text, "", about, out, limits)
    for name, content in found.files:
        path = out.new(".bin")
        path.write_bytes(content)
        extracts.append(MemberExtract(path.name, name[:_NAME_CHARS_MAX]))
    if found.left_out:
        extracts.append(NoteExtract(notes.attachments_left_out(len(found.files), len(found.files) + found.left_out)))
    return extracts
