"""Turns the words of HTML within a drawing (``foreignObject``) into text of the drawing itself.

Pure. Mermaid writes all its labels that way, and diagrams.net does so with a shortened text beside it. The renderer
draws no HTML, so boxes would be empty. Positions are estimated: a letter is taken to be about half as wide as high.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from unicodedata import east_asian_width
from xml.etree import ElementTree as ET

_BREAKS = frozenset({"div", "p", "br", "li", "tr", "pre", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6"})
_UNSEEN = frozenset({"style", "script", "template", "title", "noscript"})
_FONT_SIZE = re.compile(r"font-size\s{0,9}:\s{0,9}(\d{1,3}(?:\.\d{1,4})?)px")
_COLOUR = re.compile(r"(?<![\w-])color\s{0,9}:\s{0,9}([^;]{1,60})")
_WIDTH = re.compile(r"(?<![\w-])(?:max-)?width\s{0,9}:\s{0,9}(\d{1,6}(?:\.\d{1,4})?)px")
_CENTRED = re.compile(r"(?:text-align|justify-content)\s{0,9}:\s{0,9}(?:unsafe\s+)?center")
_FONT_PX = 16.0
_LETTER, _LINE = 0.52, 1.25
_LINES_MAX, _WORDS_MAX = 200, 2_000


def draw_words(root: ET.Element) -> None:
    """Puts a text into the place of each piece of a page, or into that of the shorter one which stands in for it."""
    for parent in list(root.iter()):
        pages = [child for child in parent if _name(child) == "foreignObject"]
        if not pages:
            continue
        if _name(parent) == "switch":
            others = [child for child in parent if _name(child) != "foreignObject"]
            if others and _name(others[0]) == "text" and _is_shortened(others[0]):
                _lengthen(others[0], pages[0])
            parent[:] = others or [_text(pages[0])]
        else:
            parent[:] = [_text(child) if _name(child) == "foreignObject" else child for child in parent]


def _is_shortened(text: ET.Element) -> bool:
    return "".join(text.itertext()).rstrip().endswith(("...", "…"))


def _text(page: ET.Element) -> ET.Element:
    styles = " ".join(one.get("style", "") for one in page.iter())
    font_px = float(found[1]) if (found := _FONT_SIZE.search(styles)) else _FONT_PX
    x, y, width, height = (_number(page.get(key, "")) for key in ("x", "y", "width", "height"))
    lines = _lines(page, 0 if "nowrap" in styles else width or _given_width(styles), font_px)
    step = font_px * _LINE
    fills = not height or height < (len(lines) + 1) * step * 1.3
    top = y + (max(height / 2 - (len(lines) - 1) * step / 2, font_px / 2) if fills and height else font_px)
    centred = bool(width) and _CENTRED.search(styles) is not None
    text = ET.Element(_tag(page, "text"), {"text-anchor": "middle" if centred else "start"})
    if found:
        text.set("font-size", found[1])
    if colour := _COLOUR.search(styles):
        text.set("fill", colour[1].strip())
    _fill(text, lines, x + width / 2 if centred else x, top + 0.35 * font_px, step)
    return text


def _lengthen(text: ET.Element, page: ET.Element) -> None:
    """The whole words in the place of the first ones, around the same height."""
    styles = " ".join(one.get("style", "") for one in page.iter())
    font_px = _number(text.get("font-size", "")) or _FONT_PX
    lines = _lines(page, 0 if "nowrap" in styles else _given_width(styles), font_px)
    step = font_px * _LINE
    x, y = _number(text.get("x", "")), _number(text.get("y", ""))
    for child in list(text):
        text.remove(child)
    _fill(text, lines, x, y - (len(lines) - 1) * step / 2, step)


def _fill(text: ET.Element, lines: list[str], x: float, y: float, step: float) -> None:
    text.text = None
    for number, line in enumerate(lines):
        place = {"x": f"{x:g}", "y": f"{y + number * step:g}"}
        ET.SubElement(text, _tag(text, "tspan"), place).text = line


def _given_width(styles: str) -> float:
    found = _WIDTH.search(styles)
    return float(found[1]) if found else 0.0


def _lines(page: ET.Element, width: float, font_px: float) -> list[str]:
    """The words, in as many lines as they have, or as fit into ``width``; 0 is no bound."""
    found: list[str] = []
    for paragraph in "".join(_words(page)).split("\n"):
        line = ""
        for word in paragraph.split()[:_WORDS_MAX]:
            if line and width and _width(f"{line} {word}", font_px) > width * 1.1:
                found.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
        found += [line] if line else []
    return found[:_LINES_MAX]


def _words(element: ET.Element) -> Iterator[str]:
    name = _name(element).lower()
    if name in _UNSEEN:
        return
    yield "\n" if name in _BREAKS else " " if name in {"td", "th"} else ""
    yield "• " if name == "li" else ""
    yield (element.text or "").replace("\n", " ")
    for child in element:
        yield from _words(child)
        yield (child.tail or "").replace("\n", " ")
    yield "\n" if name in _BREAKS else ""


def _width(line: str, font_px: float) -> float:
    return sum(1.0 if east_asian_width(char) in "WF" else _LETTER for char in line) * font_px


def _number(text: str) -> float:
    found = re.match(r"\s*(-?\d{1,9}(?:\.\d{1,9})?)(?!.*%)", text)
    return float(found[1]) if found else 0.0


def _tag(of: ET.Element, name: str) -> str:
    """In the drawing's own namespace."""
    return of.tag.rpartition("}")[0] + "}" + name if "}" in of.tag else name


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
