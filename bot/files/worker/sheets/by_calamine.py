"""Reads an Excel workbook (.xls, .xlsb) with calamine, if the reader made for its format refuses it.

I/O: reads the file; runs in a worker process. calamine knows values, dates and hidden sheets, but not percentages,
comments and hidden rows; a note says so.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Unreadable
from bot.files.worker.documents.package import Broken
from bot.files.worker.sheets import number_format
from bot.files.worker.sheets.model import SHEETS_MAX, Row, Rows, Sheet, Workbook


def read(source: Path, limits: ConvertLimits) -> Workbook:
    """Raises ``Broken``, and ``Unreadable`` if it is locked."""
    workbook = Workbook()
    with _faults():
        book = CalamineWorkbook.from_path(source)
        for about in book.sheets_metadata:
            if len(workbook.sheets) == SHEETS_MAX:
                workbook.left_out.append(about.name)
                continue
            sheet = Sheet(about.name, hidden=about.visible != SheetVisibleEnum.Visible)
            workbook.sheets.append(sheet)
            _read_sheet(book, sheet, workbook.room_for(limits.text_chars_max))
    if not workbook.sheets:
        raise Broken("no sheets")
    return workbook


def sheets(source: Path) -> Iterator[tuple[str, list[Row]]]:
    """Each sheet's name and all of its rows. Raises what ``read`` raises."""
    with _faults():
        book = CalamineWorkbook.from_path(source)
        for name in book.sheet_names[:SHEETS_MAX]:
            yield name, list(_rows(book, name))


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except PasswordError as error:
        raise Unreadable(notes.PASSWORD) from error
    except (CalamineError, OSError, ValueError) as error:
        raise Broken(str(error)) from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # a Rust panic, which derives from BaseException
            raise
        raise Broken("panic") from error


def _read_sheet(book: CalamineWorkbook, sheet: Sheet, cells_max: int) -> None:
    rows = Rows(sheet, cells_max)
    for row in _rows(book, sheet.name):
        rows.add(row)
    rows.close()


def _rows(book: CalamineWorkbook, name: str) -> Iterator[Row]:
    found = book.get_sheet_by_name(name)
    top, left = found.start or (0, 0)
    for number, values in enumerate(found.iter_rows(), 1 if found.start is None else top + 1):
        row = Row(number, {})
        row.cells |= {column: text for column, value in enumerate(values, left + 1) if (text := _shown(value))}
        yield row


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return number_format.general(float(value))
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    return str(value)
