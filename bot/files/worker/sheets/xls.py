"""Reads an Excel 97-2003 workbook, or an older one, with xlrd.

I/O: reads the file; runs in a worker process. xlrd knows cells, formats, comments and what is hidden; ``xls_drawn``
reads text boxes and charts.
"""

from __future__ import annotations

import io

import xlrd
from xlrd.sheet import Sheet as XlrdSheet

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Unreadable
from bot.files.worker.documents.bylines import named
from bot.files.worker.documents.package import Broken
from bot.files.worker.raised import aligned
from bot.files.worker.sheets import number_format
from bot.files.worker.sheets.model import LINKS_MAX, SHEETS_MAX, Formula, Row, Rows, Sheet, Workbook
from bot.files.worker.sheets.table import column_letters
from bot.files.worker.sheets.xls_counts import counted
from bot.files.worker.sheets.xls_drawn import drawn_words
from bot.files.worker.sheets.xls_links import formula_links
from bot.files.worker.sheets.xls_results import without_results

_FORMULA = Formula("=(a formula)")
_RANGES_MAX = 20_000
_HEIGHTS = {1: "superscript", 2: "subscript"}
"""xlrd's numbers for superscript and subscript fonts."""


def read(stream: bytes, limits: ConvertLimits) -> Workbook:
    """``stream`` is the workbook within the compound file, which olefile reads more leniently than xlrd.

    Raises ``Broken``, and ``Unreadable`` if it is locked.
    """
    stream = counted(stream)
    try:
        book = xlrd.open_workbook(file_contents=stream, formatting_info=True, on_demand=True, logfile=io.StringIO())
    except Exception as error:  # on bad data xlrd raises nearly every built-in exception, and some of its own
        if "encrypted" in str(error):
            raise Unreadable(notes.PASSWORD) from error
        raise Broken(str(error)) from error
    workbook = Workbook()
    lines, workbook.drawn = drawn_words(stream)
    addresses, not_worked_out = formula_links(stream), without_results(stream)
    workbook.formulas_without_values = sum(map(len, not_worked_out.values()))
    for number, name in enumerate(book.sheet_names()):
        if len(workbook.sheets) == SHEETS_MAX:
            workbook.left_out.append(name)
            continue
        sheet = Sheet(name, beside=lines.get(number, []))
        workbook.sheets.append(sheet)
        try:
            found = book.sheet_by_index(number)
            sheet.hidden = bool(found.visibility)
            missing = not_worked_out.get(number, set())
            _read_sheet(book, found, sheet, workbook.room_for(limits.text_chars_max), missing)
            for cell, address in addresses.get(number, {}).items():
                sheet.add_link(*cell, address)
        except Exception:  # noqa: BLE001 - as above
            sheet.breaks_off = True
        book.unload_sheet(number)
    filled = any(sheet.head or sheet.beside for sheet in workbook.sheets)
    if not filled and (not workbook.sheets or any(sheet.breaks_off for sheet in workbook.sheets)):
        raise Broken("no sheets")
    return workbook


def _read_sheet(book: xlrd.Book, found: XlrdSheet, sheet: Sheet, cells_max: int, missing: set[tuple[int, int]]) -> None:
    """``missing`` are the rows and columns of formulas without results, whose own words are hard to tell."""
    for column, info in found.colinfo_map.items():
        if info.hidden and len(sheet.hidden_columns) < _RANGES_MAX:
            sheet.hidden_columns.append((column + 1, column + 1))
    for low, high, left, right in found.merged_cells[:_RANGES_MAX]:
        cells = f"{column_letters(left + 1)}{low + 1}:{column_letters(right)}{high}"
        sheet.merged[low + 1, left + 1] = cells
    for (below, beside), note in found.cell_note_map.items():
        author = "" if note.text.startswith(note.author) else named(note.author)
        sheet.comments[below + 1, beside + 1] = [f"{author}: {note.text}" if author else note.text]
    for link in found.hyperlink_list[:LINKS_MAX]:
        address = link.url_or_path or ""
        address = address.decode("cp1252", "replace") if isinstance(address, bytes) else address
        sheet.add_link((link.frowx or 0) + 1, (link.fcolx or 0) + 1, address)
    rows = Rows(sheet, cells_max)
    for number in range(found.nrows):
        kinds = found.row_types(number)
        height = found.rowinfo_map.get(number)
        row = Row(number + 1, {}, "hidden" if height is not None and height.hidden else "")
        for column, kind in enumerate(kinds):
            if kind not in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
                at = (number + 1, column + 1)
                row.cells[at[1]] = _FORMULA if at in missing else _shown(book, found, number, column, kind)
        rows.add(row)
    rows.close()


def _shown(book: xlrd.Book, found: XlrdSheet, row: int, column: int, kind: int) -> str:
    value = found.cell_value(row, column)
    style = book.xf_list[found.cell_xf_index(row, column)] if book.xf_list else None
    form = book.format_map.get(style.format_key) if style is not None else None
    code = (form.format_str if form is not None else None) or "General"
    if style is not None and style.format_key in {14, 22}:
        code = number_format.BUILT_IN[style.format_key]
    if kind == xlrd.XL_CELL_TEXT:
        runs = found.rich_text_runlist_map.get((row, column), [])
        return number_format.shown_text(_aligned(str(value), runs, book), code)
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(int(value), "#N/A")
    shown = number_format.shown(float(value), code, from_1904=bool(book.datemode))
    return shown or number_format.general(float(value))


def _aligned(text: str, runs: list[tuple[int, int]], book: xlrd.Book) -> str:
    """With raised and lowered digits marked. ``runs`` give the font from each character on."""
    pieces, ends = [text[: runs[0][0]]] if runs else [text], [at for at, _ in runs[1:]] + [len(text)]
    for (at, font), end in zip(runs, ends, strict=True) if runs else ():
        height = book.font_list[font].escapement if font < len(book.font_list) else 0
        pieces.append(aligned(text[at:end], _HEIGHTS.get(height, "")))
    return "".join(pieces)
