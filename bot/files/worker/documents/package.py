"""Reads the parts and relations of a document that is a zip of XML parts (Office Open XML, OpenDocument).

I/O: reads the file; runs in a worker process. Sizes in the zip are not trusted: bytes are counted as they come, and the
total is limited, so a zip bomb ends as a truncated part.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, cast
from xml.etree import ElementTree as ET  # expat limits entity expansion, and the worker its memory

from bot.files.outbox import Outbox
from bot.files.worker.documents.xml_characters import allowed
from bot.files.worker.documents.zip_signs import BROKEN_ZIP

_UNPACKED_BYTES_MAX = 400_000_000
_TREE_BYTES_MAX = 40_000_000
"""The most bytes of a part that is read whole: as a tree it takes some ten times as much memory."""
_PICTURE_BYTES_MAX = 30_000_000
_CHUNK_BYTES = 262_144
_DEPTH_MAX = 200
"""The deepest nesting of elements, since readers go through nested elements repeatedly. Ordinary documents have some
tens of levels."""


class Broken(Exception):
    """A part is missing, incomplete, not XML, or too large."""


@dataclass(frozen=True, slots=True)
class Relation:
    kind: str
    """The end of its type: "comments", "chart", "image"."""
    target: str
    """A part's name, or an address if it is ``external``."""
    external: bool = False


class Package:
    """Raises ``Broken`` if the file is no zip. Part names are compared without regard to case."""

    def __init__(self, source: Path) -> None:
        self._file = source.open("rb")
        try:
            self._archive = zipfile.ZipFile(self._file)
        except BROKEN_ZIP as error:
            self._file.close()
            raise Broken("no zip") from error
        members = [info for info in self._archive.infolist() if info.filename.rstrip("/") == info.filename != ""]
        self._infos = {_part_name(info.filename): info for info in members}
        self._bytes_left = _UNPACKED_BYTES_MAX

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.close()
        self._file.close()  # a part that was not read to its end would keep it open

    @property
    def names(self) -> list[str]:
        return list(self._infos)

    def __contains__(self, name: str) -> bool:
        return _part_name(name) in self._infos

    def size_bytes(self, name: str) -> int:
        """The size that the zip gives: good for a guess."""
        info = self._infos.get(_part_name(name))
        return info.file_size if info is not None else 0

    def chunks(self, name: str) -> Iterator[bytes]:
        """Raises ``Broken``, possibly after some chunks."""
        try:
            with self._archive.open(self._infos[_part_name(name)]) as file:
                while chunk := file.read(_CHUNK_BYTES):
                    self._bytes_left -= len(chunk)
                    if self._bytes_left < 0:
                        raise Broken("more than is read")
                    yield chunk
        except BROKEN_ZIP as error:
            raise Broken(name) from error

    def data(self, name: str, bytes_max: int = _TREE_BYTES_MAX) -> bytes:
        pieces, total = [], 0
        for chunk in self.chunks(name):
            total += len(chunk)
            if total > bytes_max:
                raise Broken("more than is read at once")
            pieces.append(chunk)
        return b"".join(pieces)

    def tree(self, name: str) -> ET.Element:
        return parsed(self.data(name))

    def optional_tree(self, name: str) -> ET.Element:
        """An empty element if there is no such part, or a broken one."""
        try:
            return self.tree(name)
        except Broken:
            return ET.Element("none")

    def relations(self, name: str) -> dict[str, Relation]:
        """A part's relations by id; those of the whole package for an empty name."""
        folder, base = posixpath.split(_part_name(name))
        root = self.optional_tree(posixpath.join(folder, "_rels", f"{base}.rels"))
        found = {}
        for element in root:
            target = element.get("Target", "")
            external = element.get("TargetMode", "") == "External"
            where = target if external else _part_name(posixpath.normpath(posixpath.join("/", folder, target)))
            found[element.get("Id", "")] = Relation(element.get("Type", "").rpartition("/")[2], where, external)
        return found

    def related(self, name: str, kind: str) -> list[str]:
        """The parts that this one refers to with this kind of relation."""
        return [r.target for r in self.relations(name).values() if r.kind == kind and not r.external]

    def write(self, name: str, out: Outbox) -> str | None:
        """A picture or the like, as a file of its own; ``None`` if it is incomplete."""
        try:
            data = self.data(name, _PICTURE_BYTES_MAX)
        except Broken:
            return None
        path = out.new(".bin")
        path.write_bytes(data)
        return path.name


def parsed(data: bytes) -> ET.Element:
    """Raises ``Broken``."""
    root: ET.Element | None = None
    for _, element in xml_events(data[at : at + _CHUNK_BYTES] for at in range(0, len(data), _CHUNK_BYTES)):
        root = element if root is None else root
    if root is None:
        raise Broken("no XML")
    return root


def xml_events(chunks: Iterable[bytes]) -> Iterator[tuple[str, ET.Element]]:
    """("start" or "end", element), as the XML is read. Raises ``Broken`` if it is cut off, or nested too deep."""
    parser: ET.XMLPullParser[ET.Element] = ET.XMLPullParser(("start", "end"))
    depth = 0
    try:
        for chunk in allowed(chunks):
            parser.feed(chunk)
            for event, element in cast("Iterator[tuple[str, ET.Element]]", parser.read_events()):
                depth += 1 if event == "start" else -1
                if depth > _DEPTH_MAX:
                    raise Broken("too deep")
                yield event, element
        parser.close()
    except (ET.ParseError, ValueError, LookupError) as error:
        raise Broken("no XML") from error


def _part_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


# --- elements ------------------------------------------------------------------------------------------------------
def local(element: ET.Element) -> str:
    """The name without its namespace: each kind of file has two, and some programs make mistakes."""
    return element.tag.rpartition("}")[2]


def attribute(element: ET.Element, name: str, default: str = "") -> str:
    """By its local name; if two have it, the one without a namespace."""
    if (value := element.get(name)) is not None:
        return value
    return next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), default)


def child(element: ET.Element | None, *path: str) -> ET.Element | None:
    """The first child with this name, then its first child with the next, and so on."""
    for name in path:
        element = next((inner for inner in element if local(inner) == name), None) if element is not None else None
    return element


def descendants(element: ET.Element, *names: str) -> Iterator[ET.Element]:
    """In document order, without the fallbacks that newer programs write for older ones."""
    waiting = [element]
    while waiting:
        current = waiting.pop()
        if local(current) in names:
            yield current
        if local(current) != "AlternateContent":
            waiting.extend(reversed(current))
        else:
            waiting.extend(list(current)[:1])
