"""Extracts the files embedded in a PDF: those in its list, and those attached to a page.

I/O: writes files; runs in a worker process. Source: PDF 32000-1, 7.11.4 and 12.5.6.15.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pikepdf

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract
from bot.files.outbox import Outbox
from bot.files.worker.archives import left_out
from bot.files.worker.pdfs.page_annotations import Annotation

_NAMES = ("/UF", "/F", "/Unix", "/Mac", "/DOS")
_BROKEN = (pikepdf.PdfError, pikepdf.ForeignObjectError, RuntimeError, TypeError, ValueError, KeyError, AttributeError)
Specification = tuple[str, pikepdf.Object]


def members(pdf: pikepdf.Pdf, annotations: Iterable[Annotation], out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Each embedded file once, and notes for files that are broken or too many."""
    extracts: list[Extract] = []
    bytes_left = limits.archive_bytes_max
    broken = 0
    found = list(_streams(pdf, annotations))
    for count, (name, stream) in enumerate(found):
        try:
            data = stream.read_bytes()
        except (*_BROKEN, MemoryError):
            broken += 1
            continue
        bytes_left -= len(data)
        if count >= limits.archive_files_max or bytes_left < 0:
            rest = [name for name, _ in found[count:]]
            extracts += left_out.listed(rest, len(rest), "names of files", out, limits)
            extracts.append(
                NoteExtract(notes.members_left_out(count, limits.archive_files_max, limits.archive_bytes_max))
            )
            break
        path = out.new(".bin")
        path.write_bytes(data)
        extracts.append(MemberExtract(path.name, name))
    return [*extracts, NoteExtract(notes.attachments_damaged(broken))] if broken else extracts


def count(pdf: pikepdf.Pdf, annotations: Iterable[Annotation]) -> int:
    return sum(1 for _ in _streams(pdf, annotations))


def _streams(pdf: pikepdf.Pdf, annotations: Iterable[Annotation]) -> Iterator[Specification]:
    seen: set[tuple[int, int]] = set()
    for name, specification in (*_listed(pdf), *_pinned(annotations)):
        try:
            embedded = specification.get("/EF", pikepdf.Dictionary())
            stream = next((embedded[key] for key in _NAMES if isinstance(embedded.get(key), pikepdf.Stream)), None)
            shown = next((str(specification[key]) for key in _NAMES if key in specification), name)
        except _BROKEN:
            continue
        if stream is None or stream.objgen in seen:
            continue
        seen.add(stream.objgen)
        yield _without_folders(shown or name) or f"attachment {len(seen)}", stream


def _without_folders(name: str) -> str:
    """Programs may write the path of the file on its original disk."""
    return re.split(r"[\\/]", name)[-1].strip()


def _listed(pdf: pikepdf.Pdf) -> list[Specification]:
    try:
        listed = [(name, specification.obj) for name, specification in pdf.attachments.items()]
    except _BROKEN:
        listed = []
    try:
        associated = [("", one) for one in pdf.Root.get("/AF", []) if isinstance(one, pikepdf.Dictionary)]
    except _BROKEN:
        associated = []
    return [*listed, *associated]


def _pinned(annotations: Iterable[Annotation]) -> list[Specification]:
    found: list[Specification] = []
    for _, annotation in annotations:
        try:
            if annotation.get("/Subtype") == "/FileAttachment" and "/FS" in annotation:
                found.append(("", annotation.FS))
        except _BROKEN:
            continue
    return found
