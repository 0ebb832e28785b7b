"""Finds out which rules of a drawing's style sheet apply to which elements.

Pure. Source: Selectors 4, as far as drawings use it: names, classes, ids, attributes, positions among siblings,
``:is()``, ``:not()`` and ``:where()``, and all four combinators. A rule with any other selector applies to no
element.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree as ET

_SIMPLE = re.compile(
    r"(?P<name>\*|[A-Za-z][\w-]{0,100})|\.(?P<class>[\w-]{1,100})|#(?P<id>[\w-]{1,100})"
    r"|\[\s{0,9}(?P<key>[\w:-]{1,100})\s{0,9}(?:(?P<how>[~^$*|]?)=\s{0,9}[\"']?(?P<value>[^\]\"']{0,200})[\"']?\s{0,9})?\]"
    r"|::?(?P<pseudo>[a-z-]{1,40})(?P<call>\()?"
)
_COMBINATOR = re.compile(r"\s{0,50}([>+~])\s{0,50}|\s{1,50}")
_PLACE = re.compile(r"(?:([+-]?\d{0,6})n)?\s{0,9}([+-]?\s{0,9}\d{1,6})?")
_NESTED_MAX, _SELECTOR_CHARS_MAX = 3, 2_000
_STEPS_MAX = 1_000_000
"""Of the comparisons for one drawing: a second or two."""


class SelectorError(ValueError):
    """A selector that is not read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``selector`` is a single one; of a list each has a rule of its own, in the order of the sheet."""

    selector: str
    declarations: str


@dataclass(slots=True)
class Tree:
    """Who an element's parent is."""

    parents: dict[ET.Element, ET.Element]
    steps_left: int = _STEPS_MAX

    @classmethod
    def of(cls, root: ET.Element) -> Tree:
        return cls({child: parent for parent in root.iter() for child in parent})

    def matches(self, element: ET.Element, selector: str, depth: int = 0) -> bool:
        """Raises ``SelectorError``."""
        compounds, combinators = _compounds(selector)
        if not self._is(element, compounds[-1], depth):
            return False
        return self._fits(element, compounds[:-1], combinators, depth)

    def _fits(self, element: ET.Element, compounds: list[str], combinators: list[str], depth: int) -> bool:
        if not compounds:
            return True
        near = self._near(element, combinators[-1])
        return any(
            self._is(one, compounds[-1], depth) and self._fits(one, compounds[:-1], combinators[:-1], depth)
            for one in near
        )

    def _near(self, element: ET.Element, combinator: str) -> Iterator[ET.Element]:
        parent = self.parents.get(element)
        if parent is None:
            return
        if combinator in {"+", "~"}:
            siblings = list(parent)
            self.steps_left -= len(siblings) // 20
            before = siblings[: siblings.index(element)][::-1]
            yield from before[:1] if combinator == "+" else before
        else:
            while parent is not None:
                yield parent
                parent = self.parents.get(parent) if combinator == " " else None

    def _is(self, element: ET.Element, compound: str, depth: int) -> bool:
        self.steps_left -= 1
        if self.steps_left < 0:
            raise SelectorError(compound)
        at = 0
        while at < len(compound):
            part = _SIMPLE.match(compound, at)
            if part is None:
                raise SelectorError(compound)
            at = part.end()
            inner = ""
            if part["call"]:
                end = _closing(compound, at)
                inner, at = compound[at:end], end + 1
            if not self._has(element, part, inner, depth):
                return False
        return True

    def _has(self, element: ET.Element, part: re.Match[str], inner: str, depth: int) -> bool:
        if part["name"]:
            return part["name"] in {"*", element.tag.rpartition("}")[2]}
        if part["class"]:
            return part["class"] in element.get("class", "").split()
        if part["id"]:
            return element.get("id") == part["id"]
        if part["key"]:
            return _has_value(element.get(part["key"]), part["how"], part["value"])
        return self._is_so(element, part["pseudo"], inner, depth)

    def _is_so(self, element: ET.Element, pseudo: str, inner: str, depth: int) -> bool:
        if pseudo in {"is", "where", "not", "matches"}:
            if depth >= _NESTED_MAX:
                raise SelectorError(pseudo)
            found = any(self.matches(element, one, depth + 1) for one in listed(inner))
            return found is not (pseudo == "not")
        parent = self.parents.get(element)
        if pseudo == "root":
            return parent is None
        siblings = list(parent) if parent is not None else [element]
        if pseudo.endswith("-of-type"):
            siblings = [one for one in siblings if one.tag == element.tag]
        self.steps_left -= len(siblings) // 20
        place = siblings.index(element) + 1
        last = len(siblings) - place + 1
        if pseudo.startswith("first-"):
            return place == 1
        if pseudo.startswith("last-"):
            return last == 1
        if pseudo.startswith("nth-"):
            return _is_at(last if pseudo.startswith("nth-last-") else place, inner)
        raise SelectorError(pseudo)


