"""Reads a compound file as a document: an old office file, an Outlook message, or a locked document.

I/O: reads the file, writes words; runs in a worker process.
"""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from pathlib import Path

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, OfficeExtract, TextExtract, Unreadable, to_json
from bot.files.names import extension
from bot.files.outbox import Outbox
from bot.files.worker import text
from bot.files.worker.documents import as_extracts, compound, embedded
from bot.files.worker.documents.ole_objects import Held, held_in_storage
from bot.files.worker.documents.package import Broken
from bot.files.worker.sheets.model import Workbook

_BY_STREAM = (
    ("VisioDocument", OfficeExtract(".vsd", "Visio drawing")),
    ("StarWriterDocument", OfficeExtract(".sdw", "StarOffice text")),
    ("StarCalcDocument", OfficeExtract(".sdc", "StarOffice spreadsheet", into="xlsx")),
    ("StarDrawDocument3", OfficeExtract(".sdd", "StarOffice presentation")),
    ("MatOST", OfficeExtract(".wps", "Works document")),
    ("MM", OfficeExtract(".wps", "Works document")),
)
_PUBLISHER = OfficeExtract(".pub", "Publisher publication")
_OF_MESSAGES = ("__properties_version1.0", "__substg1.0_")
"""The table of an Outlook message, or a single property if the table was lost."""


def from_compound(
    source: Path, name: str, out: Outbox, limits: ConvertLimits, results: Path | None = None
) -> list[Extract]:
    """Raises ``Unreadable``, also for what is no document that anything here reads; ``name`` is for the wording.
    ``results`` is the same workbook as an office program saved it, which has worked out its formulas."""
    try:
        root = compound.read(source.read_bytes())
    except compound.CompoundError:
        raise Unreadable(notes.DAMAGED_OFFICE) from None
    found = _of_kind(source, root, out, limits, results)
    if not found:
        raise Unreadable(notes.unknown_kind(_named(root.streams) or _by_ending(name)))
    return [*found, NoteExtract(notes.BREAKS_OFF)] if root.breaks_off else found


def from_bare_excel(source: Path, out: Outbox, limits: ConvertLimits, results: Path | None = None) -> list[Extract]:
    """A workbook as Excel wrote it before it wrote compound files (versions 2 to 4)."""
    office = OfficeExtract(".xls", "Excel workbook", into="xlsx")
    return as_extracts.sheets(office, lambda: _excel(source.read_bytes(), out, limits, results), out, limits)


def _excel(stream: bytes, out: Outbox, limits: ConvertLimits, results: Path | None) -> Workbook:
    from bot.files.worker.sheets import xls  # noqa: PLC0415

    return as_extracts.worked_out(xls.read(stream, limits), results, out, limits)


def _of_kind(
    source: Path, root: compound.Storage, out: Outbox, limits: ConvertLimits, results: Path | None
) -> list[Extract]:
    """Empty if nothing here reads it."""
    if any(name.lower() == "encryptedpackage" for name in root.streams):
        return _locked(".xlsx")
    if any(name.startswith(_OF_MESSAGES) for name in root.streams):
        from bot.files.worker.outlook import message  # noqa: PLC0415

        return message.convert(root, out, limits)
    streams = {name.lower(): data for name, data in root.streams.items()}
    found = _office(source, root, streams, out, limits, results)
    if found is not None:
        slides = streams.get("powerpoint document", b"")
        objects = embedded.of_old_slides(slides) if slides else embedded.of_storages(root)
        return [*found, *(_embedded(list(objects), out, limits) if results is None else [])]
    if "Quill" in root.storages or ("Contents" in root.streams and "Escher" in root.storages):
        return [_PUBLISHER]
    known = next((extract for name, extract in _BY_STREAM if name in root.streams), None)
    if root.streams.get("CONTENTS", b"").startswith(b"CHNK"):
        known = OfficeExtract(".wps", "Works document")
    if root.streams.get("PerfectOffice_MAIN", b"").startswith(b"\x00\x00\x02\x00"):
        known = OfficeExtract(".wb", "Quattro Pro notebook", into="xlsx")
    if known is not None:
        return [known]
    held = held_in_storage(root)
    return embedded.written([held], out, limits) if held is not None and held.data else []


