"""Gives a fork the memory pages that a similar fork has used, before it needs them.

I/O: this process's own memory, by Linux's ``pagemap`` and ``madvise``. Does nothing elsewhere, and before Linux 5.14.

A fork gets each page when it first needs it: a copy when it writes, a look-up when it reads a mapped file. That takes
longer than reading a small file, while somebody waits. Nobody waits for a fork that has no work yet.
Sources: kernel:admin-guide/mm/pagemap, man:madvise(2).
"""

from __future__ import annotations

import ctypes
import mmap
import os
from array import array
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

Span = tuple[int, int, int]
"""Where it begins, its length in bytes, and what to do with it."""

_PAGES_MOST = 2_000
"""More pages are never copied; a larger number means that the system's report can't be trusted here."""
_ENTRY_BYTES = 8
_PRESENT, _OF_ONE_PROCESS = 1 << 63, 1 << 56
_POPULATE_READ, _POPULATE_WRITE = 22, 23
_MADVISE = ctypes.CDLL(None)["madvise"]
_MADVISE.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]


def used() -> list[Span]:
    """The mapped file pages that this process reads, and the pages that it has written and shares with none."""
    spans: list[Span] = []
    with suppress(OSError):
        pagemap = os.open("/proc/self/pagemap", os.O_RDONLY | os.O_CLOEXEC)
        try:
            for low, high, advice in _mapped():
                wanted = _PRESENT | (_OF_ONE_PROCESS if advice == _POPULATE_WRITE else 0)
                spans += _joined(_pages(pagemap, low, high, wanted), advice)
        finally:
            os.close(pagemap)
    written = sum(size for _, size, advice in spans if advice == _POPULATE_WRITE)
    return spans if written <= _PAGES_MOST * mmap.PAGESIZE else []


def use(spans: Iterable[Span]) -> None:
    """Ranges that do not exist, or no longer do, are left out."""
    for start, size, advice in spans:
        _MADVISE(start, size, advice)


def _mapped() -> Iterator[Span]:
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        span, rights, _, _, inode, *_ = line.split()
        low, _, high = span.partition("-")
        if rights == "rw-p":
            yield int(low, 16), int(high, 16), _POPULATE_WRITE
        elif rights in {"r--p", "r-xp"} and inode != "0":
            yield int(low, 16), int(high, 16), _POPULATE_READ


def _pages(pagemap: int, low: int, high: int, wanted: int) -> list[int]:
    entries = array("Q")
    first, count = low // mmap.PAGESIZE, (high - low) // mmap.PAGESIZE
    entries.frombytes(os.pread(pagemap, count * _ENTRY_BYTES, first * _ENTRY_BYTES))
    return [low + at * mmap.PAGESIZE for at, entry in enumerate(entries) if entry & wanted == wanted]


def _joined(pages: Iterable[int], advice: int) -> list[Span]:
    spans: list[Span] = []
    for page in pages:
        start = spans.pop()[0] if spans and sum(spans[-1][:2]) == page else page
        spans.append((start, page + mmap.PAGESIZE - start, advice))
    return spans
