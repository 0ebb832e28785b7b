"""What is drawn on a sheet (DrawingML) in, its words as lines, its pictures and whether there are charts out.

I/O: reads parts of the file; runs in a worker process. Source: ECMA-376 part 1, 20 and 21.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bot.files.worker.documents.equations import linear
from bot.files.worker.documents.excel_escapes import unescaped
from bot.files.worker.documents.package import Package, Relation, attribute, child, descendants, local
from bot.files.worker.raised import lowered, raised
from bot.files.worker.sheets import number_format

_POINTS_MAX = 200
_SERIES_MAX = 50
_LINES_MAX = 500
_OF_THE_SYSTEM = {
    **dict.fromkeys(("m/d/yyyy", "mm-dd-yy"), number_format.BUILT_IN[14]),
    **dict.fromkeys(("m/d/yyyy h:mm", "m/d/yy h:mm"), number_format.BUILT_IN[22]),
}
"""How charts write the formats that have numbers in cells."""
_CACHES = frozenset({"numCache", "numLit", "strCache", "strLit", "lvl"})
"""What holds points of one format."""


@dataclass(slots=True)
class Drawing:
    lines: list[str] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    """Where each is, and its part."""
    drawn: bool = False
    """Whether there is something that only an office program shows as it is: a chart, a diagram."""
    stand_ins: list[str] = field(default_factory=list)
    """Lines of what an older drawing of the same sheet has as well, as it does buttons and boxes to tick."""


def read_drawing(package: Package, part: str, *, anchor: Callable[[ET.Element], str]) -> Drawing:
    """``anchor`` says of one of the drawing's elements where it stands, in words; empty where it does not matter."""
    drawing = Drawing()
    relations = package.relations(part)
    for element in package.optional_tree(part):
        where = anchor(element)
        at = f" at {where}" if where else ""
        for shape in descendants(element, "txBody", "blip", "chart", "relIds"):
            if len(drawing.lines) >= _LINES_MAX:
                break
            relation = relations.get(_relation_id(shape))
            if local(shape) == "txBody":
                text = " / ".join(paragraphs(shape))
                found = drawing.lines if next(descendants(element, "compatExt"), None) is None else drawing.stand_ins
                found += [f"Text box{at}: {text}"] if text else []
            elif relation is not None and not relation.external:
                _related(package, relation, at, drawing)
    return drawing


def _related(package: Package, relation: Relation, at: str, drawing: Drawing) -> None:
    if relation.kind == "image":
        drawing.pictures.append((at.strip(), relation.target))
    elif relation.kind in {"chart", "chartEx"}:
        drawing.drawn = True
        drawing.lines += [f"Chart{at}: {line}" for line in chart_lines(package.optional_tree(relation.target))]
    elif relation.kind == "diagramData":
        drawing.drawn = True
        text = diagram_text(package, relation.target)
        drawing.lines += [f"Diagram{at}: {text}"] if text else []


def _relation_id(element: ET.Element) -> str:
    """Of a picture, a chart or a diagram: the attributes are r:embed, r:id and r:dm."""
    for name in ("embed", "dm", "id", "link"):
        value = next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), "")
        if value:
            return value
    return ""


def paragraphs(element: ET.Element) -> list[str]:
    """The paragraphs of a text body that have words in them."""
    found = []
    for paragraph in descendants(element, "p"):
        pieces: list[str] = []
        _gather(paragraph, pieces)
        found.append(" ".join("".join(pieces).split()))
    return [text for text in found if text]


def _gather(element: ET.Element, pieces: list[str]) -> None:
    """Equations lie among what only newer programs know, beside a picture of them for older ones."""
    for part in element:
        name = local(part)
        if name == "t":
            pieces.append(part.text or "")
        elif name in {"br", "tab"}:
            pieces.append(" ")
        elif name == "r":
            pieces.append(_run(part))
        elif name in {"oMath", "oMathPara"}:
            pieces.append(f" {linear(part)} ")
        elif name == "AlternateContent":
            for choice in list(part)[:1]:
                _gather(choice, pieces)
        else:
            _gather(part, pieces)


def _run(run: ET.Element) -> str:
    """With what stands above or below the line by so many thousandths."""
    pieces: list[str] = []
    _gather(run, pieces)
    text, properties = "".join(pieces), child(run, "rPr")
    height = attribute(properties, "baseline", "0") if properties is not None else "0"
    return text if height == "0" else lowered(text) if height.startswith("-") else raised(text)


def diagram_text(package: Package, part: str) -> str:
    return " / ".join(text for body in descendants(package.optional_tree(part), "t") for text in paragraphs(body))


# --- charts --------------------------------------------------------------------------------------------------------
def chart_lines(root: ET.Element) -> list[str]:
    """What kind it is, its titles, and each series with its points as they were when the file was saved."""
    plots = [element for element in root.iter() if local(element) == "plotArea" or local(element) == "plotAreaRegion"]
    kinds = dict.fromkeys(
        local(element).removesuffix("Chart") + " chart"
        for plot in plots
        for element in plot
        if local(element).endswith("Chart")
    )
    kinds |= {f"{_spaced(layout)} chart": None for element in root.iter() if (layout := attribute(element, "layoutId"))}
    titles = [_title(element) for element in root.iter() if local(element) == "title"]
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
    """The text that a newer chart has for a title or the name of a series."""
    return next((one.text or "" for one in descendants(element, "v")), "") if element is not None else ""


def _spaced(layout: str) -> str:
    """``boxWhisker`` as "box whisker"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", layout).lower()


def _series(element: ET.Element, apart: Mapping[str, ET.Element], *, from_1904: bool) -> str:
    """``apart`` are the data of newer charts, by their ids: words of one dimension, numbers of another."""
    name = " ".join(text for _, text in _points(child(element, "tx"))) or _literal(child(element, "tx")) or "unnamed"
    data_id = child(element, "dataId")
    data = apart.get(attribute(data_id, "val")) if data_id is not None else None
    if data is not None:
        of_labels, of_values = child(data, "strDim"), child(data, "numDim")
    else:
        of_labels = child(element, "cat") if child(element, "cat") is not None else child(element, "xVal")
        of_values = child(element, "val") if child(element, "val") is not None else child(element, "yVal")
    labels, values = (_points(one, from_1904=from_1904) for one in (of_labels, of_values))
    named = dict(labels)
    shown = [f"{named[at]} = {text}" if at in named else text for at, text in values[:_POINTS_MAX]]
    if len(values) > _POINTS_MAX:
        shown.append(f"[… {len(values) - _POINTS_MAX} more points …]")
    return f"series “{name}”: {', '.join(shown)}" if shown else f"series “{name}”"


def _points(element: ET.Element | None, *, from_1904: bool = False) -> list[tuple[str, str]]:
    """Number and text of each, labels of several levels joined; the number is empty for a single value."""
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
    """A point as its format has it; one of no format is words. The system's own date is ISO 8601, as in cells."""
    if not code:
        return " ".join(unescaped(text).split())
    try:
        number = float(text)
    except ValueError:
        return text
    code = _OF_THE_SYSTEM.get(code, code)
    return number_format.shown(number, code, from_1904=from_1904) or number_format.general(number)
