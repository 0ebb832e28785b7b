"""Reads the sheets listed in a package, for both .xlsx and .xlsb.

I/O: reads parts of the package, writes its pictures; runs in a worker process.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bot.files.bounds import ConvertLimits
from bot.files.outbox import Outbox
from bot.files.worker.documents.drawing import Drawing, read_drawing
from bot.files.worker.documents.package import Broken, Package, attribute, child, descendants
from bot.files.worker.sheets import form_controls
from bot.files.worker.sheets.model import SHEETS_MAX, Shared, Sheet, Workbook
from bot.files.worker.sheets.slicers import Slicers
from bot.files.worker.sheets.table import column_letters
from bot.files.worker.sheets.xlsx_comments import comments_of

CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Listed:
    """A sheet as the workbook lists it; ``relation_id`` leads to its part."""

    name: str
    hidden: bool
    relation_id: str


def workbook_part(package: Package, usual: str) -> str:
    return next((name for name in package.related("", "officeDocument") if name in package), usual)


def read_sheets(
    package: Package,
    main: str,
    workbook: Workbook,
    listed: Iterable[Listed],
    read: Callable[[Sheet, str, int], None],
    out: Outbox,
    limits: ConvertLimits,
) -> set[int]:
    """The numbers of the shared texts that their cells need. ``read`` fills a sheet from a part, up to that many cells.

    Raises ``Broken`` if there is no sheet.
    """
    relations, needed, slicers = package.relations(main), set[int](), Slicers(package)
    for one in listed:
        relation = relations.get(one.relation_id)
        if relation is None or len(workbook.sheets) == SHEETS_MAX:
            workbook.left_out.append(one.name)
            continue
        sheet = Sheet(one.name, hidden=one.hidden)
        read(sheet, relation.target, workbook.room_for(limits.text_chars_max))
        _add_beside(package, relation.target, workbook, sheet, slicers, out)
        workbook.sheets.append(sheet)
        for row in (*sheet.head, *sheet.tail):
            needed |= {value.number for value in row.cells.values() if isinstance(value, Shared)}
    if not workbook.sheets:
        raise Broken("no sheets")
    return needed


def _add_beside(package: Package, part: str, workbook: Workbook, sheet: Sheet, slicers: Slicers, out: Outbox) -> None:
    """What the parts related to a sheet hold: comments, table filters, drawings."""
    relations, controls, stand_ins = package.relations(part), list[str](), list[str]()
    sheet.comments = comments_of(package, relations)
    for relation in relations.values():
        if relation.kind == "table":
            for element in descendants(package.optional_tree(relation.target), "autoFilter"):
                rows = [int(row) for _, row in CELL.findall(attribute(element, "ref"))]
                sheet.filters += [(rows[0], rows[-1])] if rows else []
        elif relation.kind == "drawing":
            drawing = read_drawing(package, relation.target, anchor=_anchor)
            sheet.beside += drawing.lines
            sheet.beside += [line for at, name in drawing.slicers for line in slicers.lines(name, at)]
            stand_ins += drawing.stand_ins
            _pictures(package, drawing, workbook, sheet, out)
        elif relation.kind == "vmlDrawing" and relation.target in package:
            with suppress(Broken):
                controls += form_controls.lines(package.data(relation.target))
            for picture in package.related(relation.target, "image"):
                workbook.add_picture(package, picture, f"picture in a header, footer or comment of “{sheet.name}”", out)
        elif relation.kind == "image":
            workbook.add_picture(package, relation.target, f"picture behind the cells of “{sheet.name}”", out)
    said = {_spaced(line) for line in controls}
    sheet.beside += [*controls, *(line for line in stand_ins if _spaced(line) not in said)]


def _spaced(line: str) -> str:
    """The words of a line about a text box or a control, with another separator of paragraphs."""
    return " ".join(line.partition(": ")[2].replace(" / ", " ").split())


def _anchor(element: ET.Element) -> str:
    """The cell under the upper left corner of a drawing."""
    start = next(descendants(element, "from"), None)  # newer things are within elements that older programs skip
    row, column = (child(start, name) for name in ("row", "col"))
    if row is None or column is None or not (row.text or "").isdecimal() or not (column.text or "").isdecimal():
        return ""
    return f"{column_letters(int(column.text or 0) + 1)}{int(row.text or 0) + 1}"


def _pictures(package: Package, drawing: Drawing, workbook: Workbook, sheet: Sheet, out: Outbox) -> None:
    workbook.drawn = workbook.drawn or drawing.drawn
    for name, part in drawing.pictures:
        workbook.add_picture(package, part, f"picture in “{sheet.name}” {name}".strip(), out)
