"""Writes all rows of a workbook whose sheets are too long for one request, to be read in batches.

I/O: reads the file, writes the texts; runs in a worker process, in a job of its own: it takes longer than reading the
ends, which suffice if this fails. Uses calamine, since it reads a million cells in seconds; it knows values and dates,
but not how other numbers are formatted, nor comments and hidden rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, TextExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker import whole_texts
from bot.files.worker.documents.package import Broken
from bot.files.worker.sheets import by_calamine, table
from bot.files.worker.sheets.model import Row

_LINE_CHARS_MAX = 15_000


def write(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """An extract for each sheet, whose ``about`` is the sheet's name. Raises ``Unreadable``."""
    extracts: list[Extract] = []
    cut: list[bool] = []
    try:
        for name, rows in by_calamine.sheets(source):
            path = out.new(".txt")
            lines = whole_texts.write(_lines(rows, cut), path, limits)
            extracts.append(TextExtract(path.name, "csv", name, lines=lines, head_lines=min(lines, 2)))
    except Broken as broken:
        raise Unreadable(notes.DAMAGED_OFFICE) from broken
    return [*extracts, NoteExtract(notes.WIDE_ROWS)] if cut else extracts


def _lines(rows: list[Row], cut: list[bool]) -> Iterator[str]:
    """Column letters first; the table's own header is in its first row. ``cut`` gets an item if a row is too long."""
    columns = max((max(row.cells) for row in rows if row.cells), default=0)
    yield f"{_line('row', *map(table.column_letters, range(1, columns + 1)))[0]}\n"
    for row in rows:
        if row.cells:
            cells = (row.cells.get(column, "") for column in range(1, max(row.cells) + 1))
            text, is_cut = _line(str(row.number), *cells)
            cut += [True] * (is_cut and not cut)
            yield f"{text}\n"


def _line(*cells: object) -> tuple[str, bool]:
    return table.line([table.clean(str(cell)) for cell in cells], _LINE_CHARS_MAX)
