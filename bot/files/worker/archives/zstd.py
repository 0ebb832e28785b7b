"""Unpacks a file packed with Zstandard.

I/O: reads the file it is given. The library is loaded with the first such file.
"""

from __future__ import annotations

import io
from typing import Any, Protocol

_WINDOW_BYTES_MAX = 1 << 27


class Readable(Protocol):
    def read(self, count: int, /) -> bytes: ...


def opened(packed: Readable) -> io.BufferedReader:
    """Closing it closes the file. Reading raises ``OSError`` for damaged data, or if it needs too much memory."""
    return io.BufferedReader(_Unpacked(packed))


class _Unpacked(io.RawIOBase):
    def __init__(self, packed: Readable) -> None:
        import zstandard  # noqa: PLC0415

        self._error = zstandard.ZstdError
        decoder = zstandard.ZstdDecompressor(max_window_size=_WINDOW_BYTES_MAX)
        is_file = hasattr(packed, "close")
        self._reader = decoder.stream_reader(packed, read_across_frames=True, closefd=is_file)  # type: ignore[arg-type]

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:  # noqa: ANN401 - collections.abc.Buffer begins with Python 3.12
        target = memoryview(buffer).cast("B")
        try:
            data = self._reader.read(len(target))
        except self._error as error:
            raise OSError(str(error)) from error
        target[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._reader.close()  # type: ignore[no-untyped-call]
        super().close()
