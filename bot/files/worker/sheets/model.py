"""What the readers of spreadsheets yield: sheets with the text of their cells, as far as it will be shown.

I/O: pictures are written to files; runs in a worker process. Only the ends of a long sheet are kept, and of all sheets
little more than can be shown: ``room_for`` says how many cells of the next sheet, so that a short sheet is never cut
for a long one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from bot.files.extracts import MemberExtract
from bot.files.outbox import Outbox
from bot.files.worker.documents.package import Package
from bot.files.worker.sheets.number_format import shown_text

CHARS_PER_CELL = 2
"""The fewest characters that a cell takes: one and a comma."""
SHEETS_MAX = 100
PICTURES_MAX = 20
LINKS_MAX, LINK_CHARS_MAX = 20_000, 2_083
VECTORS = (".emf", ".wmf", ".svm", ".emz", ".wmz", ".pict")
_TAIL_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Shared:
    """A text that many cells share, by its number; it is looked up when all sheets are read."""

    number: int
    code: str = ""


class Formula(str):
    """The text of a cell whose result is not in the file."""

    __slots__ = ()


class Stale(str):
    """A stored result that nobody sees: the file asks for all formulas to be worked out when it is opened."""

    __slots__ = ()


Value = str | Shared


CHART = "Chart"
"""How each line about a data validation begins."""
UNKNOWN_NAME = "#NAME?"
"""The result of a formula with a function that a program does not know."""
_ERRORS = ("#", "Err:")
_ROW_OF_NO_TABLE = re.compile(r"(?<![\w.\]])\[(?:@|\[#This Row\])")
"""What a formula says that takes its own row of its own table, without a name: LibreOffice wants the name."""
_NUMBERS = re.compile(r"-?\d[\d,.]*(?:E[+-]\d+)?")


@dataclass(slots=True)
class Row:
    """``number`` and the columns count from 1. ``mark`` says why people do not see the row: "hidden"."""

    number: int
    cells: dict[int, Value]
    mark: str = ""

    def take_results(self, results: Mapping[int, Value], text: Callable[[Value], str]) -> None:
        """By column, of the same row elsewhere. A formula without a cell there results in no text; one that the other
        program does not know says more than that."""
        for column in [column for column, value in self.cells.items() if isinstance(value, Formula | Stale)]:
            own, result = self.cells[column], results.get(column, "")
            if isinstance(result, Formula) or (found := text(result)) == UNKNOWN_NAME:
                continue
            if found.startswith(_ERRORS) and _ROW_OF_NO_TABLE.search(own if isinstance(own, str) else ""):
                continue
            if isinstance(own, Stale) and found.startswith(_ERRORS) and not own.startswith(_ERRORS):
                continue  # it may be the other program that lacks something, such as another workbook
            self.cells[column] = found
            if not found:
                del self.cells[column]


@dataclass(frozen=True, slots=True)
class Array:
    """Where the results of a formula fill several cells: first and last row, first and last column, counted from 1."""

    rows: tuple[int, int]
    columns: tuple[int, int]

    def holds(self, row: int, column: int) -> bool:
        return self.rows[0] <= row <= self.rows[1] and self.columns[0] <= column <= self.columns[1]


@dataclass(slots=True)
class Sheet:
    name: str
    hidden: bool = False
    head: list[Row] = field(default_factory=list)
    tail: list[Row] = field(default_factory=list)
    """The end of a sheet that is too long to keep whole."""
    last_row: int = 0
    """The last row with something in it, kept or not."""
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    filters: list[tuple[int, int]] = field(default_factory=list)
    """Ranges of rows under a filter: hidden rows in them were filtered out."""
    merged: dict[tuple[int, int], str] = field(default_factory=dict)
    """By row and column of the first cell, the merged range: "B1:D1"."""
    comments: dict[tuple[int, int], list[str]] = field(default_factory=dict)
    links: dict[tuple[int, int], str] = field(default_factory=dict)
    """By row and column, the address outside the workbook that a cell leads to."""
    beside: list[str] = field(default_factory=list)
    """What is on the sheet outside its cells: text boxes, charts, headers and footers."""
    arrays: list[Array] = field(default_factory=list)
    breaks_off: bool = False
    """Whether the file is damaged or too large from some row on."""

    def take_arrays(self, other: Sheet, text: Callable[[Value], str]) -> None:
        """Results of array formulas where this file has no cells for them."""
        if not self.arrays or self.tail or other.tail:
            return
        own = {row.number: row for row in self.head}
        for row in other.head:
            for column, value in row.cells.items():
                if any(one.holds(row.number, column) for one in self.arrays) and (found := text(value)):
                    own.setdefault(row.number, Row(row.number, {})).cells.setdefault(column, found)
        self.head = [own[number] for number in sorted(own)]
        self.last_row = max(self.last_row, *own)

    def take_charts(self, other: Sheet) -> None:
        """A chart that no program has shown yet has no points stored."""
        own, others = ([line for line in sheet.beside if line.startswith(CHART)] for sheet in (self, other))
        if len(own) < len(others):
            self.beside = [line for line in self.beside if line not in own] + others

    def take_points(self, other: Sheet) -> None:
        """The numbers of charts whose stored ones are as stale as the cells that they come from."""
        worked_out = {_NUMBERS.sub("0", line): line for line in other.beside if line.startswith(CHART)}
        self.beside = [worked_out.get(_NUMBERS.sub("0", line), line) for line in self.beside]

    def add_link(self, row: int, column: int, address: str) -> None:
        """Places within the workbook are no addresses."""
        address = address.strip()[:LINK_CHARS_MAX]
        if address and not address.startswith("#") and len(self.links) < LINKS_MAX:
            self.links.setdefault((row, column), address)

    @property
    def rows(self) -> Iterator[Row]:
        """The rows that are kept."""
        return chain(self.head, self.tail)

    @property
    def cells(self) -> int:
        return sum(len(row.cells) for row in self.rows)


_STARTS_OF_PIXELS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"RIFF", b"II*\0", b"MM\0*")


@dataclass(slots=True)
class Workbook:
    sheets: list[Sheet] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    """Names of sheets that were not read."""
    strings: dict[int, str] = field(default_factory=dict)
    """The texts of ``Shared`` values."""
    formulas_without_values: int = 0
    stale_results: int = 0
    calculated_on_load: bool = False
    """Whether the file asks whoever opens it to work out all formulas anew."""
    pictures: list[MemberExtract] = field(default_factory=list)
    pictures_left_out: bool = False
    drawn: bool = False
    """Whether there are charts, or pictures that only an office program can show."""

    def room_for(self, chars_max: int) -> int:
        """How many cells of the next sheet to keep."""
        needs = [sheet.cells for sheet in self.sheets]
        return level([*needs, chars_max], chars_max // CHARS_PER_CELL)

    def take_results(self, worked_out: Workbook) -> None:
        """Fills in missing results from another program's copy of the workbook."""
        same = {sheet.name: sheet for sheet in worked_out.sheets}
        for sheet in self.sheets:
            if (other := same.get(sheet.name)) is None:
                continue
            sheet.take_charts(other)
            if self.calculated_on_load:
                sheet.take_points(other)
            sheet.take_arrays(other, worked_out.text)
            results = {row.number: row.cells for row in other.rows}
            for row in sheet.rows:
                if row.number in results or not other.tail:  # else it may be a row that was not kept
                    row.take_results(results.get(row.number, {}), worked_out.text)
        values = [value for sheet in self.sheets for row in sheet.rows for value in row.cells.values()]
        self.formulas_without_values = sum(isinstance(value, Formula) for value in values)
        self.stale_results = sum(isinstance(value, Stale) for value in values)

    def text(self, value: Value) -> str:
        if isinstance(value, str):
            return value
        return shown_text(self.strings.get(value.number, ""), value.code)

    def add_picture(self, package: Package, part: str, name: str, out: Outbox) -> None:
        """Writes a picture, unless there are too many; kinds that only an office program shows are left to that."""
        if part.endswith(VECTORS):
            self.drawn = True
        elif len(self.pictures) >= PICTURES_MAX:
            self.pictures_left_out = True
        elif (file := package.write(part, out)) is not None:
            self.pictures.append(MemberExtract(file, name))

    def add_pixels(self, data: bytes, name: str, out: Outbox) -> None:
        """The same for a picture that is not in a part of its own."""
        if not data.startswith(_STARTS_OF_PIXELS):
            self.drawn = True
        elif len(self.pictures) >= PICTURES_MAX:
            self.pictures_left_out = True
        else:
            path = out.new(".bin")
            path.write_bytes(data)
            self.pictures.append(MemberExtract(path.name, name))


