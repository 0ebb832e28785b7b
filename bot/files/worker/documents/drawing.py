"""Reads a drawing on a sheet (DrawingML): its words, its pictures, and whether it has charts.

I/O: reads parts of the file; runs in a worker process. Source: ECMA-376 part 1, 20 and 21.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bot.files.worker.documents import charts
from bot.files.worker.documents.drawn_text import paragraphs
from bot.files.worker.documents.package import Package, Relation, attribute, descendants, local
from bot.files.worker.web_addresses import ADDRESS_CHARS_MAX

_LINES_MAX = 4_000
_NAMES = {"pic": "Picture", "graphicFrame": "Chart", "cxnSp": "Line"}


@dataclass(slots=True)
class Drawing:
    lines: list[str] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    """The place of each, and its part."""
    drawn: bool = False
    """Whether something needs an office program to be shown: a chart, a diagram."""
    slicers: list[tuple[str, str]] = field(default_factory=list)
    """The place of each, and its name, which people do not see."""
    stand_ins: list[str] = field(default_factory=list)
    """Lines that an older drawing of the same sheet may repeat, such as buttons and check boxes."""


def read_drawing(package: Package, part: str, *, anchor: Callable[[ET.Element], str]) -> Drawing:
    """``anchor`` returns an element's place in words; empty if it does not matter."""
    drawing = Drawing()
    relations = package.relations(part)
    for element in package.optional_tree(part):
        where = anchor(element)
        at = f" at {where}" if where else ""
        links = _links(element, relations)
        for shape in descendants(element, "txBody", "blip", "chart", "relIds", "slicer", "timeslicer"):
            relation = relations.get(_relation_id(shape))
            if local(shape) == "txBody" and len(drawing.lines) >= _LINES_MAX:
                continue
            if local(shape) in {"slicer", "timeslicer"}:
                drawing.slicers.append((at, attribute(shape, "name")))
            elif local(shape) == "txBody":
                text = " / ".join(paragraphs(shape))
                found = drawing.lines if next(descendants(element, "compatExt"), None) is None else drawing.stand_ins
                found += [f"Text box{at}: {text}{links.pop(shape, '')}"] if text else []
            elif relation is not None and not relation.external:
                _related(package, relation, at, drawing)
        drawing.lines += [f"{_NAMES.get(local(shape), 'Shape')}{at}{link}" for shape, link in links.items()]
    return drawing


def _links(element: ET.Element, relations: Mapping[str, Relation]) -> dict[ET.Element, str]:
    """Where shapes, and words in them, lead outside the file: by the text body if there is one, else by the shape."""
    found = {}
    for shape in descendants(element, "sp", "pic", "cxnSp", "graphicFrame"):
        targets = (relations.get(_relation_id(link)) for link in descendants(shape, "hlinkClick"))
        addresses = dict.fromkeys(one.target for one in targets if one is not None and one.external)
        if addresses:
            body = next((body for body in descendants(shape, "txBody") if paragraphs(body)), shape)
            found[body] = "".join(f" [link: {address[:ADDRESS_CHARS_MAX]}]" for address in addresses)
    return found


def _related(package: Package, relation: Relation, at: str, drawing: Drawing) -> None:
    if relation.kind == "image":
        drawing.pictures.append((at.strip(), relation.target))
    elif relation.kind in {"chart", "chartEx"}:
        drawing.drawn = True
        drawing.lines += [f"Chart{at}: {line}" for line in charts.of_part(package, relation.target)]
    elif relation.kind == "diagramData":
        drawing.drawn = True
        text = diagram_text(package, relation.target)
        drawing.lines += [f"Diagram{at}: {text}"] if text else []


def _relation_id(element: ET.Element) -> str:
    """For a picture, a chart or a diagram: the attributes r:embed, r:id and r:dm."""
    for name in ("embed", "dm", "id", "link"):
        value = next((value for key, value in element.attrib.items() if key.endswith(f"}}{name}")), "")
        if value:
            return value
    return ""


def diagram_text(package: Package, part: str) -> str:
    return " / ".join(text for body in descendants(package.optional_tree(part), "t") for text in paragraphs(body))
