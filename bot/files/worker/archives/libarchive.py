"""Reads the entries of an archive, and their contents, with libarchive.

I/O: loads the C library, if it is installed; only for a worker process. Importing this module loads it by name, because
``ctypes.util.find_library`` starts processes, which a worker must not. Sources: archive_read(3), archive_entry(3); the
numbers are those of archive.h.
"""

from __future__ import annotations

import ctypes
import errno
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_NAMES = (
    "libarchive.so.13",
    "/opt/homebrew/opt/libarchive/lib/libarchive.13.dylib",
    "/usr/local/opt/libarchive/lib/libarchive.13.dylib",
)
"""Linux, and Homebrew on both kinds of Macintosh. macOS's own is in no file."""
_END, _OK, _WARN, _FATAL = 1, 0, -20, -30
_PIECE_BYTES = 65_536
_TYPE_MASK, _FILES = 0o170000, frozenset({0o100000, 0})
"""Some archives do not say what a member is."""
_LHA_NAMES = b"lha:hdrcharset=ISO-8859-1"
"""An encoding in which every byte is a character: some formats give names only as characters, or not at all."""
_POINTER, _INT = ctypes.c_void_p, ctypes.c_int
_FORMATS = ("7zip", "ar", "cab", "cpio", "iso9660", "lha", "rar", "rar5", "raw", "xar")
_FILTERS = ("compress", "lz4", "lzip")
_FUNCTIONS: dict[str, tuple[type, tuple[type, ...]]] = {
    "archive_read_new": (_POINTER, ()),
    "archive_read_set_options": (_INT, (_POINTER, ctypes.c_char_p)),
    "archive_read_open_fd": (_INT, (_POINTER, _INT, ctypes.c_size_t)),
    "archive_read_next_header": (_INT, (_POINTER, _POINTER)),
    "archive_read_data_block": (_INT, (_POINTER, _POINTER, _POINTER, _POINTER)),
    "archive_read_free": (_INT, (_POINTER,)),
    "archive_error_string": (ctypes.c_char_p, (_POINTER,)),
    "archive_errno": (_INT, (_POINTER,)),
    "archive_entry_pathname": (ctypes.c_char_p, (_POINTER,)),
    "archive_entry_hardlink": (ctypes.c_char_p, (_POINTER,)),
    "archive_entry_filetype": (ctypes.c_uint, (_POINTER,)),
    "archive_entry_size": (ctypes.c_int64, (_POINTER,)),
    "archive_entry_size_is_set": (_INT, (_POINTER,)),
    "archive_entry_is_encrypted": (_INT, (_POINTER,)),
    **{f"archive_read_support_format_{name}": (_INT, (_POINTER,)) for name in _FORMATS},
    **{f"archive_read_support_filter_{name}": (_INT, (_POINTER,)) for name in _FILTERS},
}


def _loaded() -> ctypes.CDLL | None:
    """Complete or not at all: a function that an old version lacks raises ``AttributeError``."""
    for name in _NAMES:
        try:
            library = ctypes.CDLL(name)
            for function, (result, arguments) in _FUNCTIONS.items():
                bound = getattr(library, function)
                bound.restype, bound.argtypes = result, arguments
        except (OSError, AttributeError):
            continue
        return library
    return None


_LIBRARY = _loaded()


class Trouble(Exception):
    """An error in the library's own words. After one that is ``final`` the archive must be opened again to read on."""

    def __init__(self, words: str, *, final: bool, no_memory: bool = False) -> None:
        super().__init__(words)
        self.final = final
        self.no_memory = no_memory


@dataclass(frozen=True, slots=True)
class Entry:
    """``name`` is UTF-8 if the archive declares its characters (in a UTF-8 locale, which a worker has), else the raw
    bytes. ``size_bytes`` is what the archive claims, 0 if it does not say."""

    name: bytes
    size_bytes: int
    is_file: bool
    is_locked: bool


def is_installed() -> bool:
    return _LIBRARY is not None


class Archive:
    """An archive opened for reading from front to back, by these formats and filters only. Raises ``Trouble``."""

    def __init__(self, source: Path, formats: tuple[str, ...], filters: tuple[str, ...] = ()) -> None:
        if _LIBRARY is None:
            raise Trouble("not installed", final=True)
        self._library = _LIBRARY
        self._is_lha = "lha" in formats
        self._file = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
        self._archive: int | None = self._library.archive_read_new()
        if self._archive is None:
            os.close(self._file)
            raise MemoryError
        try:
            for kind, names in (("format", formats), ("filter", filters)):
                for name in names:
                    self._must(getattr(self._library, f"archive_read_support_{kind}_{name}")(self._archive))
            if self._is_lha:
                self._library.archive_read_set_options(self._archive, _LHA_NAMES)
            self._must(self._library.archive_read_open_fd(self._archive, self._file, _PIECE_BYTES))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._archive is not None:
            self._library.archive_read_free(self._archive)
            self._archive = None
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def entries(self) -> Iterator[Entry]:
        """Whatever was not read of an entry is skipped when the next one is asked for."""
        entry, of = _POINTER(), self._library
        while self._must(of.archive_read_next_header(self._archive, ctypes.byref(entry))) != _END:
            size_bytes = of.archive_entry_size(entry) if of.archive_entry_size_is_set(entry) else 0
            linked = of.archive_entry_hardlink(entry) is not None and not size_bytes
            yield Entry(
                self._as_it_stands(of.archive_entry_pathname(entry) or b""),
                size_bytes,
                of.archive_entry_filetype(entry) & _TYPE_MASK in _FILES and not linked,
                bool(of.archive_entry_is_encrypted(entry)),
            )

    def pieces(self, entry: Entry) -> Iterator[bytes]:
        """The contents of the newest entry. A wrong length or checksum raises ``Trouble``.

        The offsets of pieces are ignored: none of these formats leaves gaps, but for XAR the library counts on from
        earlier members, and would fill as many bytes with zeros.
        """
        missing = entry.size_bytes
        data, size, at = _POINTER(), ctypes.c_size_t(), ctypes.c_int64()
        block = (ctypes.byref(data), ctypes.byref(size), ctypes.byref(at))
        while (result := self._library.archive_read_data_block(self._archive, *block)) == _OK:
            missing -= size.value
            yield ctypes.string_at(data, size.value) if size.value else b""
        if result != _END:
            raise self._trouble(result)
        if missing > 0:
            raise Trouble("truncated", final=False)

    def _as_it_stands(self, name: bytes) -> bytes:
        """A name in Unicode is left as it is."""
        try:
            return name.decode().encode("latin-1") if self._is_lha else name
        except UnicodeError:
            return name

    def _must(self, result: int) -> int:
        """Warnings concern what is not used here: owners, times, the encoding of a name."""
        if result not in {_OK, _END, _WARN}:
            raise self._trouble(result)
        return result

    def _trouble(self, result: int) -> Trouble:
        words = (self._library.archive_error_string(self._archive) or b"").decode("utf-8", "replace")
        no_memory = self._library.archive_errno(self._archive) == errno.ENOMEM
        return Trouble(words, final=result <= _FATAL, no_memory=no_memory)
