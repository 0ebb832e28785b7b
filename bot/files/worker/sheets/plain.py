"""Writes cells by row and column as comma-separated lines, for formats with a single sheet.

Pure.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping


def to_csv(cells: Mapping[tuple[int, int], str]) -> str:
    """Rows and columns before the first cell are left out, as are empty rows."""
    columns = sorted({column for _, column in cells})
    rows: dict[int, dict[int, str]] = {}
    for (row, column), text in sorted(cells.items()):
        rows.setdefault(row, {})[column] = text
    return lines([row.get(column, "") for column in columns] for row in rows.values() if any(row.values()))


def lines(rows: Iterable[Iterable[str]]) -> str:
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    for row in rows:
        writer.writerow([" ⏎ ".join(cell.strip().splitlines()) for cell in row])
    return file.getvalue()
