"""Extracts the members of an archive as files, within limits on their number and their unpacked bytes.

I/O: reads the archive and writes members under names of ours; runs in a worker process. Paths, links, owners and sizes
in the archive are not trusted: only contents are taken, and counted as they come. A member that is damaged, locked or
packed with an unknown method gets a note with its name.
"""

from __future__ import annotations

import bz2
import gzip
import io
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, Unreadable
from bot.files.names import extension
from bot.files.outbox import Outbox
from bot.files.worker.archives import xz, zips, zstd
from bot.files.worker.archives.archive_kinds import is_numbered, is_tar
from bot.files.worker.archives.unpacked import Full, Unpacked, is_clutter
from bot.files.worker.documents.zip_signs import BROKEN_ZIP
from bot.files.worker.encodings.likely_encoding import names
from bot.files.worker.kinds import Kind

_CHUNK_BYTES = 65_536
_BROKEN = (*BROKEN_ZIP, tarfile.TarError)
_OF_DOCUMENTS = frozenset({"[Content_Types].xml", "mimetype"})


def convert(source: Path, kind: Kind, name: str, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The members, and notes about those left out. Raises ``Unreadable``."""
    unpacked = Unpacked(out, limits)
    try:
        if kind is Kind.ZIP:
            _add_zip(source, name, unpacked)
        elif kind is Kind.TAR:
            with source.open("rb") as file:
                _add_tar(file, unpacked)
        elif kind is Kind.ARCHIVE:
            _add_foreign(source, name, unpacked, limits)
        else:
            _add_packed(_OPENERS[kind](source), name, unpacked, limits)
    except Full:
        unpacked.full = unpacked.breaks_off = True
    except _BROKEN as error:
        if not unpacked.extracts:
            raise Unreadable(notes.DAMAGED_ARCHIVE) from error
        unpacked.extracts.append(NoteExtract(inner_notes.ARCHIVE_IN_PART))
    if unpacked.full:
        unpacked.note_full()
    if not unpacked.extracts:
        raise Unreadable(notes.NOTHING_INSIDE)
    return unpacked.extracts


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(_CHUNK_BYTES):
        yield piece


# --- by libarchive ---------------------------------------------------------------------------------------------------


def _add_foreign(source: Path, name: str, unpacked: Unpacked, limits: ConvertLimits) -> None:
    from bot.files.worker.archives import foreign_archives  # noqa: PLC0415 - it loads a large library

    kind = foreign_archives.kind_of(source)
    if not (kind.formats or kind.filters):
        raise Unreadable(notes.archive_of_kind(kind.described))
    if not foreign_archives.is_installed():
        unpacked.extracts.append(NoteExtract(notes.archive_of_kind(kind.described), passing=True))
    elif kind.formats:
        foreign_archives.add_members(source, name, kind, unpacked)
    else:
        _add_packed(foreign_archives.opened(source, kind), name, unpacked, limits)


# --- zip -------------------------------------------------------------------------------------------------------------


def _add_zip(source: Path, called: str, unpacked: Unpacked) -> None:
    members, damaged = _members(source)
    wanted = [(name, member) for name, member in zips.named(members) if not is_clutter(name)]
    if damaged and (not wanted or not _OF_DOCUMENTS.isdisjoint(name for name, _ in wanted)):
        raise Unreadable(_why_damaged(source, called))
    if wanted and all(member.refusal == notes.PASSWORD for _, member in wanted):
        raise Unreadable(notes.PASSWORD)
    for name, member in wanted:
        if member.refusal:
            unpacked.leave_out(name, member.refusal)
            continue
        if unpacked.is_too_large(name, member.size_bytes):
            continue
        try:
            unpacked.add(name, zips.contents(source, member))
        except MemoryError:
            unpacked.leave_out(name, notes.TOO_HEAVY)
        except _BROKEN:
            unpacked.leave_out(name, notes.MEMBER_DAMAGED)
    if damaged:
        why = _why_damaged(source, called)
        if not unpacked.count:
            raise Unreadable(why)
        unpacked.extracts.append(NoteExtract(inner_notes.ARCHIVE_IN_PART if why == notes.DAMAGED_ARCHIVE else why))


def _members(source: Path) -> tuple[list[zips.ZipMember], bool]:
    """Also returns whether the archive is damaged."""
    if zips.is_last_part(source):
        return zips.salvaged(source), True
    try:
        return zips.listed(source), False
    except UnicodeDecodeError:  # a name that claims to be Unicode and is not; everything else is intact
        return zips.salvaged(source), False
    except _BROKEN:
        return zips.salvaged(source), True


def _why_damaged(source: Path, called: str) -> str:
    return notes.PART_OF_ARCHIVE if zips.is_part(source) or is_numbered(called) else notes.DAMAGED_ARCHIVE


# --- tar -------------------------------------------------------------------------------------------------------------


class _Header(tarfile.TarInfo):
    """Counts invalid or truncated headers: the member before one is damaged, those after it need not be."""

    broken = 0

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _Header:
        try:
            return super().frombuf(buf, encoding, errors)
        except (tarfile.InvalidHeaderError, tarfile.TruncatedHeaderError):  # type: ignore[attr-defined]
            _Header.broken += 1
            raise


def _add_tar(stream: IO[bytes], unpacked: Unpacked) -> None:
    _Header.broken = 0
    with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header, ignore_zeros=True) as archive:
        for info in archive:
            if not info.isfile() or is_clutter(info.name) or unpacked.is_too_large(_name(info), info.size):
                continue
            file = archive.extractfile(info)
            if file is not None:
                unpacked.add(_name(info), _pieces(file))
    if _Header.broken:
        unpacked.extracts.append(NoteExtract(inner_notes.ARCHIVE_IN_PART))


def _name(info: tarfile.TarInfo) -> str:
    """Bytes that are not UTF-8 come as surrogates."""
    return names([info.name.encode("utf-8", "surrogateescape")])[0]


# --- one file, packed ------------------------------------------------------------------------------------------------


_Opener = Callable[[Path], io.BufferedIOBase]


_OPENERS: dict[Kind, _Opener] = {
    Kind.GZIP: gzip.GzipFile,
    Kind.BZIP2: bz2.BZ2File,
    Kind.XZ: xz.opened,
    Kind.LZMA: xz.opened,
    Kind.ZSTD: lambda source: zstd.opened(source.open("rb")),
}
_ENDINGS = frozenset({"gz", "bz2", "xz", "lzma", "zst", "zstd", "z", "lz4", "lz"})
_ENDINGS_WITHIN = {"svgz": "svg", "emz": "emf", "wmz": "wmf"}
"""Drawings that are packed by their kind: what is inside is called otherwise."""
_ENDINGS_OF_TARS = frozenset({"tgz", "tbz", "tbz2", "txz", "tzst", "taz"})


def _add_packed(opened: io.BufferedIOBase, name: str, unpacked: Unpacked, limits: ConvertLimits) -> None:
    """A packed tar gives its members, any other file itself."""
    with opened as file:
        bounded = io.BufferedReader(_Bounded(file, 2 * limits.archive_bytes_max), _CHUNK_BYTES)
        start = bounded.peek(512)[:512]
        if is_tar(start) or (_is_called_tar(name) and start == bytes(512)):  # nothing is in it
            _add_tar(bounded, unpacked)
        else:
            broken: list[Exception] = []
            inner = name.rpartition(".")[0] if extension(name) in _ENDINGS else name
            if within := _ENDINGS_WITHIN.get(extension(name)):
                inner = f"{name.rpartition('.')[0]}.{within}"
            pieces = iter(lambda: bounded.read1(_CHUNK_BYTES), b"")
            unpacked.add(inner, _as_far_as_it_goes(pieces, broken))
            unpacked.extracts += [NoteExtract(notes.BREAKS_OFF)] if broken else []


def _is_called_tar(name: str) -> bool:
    end = extension(name)
    return end in _ENDINGS_OF_TARS or (end in _ENDINGS and extension(name.rpartition(".")[0]) == "tar")


def _as_far_as_it_goes(pieces: Iterator[bytes], broken: list[Exception]) -> Iterator[bytes]:
    """Reads the beginning of a truncated file, and fills ``broken``. If there is not even a beginning, raises what
    ``pieces`` raises."""
    begun = False
    try:
        for piece in pieces:
            begun = True
            yield piece
    except _BROKEN as error:
        if not begun:
            raise
        broken.append(error)


class _Bounded(io.RawIOBase):
    """A stream that raises ``Full`` after that many bytes, also if they are only skipped."""

    def __init__(self, file: io.BufferedIOBase, bytes_max: int) -> None:
        self._file = file
        self._bytes_left = bytes_max

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - collections.abc.Buffer begins with Python 3.12
        target = memoryview(buffer).cast("B")
        data = self._file.read1(len(target))  # ``read`` would lose the data before the place where the file is cut off
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise Full
        target[: len(data)] = data
        return len(data)