def _office(
    source: Path,
    root: compound.Storage,
    streams: dict[str, bytes],
    out: Outbox,
    limits: ConvertLimits,
    results: Path | None,
) -> list[Extract] | None:
    """Documents of Word, PowerPoint, Excel and Hangul; ``None`` for others. Stream names are in lower case, since
    programs ignore case."""
    if "worddocument" in streams:
        from bot.files.worker.words import old_word  # noqa: PLC0415

        return as_extracts.pages(OfficeExtract(".doc", "Word document"), lambda: old_word.read(streams), out, limits)
    if "powerpoint document" in streams:
        from bot.files.worker.words import old_slides  # noqa: PLC0415

        office = OfficeExtract(".ppt", "PowerPoint presentation")
        return as_extracts.pages(office, lambda: old_slides.read(streams), out, limits)
    stream = streams.get("workbook") or streams.get("book")
    if stream is not None:
        office = OfficeExtract(".xls", "Excel workbook", into="xlsx")
        try:
            found = as_extracts.sheets(office, lambda: _excel(stream, out, limits, results), out, limits)
        except Unreadable:
            return _locked(".xls")
        return as_extracts.values_alone(source, office, out, limits) if found == [office] else found
    from bot.files.worker.documents import hangul_package  # noqa: PLC0415

    return hangul_package.convert_old(root, out, limits) if hangul_package.is_old(streams) else None


def _embedded(objects: list[Held | None], out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Objects that are files of their own, and the words of those that are stored unpacked."""
    found: list[Extract] = []
    lying_open = [held.streams for held in objects if held is not None and held.streams and not held.data]
    for number, streams in enumerate(lying_open[: embedded.FILES_MAX], 1):
        found += opened(streams, f"embedded object {number}", out, limits)
    return [*found, *embedded.written(objects, out, limits)]


def opened(streams: dict[str, bytes], name: str, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The words of a document that is stored unpacked in another, under this name."""
    return [
        replace(extract, inside=name) if isinstance(extract, TextExtract | NoteExtract) else extract
        for extract in _words_of(streams, out, limits)
    ]


def _words_of(streams: dict[str, bytes], out: Outbox, limits: ConvertLimits) -> list[Extract]:
    from bot.files.worker.sheets import xls  # noqa: PLC0415
    from bot.files.worker.words import lines, old_slides, old_word  # noqa: PLC0415

    try:
        if "worddocument" in streams:
            words = lines.whole_text(old_word.read(streams))
            return text.written(words, "", "Word document, its words", out, limits)
        if "powerpoint document" in streams:
            words = lines.whole_text(old_slides.read(streams))
            return text.written(words, "", "PowerPoint presentation, its words", out, limits)
        stream = streams.get("workbook") or streams.get("book") or b""
        return as_extracts.sheets(None, lambda: xls.read(stream, limits), out, limits)
    except (Broken, Unreadable):
        return []


def _locked(suffix: str) -> list[Extract]:
    """Excel encrypts a workbook that is locked only against changes with a fixed password, which office programs know.

    Source: [MS-OFFCRYPTO] 2.4.2.3. Other locked files can't be opened, and are reported as locked.
    """
    locked = NoteExtract(notes.PASSWORD)
    return [OfficeExtract(suffix, "Excel workbook", optional=True, into="xlsx", instead=tuple(to_json([locked])))]


def _named(streams: dict[str, bytes]) -> str:
    """The name that its program gives it, or nothing. Source: [MS-OLEDS] 2.3.8, AnsiUserType."""
    about = streams.get("\x01CompObj", b"")
    if len(about) > 32:
        length = min(struct.unpack_from("<I", about, 28)[0], 60)
        name = re.sub(r"[^\w .()+-]", "", about[32 : 32 + length].rstrip(b"\0").decode("cp1252", "replace")).strip()
        if name:
            return f"a file of the kind “{name}”"
    return ""


def _by_ending(name: str) -> str:
    ending = re.sub(r"[^a-z0-9]", "", extension(name))[:10]
    return f"a .{ending} file" if ending else "a compound file"