class Rows:
    """Takes a sheet's rows in order and keeps a head and, once that is full, the newest rows as its tail."""

    def __init__(self, sheet: Sheet, cells_max: int) -> None:
        self._sheet = sheet
        self._head_left = int(cells_max * (1 - _TAIL_SHARE))
        self._tail_max = max(int(cells_max * _TAIL_SHARE), 1)
        self._tail_cells = 0
        self._stretch = 0

    @property
    def full(self) -> bool:
        """Whether the head is full: later rows are kept only near the end."""
        return self._head_left <= 0

    def add(self, row: Row, stretch: int = 0) -> None:
        """A row of another ``stretch`` does not follow the previous one, so the tail begins anew."""
        sheet = self._sheet
        if stretch != self._stretch:
            self._stretch, self._tail_cells = stretch, 0
            sheet.tail.clear()
        if not row.cells:
            return
        sheet.last_row = max(sheet.last_row, row.number)
        if not self.full:
            self._head_left -= len(row.cells)
            sheet.head.append(row)
            return
        sheet.tail.append(row)
        self._tail_cells += len(row.cells)
        if self._tail_cells > 2 * self._tail_max:
            self._trim()

    def close(self, passed_to: int = 0) -> None:
        """``passed_to`` is the newest skipped row with words in it."""
        self._trim()
        self._sheet.last_row = max(self._sheet.last_row, passed_to)

    def _trim(self) -> None:
        tail = self._sheet.tail
        gone = 0
        while gone < len(tail) - 1 and self._tail_cells > self._tail_max:
            self._tail_cells -= len(tail[gone].cells)
            gone += 1
        del tail[:gone]


def level(needs: Sequence[int], total: int) -> int:
    """The largest amount such that ``total`` suffices if each takes at most that, and at most what it needs."""
    left, waiting = total, sorted(needs)
    for number, need in enumerate(waiting):
        equal = left // (len(waiting) - number)
        if need > equal:
            return equal
        left -= need
    return max(waiting, default=0) + left
