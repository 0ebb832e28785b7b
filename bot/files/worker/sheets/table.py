"""Writes a workbook's sheets as comma-separated text, with column letters and row numbers.

I/O: writes the texts; runs in a worker process. What exceeds the limit is left out by rows from the middle of the
longest sheets, and stated: in the text at that place, and in a note.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, TextExtract
from bot.files.names import safe_name
from bot.files.outbox import Outbox
from bot.files.worker.documents.bylines import in_brackets
from bot.files.worker.sheets.model import Formula, Row, Sheet, Stale, Value, Workbook, level

_TAIL_SHARE = 0.2
_LINE_SHARE = 0.25
"""The largest share of a sheet's limit that one row may take."""
_BESIDE_CHARS_MAX = 30_000
"""Characters of what is on a sheet outside its cells."""
_MARK = re.compile(r"\[(?=\s*(?:comment|link|merged)\b)", re.IGNORECASE)
"""Text in a cell must not look like one of the marks that follow it."""
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(slots=True)
class _Table:
    """A sheet's lines. ``rows`` are the row numbers of ``lines``; ``gap_after`` is where the middle is missing."""

    sheet: Sheet
    columns: int
    letters: str
    lines: list[str]
    rows: list[int]
    gap_after: int
    beside: str
    left_out: tuple[int, int] | None = None
    columns_cut: bool = False
    beside_cut: bool = False

    @property
    def chars(self) -> int:
        return len(self.letters) + sum(map(len, self.lines)) + len(self.lines) + len(self.beside)


