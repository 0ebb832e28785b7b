"""Reads a zip, compound or XML file as a document: its tables and words, and what to have rendered.

I/O: reads the file, writes words and pictures; runs in a worker process.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, OfficeExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker import text
from bot.files.worker.documents import embedded
from bot.files.worker.documents.as_extracts import pages, sheets, values_alone, words_alone, worked_out
from bot.files.worker.documents.bare_office import CORELDRAW
from bot.files.worker.documents.package import Broken, Package, attribute, descendants
from bot.files.worker.sheets.model import Workbook
from bot.files.worker.text_forms import office_xml
from bot.files.worker.words import lines

_WORD, _EXCEL, _POWERPOINT = "Word document", "Excel workbook", "PowerPoint presentation"
_MIMETYPE_BYTES_MAX = 200
_CHUNK_BYTES = 262_144
_START_BYTES = 4_096
_MARKS = (
    (b"word/", _WORD),
    (b"xl/", _EXCEL),
    (b"ppt/", _POWERPOINT),
    (b"visio/", "Visio drawing"),
    (b"opendocument.text", "OpenDocument text"),
    (b"opendocument.spreadsheet", "OpenDocument spreadsheet"),
    (b"opendocument.presentation", "OpenDocument presentation"),
)
_XML_BYTES_MAX = 60_000_000
_OPEN_DOCUMENT = {
    "text": (".odt", "OpenDocument text"),
    "text-master": (".odm", "OpenDocument text"),
    "text-web": (".oth", "OpenDocument text"),
    "spreadsheet": (".ods", "OpenDocument spreadsheet"),
    "presentation": (".odp", "OpenDocument presentation"),
    "graphics": (".odg", "OpenDocument drawing"),
    "formula": (".odf", "OpenDocument formula"),
    "chart": (".odc", "OpenDocument chart"),
    "database": (".odb", "OpenDocument database"),
}
_OPEN_OFFICE_1 = {
    "writer": OfficeExtract(".sxw", "OpenOffice text"),
    "calc": OfficeExtract(".sxc", "OpenOffice spreadsheet", into="xlsx"),
    "impress": OfficeExtract(".sxi", "OpenOffice presentation"),
    "draw": OfficeExtract(".sxd", "OpenOffice drawing"),
}


# --- zips ----------------------------------------------------------------------------------------------------------
def from_zip(source: Path, out: Outbox, limits: ConvertLimits, results: Path | None = None) -> list[Extract] | None:
    """``None`` if the zip is only an archive. Raises ``Unreadable`` if a password is needed.

    ``results`` is an office program's copy of the workbook, with the results of formulas.
    """
    try:
        package = Package(source)
    except Broken:
        _refuse_by_its_start(source)
        return None
    with package:
        if "[Content_Types].xml" in package:
            found = _open_xml(source, package, out, limits, results)
            objects = embedded.of_package(package) if results is None else iter(())
            return [*found, *embedded.written(objects, out, limits)] if found is not None else None
        media_type = _media_type(package)
        if media_type.startswith("application/x-vnd.corel."):
            return [CORELDRAW]
        if media_type and ("content.xml" in package or "encrypted-package" in package):
            found = _open_document(package, media_type, out, limits, results)
            objects = embedded.of_open_document(package) if results is None else iter(())
            return [*found, *embedded.written(objects, out, limits)] if found is not None else None
        from bot.files.worker.documents import apple, epub, hangul_package  # noqa: PLC0415

        for matches, convert in (
            (epub.is_epub, epub.convert),
            (hangul_package.is_hangul, hangul_package.convert),
        ):
            if matches(package):
                return convert(package, out, limits)
        return apple.convert(package, out, limits) if apple.is_iwork(package) else None


def _refuse_by_its_start(source: Path) -> None:
    """A truncated document, which lacks its list of parts; it must not be called an archive. Raises ``Unreadable``."""
    with source.open("rb") as file:
        start = file.read(_START_BYTES)
    if b"[Content_Types].xml" in start or start[30:].startswith(b"mimetypeapplication/vnd."):
        found = next((about for mark, about in _MARKS if mark in start), "office document")
        raise Unreadable(notes.cut_off(found))


def _open_xml(
    source: Path, package: Package, out: Outbox, limits: ConvertLimits, results: Path | None
) -> list[Extract] | None:
    main = next(iter(package.related("", "officeDocument")), "")
    folders = {name.partition("/")[0] for name in ([main] if main in package else package.names)}
    if "word" in folders:
        from bot.files.worker.words import word  # noqa: PLC0415

        return pages(OfficeExtract(".docx", _WORD), lambda: word.read_package(package), out, limits)
    if "xl" in folders:
        binary = main.endswith(".bin") or "xl/workbook.bin" in package
        office = OfficeExtract(".xlsb" if binary else ".xlsx", _EXCEL, into="xlsx")
        return (_binary_excel if binary else _excel)(source, office, package, out, limits, results)
    if "ppt" in folders:
        from bot.files.worker.words import slides  # noqa: PLC0415

        return pages(OfficeExtract(".pptx", _POWERPOINT), lambda: slides.read_package(package), out, limits)
    if "visio" in folders:
        from bot.files.worker.words import drawn_pages  # noqa: PLC0415

        return pages(OfficeExtract(".vsdx", "Visio drawing"), lambda: drawn_pages.read_visio(package), out, limits)
    if any(name.endswith((".fdseq", ".fpage")) for name in package.names):
        from bot.files.worker.words import drawn_pages  # noqa: PLC0415

        try:
            words = drawn_pages.read_xps(package)
        except Broken:
            raise Unreadable(notes.not_opened("XPS document")) from None
        if not words.filled():  # pictures of pages, which nothing here draws
            raise Unreadable(notes.not_opened("XPS document"))
        return words_alone("XPS document", words, out, limits)
    return None


def _binary_excel(
    source: Path, office: OfficeExtract, package: Package, out: Outbox, limits: ConvertLimits, _results: Path | None
) -> list[Extract]:
    from bot.files.worker.sheets import xlsb  # noqa: PLC0415

    found = sheets(office, lambda: xlsb.read(package, out, limits), out, limits)
    return values_alone(source, office, out, limits) if found == [office] else found


def _excel(
    _source: Path, office: OfficeExtract, package: Package, out: Outbox, limits: ConvertLimits, results: Path | None
) -> list[Extract]:
    from bot.files.worker.sheets import xlsx  # noqa: PLC0415

    return sheets(office, lambda: worked_out(xlsx.read(package, out, limits), results, out, limits), out, limits)


def _media_type(package: Package) -> str:
    """What an OpenDocument package says it is, possibly only in its manifest; empty if it does not."""
    if "mimetype" in package:
        try:
            return package.data("mimetype").decode("ascii", "replace").strip()[:_MIMETYPE_BYTES_MAX]
        except Broken:
            return ""
    files = descendants(package.optional_tree("META-INF/manifest.xml"), "file-entry")
    return next((attribute(one, "media-type") for one in files if attribute(one, "full-path") == "/"), "")


def _open_document(
    package: Package, media_type: str, out: Outbox, limits: ConvertLimits, results: Path | None
) -> list[Extract] | None:
    if _is_locked(package):
        raise Unreadable(notes.PASSWORD)
    if media_type.startswith("application/vnd.sun.xml."):
        found = _OPEN_OFFICE_1.get(media_type.removeprefix("application/vnd.sun.xml.").partition(".")[0])
        return [found] if found is not None else None
    kind = media_type.removeprefix("application/vnd.oasis.opendocument.").removesuffix("-template")
    if kind not in _OPEN_DOCUMENT:
        return None
    suffix, about = _OPEN_DOCUMENT[kind]
    if kind == "spreadsheet":
        from bot.files.worker.sheets import ods  # noqa: PLC0415

        def opened() -> Workbook:
            return worked_out(ods.read(package.chunks("content.xml"), package, out, limits), results, out, limits)

        return sheets(OfficeExtract(suffix, about, into="xlsx"), opened, out, limits)
    if kind in {"formula", "chart", "database"}:
        return _small_open_document(about, package, out, limits)
    from bot.files.worker.words import open_document  # noqa: PLC0415

    def read() -> lines.Words:
        def opened(folder: str) -> Element:
            return package.optional_tree(f"{folder}/content.xml")

        return open_document.read(package.tree("content.xml"), package.optional_tree("styles.xml"), opened)

    return pages(OfficeExtract(suffix, about), read, out, limits)


def _is_locked(package: Package) -> bool:
    """Whether the content is encrypted, or the whole document, as one member."""
    try:
        if b"encryption-data" not in package.data("META-INF/manifest.xml"):
            return False
        return "content.xml" not in package or b"<" not in package.data("content.xml")[:4]
    except Broken:
        return False


def _small_open_document(about: str, package: Package, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """A formula as it was typed, a chart as its table; a database only by name."""
    from bot.files.worker.documents import odf  # noqa: PLC0415

    root = package.optional_tree("content.xml")
    if about.endswith("chart"):
        return text.written("\n".join(odf.chart_lines(root)), "", about, out, limits)
    typed = "\n".join(part.text or "" for part in descendants(root, "annotation"))
    if typed.strip():
        return text.written(typed, "", about, out, limits)
    raise Unreadable(notes.unknown_kind(f"an {about}"))


# --- XML files and RTF ---------------------------------------------------------------------------------------------
def from_xml(
    source: Path, head: bytes, out: Outbox, limits: ConvertLimits, results: Path | None = None
) -> list[Extract] | None:
    """``None`` if it is no office document or book, or an incomplete one, which is still a text. ``results`` as
    above."""
    form = office_xml(head)
    if form == "book":
        from bot.files.worker.documents import fiction_book  # noqa: PLC0415

        return fiction_book.convert(source, out, limits)
    if form == "excel":
        from bot.files.worker.sheets import excel_xml  # noqa: PLC0415

        office = OfficeExtract(".xml", _EXCEL, into="xlsx")

        def book() -> Workbook:
            return worked_out(excel_xml.read(_chunks(source), limits), results, out, limits)

        found = sheets(office, book, out, limits)
        return None if found == [office] else found
    if form == "word":
        from bot.files.worker.words import word  # noqa: PLC0415

        return pages(OfficeExtract(".xml", _WORD), lambda: word.read_xml(_chunks(source)), out, limits)
    return _flat(source, head, out, limits, results) if form == "flat" else None


def _flat(source: Path, head: bytes, out: Outbox, limits: ConvertLimits, results: Path | None) -> list[Extract] | None:
    from bot.files.worker.documents.package import parsed  # noqa: PLC0415
    from bot.files.worker.sheets import ods  # noqa: PLC0415
    from bot.files.worker.words import open_document  # noqa: PLC0415

    kind = head.partition(b"application/vnd.oasis.opendocument.")[2].partition(b'"')[0].decode("ascii", "replace")
    kind = kind.removesuffix("-template")
    if kind not in {"text", "spreadsheet", "presentation", "graphics"}:
        return None
    suffix, about = f".fod{kind[0]}", _OPEN_DOCUMENT[kind][1]
    if kind == "spreadsheet":

        def sheet() -> Workbook:
            return worked_out(ods.read(_chunks(source), None, out, limits), results, out, limits)

        return sheets(OfficeExtract(suffix, about, into="xlsx"), sheet, out, limits)

    def read() -> lines.Words:
        if source.stat().st_size > _XML_BYTES_MAX:
            raise Broken("more than is read at once")
        root = parsed(source.read_bytes())
        return open_document.read(root, root)

    return pages(OfficeExtract(suffix, about), read, out, limits)


def from_rtf(source: Path, name: str, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    from bot.files.worker.words import rich_text  # noqa: PLC0415

    office = OfficeExtract(".rtf", "rich text document")
    data = source.read_bytes()
    if (parted := rich_text.with_short_runs(data)) is not None:
        path = out.new(".bin")
        path.write_bytes(parted)
        return [MemberExtract(path.name, name)]
    found = pages(office, lambda: rich_text.read(data), out, limits)
    return [*found, *embedded.written(embedded.of_rtf(data), out, limits)]


def _chunks(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk
