"""Writes sizes and positions that a drawing's styles set or compute (``calc()``) into the attributes that the renderer
reads.

Pure. Sources: SVG 2 (geometry properties), CSS Values 4 (``calc()``). Rules with selectors that the renderer does not
know are written into the elements that they are for.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from xml.etree import ElementTree as ET

from bot.files.worker.pictures.svg_selectors import Rule, SelectorError, Tree, rules, weight

_GEOMETRY = frozenset({"x", "y", "width", "height", "cx", "cy", "r", "rx", "ry", "d", "transform"})
_SIZED = frozenset({"svg", "rect", "circle", "ellipse", "image", "foreignObject", "use", "symbol", "path"})
_MOVED_ONLY = frozenset({"g", "text", "polygon", "polyline", "line", "a", "tspan", "switch"})
_ACROSS, _DOWN = frozenset({"x", "cx", "rx", "width"}), frozenset({"y", "cy", "ry", "height"})
_DECLARATION = re.compile(r"([a-zA-Z-]{1,60})\s{0,20}:\s{0,20}([^;]{1,100000})")
_IMPORTANT = re.compile(r"\s*!\s*important\s*$", re.IGNORECASE)
_NOT_KNOWN = re.compile(r":(?!first-child\b|link\b|visited\b|hover\b|active\b|focus\b|lang\b)[a-z]|\+|~(?!=)")
"""What the renderer gives a whole rule up for."""
_PATH = re.compile(r"path\(\s*[\"']([^\"']*)[\"']\s*\)")
_CALC = re.compile(r"\bcalc\((?=[^;]{1,500}\))", re.IGNORECASE)
_TOKEN = re.compile(r"\s*(?:([\d.]{1,20}(?:e[+-]?\d{1,3})?)(px|pt|pc|mm|cm|in|em|rem|%)?|([-+*/()]))", re.IGNORECASE)
_UNITS = {"px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0, "em": 16.0, "rem": 16.0}
_LENGTH = re.compile(r"\d{1,6}(?:\.\d{1,6})?(?:px|pt|pc|mm|cm|in)", re.IGNORECASE)
_TRIES_MAX = 500_000
_DEPTH_MAX = 20


def settle(root: ET.Element, sheets: list[ET.Element]) -> None:
    """Writes into attributes what styles say of sizes and places, and works out what is to be calculated."""
    for sheet in sheets:
        sheet.text = _without_calc(sheet.text or "", partial(_whole, root, "r"))
    found = [rule for sheet in sheets for rule in rules(sheet.text or "")]
    asked = [rule for rule in found if _says_geometry(rule.declarations) or _NOT_KNOWN.search(rule.selector)]
    elements = list(root.iter())
    if asked and len(asked) * len(elements) <= _TRIES_MAX:
        _apply(root, elements, sorted(asked, key=lambda rule: weight(rule.selector)))
    for element in elements:
        if _name(element) in _SIZED | _MOVED_ONLY:
            said = _declared(element.get("style", ""))
            _to_attributes(element, [one for one in said if element is not root or _is_length(one)])
        for key, value in element.attrib.items():
            if "calc(" in value:
                element.set(key, _without_calc(value, partial(_whole, root, key)))
        if _name(element) in _SIZED:
            for key in [key for key in _GEOMETRY if "calc(" in element.get(key, "")]:
                del element.attrib[key]


def _says_geometry(declarations: str) -> bool:
    return any(name in _GEOMETRY for name, _ in _declared(declarations))


def _apply(root: ET.Element, elements: list[ET.Element], asked: list[Rule]) -> None:
    """The heaviest come last, so that they count."""
    tree = Tree.of(root)
    styles: dict[ET.Element, dict[str, str]] = {}
    for rule in asked:
        try:
            those = [element for element in elements if tree.matches(element, rule.selector)]
        except SelectorError:
            continue
        said = _declared(rule.declarations)
        for element in those:
            if _name(element) in _SIZED | _MOVED_ONLY:
                _to_attributes(element, [one for one in said if element is not root or _is_length(one)])
            if _NOT_KNOWN.search(rule.selector):
                styles.setdefault(element, {}).update(said)
    for element, style in styles.items():
        own = dict(_declared(element.get("style", "")))
        merged = (f"{name}:{value}" for name, value in (style | own).items() if name not in _GEOMETRY)
        element.set("style", ";".join(merged))


def _is_length(declared: tuple[str, str]) -> bool:
    """Of the whole drawing a part of the window's size says nothing."""
    return _LENGTH.fullmatch(declared[1]) is not None or declared[0] == "transform"


def _to_attributes(element: ET.Element, said: list[tuple[str, str]]) -> None:
    is_sized = _name(element) in _SIZED
    for name, value in said:
        if name == "transform":
            element.set(name, re.sub(r"(?<=[\d.])(?:px|deg)\b", "", value))
        elif name == "d" and (path := _PATH.fullmatch(value)):
            element.set(name, path[1])
        elif name in _GEOMETRY - {"d"} and is_sized and value.strip().lower() not in {"auto", "inherit", "none"}:
            element.set(name, value)


def _declared(style: str) -> list[tuple[str, str]]:
    return [(name.lower(), _IMPORTANT.sub("", value).strip()) for name, value in _DECLARATION.findall(style)]


def _whole(root: ET.Element, key: str) -> float:
    """What a hundred per cent are, for a place or size of this name."""
    view = [float(number) for number in re.findall(r"-?\d+\.?\d*", root.get("viewBox", ""))]
    sizes = [_number(root.get("width", "")), _number(root.get("height", ""))]
    width, height = view[2:4] if len(view) == 4 else sizes
    if key in _DOWN:
        return height
    return width if key in _ACROSS else ((width * width + height * height) / 2) ** 0.5


def _number(text: str) -> float:
    found = re.match(r"\d{1,9}(?:\.\d{1,9})?", text)
    return float(found[0]) if found and not text.endswith("%") else 0.0


def _without_calc(value: str, whole: Callable[[], float]) -> str:
    """What cannot be worked out stays as it is."""
    pieces, at = list[str](), 0
    while found := _CALC.search(value, at):
        try:
            result, end = _sum(value, found.end(), whole, 0)
        except (ValueError, ZeroDivisionError, OverflowError):
            break
        pieces += [value[at : found.start()], f"{result:g}"]
        at = end
    return "".join(pieces) + value[at:]


def _sum(text: str, at: int, whole: Callable[[], float], depth: int) -> tuple[float, int]:
    """Of what stands behind an opening bracket, and where it ends. Raises ``ValueError``."""
    if depth > _DEPTH_MAX:
        raise ValueError(text)
    total, factor, sign, product = 0.0, 1.0, "+", "*"
    expects_value, has_factor = True, False
    while token := _TOKEN.match(text, at):
        at = token.end()
        mark = token[3]
        if mark == "(" or (mark is None and expects_value):
            if mark == "(":
                amount, at = _sum(text, at, whole, depth + 1)
            else:
                unit = (token[2] or "px").lower()
                amount = float(token[1]) * (whole() / 100 if unit == "%" else _UNITS[unit])
            factor = (factor * amount if product == "*" else factor / amount) if has_factor else amount
            expects_value, has_factor = False, True
        elif expects_value or mark is None:
            if mark != "-" or has_factor:
                raise ValueError(text)
            factor, has_factor, product = -1.0, True, "*"  # a minus sign before a value
        elif mark in "*/":
            product, expects_value = mark, True
        else:
            total += factor if sign == "+" else -factor
            if mark == ")":
                return total, at
            sign, factor, product, expects_value, has_factor = mark, 1.0, "*", True, False
    raise ValueError(text)


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