def written(workbook: Workbook, about: str, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """An extract for each sheet, then notes: what was left out, and what differs from what people see."""
    tables = [_table(workbook, sheet, limits.text_chars_max) for sheet in workbook.sheets]
    most = level([table.chars for table in tables], limits.text_chars_max)
    for table in tables:
        _cut(table, most)
    left_out, extracts = _rows_left_out(tables), list[Extract]()
    for number, table in enumerate(tables, 1):
        path = out.new(".txt")
        path.write_text(_text(table), encoding="utf-8", newline="\n")
        which = f"sheet {number} of {len(tables)} " if len(tables) > 1 else "sheet "
        described = f"{about}, {which}{_described(table)}"
        extract = TextExtract(path.name, "csv", described)
        if table.left_out:
            cut = f"{described}, {_rows(*table.left_out)} left out"
            extract = replace(extract, about=cut, whole_about=described, sheet=table.sheet.name, left_out=left_out)
        extracts.append(extract)
    return [*extracts, *map(NoteExtract, [left_out] * bool(left_out)), *_notes(workbook, tables)]


def _table(workbook: Workbook, sheet: Sheet, chars_max: int) -> _Table:
    """With as many lines as could be shown if it were the only sheet."""
    head, tail = _with_comments(sheet)
    rows = [*head, *tail]
    columns = sorted({column for row in rows for column in row.cells})
    line_max = max(int(chars_max * _LINE_SHARE), 100)
    letters, _ = line(("row", *(_heading(sheet, column) for column in columns)), line_max)
    beside, beside_cut = _beside(sheet)
    table = _Table(sheet, max(columns, default=0), letters, [], [], len(head) if _has_gap(sheet) else -1, beside)
    table.beside_cut = beside_cut

    def shown(row: Row) -> str:
        number = f"{row.number} ({row.mark})" if row.mark else str(row.number)
        text, cut = line((number, *(_shown(workbook, sheet, row, column) for column in columns)), line_max)
        table.columns_cut = table.columns_cut or cut
        return text

    first = _as_many(map(shown, head), chars_max)
    rest = tail if table.gap_after >= 0 else rows[len(first) :]
    last = _as_many(map(shown, reversed(rest)), int(chars_max * _TAIL_SHARE))[::-1]
    if len(first) + len(last) < len(rows):
        table.gap_after = len(first)
    table.lines = [*first, *last]
    table.rows = [row.number for row in (*rows[: len(first)], *rows[len(rows) - len(last) :])]
    return table


def _beside(sheet: Sheet) -> tuple[str, bool]:
    """Also whether something is left out: the ends of the longest lines, such as a chart with many points."""
    lines = [clean(one) for one in sheet.beside]
    most = level([len(one) + 1 for one in lines], _BESIDE_CHARS_MAX)
    cut = any(len(one) > most for one in lines)
    return "\n".join(one if len(one) <= most else f"{one[:most]} […]" for one in lines), cut


def _as_many(lines: Iterable[str], chars: int) -> list[str]:
    """Lines as long as there is room; further ones are not even made."""
    found = []
    for one in lines:
        found.append(one)
        chars -= len(one) + 1
        if chars < 0:
            break
    return found


def _heading(sheet: Sheet, column: int) -> str:
    hidden = any(low <= column <= high for low, high in sheet.hidden_columns)
    return f"{column_letters(column)}{' (hidden)' if hidden else ''}"


def _has_gap(sheet: Sheet) -> bool:
    """Whether rows between the head and the tail, or after the head, were not kept."""
    if not sheet.head:
        return bool(sheet.last_row)
    return bool(sheet.tail) or sheet.last_row > max(row.number for row in sheet.head)


def _with_comments(sheet: Sheet) -> tuple[list[Row], list[Row]]:
    """The rows to show, with a cell for each comment, also where nothing else is in the row."""
    rows = dict[int, Row]()
    for row in (*sheet.head, *sheet.tail):  # a file may come back to a row
        before = rows.setdefault(row.number, row)
        before.cells |= row.cells
    gap = (sheet.head[-1].number, sheet.tail[0].number) if sheet.head and sheet.tail else None
    for number, column in sheet.comments:
        if number in rows:
            rows[number].cells.setdefault(column, "")
        elif gap is None or not gap[0] < number < gap[1]:
            rows[number] = Row(number, {column: ""})
    for row in rows.values():
        if row.mark and any(low <= row.number <= high for low, high in sheet.filters):
            row.mark = "filtered out"
    ordered = sorted(rows.values(), key=lambda row: row.number)
    if gap is None:
        return ordered, []
    return [row for row in ordered if row.number <= gap[0]], [row for row in ordered if row.number >= gap[1]]


def _shown(workbook: Workbook, sheet: Sheet, row: Row, column: int) -> str:
    value: Value = row.cells.get(column, "")
    text = _MARK.sub("(", clean(workbook.text(value)))
    at = (row.number, column)
    if at in sheet.merged and text:
        text = f"{text} [merged {sheet.merged[at]}]"
    if (link := clean(sheet.links.get(at, ""))) and link.removeprefix("mailto:") not in text:
        text = f"{text} [link: {link}]".lstrip()
    for comment in sheet.comments.get(at, ()):
        text = f"{text} [comment: {in_brackets(clean(comment))}]".lstrip()
    return text


def clean(text: str) -> str:
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def line(cells: Iterable[str], chars: int) -> tuple[str, bool]:
    """Without empty cells at its end; also whether cells were left out for lack of room."""
    pieces, length, blank = list[str](), 0, 0
    for cell in cells:
        if not cell:
            blank += 1
            continue
        pieces += [""] * blank
        pieces.append(cell.strip().replace("\n", " ⏎ "))
        length += blank + len(pieces[-1]) + 1
        blank = 0
        if length > chars:
            break
    file = io.StringIO()
    csv.writer(file, lineterminator="").writerow(pieces)
    text = file.getvalue()
    return (f"{text[:chars]} [… the rest of this row is left out …]", True) if length > chars else (text, False)


def _cut(table: _Table, most: int) -> None:
    """Removes lines from the middle until the sheet is within its share."""
    count, room = len(table.lines), most - len(table.letters) - len(table.beside) - 80
    gap = table.gap_after
    first = last = gap if gap >= 0 else count
    if table.chars > most:
        first = min(first, _fitting(table.lines, int(room * (1 - _TAIL_SHARE))))
        tail_at = count - _fitting(table.lines[first:][::-1], int(room * _TAIL_SHARE))
        last = max(last if gap >= 0 else first, tail_at)
    if first < last or gap >= 0:
        before = table.rows[first - 1] if first else 0
        after = table.rows[last] if last < count else table.sheet.last_row + 1
        table.left_out = (before + 1, after - 1)
        gone = f"[… {_rows(*table.left_out)} left out …]"
        table.lines = [*table.lines[:first], gone, *table.lines[last:]]


def _fitting(lines: list[str], chars: int) -> int:
    for count, one in enumerate(lines):
        chars -= len(one) + 1
        if chars < 0:
            return count
    return len(lines)


def _rows(first: int, last: int) -> str:
    return f"row {first:,}" if first == last else f"rows {first:,}–{last:,}"


def _text(table: _Table) -> str:
    lines = [table.letters, *table.lines] if table.lines else ["(no cells with anything in them)"]
    if table.sheet.breaks_off:
        lines.append("[… the file breaks off here …]")
    return "\n".join([*lines, *(["", table.beside] if table.beside else [])])


def _described(table: _Table) -> str:
    sheet = table.sheet
    facts = [f'"{safe_name(sheet.name)}"']
    if sheet.hidden:
        facts.append("a hidden sheet")
    if table.lines:
        rows = f"{sheet.last_row:,} row{'s' if sheet.last_row != 1 else ''}"
        facts.append(f"{rows} × {table.columns:,} column{'s' if table.columns != 1 else ''}")
    return ", ".join(facts)


def _rows_left_out(tables: list[_Table]) -> str:
    """The text of a note; empty if there is none."""
    cut = [
        f"{_rows(*table.left_out)} of {table.sheet.last_row:,} in “{safe_name(table.sheet.name)}”"
        for table in tables
        if table.left_out
    ]
    return notes.sheet_rows_left_out(cut) if cut else ""


def _notes(workbook: Workbook, tables: list[_Table]) -> list[NoteExtract]:
    found = []
    if any(table.columns_cut for table in tables):
        found.append(notes.WIDE_ROWS)
    if any(table.beside_cut for table in tables):
        found.append(inner_notes.BESIDE_IN_PART)
    broken = [safe_name(table.sheet.name) for table in tables if table.sheet.breaks_off]
    if broken:
        found.append(notes.sheets_break_off(broken))
    if workbook.left_out:
        found.append(notes.sheets_left_out(len(tables), len(tables) + len(workbook.left_out)))
    if _are_shown(tables, Formula):
        found.append(notes.FORMULAS)
    elif _are_shown(tables, Stale):
        found.append(inner_notes.STALE_RESULTS)
    return [NoteExtract(reason) for reason in found]


def _are_shown(tables: list[_Table], kind: type[str]) -> bool:
    """Whether cells of this kind stand in rows that are not left out."""
    for table in tables:
        first, last = table.left_out or (0, -1)
        for row in table.sheet.rows:
            if not first <= row.number <= last and any(isinstance(value, kind) for value in row.cells.values()):
                return True
    return False


def column_letters(number: int) -> str:
    """1 is A, 27 is AA."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_number(letters: str) -> int:
    """A is 1. Letters only."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