def rules(sheet: str) -> list[Rule]:
    found = []
    for piece in _without_comments(sheet).split("}"):
        selectors, _, declarations = piece.partition("{")
        if len(selectors) <= _SELECTOR_CHARS_MAX and not selectors.lstrip().startswith("@"):
            found += [Rule(one, declarations) for one in listed(selectors)]
    return found


def _without_comments(sheet: str) -> str:
    first, *others = sheet.split("/*")
    return " ".join([first, *(other.partition("*/")[2] for other in others)])


def weight(selector: str) -> tuple[int, int, int]:
    """By which of two rules for one element the heavier counts: its ids, its classes and the like, its names."""
    found = list(_SIMPLE.finditer(selector))
    ids = sum(part["id"] is not None for part in found)
    names = sum(part["name"] not in {None, "*"} for part in found)
    plain = [part for part in found if part["class"] or part["key"] or (part["pseudo"] and not part["call"])]
    return ids, len(plain), names


def listed(selectors: str) -> list[str]:
    """Those that commas part, but for commas within brackets."""
    pieces, depth, begin = list[str](), 0, 0
    for at, char in enumerate(selectors):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(char, 0)
        if char == "," and depth <= 0:
            pieces.append(selectors[begin:at])
            begin = at + 1
    return [piece.strip() for piece in (*pieces, selectors[begin:]) if piece.strip()]


def _compounds(selector: str) -> tuple[list[str], list[str]]:
    compounds, combinators, at, begin = list[str](), list[str](), 0, 0
    while at < len(selector):
        if selector[at] in "([":
            at = _closing(selector, at + 1) + 1
        elif between := _COMBINATOR.match(selector, at):
            compounds.append(selector[begin:at])
            combinators.append(between[1] or " ")
            begin = at = between.end()
        else:
            at += 1
    compounds.append(selector[begin:])
    if not all(compounds):
        raise SelectorError(selector)
    return compounds, combinators


def _closing(text: str, at: int) -> int:
    depth = 1
    for place in range(at, len(text)):
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(text[place], 0)
        if not depth:
            return place
    raise SelectorError(text)


def _has_value(has: str | None, how: str | None, wanted: str | None) -> bool:
    if has is None or wanted is None:
        return has is not None
    return {
        "": has == wanted,
        "~": wanted in has.split(),
        "^": has.startswith(wanted),
        "$": has.endswith(wanted),
        "*": wanted in has,
        "|": has == wanted or has.startswith(wanted + "-"),
    }[how or ""]


def _is_at(place: int, formula: str) -> bool:
    formula = {"odd": "2n+1", "even": "2n"}.get(formula.strip(), formula.strip())
    found = _PLACE.fullmatch(formula)
    if found is None or not formula:
        raise SelectorError(formula)
    step = 0 if found[1] is None else int(found[1] + "1" if found[1] in {"", "+", "-"} else found[1])
    first = int((found[2] or "0").replace(" ", ""))
    return place == first if not step else (place - first) % step == 0 and (place - first) // step >= 0
