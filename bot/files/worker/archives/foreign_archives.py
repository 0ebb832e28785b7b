"""Extracts members from archives that Python has no reader for: RAR, 7-Zip, cabinet and others.

I/O: reads the archive through ``libarchive``, and writes the members. After some errors the library cannot go on with
an archive. Then it is opened again, and read from the next member on.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.files import inner_notes, notes
from bot.files.extracts import NoteExtract, Unreadable
from bot.files.worker.archives import archive_kinds, libarchive, rar_headers
from bot.files.worker.archives.archive_kinds import ArchiveKind
from bot.files.worker.archives.libarchive import Archive, Entry, Trouble
from bot.files.worker.archives.rar_headers import RarMember
from bot.files.worker.archives.unpacked import Full, Unpacked, is_clutter

_HEAD_BYTES = 8_192
_OPENED_MAX = 20
_ENTRIES_MAX = 20_000
_TABLES = frozenset({b"/", b"//", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED"})
"""Entries of an AR archive that are not members."""
_LOCKED = re.compile(r"encrypt|crypto|password", re.IGNORECASE)
_MEMORY = re.compile(r"memory|allocate|dictionary size", re.IGNORECASE)
_CUT = re.compile(r"truncated|premature|end of file|beyond end", re.IGNORECASE)
_SPLIT = re.compile(r"multi-?volume", re.IGNORECASE)
_SOLID = re.compile(r"solid archive support", re.IGNORECASE)
_METHOD = re.compile(r"method (-\w+-)|compression : (\w+)")
_RARE = re.compile(
    r"unsupported|not supported|unavailable|no support|un(?:known|expected) codec|many filters", re.IGNORECASE
)


def kind_of(source: Path) -> ArchiveKind:
    """Call only for a known archive. One without a mark at its beginning is a disk image."""
    with source.open("rb") as file:
        return archive_kinds.archive_kind(file.read(_HEAD_BYTES)) or archive_kinds.ISO


def add_members(source: Path, name: str, kind: ArchiveKind, unpacked: Unpacked) -> None:
    """Raises ``Full``, and ``Unreadable`` if nothing in it can be read."""
    with source.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    is_part = archive_kinds.is_volume(head) or archive_kinds.is_numbered(name)
    if archive_kinds.breaks_off(head, source.stat().st_size):
        raise Unreadable(notes.PART_OF_ARCHIVE if is_part else notes.cut_off(kind.described.partition(" ")[2]))
    reader = _Reader(source, kind, unpacked, is_part=is_part)
    try:
        reader.read()
    finally:
        unpacked.decode_names()
    about_all = notes.PART_OF_ARCHIVE if is_part else reader.reason
    locked = bool(unpacked.extracts) and all(
        isinstance(extract, NoteExtract) and extract.reason == notes.PASSWORD for extract in unpacked.extracts
    )
    if locked or (about_all and not unpacked.extracts):
        raise Unreadable(notes.PASSWORD if locked else about_all)
    if about_all:
        of_whole = {
            notes.archive_of_kind(kind.described): inner_notes.PACKED_RARELY_WITHIN,
            notes.DAMAGED_ARCHIVE: inner_notes.ARCHIVE_IN_PART,
        }
        unpacked.extracts.append(NoteExtract(of_whole.get(about_all, about_all)))


class _Reader:
    """``reason`` is a note about the archive as a whole, set once it is read."""

    def __init__(self, source: Path, kind: ArchiveKind, unpacked: Unpacked, *, is_part: bool) -> None:
        self.reason = ""
        self._source, self._kind, self._unpacked, self._is_part = source, kind, unpacked, is_part
        self._next = 0
        self._known = rar_headers.members(source) if kind.formats[0].startswith("rar") else []

    def read(self) -> None:
        for _ in range(_OPENED_MAX):
            before = self._next
            try:
                with Archive(self._source, self._kind.formats) as archive:
                    self._read_from_next(archive)
            except Trouble as trouble:
                if self._next == before:  # opening it again did not help
                    is_old = any(known.by_old_program for known in self._known)
                    is_listed = not self._next and (is_old or _has_whole_list(self._source))
                    self.reason = _reason_of_all(trouble, self._kind, is_listed=is_listed)
                    return
            else:
                return
        self.reason = self.reason or notes.DAMAGED_ARCHIVE

    def _read_from_next(self, archive: Archive) -> None:
        """Raises ``Trouble`` if the archive must be opened again to read on."""
        for number, entry in enumerate(archive.entries()):
            if number >= _ENTRIES_MAX:
                raise Full
            if number >= self._next:
                self._next = number + 1
                self._read_one(archive, entry, self._known[number] if number < len(self._known) else None)

    def _read_one(self, archive: Archive, entry: Entry, known: RarMember | None) -> None:
        name = entry.name.decode("utf-8", "surrogateescape").removeprefix("./")
        if not entry.is_file or entry.name in _TABLES:
            return
        if is_clutter(name) or self._unpacked.full:
            if self._unpacked.full and not is_clutter(name):
                self._unpacked.pass_over(name)
            self._unpacked.skip(max(entry.size_bytes, 0))
            return
        if self._unpacked.is_too_large(name, entry.size_bytes):
            self._unpacked.skip(entry.size_bytes)
            return
        known = known if known and known.size_bytes == entry.size_bytes else None
        if entry.is_locked or (known and known.is_locked):
            self._unpacked.leave_out(name, notes.PASSWORD)
            return
        if known and known.is_old:
            self._unpacked.leave_out(name, inner_notes.PACKED_RARELY)
            return
        try:
            pieces = archive.pieces(entry)
            self._unpacked.add(name, pieces if self._is_part or not known else _checked(pieces, known.crc))
        except Trouble as trouble:
            self._unpacked.leave_out(name, self._reason_of_one(trouble))
            if trouble.final:
                raise

    def _reason_of_one(self, trouble: Trouble) -> str:
        words = str(trouble)
        if _LOCKED.search(words):
            return notes.PASSWORD
        if trouble.no_memory or _MEMORY.search(words):
            return notes.TOO_HEAVY
        if self._is_part or _SPLIT.search(words):
            return inner_notes.CONTINUED_ELSEWHERE
        if _CUT.search(words):
            self.reason = notes.BREAKS_OFF
            return notes.MEMBER_DAMAGED
        if method := _METHOD.search(words):
            return notes.packed_otherwise(method[1] or method[2])
        return inner_notes.PACKED_RARELY if _RARE.search(words) else notes.MEMBER_DAMAGED


def _checked(pieces: Iterator[bytes], crc: int | None) -> Iterator[bytes]:
    found = 0
    for piece in pieces:
        found = zlib.crc32(piece, found)
        yield piece
    if crc is not None and found != crc:
        raise Trouble("wrong checksum", final=False)


def _reason_of_all(trouble: Trouble, kind: ArchiveKind, *, is_listed: bool) -> str:
    """``is_listed``: the list of members is intact, but the library does not understand it."""
    words = str(trouble)
    if _LOCKED.search(words):
        return notes.PASSWORD
    if trouble.no_memory or _MEMORY.search(words):
        return notes.TOO_HEAVY
    if _CUT.search(words):
        return notes.BREAKS_OFF
    if _SOLID.search(words):
        return inner_notes.SOLID
    is_rare = is_listed or _RARE.search(words)
    return notes.archive_of_kind(kind.described) if is_rare else notes.DAMAGED_ARCHIVE


def _has_whole_list(source: Path) -> bool:
    """For a 7-Zip archive, by the checksum of its list of members."""
    with source.open("rb") as file:
        head = file.read(32)
        place = archive_kinds.list_of_7_zip(head)
        if place is None:
            return False
        offset, length, crc = place
        file.seek(32 + offset)
        return zlib.crc32(file.read(length)) == crc


def opened(source: Path, kind: ArchiveKind) -> io.BufferedReader:
    """A single packed file, unpacked as it is read. Reading raises ``OSError`` for damaged data."""
    return io.BufferedReader(_Unpacking(source, kind.filters))


class _Unpacking(io.RawIOBase):
    def __init__(self, source: Path, filters: tuple[str, ...]) -> None:
        try:
            self._archive = Archive(source, ("raw",), filters)
        except Trouble as trouble:
            raise OSError(str(trouble)) from trouble
        self._pieces = self._unpacked()
        self._rest = b""

    def _unpacked(self) -> Iterator[bytes]:
        for entry in self._archive.entries():
            yield from self._archive.pieces(entry)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - collections.abc.Buffer begins with Python 3.12
        target = memoryview(buffer).cast("B")
        try:
            data = self._rest or next(self._pieces, b"")
        except Trouble as trouble:
            raise OSError(str(trouble)) from trouble
        count = min(len(data), len(target))
        target[:count], self._rest = data[:count], data[count:]
        return count

    def close(self) -> None:
        self._archive.close()
        super().close()


def is_installed() -> bool:
    return libarchive.is_installed()
