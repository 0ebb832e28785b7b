"""An archive in, its members out as files, within limits on their count and on their bytes unpacked.

I/O: reads the archive and writes members under names of ours; runs in a worker process. Nothing an archive says about
paths, links, owners or sizes is believed: only contents are taken, and counted as they come.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Any

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, Unreadable
from bot.files.names import extension
from bot.files.outbox import Outbox
from bot.files.worker.sniff import Kind

_OPENERS: dict[Kind, type[gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]] = {
    Kind.GZIP: gzip.GzipFile,
    Kind.BZIP2: bz2.BZ2File,
    Kind.XZ: lzma.LZMAFile,
}
_CHUNK_BYTES = 65_536
_CLUTTER = frozenset(
    {"__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini", ".git", ".svn", "__pycache__", "node_modules"}
)
_BROKEN = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError),
    *(ValueError, NotImplementedError, IndexError, KeyError, OverflowError),
)


class _Full(Exception):
    """The limit on members or on bytes is reached."""


def convert(source: Path, kind: Kind, name: str, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The members, and a note where there were more than the limits allow. Raises ``Unreadable``."""
    unpacked = _Unpacked(out, limits)
    try:
        for member_name, file in _members(source, kind, name, limits):
            unpacked.add(member_name, file)
    except _Full:
        unpacked.extracts.append(NoteExtract(notes.members_left_out(unpacked.count, limits.archive_bytes_max)))
    except _BROKEN as error:
        if not unpacked.extracts:
            raise Unreadable(notes.DAMAGED_ARCHIVE) from error
        unpacked.extracts.append(NoteExtract(notes.DAMAGED_ARCHIVE))
    if not unpacked.extracts:
        raise Unreadable(notes.NOTHING_INSIDE)
    return unpacked.extracts


class _Unpacked:
    def __init__(self, out: Outbox, limits: ConvertLimits) -> None:
        self.extracts: list[Extract] = []
        self.count = 0
        self._out = out
        self._files_max = limits.archive_files_max
        self._bytes_left = limits.archive_bytes_max

    def add(self, name: str, file: IO[bytes]) -> None:
        """Raises ``_Full``; what was begun then is taken back."""
        if self.count >= self._files_max:
            raise _Full
        path = self._out.new(".bin")
        with path.open("wb") as target:
            while chunk := file.read(_CHUNK_BYTES):
                self._bytes_left -= len(chunk)
                if self._bytes_left < 0:
                    path.unlink()
                    raise _Full
                target.write(chunk)
        self.count += 1
        self.extracts.append(MemberExtract(path.name, name))


def _members(source: Path, kind: Kind, name: str, limits: ConvertLimits) -> Iterator[tuple[str, IO[bytes]]]:
    if kind is Kind.ZIP:
        yield from _zip_members(source)
    elif kind is Kind.TAR:
        with source.open("rb") as file:
            yield from _tar_members(file)
    else:
        with _OPENERS[kind](source) as unpacked:
            is_tar = unpacked.read(512)[257:262] == b"ustar"
            unpacked.seek(0)
            bounded = io.BufferedReader(_Bounded(unpacked, 2 * limits.archive_bytes_max), _CHUNK_BYTES)
            if is_tar:
                yield from _tar_members(bounded)
            else:
                yield _without_packing(name), bounded


def _without_packing(name: str) -> str:
    return name.rpartition(".")[0] if extension(name) in {"gz", "bz2", "xz"} else name


def _zip_members(source: Path) -> Iterator[tuple[str, IO[bytes]]]:
    with zipfile.ZipFile(source) as archive:
        wanted = [info for info in archive.infolist() if not info.is_dir() and not _is_clutter(info.filename)]
        if any(info.flag_bits & 0x1 for info in wanted):
            raise Unreadable(notes.PASSWORD)
        for info in wanted:
            with archive.open(info) as file:
                yield info.filename, file


def _tar_members(stream: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for info in archive:
            file = archive.extractfile(info) if info.isfile() and not _is_clutter(info.name) else None
            if file is not None:
                yield info.name, file


def _is_clutter(name: str) -> bool:
    return not _CLUTTER.isdisjoint(PurePosixPath(name.replace("\\", "/")).parts)


class _Bounded(io.RawIOBase):
    """A stream that ends with ``_Full`` after so many bytes, also where they are only skipped."""

    def __init__(self, file: gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile, bytes_max: int) -> None:
        self._file = file
        self._bytes_left = bytes_max

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - collections.abc.Buffer begins with Python 3.12
        target = memoryview(buffer).cast("B")
        data = self._file.read(len(target))
        self._bytes_left -= len(data)
        if self._bytes_left < 0:
            raise _Full
        target[: len(data)] = data
        return len(data)
