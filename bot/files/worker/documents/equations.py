"""Writes an equation (Office's OMML or MathML) on one line: "x = (-b ± √(b²-4ac))/(2a)" with ^ and _ .

Pure. Sources: ECMA-376 part 1, 22.1; MathML 3.0, 3. Numbers and letters are in reading order, unlike the glyphs on a
page.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree import ElementTree as ET

from bot.files.worker.documents.package import attribute, child, local

_DEPTH_MAX = 40
_SKIPPED = frozenset({"rPr", "ctrlPr", "annotation", "annotation-xml", "mphantom", "phant"})


def linear(element: ET.Element, depth: int = 0) -> str:
    name = local(element)
    if depth > _DEPTH_MAX or name in _SKIPPED or name.endswith("Pr"):
        return ""
    if name in {"t", "mtext"}:
        return "".join(element.itertext())
    if name in {"mi", "mn", "mo", "ms"}:
        return "".join("".join(element.itertext()).split())
    if name in _OFFICE:
        return _OFFICE[name](element, depth + 1)
    if name in _MATHML:
        inner = [linear(part, depth + 1) for part in element if local(part) not in _SKIPPED]
        return _MATHML[name](inner)
    return "".join(linear(part, depth + 1) for part in element)


def _group(text: str) -> str:
    """In brackets if it would be ambiguous without."""
    text = text.strip()
    return text if len(text) <= 1 or text.isalnum() else f"({text})"


def _raised(base: str, below: str, above: str) -> str:
    return base + (f"_{_group(below)}" if below.strip() else "") + (f"^{_group(above)}" if above.strip() else "")


def _root(inner: str, degree: str = "") -> str:
    return f"{degree.strip()}√{_group(inner)}"


def _at(parts: list[str], number: int) -> str:
    return parts[number] if number < len(parts) else ""


# --- Office ----------------------------------------------------------------------------------------------------------
def _part(element: ET.Element, name: str, depth: int) -> str:
    found = child(element, name)
    return linear(found, depth) if found is not None else ""


def _sign(element: ET.Element, properties: str, name: str, default: str) -> str:
    found = child(element, properties, name)
    return attribute(found, "val") if found is not None else default


def _each(element: ET.Element, name: str, depth: int) -> list[str]:
    return [linear(part, depth) for part in element if local(part) == name]


def _fenced(element: ET.Element, depth: int) -> str:
    begin, end = _sign(element, "dPr", "begChr", "("), _sign(element, "dPr", "endChr", ")")
    return begin + _sign(element, "dPr", "sepChr", "|").join(_each(element, "e", depth)) + end


def _sum(element: ET.Element, depth: int) -> str:
    sign = _sign(element, "naryPr", "chr", "∫")
    return f"{_raised(sign, _part(element, 'sub', depth), _part(element, 'sup', depth))} {_part(element, 'e', depth)}"


_OFFICE: dict[str, Callable[[ET.Element, int], str]] = {
    "f": lambda e, depth: f"{_group(_part(e, 'num', depth))}/{_group(_part(e, 'den', depth))}",
    **dict.fromkeys(
        ("sSup", "sSub", "sSubSup"),
        lambda e, depth: _raised(_part(e, "e", depth), _part(e, "sub", depth), _part(e, "sup", depth)),
    ),
    "sPre": lambda e, depth: _raised("", _part(e, "sub", depth), _part(e, "sup", depth)) + _part(e, "e", depth),
    "rad": lambda e, depth: _root(_part(e, "e", depth), _part(e, "deg", depth)),
    "nary": _sum,
    "d": _fenced,
    "func": lambda e, depth: f"{_part(e, 'fName', depth)} {_part(e, 'e', depth)}",
    "limLow": lambda e, depth: _raised(_part(e, "e", depth), _part(e, "lim", depth), ""),
    "limUpp": lambda e, depth: _raised(_part(e, "e", depth), "", _part(e, "lim", depth)),
    "m": lambda e, depth: "; ".join(", ".join(_each(row, "e", depth)) for row in e if local(row) == "mr"),
    "eqArr": lambda e, depth: "; ".join(_each(e, "e", depth)),
    "acc": lambda e, depth: _part(e, "e", depth) + _sign(e, "accPr", "chr", "\u0302"),
}

# --- MathML ----------------------------------------------------------------------------------------------------------
_MATHML: dict[str, Callable[[list[str]], str]] = {
    "mfrac": lambda parts: f"{_group(_at(parts, 0))}/{_group(_at(parts, 1))}",
    "msup": lambda parts: _raised(_at(parts, 0), "", _at(parts, 1)),
    "mover": lambda parts: _raised(_at(parts, 0), "", _at(parts, 1)),
    "msub": lambda parts: _raised(_at(parts, 0), _at(parts, 1), ""),
    "munder": lambda parts: _raised(_at(parts, 0), _at(parts, 1), ""),
    "msubsup": lambda parts: _raised(_at(parts, 0), _at(parts, 1), _at(parts, 2)),
    "munderover": lambda parts: _raised(_at(parts, 0), _at(parts, 1), _at(parts, 2)),
    "msqrt": lambda parts: _root("".join(parts)),
    "mroot": lambda parts: _root(_at(parts, 0), _at(parts, 1)),
    "mtable": "; ".join,
    "mtr": ", ".join,
    "mfenced": lambda parts: f"({', '.join(parts)})",
}
