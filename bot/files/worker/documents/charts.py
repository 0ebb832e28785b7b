"""Reads a chart of Office Open XML as lines: its kind, titles, labels and points.

I/O: reads parts of the file; runs in a worker process. Source: ECMA-376 part 1, 21.2; [MS-ODRAWXML] 2.24 (newer ones).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from bot.files.worker.documents.drawn_text import paragraphs
from bot.files.worker.documents.excel_escapes import unescaped
from bot.files.worker.documents.package import Package, attribute, child, descendants, local
from bot.files.worker.sheets import number_format

_POINTS_MAX = 200
_SERIES_MAX = 50
_BOXES_MAX = 50
_OF_THE_SYSTEM = {
    **dict.fromkeys(("m/d/yyyy", "mm-dd-yy"), number_format.BUILT_IN[14]),
    **dict.fromkeys(("m/d/yyyy h:mm", "m/d/yy h:mm"), number_format.BUILT_IN[22]),
}
"""How charts refer to number formats."""
_CACHES = frozenset({"numCache", "numLit", "strCache", "strLit", "lvl"})
"""Elements that hold points with one format."""


def of_part(package: Package, part: str) -> list[str]:
    """Including the words of boxes drawn into the chart."""
    lines = _lines(package.optional_tree(part))
    for boxes in package.related(part, "chartUserShapes"):
        texts = [" / ".join(paragraphs(body)) for body in descendants(package.optional_tree(boxes), "txBody")]
        lines += [f"text box “{text}”" for text in texts[:_BOXES_MAX] if text]
    return lines


def _lines(root: ET.Element) -> list[str]:
    """Its kind, its titles, and each series with its points as they were saved."""
    plots = [element for element in root.iter() if local(element) == "plotArea" or local(element) == "plotAreaRegion"]
    kinds = dict.fromkeys(
        local(element).removesuffix("Chart") + " chart"
        for plot in plots
        for element in plot
        if local(element).endswith("Chart")
    )
    kinds |= {f"{_spaced(layout)} chart": None for element in root.iter() if (layout := attribute(element, "layoutId"))}
    titles = [_title(element) for element in root.iter() if local(element) in {"title", "dispUnitsLbl"}]
    titles = [f"“{title}”" for title in titles if title]
    lines = [", ".join([*kinds, *titles]) or "a chart"]
    series = [element for element in root.iter() if local(element) in {"ser", "series"}]
    apart = {attribute(element, "id"): element for element in root.iter() if local(element) == "data"}
    early = child(root, "date1904")
    from_1904 = early is not None and attribute(early, "val", "1") in {"1", "true"}
    lines += [_series(element, apart, from_1904=from_1904) for element in series[:_SERIES_MAX]]
    if len(series) > _SERIES_MAX:
        lines.append(f"[… {len(series) - _SERIES_MAX} more series …]")
    return lines


def _title(element: ET.Element) -> str:
    written = paragraphs(element)
    return " ".join(written) if written else " ".join(text for _, text in _points(element)) or _literal(element)


def _literal(element: ET.Element | None) -> str:
    """The text of a title or series name in a newer chart."""
    return next((one.text or "" for one in descendants(element, "v")), "") if element is not None else ""


def _spaced(layout: str) -> str:
    """``boxWhisker`` as "box whisker"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", layout).lower()


def _series(element: ET.Element, apart: Mapping[str, ET.Element], *, from_1904: bool) -> str:
    """``apart`` are the data of newer charts, by id: words of one dimension, numbers of another."""
    name = " ".join(text for _, text in _points(child(element, "tx"))) or _literal(child(element, "tx")) or "unnamed"
    data_id = child(element, "dataId")
    data = apart.get(attribute(data_id, "val")) if data_id is not None else None
    if data is not None:
        of_labels, of_values = child(data, "strDim"), child(data, "numDim")
    else:
        of_labels = child(element, "cat") if child(element, "cat") is not None else child(element, "xVal")
        of_values = child(element, "val") if child(element, "val") is not None else child(element, "yVal")
    labels, values = (_points(one, from_1904=from_1904) for one in (of_labels, of_values))
    named, written = dict(labels), _written(element)
    shown = [
        (f"{named[at]} = {text}" if at in named else text) + (f" (label “{written[at]}”)" if at in written else "")
        for at, text in values[:_POINTS_MAX]
    ]
    if len(values) > _POINTS_MAX:
        shown.append(f"[… {len(values) - _POINTS_MAX} more points …]")
    trends = [one.text or "" for line in descendants(element, "trendline") for one in line if local(one) == "name"]
    name = f"series “{name}”" + "".join(f", trend line “{trend}”" for trend in trends)
    return f"{name}: {', '.join(shown)}" if shown else name


def _written(series: ET.Element) -> dict[str, str]:
    """Labels of points that somebody typed, or that come from cells; fields in them repeat the points."""
    found: dict[str, str] = {}
    for cells in descendants(series, "dlblRangeCache"):
        found |= dict(_points(cells))
    for label in descendants(series, "dLbl"):
        number, runs = child(label, "idx"), [run for run in descendants(label, "r") if local(run) == "r"]
        typed = " ".join("".join(part.text or "" for run in runs for part in run if local(part) == "t").split())
        if number is not None and typed.strip(" ,;:-–()"):
            at, fields = attribute(number, "val"), next(descendants(label, "fld"), None)
            found[at] = ", ".join(filter(None, (typed, found.get(at, "") if fields is not None else "")))
    return found


def _points(element: ET.Element | None, *, from_1904: bool = False) -> list[tuple[str, str]]:
    """Number and text of each, with several levels of labels joined; the number is empty for a single value."""
    found: dict[str, list[str]] = {}
    code = ""
    for point in () if element is None else element.iter():
        name = local(point)
        if name in _CACHES:
            code = attribute(point, "formatCode")
        elif name == "formatCode":
            code = point.text or ""
        elif name == "pt":
            value = child(point, "v")
            text = (value.text if value is not None else point.text) or ""
            shown = _shown(text, attribute(point, "formatCode") or code, from_1904=from_1904)
            found.setdefault(attribute(point, "idx"), []).append(shown)
        elif name == "v" and element is not None and child(element, "v") is point:
            found.setdefault("", []).append(" ".join(unescaped(point.text or "").split()))
    return [(at, " ".join(reversed(texts))) for at, texts in found.items() if texts]


def _shown(text: str, code: str, *, from_1904: bool) -> str:
    """A point in its format; without one it is text. The system's own date format becomes ISO 8601, as in cells."""
    if not code:
        return " ".join(unescaped(text).split())
    try:
        number = float(text)
    except ValueError:
        return text
    code = _OF_THE_SYSTEM.get(code, code)
    return number_format.shown(number, code, from_1904=from_1904) or number_format.general(number)
