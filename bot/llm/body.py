"""Sends a request's JSON in chunks, with files as base64, and its length known beforehand.

I/O: reads the files, a chunk at a time and off the event loop, so that memory does not grow with what is sent.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from bot.llm.request_json import Chunk
from bot.messages import FileBytes

CHUNK_BYTES = 256 * 1024
_READ_BYTES = CHUNK_BYTES // 4 * 3
"""A multiple of three, so that base64 chunks join without padding between them."""


class FileChanged(Exception):
    """A file is gone or has another size than promised. Nothing useful can be sent in its place."""


class StreamedBody:
    """The request body of one try, for httpx to iterate once; a new try takes a new one.

    ``on_chunk`` is called whenever the connection asks for more, which shows how far a slow upload has come. ``length``
    is exact, or else iterating raises ``FileChanged``, kept in ``fault``: what the transport makes of an exception in
    here no longer says what happened.
    """

    def __init__(self, parts: Sequence[Chunk]) -> None:
        self.length = sum(_sent_bytes(part) for part in parts)
        self.sent = 0
        self.fault: FileChanged | None = None
        self._parts = parts
        self.on_chunk: Callable[[], None] | None = None

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in self._parts:
            chunks = _file_chunks(part) if isinstance(part, FileBytes) else _bytes_chunks(part)
            async for chunk in self._watched(chunks):
                if self.on_chunk is not None:
                    self.on_chunk()
                yield chunk
                self.sent += len(chunk)

    def release(self) -> None:
        """Releases the files: the libraries below keep a request for longer than it lasts, and files in use are not
        removed."""
        self._parts = ()

    async def _watched(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        try:
            async for chunk in chunks:
                yield chunk
        except FileChanged as fault:
            self.fault = fault
            raise


def _sent_bytes(part: Chunk) -> int:
    return len(part) if isinstance(part, bytes) else (part.size_bytes + 2) // 3 * 4


async def _bytes_chunks(data: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]


async def _file_chunks(file: FileBytes) -> AsyncIterator[bytes]:
    # Opened again for every chunk: a request given up in the middle leaves no file open, whoever holds this iterator.
    for start in range(0, file.size_bytes, _READ_BYTES):
        wanted = min(_READ_BYTES, file.size_bytes - start)
        yield await asyncio.to_thread(_encoded, file.path, start, wanted)


def _encoded(path: Path, start: int, wanted: int) -> bytes:
    try:
        with path.open("rb", buffering=0) as source:
            source.seek(start)
            data = source.read(wanted)
    except OSError as error:
        raise FileChanged(type(error).__name__) from error
    if len(data) != wanted:
        raise FileChanged("shorter than it was")
    return base64.b64encode(data)
