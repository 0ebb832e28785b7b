"""Reads an .xz or .lzma file, also one of several streams with zeros between or after them.

I/O: reads the file. Source: the .xz file format, 2 and 2.2 (Stream Padding), which the standard library takes for the
end of the file, or for damage: https://tukaani.org/xz/xz-file-format.txt
"""

from __future__ import annotations

import io
import lzma
from pathlib import Path
from typing import Any

_CHUNK_BYTES = 65_536


def opened(source: Path) -> io.BufferedReader:
    """Reading raises ``lzma.LZMAError`` for damaged data, and ``EOFError`` if it is cut off."""
    return io.BufferedReader(_Streams(source), _CHUNK_BYTES)


class _Streams(io.RawIOBase):
    def __init__(self, source: Path) -> None:
        self._file = source.open("rb")
        self._decoder = lzma.LZMADecompressor()
        self._packed = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - collections.abc.Buffer begins with Python 3.12
        target = memoryview(buffer).cast("B")
        while not self._decoder.eof or self._goes_on():
            piece = b""
            if self._decoder.needs_input:
                piece, self._packed = self._packed or self._file.read(_CHUNK_BYTES), b""
                if not piece:
                    raise EOFError
            data = self._decoder.decompress(piece, len(target))
            if data:
                target[: len(data)] = data
                return len(data)
        return 0

    def _goes_on(self) -> bool:
        """Whether another stream follows."""
        rest = self._decoder.unused_data.lstrip(b"\0")
        while not rest:
            piece = self._file.read(_CHUNK_BYTES)
            if not piece:
                return False
            rest = piece.lstrip(b"\0")
        self._decoder, self._packed = lzma.LZMADecompressor(), rest
        return True

    def close(self) -> None:
        self._file.close()
        super().close()
