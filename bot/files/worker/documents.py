"""A zip or compound file in, what it is as a document out: which office format, a mail, or locked.

I/O: reads the file; runs in a worker process.
"""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, OfficeExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker import compound, outlook

_MIMETYPE_BYTES_MAX = 200
_MANIFEST_BYTES_MAX = 1_000_000
_OPEN_XML: tuple[tuple[str, Extract], ...] = (
    ("word/", OfficeExtract(".docx", "Word document")),
    ("xl/", OfficeExtract(".xlsx", "Excel workbook")),
    ("ppt/", OfficeExtract(".pptx", "PowerPoint presentation")),
    ("visio/", OfficeExtract(".vsdx", "Visio drawing")),
)
_OPEN_DOCUMENT: dict[str, Extract] = {
    "application/vnd.oasis.opendocument.text": OfficeExtract(".odt", "OpenDocument text"),
    "application/vnd.oasis.opendocument.spreadsheet": OfficeExtract(".ods", "OpenDocument spreadsheet"),
    "application/vnd.oasis.opendocument.presentation": OfficeExtract(".odp", "OpenDocument presentation"),
    "application/vnd.oasis.opendocument.graphics": OfficeExtract(".odg", "OpenDocument drawing"),
}
_OLD_OFFICE: tuple[tuple[str, Extract], ...] = (
    ("WordDocument", OfficeExtract(".doc", "Word document")),
    ("PowerPoint Document", OfficeExtract(".ppt", "PowerPoint presentation")),
    ("Workbook", OfficeExtract(".xls", "Excel workbook")),
    ("Book", OfficeExtract(".xls", "Excel workbook")),
)
_PREVIEWS = ("QuickLook/Preview.pdf", "preview.jpg", "QuickLook/Thumbnail.jpg")
RTF = OfficeExtract(".rtf", "rich text document")


def from_zip(source: Path, out: Outbox) -> list[Extract] | None:
    """``None`` for a zip that is just an archive. Raises ``Unreadable`` where a password is needed."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = set(archive.namelist())
            if "[Content_Types].xml" in names:
                return next(
                    ([extract] for start, extract in _OPEN_XML if any(name.startswith(start) for name in names)), None
                )
            if "mimetype" in names and "content.xml" in names:
                return _open_document(archive)
            if any(name.startswith("Index/") and name.endswith(".iwa") for name in names) or "Index.zip" in names:
                return _apple_preview(archive, names, out)
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, EOFError, RuntimeError):
        return None
    return None


def _open_document(archive: zipfile.ZipFile) -> list[Extract] | None:
    with archive.open("mimetype") as file:
        mimetype = file.read(_MIMETYPE_BYTES_MAX).decode("ascii", "replace").strip()
    if "META-INF/manifest.xml" in archive.namelist():
        with archive.open("META-INF/manifest.xml") as file:
            if b"encryption-data" in file.read(_MANIFEST_BYTES_MAX):
                raise Unreadable(notes.PASSWORD)
    extract = _OPEN_DOCUMENT.get(mimetype.removesuffix("-template"))
    return [extract] if extract is not None else None


def _apple_preview(archive: zipfile.ZipFile, names: set[str], out: Outbox) -> list[Extract]:
    """Pages, Numbers and Keynote keep a picture or a PDF of themselves, which is all that can be read of them."""
    for name in _PREVIEWS:
        if name in names:
            path = out.new(".bin")
            with archive.open(name) as file:
                path.write_bytes(file.read(archive.getinfo(name).file_size))
            return [MemberExtract(path.name, "preview")]
    raise Unreadable(notes.no_office("Apple iWork document"))


def from_compound(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Raises ``Unreadable``, also for what is no document that anything here reads."""
    try:
        root = compound.read(source.read_bytes())
    except compound.CompoundError:
        raise Unreadable(notes.DAMAGED_OFFICE) from None
    if "EncryptedPackage" in root.streams:
        raise Unreadable(notes.PASSWORD)
    if "__properties_version1.0" in root.streams:
        return outlook.convert(root, out, limits)
    found = next((extract for name, extract in _OLD_OFFICE if name in root.streams), None)
    if found is None:
        raise Unreadable(notes.unknown_kind("a compound file"))
    return [found]
