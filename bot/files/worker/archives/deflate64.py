"""Unpacks Deflate64, which Windows uses for large files in a zip.

Pure. Source: APPNOTE.TXT 6.3.10 (method 9) and RFC 1951; it differs from that in its window (64 kB), two more distance
codes, and length code 285. No library fits: ``inflate64`` is under the LGPL, ``zipfile-deflate64`` has no wheels for
Python 3.12 and later, and ``stream-inflate`` takes 35 s for 10 MB.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import repeat

_CHUNK_BYTES = 65_536
_WINDOW_BYTES = 65_536
_LENGTHS = [(0, base) for base in range(3, 11)] + [
    (bits, base)
    for bits, start in ((1, 11), (2, 19), (3, 35), (4, 67), (5, 131))
    for base in range(start, start + (4 << bits), 1 << bits)
]
_LENGTHS.append((16, 3))
_DISTANCES = [(0, 1), (0, 2), (0, 3), (0, 4)]
for _bits in range(1, 15):
    _DISTANCES += [(_bits, 1 + (2 << _bits)), (_bits, 1 + (3 << _bits))]
_ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)

_Table = tuple[list[tuple[int, int]], int]
"""For each value of that many bits: the length of the code, and its symbol."""


def unpacked(data: bytes) -> Iterator[bytes]:
    """Yields pieces of about 64 kB. Raises ``zlib.error`` for damaged or truncated data."""
    return _Reader(data).blocks()


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._bits = 0
        self._count = 0
        self._out = bytearray()
        self._given = 0

    def blocks(self) -> Iterator[bytes]:
        final = 0
        while not final:
            final, kind = self._take(1), self._take(2)
            if kind == 0:
                self._stored()
            elif kind == 1:
                yield from self._packed(_FIXED_LITERALS, _FIXED_DISTANCES)
            elif kind == 2:
                yield from self._packed(*self._tables())
            else:
                raise zlib.error("no such block")
            yield from self._ready(_WINDOW_BYTES)
        yield from self._ready(0)

    def _ready(self, kept_bytes: int) -> Iterator[bytes]:
        """Yields what is new, and keeps what later bytes may refer back to."""
        if len(self._out) - self._given >= _CHUNK_BYTES or not kept_bytes:
            yield bytes(self._out[self._given :])
            del self._out[: max(len(self._out) - kept_bytes, 0)]
            self._given = len(self._out)

    def _fill(self) -> None:
        piece = self._data[self._at : self._at + 32]
        if self._at > len(self._data) + 64:  # padding that a look-up reads after the last code
            raise zlib.error("cut off")
        self._at += 32
        self._bits |= int.from_bytes(piece, "little") << self._count
        self._count += 256

    def _take(self, count: int) -> int:
        if self._count < count:
            self._fill()
        value = self._bits & ((1 << count) - 1)
        self._bits >>= count
        self._count -= count
        if self._at - self._count // 8 > len(self._data) + 8:
            raise zlib.error("cut off")
        return value

    def _stored(self) -> None:
        self._take(self._count % 8)
        length, _ = self._take(16), self._take(16)
        start = self._at - self._count // 8
        self._out += self._data[start : start + length]
        if start + length > len(self._data):
            raise zlib.error("cut off")
        self._at, self._bits, self._count = start + length, 0, 0

    def _tables(self) -> tuple[_Table, _Table]:
        literals, distances, codes = self._take(5) + 257, self._take(5) + 1, self._take(4) + 4
        sizes = [0] * 19
        for index in _ORDER[:codes]:
            sizes[index] = self._take(3)
        table = _table(sizes)
        found: list[int] = []
        while len(found) < literals + distances:
            code = self._code(table)
            if code < 16:
                found.append(code)
            elif code == 16:
                found += repeat(found[-1] if found else 0, 3 + self._take(2))
            else:
                found += repeat(0, 3 + self._take(3) if code == 17 else 11 + self._take(7))
        return _table(found[:literals]), _table(found[literals : literals + distances])

    def _code(self, table: _Table) -> int:
        entries, width = table
        if self._count < width:
            self._fill()
        size, code = entries[self._bits & ((1 << width) - 1)]
        if not size:
            raise zlib.error("no such code")
        self._bits >>= size
        self._count -= size
        return code

    def _packed(self, literals: _Table, distances: _Table) -> Iterator[bytes]:
        out = self._out
        while (code := self._code(literals)) != 256:
            if code < 256:
                out.append(code)
                continue
            if code > 285:
                raise zlib.error("no such length")
            extra, base = _LENGTHS[code - 257]
            length = base + (self._take(extra) if extra else 0)
            code = self._code(distances)
            extra, base = _DISTANCES[code]
            back = base + self._take(extra)
            if back > len(out):
                raise zlib.error("before the beginning")
            if back >= length:
                out += out[len(out) - back : len(out) - back + length]
            else:
                out += (out[-back:] * (length // back + 1))[:length]
            if len(out) - self._given >= _CHUNK_BYTES:
                yield from self._ready(_WINDOW_BYTES)


def _table(sizes: list[int]) -> _Table:
    """A look-up table of canonical codes by their lengths. Bits come lowest first."""
    width = max(sizes, default=0) or 1
    entries = [(0, 0)] * (1 << width)
    code = 0
    for size in range(1, width + 1):
        for symbol, own in enumerate(sizes):
            if own == size:
                start = int(f"{code:0{size}b}"[::-1], 2)
                if code >> size:
                    raise zlib.error("too many codes")
                step = 1 << size
                entries[start::step] = [(size, symbol)] * len(range(start, 1 << width, step))
                code += 1
        code <<= 1
    return entries, width


_FIXED_LITERALS = _table([8] * 144 + [9] * 112 + [7] * 24 + [8] * 8)
_FIXED_DISTANCES = _table([5] * 32)
