"""Finds the JSON objects in the bytes of a response, however the network splits them.

Pure. The bytes say what a response is, not its label: it may be server-sent events under any content type, or JSON
although events were requested. The rules are the standard's (WHATWG, server-sent events), and what servers were seen to
send besides:

- a line ends with LF, CR or CRLF, and with nothing else: U+2028 may stand raw inside a JSON string;
- a byte order mark before the first line is dropped, and so is one space after ``data:``;
- the ``data`` lines of an event are one text; a line that is an object by itself is an event at once, even if no
  blank line follows it;
- a line that begins with ``{`` and has no field before it is JSON in place of an event; it may go on over many lines;
- comments, other fields and data that is no object (``[DONE]``, a page of some proxy) are skipped: an event's
  ``type`` is in its data, and servers drop the ``event`` line or add their own;
- data that begins like an object and is not one breaks the stream, since text of the answer would be missing;
- an event that the end of the bytes cuts off does not count.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

OBJECT_BYTES_MAX = 16_000_000
"""The largest event. The longest answer is far smaller, even as one JSON message in which every character is
escaped."""
_OBJECT_BEGINS = ("{", "[{")
Objects = Sequence[dict[str, Any]]


class StreamBroken(Exception):
    """An event began as an object but is not one, or has no end."""


class ObjectReader:
    """Reads the bytes of one response, in any pieces. Raises ``StreamBroken``; everything before it has been returned
    by then."""

    def __init__(self) -> None:
        self._line: list[bytes] = []
        self._size = 0
        """Bytes held for the unfinished line and the unfinished event."""
        self._data: list[str] = []
        self._bare = False
        self._began = False
        self._after_cr = False

    def feed(self, chunk: bytes) -> Iterator[dict[str, Any]]:
        if self._after_cr and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_cr = False
        if chunk:
            self._after_cr = chunk.endswith(b"\r")
        for piece in chunk.splitlines(keepends=True):
            self._size += len(piece)
            if self._size > OBJECT_BYTES_MAX:
                raise StreamBroken("an event has no end")
            if not piece.endswith((b"\n", b"\r")):
                self._line.append(piece)
            elif self._line:
                self._line.append(piece)
                yield from self._read_line(self._whole_line())
            else:
                yield from self._read_line(piece)

    def close(self) -> Iterator[dict[str, Any]]:
        """What the last line contains, if the bytes end without a line end or a blank line."""
        if self._line:
            yield from self._read_line(self._whole_line())
        if self._data and (whole := _parsed("\n".join(self._data))) is not None:
            yield from whole

    def _whole_line(self) -> bytes:
        line = b"".join(self._line)
        self._line.clear()
        return line

    def _read_line(self, raw: bytes) -> Objects:
        line = raw.rstrip(b"\r\n").decode("utf-8", "replace")
        if not self._began:
            self._began = True
            line = line.removeprefix("\ufeff")
        objects: Objects = ()
        if line.startswith("data:"):
            objects = self._take(line[5:].removeprefix(" "))
        elif not line:
            objects = self._end_event() if self._data else ()
        elif self._bare or line.lstrip().startswith(_OBJECT_BEGINS):
            self._bare = True
            objects = self._take(line)
        if not self._data:
            self._bare = False
            self._size = 0
        return objects

    def _take(self, text: str) -> Objects:
        if not self._data:
            if not text.lstrip().startswith(_OBJECT_BEGINS):
                return ()
            if (whole := _parsed(text)) is not None:
                return whole
        self._data.append(text)
        return ()

    def _end_event(self) -> Objects:
        whole = _parsed("\n".join(self._data))
        self._data.clear()
        if whole is None:
            raise StreamBroken("event data is not JSON")
        return whole


def _parsed(text: str) -> Objects | None:
    """The objects in a text, one or a list of them; ``None`` if it is not JSON, or not yet complete."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, dict):
        return (value,)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else ()
