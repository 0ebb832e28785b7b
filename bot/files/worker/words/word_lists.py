"""Computes the list number of each paragraph of a Word document.

Pure. Source: ECMA-376 part 1, 17.9: a paragraph, or its style, names a list and a level. Lists made from one definition
share their numbers, unless one restarts. Bullets have no numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bot.files.worker.documents.package import attribute, child, descendants, local
from bot.files.worker.numerals import numeral

_LEVELS = 9
_STYLES_DEPTH_MAX = 20
_CHARS_MAX = 60
"""Characters before an item, which are repeated for each."""
_NO_NUMBERS = frozenset({"bullet", "none"})


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    form: str
    text: str
    """``%1`` stands for the number of the outermost level, and so on."""
    all_digits: bool
    style: str


@dataclass(slots=True)
class _List:
    """``counted`` has the current numbers of the levels; lists with the same definition share it."""

    levels: dict[int, _Level]
    counted: dict[int, int]
    begins_anew: dict[int, int] = field(default_factory=dict)


class Lists:
    """``styles`` and ``numbering`` are the roots of those parts."""

    def __init__(self, numbering: ET.Element, styles: ET.Element) -> None:
        self._lists = _lists(numbering)
        self._of_styles = _of_styles(styles, self._lists)

    def mark(self, paragraph: ET.Element) -> str:
        """What comes before its words, such as ``3.2`` or ``(c)``; empty for most. Call for the paragraphs in order."""
        properties = child(paragraph, "pPr")
        if properties is None or not self._lists:
            return ""
        style = child(properties, "pStyle")
        number, level = self._of_styles.get(attribute(style, "val") if style is not None else "", ("", 0))
        own = child(properties, "numPr")
        if own is not None:
            number, level = _value(own, "numId", number), _whole(_value(own, "ilvl", str(level)))
        found = self._lists.get(number)
        return _next(found, level) if found is not None and level in found.levels else ""


def _next(found: _List, level: int) -> str:
    counted = found.counted
    for number in (one for one in found.levels if one <= level):
        if number in found.begins_anew:
            counted[number] = found.begins_anew.pop(number)
        elif number not in counted:  # an item may come before its parent
            counted[number] = found.levels[number].start
        elif number == level:
            counted[number] += 1
    for deeper in [number for number in counted if number > level]:
        del counted[deeper]
    own = found.levels[level]

    def written(sign: re.Match[str]) -> str:
        of = int(sign[1]) - 1
        outer = found.levels.get(of)
        if outer is None or of > level:
            return ""
        return numeral(counted.get(of, outer.start), "decimal" if own.all_digits else outer.form)

    return "" if own.form in _NO_NUMBERS else re.sub(r"%([1-9])", written, own.text).strip()


def _lists(root: ET.Element) -> dict[str, _List]:
    described: dict[str, tuple[dict[int, _Level], dict[int, int]]] = {}
    for element in descendants(root, "abstractNum"):
        levels = {number: _level(part) for number, part in _numbered(element, "lvl")}
        described[attribute(element, "abstractNumId")] = (levels, {})
    found = {}
    for element in descendants(root, "num"):
        levels, counted = described.get(_value(element, "abstractNumId", ""), ({}, {}))
        one = _List(dict(levels), counted)
        for number, part in _numbered(element, "lvlOverride"):
            own = child(part, "lvl")
            if own is not None:
                one.levels[number] = _level(own)
            if child(part, "startOverride") is not None:
                one.begins_anew[number] = _whole(_value(part, "startOverride", "1"))
        found[attribute(element, "numId")] = one
    return found


def _numbered(element: ET.Element, name: str) -> list[tuple[int, ET.Element]]:
    return [(_whole(attribute(part, "ilvl")), part) for part in element if local(part) == name][:_LEVELS]


def _level(element: ET.Element) -> _Level:
    digits = child(element, "isLgl")
    return _Level(
        _whole(_value(element, "start", "0")),
        _form(element)[:_CHARS_MAX],
        _value(element, "lvlText", "")[:_CHARS_MAX],
        digits is not None and attribute(digits, "val", "1") not in {"0", "false", "off"},
        _value(element, "pStyle", ""),
    )


def _form(level: ET.Element) -> str:
    """One of the forms in ``numerals``; for 0001, 0002 the first of them."""
    found = next(descendants(level, "numFmt"), None)  # newer forms are within elements that older programs skip
    form = attribute(found, "val", "decimal") if found is not None else "decimal"
    return attribute(found, "format").partition(",")[0].strip() if found is not None and form == "custom" else form


def _of_styles(root: ET.Element, lists: Mapping[str, _List]) -> dict[str, tuple[str, int]]:
    """The list and the level of each style, inherited from its parent if needed."""
    styles = {attribute(one, "styleId"): one for one in descendants(root, "style")}
    found = {}
    for name, style in styles.items():
        current: ET.Element | None = style
        for _ in range(_STYLES_DEPTH_MAX):
            own = child(current, "pPr", "numPr")
            if current is None or own is not None:
                break
            current = styles.get(_value(current, "basedOn", ""))
        else:
            continue
        number = _value(own, "numId", "") if own is not None else ""
        if number in lists:
            levels = lists[number].levels
            level = _whole(_value(own, "ilvl", "0")) if own is not None else 0
            found[name] = (number, next((at for at, one in levels.items() if one.style == name), level))
    return found


def _value(element: ET.Element | None, name: str, default: str) -> str:
    part = child(element, name)
    return attribute(part, "val", default) if part is not None else default


def _whole(text: str) -> int:
    return int(text) if re.fullmatch(r"-?[0-9]{1,6}", text) else 0
