"""Yields XML elements of tables as they end, and skips rows that are blank or not wanted without parsing them.

Pure. Parsing a row costs some ten times as much as searching for its first bytes. Only both ends of a long table are
shown, and a million formatted rows may hold nothing. Only whole rows are skipped, so the parser still sees well-formed
XML.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

from bot.files.worker.documents.package import Broken, xml_events
from bot.files.worker.sheets.model import Workbook

_SLICE_BYTES = 1_000_000
"""How much is decided on at once, and how much of a table's end is still parsed after rows were skipped."""
_HELD_BYTES_MAX = 8_000_000
_TAG_BYTES_MAX = 2_000


class _Tags:
    """Patterns for one namespace prefix, since searching for a plain start is many times as fast."""

    def __init__(self, prefix: bytes, row: str, table: str, words: str, groups: str, value: bytes) -> None:
        start = re.escape(prefix)
        self.prefix = prefix
        self.row = re.compile(rb"<" + start + row.encode() + rb"(?=[\s/>])([^>]*)")
        self.end = re.compile(rb"</" + start + table.encode() + rb"\s*>")
        self.words = re.compile(rb"</(?:[\w.-]+:)?(?:" + words.encode() + rb")\s*>" + (b"|" + value if value else b""))
        self.groups = (
            re.compile(rb"</?" + start + rb"(?:" + groups.encode() + rb")(?=[\s/>])[^>]*>") if groups else None
        )


def as_far_as_it_goes(workbook: Workbook, read: Callable[[Iterator[bytes]], None], chunks: Iterator[bytes]) -> Workbook:
    """What ``read`` adds to ``workbook`` before its XML breaks. Raises ``Broken`` if there is no sheet."""
    try:
        read(chunks)
    except Broken:
        if not workbook.sheets:
            raise
        workbook.sheets[-1].breaks_off = True
    if not workbook.sheets:
        raise Broken("no sheets")
    return workbook


class TableXml:
    """``row``, ``table`` and ``words`` (elements with visible text of a row) are local names; ``groups`` are elements
    between a table and its rows; ``value`` is the start of an attribute that counts as words.

    ``advance`` takes a row's number and the attributes of the following start tags, and returns the last row's number.
    """

    def __init__(
        self,
        row: str,
        table: str,
        words: str,
        advance: Callable[[int, list[bytes]], int],
        groups: tuple[str, ...] = (),
        slice_bytes: int = _SLICE_BYTES,
        value: bytes = b"",
    ) -> None:
        self._names = (row, table, words, "|".join(groups), value)
        self._any_row = re.compile(rb"<((?:[\w.-]+:)?)" + row.encode() + rb"(?=[\s/>])")
        self._tags = _Tags(b"", *self._names)
        self._advance = advance
        self._slice_bytes = slice_bytes
        self._held = b""
        self._in_rows = self._passing = False
        self.row_number = 0
        """The newest row's number. The caller sets it for parsed rows; skipped rows count on from it."""
        self.stretch = 0
        """Grows when rows with words are skipped: rows of one stretch follow each other."""
        self.passed_to = 0
        """The number of the newest such row."""

    def pass_over(self) -> None:
        """Skips rows from soon after the current one until a little before the end of the table."""
        self._passing = True

    def events(self, chunks: Iterator[bytes]) -> Iterator[tuple[str, ET.Element]]:
        """("start" or "end", element). Raises ``Broken`` where the XML or the zip breaks off."""
        return xml_events(self._pieces(chunks))

    def _pieces(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            yield self._let_through(chunk)
        yield self._held

    def _let_through(self, chunk: bytes) -> bytes:
        """What the parser gets now: whole tags and, within a table, whole rows. The rest is kept back."""
        known = max(len(self._held) - _TAG_BYTES_MAX, 0)
        held = self._held + chunk
        if len(held) > _HELD_BYTES_MAX:
            raise Broken("a row of more than is read")
        ready = b""
        while True:
            if not self._in_rows:
                first = self._any_row.search(held)
                self._in_rows = first is not None
                if first is not None and first[1] != self._tags.prefix:
                    self._tags = _Tags(first[1], *self._names)
                cut = first.start() if first is not None else held.rfind(b">", 0, -_TAG_BYTES_MAX) + 1
                ready, held, known = ready + held[:cut], held[cut:], 0
            end = self._tags.end.search(held, known) if self._in_rows else None
            if end is None:
                break
            more = self._decided(held[: end.start()], len(held[: end.start()]) - self._slice_bytes)
            ready += more + held[end.start() : end.end()]
            held, self._in_rows, self._passing = held[end.end() :], False, False
        if self._in_rows and len(held) > 2 * self._slice_bytes:
            at = self._row_from(held, len(held) - self._slice_bytes)
            ready, held = ready + self._decided(held[:at], at), held[at:]
        self._held = held
        return ready

    def _row_from(self, held: bytes, at: int) -> int:
        """Where the first row after that begins, or 0."""
        found = self._tags.row.search(held, at)
        return found.start() if found is not None else 0

    def _decided(self, rows: bytes, droppable: int) -> bytes:
        """What the parser gets of these rows, if the text after ``droppable`` is the end of a table."""
        at = len(rows) if droppable >= len(rows) else self._row_from(rows, droppable) if droppable > 0 else 0
        filled = self._tags.words.search(rows, 0, at) is not None
        if at == 0 or (filled and not self._passing):
            return rows
        self.row_number = self._advance(self.row_number, self._tags.row.findall(rows, 0, at))
        if filled:
            self.stretch += 1
            self.passed_to = self.row_number
        kept = b"".join(group[0] for group in self._tags.groups.finditer(rows, 0, at)) if self._tags.groups else b""
        return kept + rows[at:]
