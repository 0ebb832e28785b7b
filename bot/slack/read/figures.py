"""Reads Block Kit's tables and charts as Markdown tables.

Pure. Sources: slack:reference/block-kit/blocks/table-block, data-table-block and data-visualization-block.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.slack.escape import decode
from bot.slack.read.markdown import joined, table
from bot.slack.shapes import Json, object_of, objects_of, text_of

SERIES_TOGETHER_MAX = 12
"""Series of one table; Slack draws six. With very many, the table would be far larger than the chart's JSON."""


def table_of(block: Json, shown: Callable[[Json], str]) -> str:
    """``shown`` gives what a cell shows. Anything that is not a cell leaves its column empty."""
    rows = block.get("rows")
    cells = [[shown(object_of(cell)) for cell in _cells(row)] for row in (rows if isinstance(rows, list) else [])]
    settings = block.get("column_settings")
    columns = [object_of(column) for column in settings] if isinstance(settings, list) else []
    return table(cells, [text_of(column.get("align")) for column in columns])


def chart(block: Json) -> str:
    """The title, what the axes are, and the numbers that are drawn."""
    drawn = object_of(block.get("chart"))
    series = objects_of(drawn.get("series")) or [{"data": drawn.get("segments")}]
    axes = [decode(text) for text in object_of(drawn.get("axis_config")).values() if isinstance(text, str)]
    together = [series] if len(series) <= SERIES_TOGETHER_MAX else [[one] for one in series]
    return joined([decode(text_of(block.get("title"))), " · ".join(axes), *map(_numbers, together)])


def _numbers(series: Sequence[Json]) -> str:
    """A row for each label, a column for each series."""
    columns = [
        {decode(text_of(point.get("label"))): _number(point.get("value")) for point in objects_of(one.get("data"))}
        for one in series
    ]
    labels = dict.fromkeys(label for column in columns for label in column)
    head = ["", *(decode(text_of(one.get("name"))) for one in series)]
    return table([head, *([label, *(column.get(label, "") for column in columns)] for label in labels)])


def _cells(row: object) -> list[object]:
    return row if isinstance(row, list) else []


def _number(value: object) -> str:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else text_of(value)
