"""Reads an OpenDocument spreadsheet, packed or as one flat XML file.

I/O: reads the file, writes its pictures; runs in a worker process. Source: OpenDocument 1.3 part 3, 9. The file holds
each cell's text as people see it. A row or a cell may be repeated, blank ones up to a million times.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from contextlib import suppress
from xml.etree import ElementTree as ET

from bot.files.bounds import ConvertLimits
from bot.files.outbox import Outbox
from bot.files.worker.documents import odf_controls
from bot.files.worker.documents.odf import annotation, chart_lines, paragraph_text, position
from bot.files.worker.documents.package import Package, attribute, child, descendants, local
from bot.files.worker.sheets import choices, links, number_format, printed
from bot.files.worker.sheets.model import SHEETS_MAX, Formula, Row, Rows, Sheet, Workbook
from bot.files.worker.sheets.rows import TableXml, as_far_as_it_goes
from bot.files.worker.sheets.table import column_letters
from bot.files.worker.web_addresses import ADDRESS_CHARS_MAX, ELSEWHERE

_DURATION = re.compile(r"(-?)P(?:(\d{1,6})D)?T(?:(\d{1,6})H)?(?:(\d{1,6})M)?(?:(\d{1,6})(?:[.,]\d*)?S)?")
_ALIKE_MAX = 1_000
"""How many repeated rows or cells with words to show; programs write more only to fill a sheet."""
_ROWS_MAX, _COLUMNS_MAX = 1_048_576, 16_384
_REPEATED = re.compile(rb"""number-rows-repeated=["'](\d{1,7})["']""")
_GROUPS = ("table-row-group", "table-header-rows", "table-rows")
_MARKS = {"collapse": "hidden", "filter": "filtered out"}
_NESTED = {"table", "object"}
"""Things in a cell that contain elements with the same names as the sheet's."""
_CLEARED = {"table", "spreadsheet", "automatic-styles", "styles", "body", *_GROUPS}


def read(chunks: Iterator[bytes], package: Package | None, out: Outbox, limits: ConvertLimits) -> Workbook:
    """``chunks`` are the content's XML; ``package`` has pictures and charts, unless the file is flat.

    Raises ``Broken`` if there is no sheet.
    """
    workbook = Workbook()
    return as_far_as_it_goes(workbook, _Reader(workbook, package, out, limits).read, chunks)


class _Reader:
    def __init__(self, workbook: Workbook, package: Package | None, out: Outbox, limits: ConvertLimits) -> None:
        self._workbook = workbook
        self._package = package
        self._out = out
        self._limits = limits
        self._xml = TableXml("table-row", "table", "p", _next_row, _GROUPS, value=b"value-type=")
        self._hidden_styles: set[str] = set()
        self._page_styles: dict[str, str] = {}
        self._raised_by: dict[str, str] = {}
        self._printed: dict[str, list[str]] = {}
        self._rules: dict[str, tuple[str, str]] = {}
        self._sheet: Sheet | None = None
        self._rows: Rows | None = None
        self._column = 1
        self._depth = 0
        self._parents: list[ET.Element] = []

    def read(self, chunks: Iterator[bytes]) -> None:
        if self._package is not None:
            for master in descendants(self._package.optional_tree("styles.xml"), "master-page"):
                self._printed[attribute(master, "name")] = printed.of_master_page(master)
        for event, element in self._xml.events(chunks):
            name = local(element)
            if event == "start":
                self._parents.append(element)
                self._depth += name in _NESTED
                if name == "table" and self._depth == 1:
                    self._begin(element)
                elif name == "table-row" and self._depth == 1:
                    self._xml.row_number += 1
                continue
            self._parents.pop()
            if self._depth <= 1:
                self._ended(name, element)
            self._depth -= name in _NESTED
            if self._parents and local(self._parents[-1]) in _CLEARED and self._depth <= 1:
                self._parents[-1].remove(element)

    def _begin(self, element: ET.Element) -> None:
        name = attribute(element, "name")
        if len(self._workbook.sheets) == SHEETS_MAX:
            self._workbook.left_out.append(name)
            self._sheet = self._rows = None
            return
        self._sheet = Sheet(name, hidden=attribute(element, "style-name") in self._hidden_styles)
        self._rows = Rows(self._sheet, self._workbook.room_for(self._limits.text_chars_max))
        self._workbook.sheets.append(self._sheet)
        self._sheet.beside += self._printed.get(self._page_styles.get(attribute(element, "style-name"), ""), [])
        self._xml.row_number = self._xml.passed_to = 0
        self._column = 1

    def _ended(self, name: str, element: ET.Element) -> None:
        if name == "style":
            self._style(element)
        elif name == "master-page":
            self._printed[attribute(element, "name")] = printed.of_master_page(element)
        elif name == "content-validation":
            self._rules[attribute(element, "name")] = _rule(element)
        elif self._sheet is None or self._rows is None:
            return
        elif name == "table-column":
            many = _number(element, "number-columns-repeated", _COLUMNS_MAX)
            if attribute(element, "visibility") in _MARKS:
                self._sheet.hidden_columns.append((self._column, self._column + many - 1))
            self._column += many
        elif name == "table-row":
            self._row(self._sheet, self._rows, element)
        elif name in {"shapes", "forms"}:
            self._outside_cells(self._sheet, element)
        elif name == "table":
            self._rows.close(self._xml.passed_to)
            self._sheet = self._rows = None

    def _outside_cells(self, sheet: Sheet, element: ET.Element) -> None:
        if local(element) == "forms":
            sheet.beside += odf_controls.lines(element)
        else:
            for shape in element:
                self._drawn(sheet, shape, "")

    def _style(self, element: ET.Element) -> None:
        if attribute(element, "family") != "table":
            if where := position(element):
                self._raised_by[attribute(element, "name")] = where
            return
        self._page_styles[attribute(element, "name")] = attribute(element, "master-page-name")
        properties = child(element, "table-properties")
        if properties is not None and attribute(properties, "display") == "false":
            self._hidden_styles.add(attribute(element, "name"))

    def _row(self, sheet: Sheet, rows: Rows, element: ET.Element) -> None:
        number = min(self._xml.row_number, _ROWS_MAX)
        many = _number(element, "number-rows-repeated", _ROWS_MAX)
        self._xml.row_number += many - 1
        cells, mark, column = dict[int, str](), _MARKS.get(attribute(element, "visibility"), ""), 1
        for cell in element:
            if local(cell) not in {"table-cell", "covered-table-cell"}:
                continue
            alike = _number(cell, "number-columns-repeated", _COLUMNS_MAX)
            text = self._cell(sheet, cell, number, column)
            if text:
                cells |= dict.fromkeys(range(column, column + min(alike, _ALIKE_MAX)), text)
            column += alike
        for offset in range(min(many, _ALIKE_MAX) if cells else 0):
            rows.add(Row(number + offset, dict(cells), mark), self._xml.stretch)
            if rows.full:
                self._xml.pass_over()
        if cells:
            sheet.last_row = max(sheet.last_row, min(number + many - 1, _ROWS_MAX))

    def _cell(self, sheet: Sheet, cell: ET.Element, row: int, column: int) -> str:
        lines = []
        for part in cell:
            if local(part) == "p":
                lines.append(paragraph_text(part, self._raised_by))
                for link in descendants(part, "a"):
                    sheet.add_link(row, column, attribute(link, "href"))
            elif local(part) == "annotation":
                comment = annotation(part)
                said = f"{comment.signature}: {comment.text}" if comment.signature else comment.text
                sheet.comments.setdefault((row, column), []).append(said)
            else:
                self._drawn(sheet, part, f"{column_letters(column)}{row}")
        if rule := self._rules.pop(attribute(cell, "content-validation-name"), None):
            line = choices.line(f"{column_letters(column)}{row}", *rule)
            sheet.beside += [line] if line else []
        rows, columns = (_number(cell, f"number-{name}-spanned", 20_000) for name in ("rows", "columns"))
        if rows > 1 or columns > 1:
            last = f"{column_letters(column + columns - 1)}{row + rows - 1}"
            sheet.merged[row, column] = f"{column_letters(column)}{row}:{last}"
        if address := links.in_formula(attribute(cell, "formula")):
            sheet.add_link(row, column, address)
        text = "\n".join(lines)
        if not text and (formula := attribute(cell, "formula")) and not attribute(cell, "value-type"):
            self._workbook.formulas_without_values += 1
            return Formula(formula.removeprefix("of:"))
        return text or _value(cell)

    def _drawn(self, sheet: Sheet, element: ET.Element, where: str) -> None:
        at = f" at {where}" if where else ""
        parts, charts = _apart(element)
        text = " / ".join(word for part in parts if local(part) == "p" and (word := paragraph_text(part)))
        led = "" if local(element) == "annotation" else _links(parts)
        if text and local(element) != "annotation":
            sheet.beside.append(f"Text box{at}: {text}{led}")
        elif led:
            sheet.beside.append(f"Picture{at}{led}")
        for chart in charts:
            self._workbook.drawn = True
            target = f"{attribute(chart, 'href').removeprefix('./')}/content.xml"
            if self._package is not None and target in self._package:
                chart = self._package.optional_tree(target)  # noqa: PLW2901 - in a flat file it is here itself
            elif not len(chart):
                continue
            sheet.beside += [f"Chart{at}: {line}" for line in chart_lines(chart)]
        for part in parts:
            if local(part) == "image":
                self._picture(part, f"picture in “{sheet.name}”{at}")

    def _picture(self, image: ET.Element, name: str) -> None:
        """A picture in a part of the package or, in a flat file, in the element itself."""
        target, within = attribute(image, "href").removeprefix("./"), child(image, "binary-data")
        if self._package is not None and target.startswith("Pictures/"):
            self._workbook.add_picture(self._package, target, name, self._out)
        elif within is not None:
            with suppress(ValueError):  # raised by broken base64
                self._workbook.add_pixels(binascii.a2b_base64(within.text or ""), name, self._out)


def _links(parts: list[ET.Element]) -> str:
    """Where drawings lead outside the file."""
    addresses = (attribute(part, "href") for part in parts if local(part) in {"a", "event-listener"})
    return "".join(f" [link: {one[:ADDRESS_CHARS_MAX]}]" for one in dict.fromkeys(addresses) if ELSEWHERE.match(one))


def _apart(element: ET.Element) -> tuple[list[ET.Element], list[ET.Element]]:
    """Drawings, and the embedded objects (charts), whose words and pictures are not the sheet's own."""
    parts, objects, waiting = list[ET.Element](), list[ET.Element](), [element]
    while waiting:
        part = waiting.pop()
        within = [inner for inner in part if local(inner) == "object"]
        parts.append(part)
        objects += within
        waiting += reversed([inner for inner in part if not within or local(inner) not in {"object", "image"}])
    return parts, objects


def _value(cell: ET.Element) -> str:
    """For a cell without text, which some programs leave out: office programs make it from the value."""
    kind = attribute(cell, "value-type")
    if kind not in {"float", "percentage", "currency"}:
        named = {"date": "date-value", "time": "time-value", "boolean": "boolean-value", "string": "string-value"}
        value = attribute(cell, named.get(kind, ""))
        value = _DURATION.sub(_time, value) if kind == "time" else value
        return value.upper() if kind == "boolean" else value
    try:
        value = number_format.shown(float(attribute(cell, "value")), "0.##%" if kind == "percentage" else "General")
    except ValueError:
        return ""
    return f"{value} {attribute(cell, 'currency')}".strip()


def _time(duration: re.Match[str]) -> str:
    """Hours, minutes and seconds, as people write a time or a duration."""
    days, hours, minutes, seconds = (int(part or 0) for part in duration.groups()[1:])
    return f"{duration[1]}{days * 24 + hours:02}:{minutes:02}:{seconds:02}"


def _rule(element: ET.Element) -> tuple[str, str]:
    """The choices of a list, and the hint; each rule is described at the first cell that it applies to."""
    found = re.fullmatch(r"(?:\w+:)?cell-content-is-in-list\((.*)\)", attribute(element, "condition"), re.DOTALL)
    texts = re.findall(r'"((?:[^"]|"")*)"', found[1]) if found else []
    listed = f'"{",".join(texts)}"' if texts else found[1].replace("[", "").replace("]", "") if found else ""
    hint = child(element, "help-message")
    words = [attribute(hint, "title"), *(paragraph_text(part) for part in hint)] if hint is not None else []
    return listed, " – ".join(word for word in words if word.strip())


def _number(element: ET.Element, name: str, most: int) -> int:
    value = attribute(element, name, "1")
    return min(max(int(value), 1), most) if value.isdecimal() and len(value) < 10 else 1


def _next_row(before: int, tags: list[bytes]) -> int:
    repeated = _REPEATED.findall(b" ".join(tags))
    return min(before + len(tags) + sum(map(int, repeated)) - len(repeated), _ROWS_MAX)
