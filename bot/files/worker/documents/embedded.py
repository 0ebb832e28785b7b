"""Extracts the files embedded in a document, each to be read as a file of its own.

I/O: reads the document, writes files; runs in a worker process. The document shows only a picture of an object, with
one page or a few cells; the embedded file has the rest.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from binascii import unhexlify
from collections.abc import Iterable, Iterator
from itertools import islice

from bot.files import inner_notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract
from bot.files.outbox import Outbox
from bot.files.worker.documents.compound import Storage
from bot.files.worker.documents.ole_objects import Held, held_in, held_in_rtf, held_in_storage
from bot.files.worker.documents.package import Broken, Package

FILES_MAX = 20
"""The most objects of one document that are read."""
_LOOKED_AT_MAX = 20_000
_HEX_BYTES_MAX = 60_000_000
_RTF_OBJECT = re.compile(rb"\\objdata\b")
_NO_HEX = re.compile(rb"[^0-9a-fA-F]+")
_OLE_OBJECT = 0x1011
_KINDS = {"text": "text", "spreadsheet": "spreadsheet", "presentation": "presentation", "drawing": "graphics"}


def written(found: Iterable[Held | None], out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """A member for each, and a note if there are too many."""
    members: list[Extract] = []
    bytes_left, left_out = limits.archive_bytes_max, 0
    for held in found:
        if held is None or not held.data:
            continue
        bytes_left -= len(held.data)
        if len(members) >= FILES_MAX or bytes_left < 0:
            left_out += 1
            continue
        path = out.new(".bin")
        path.write_bytes(held.data)
        members.append(MemberExtract(path.name, held.name or f"embedded object {len(members) + 1}", seen=True))
    if left_out:
        members.append(NoteExtract(inner_notes.embedded_left_out(len(members), left_out)))
    return members


def of_package(package: Package) -> Iterator[Held | None]:
    """Office Open XML: embedded objects, and text stored as files ("altChunk"), in the order of the parts.

    The workbook behind a chart is left out, since the chart's own part has the same data.
    """
    behind_charts, chunks = set[str](), list[str]()
    for part in package.names[:_LOOKED_AT_MAX]:
        if part.endswith(".rels") or not part.endswith(".xml"):
            continue
        in_chart = "/charts/" in part or "/chart" in part
        for relation in package.relations(part).values() if _has_relations(package, part) else ():
            if relation.kind == "package" and in_chart:
                behind_charts.add(relation.target)
            elif relation.kind == "aFChunk" and not relation.external:
                chunks.append(relation.target)
    for part in (*chunks, *(name for name in package.names if "/embeddings/" in name and name not in behind_charts)):
        yield _held(package, part)


def _has_relations(package: Package, part: str) -> bool:
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{base}.rels") in package


def _held(package: Package, part: str) -> Held | None:
    try:
        held = held_in(package.data(part))
    except Broken:
        return None
    if held is None or held.name:
        return held
    name = posixpath.basename(part)
    return Held(name if not name.endswith(".bin") else "", held.data)


def of_open_document(package: Package) -> Iterator[Held | None]:
    """OpenDocument: objects are folders, or compound files, beside the content. A folder is packed as a document;
    charts and formulas are left to the reader of the surrounding text."""
    folders = dict.fromkeys(name.rpartition("/")[0] for name in package.names if name.endswith("/content.xml"))
    for folder in folders:
        kind = _KINDS.get(_kind_of_object(package, folder)) if folder and "/" not in folder else None
        if kind is not None:
            yield Held(folder, _repacked(package, folder, kind))
    for name in package.names:
        if name.startswith("object ") and "/" not in name:
            yield _held(package, name)


def _kind_of_object(package: Package, folder: str) -> str:
    """The name of the element in its body: "text", "chart"."""
    try:
        start = b"".join(islice(package.chunks(f"{folder}/content.xml"), 4))
    except Broken:
        return ""
    found = re.search(rb"<office:body[^>]*>\s*<office:(\w+)", start)
    return found[1].decode("ascii", "replace") if found else ""


def _repacked(package: Package, folder: str, kind: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{kind}", zipfile.ZIP_STORED)
        for name in package.names:
            if name.startswith(f"{folder}/"):
                try:
                    archive.writestr(_cased(name.removeprefix(f"{folder}/")), package.data(name))
                except Broken:
                    continue
    return file.getvalue()


def _cased(name: str) -> str:
    return name.replace("pictures/", "Pictures/").replace("meta-inf/", "META-INF/")


def of_storages(root: Storage) -> Iterator[Held | None]:
    """Word stores each object as a storage within ObjectPool, Excel as storages beside the workbook.

    A storage with unpacked content is no file: ``Held.streams`` has it.
    """
    pool = root.storages.get("ObjectPool", Storage()).storages
    beside = {name: storage for name, storage in root.storages.items() if name.startswith("MBD")}
    for storage in [*pool.values(), *beside.values()][:_LOOKED_AT_MAX]:
        yield held_in_storage(storage)


def of_old_slides(stream: bytes) -> Iterator[Held | None]:
    """Objects in PowerPoint's stream, each a compound file, packed or not. Source: [MS-PPT] 2.10.34 to 2.10.36."""
    at = 0
    while at + 8 <= len(stream):
        head, kind = int.from_bytes(stream[at : at + 2], "little"), int.from_bytes(stream[at + 2 : at + 4], "little")
        size = int.from_bytes(stream[at + 4 : at + 8], "little")
        if kind == _OLE_OBJECT:
            body = stream[at + 8 : at + 8 + size]
            yield held_in(_unpacked(body[4:]) if head >> 4 == 1 else body)
        at += 8 + size


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, _HEX_BYTES_MAX)
    except zlib.error:
        return b""


def of_rtf(data: bytes) -> Iterator[Held | None]:
    for found in _RTF_OBJECT.finditer(data):
        end = data.find(b"}", found.end())
        digits = _NO_HEX.sub(b"", data[found.end() : end if end >= 0 else len(data)])
        yield held_in_rtf(unhexlify(digits[: len(digits) // 2 * 2]))
