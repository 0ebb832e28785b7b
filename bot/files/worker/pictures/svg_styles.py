"""Rewrites a drawing's styles in the older CSS that the renderer knows.

Pure. Sources: CSS Custom Properties 1 (``var()``), CSS Color 4 and 5 (colours without commas, ``light-dark()``), Media
Queries 4. Without this a shape is black if its colour is written in a newer way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bot.files.worker.pictures.svg_colours import older

_DECLARED = re.compile(r"(?<![\w-])(--[\w-]{1,100})\s{0,20}:\s{0,20}([^;{}]{0,500});?")
_CALL = re.compile(r"\b(var|light-dark)\(", re.IGNORECASE)
_MEDIA = re.compile(r"@(?:media|layer|supports)\b([^{}]{0,500})\{", re.IGNORECASE)
_REM = re.compile(r"(?<![\w.])(\d{0,9}\.?\d{1,9})rem\b", re.IGNORECASE)
_REM_PX = 16
_NOT_HERE = re.compile(r"print|speech|dark|max-|orientation|hover|reduce|forced|\bnot\b|\bmore\b", re.IGNORECASE)
_BRACES, _BRACKETS = re.compile("[{}]"), re.compile("[()]")
_VARIABLES_MAX, _CALL_CHARS_MAX, _VALUE_CHARS_MAX, _DEPTH_MAX = 2_000, 1_000, 1_000, 5


def variables(styles: Iterable[str]) -> dict[str, str]:
    """Values by name, with the values they refer to. Of several with one name the first counts, as it is the drawing's
    default."""
    found: dict[str, str] = {}
    for style in styles:
        for declared in _DECLARED.finditer(style):
            if len(found) < _VARIABLES_MAX:
                found.setdefault(declared[1], declared[2].strip())
    for _ in range(_DEPTH_MAX):
        if not any("(" in value for value in found.values()):
            break
        found = {name: _bounded(_filled_in(value, found)) for name, value in found.items()}
    return found


def _bounded(value: str) -> str:
    return value if len(value) <= _VALUE_CHARS_MAX else ""


def on_screen(sheet: str) -> str:
    """The rules for a light screen, without those for print, dark or small screens."""
    pieces, at = [], 0
    while (media := _MEDIA.search(sheet, at)) is not None:
        end = _closing(sheet, media.end(), len(sheet), _BRACES)
        pieces.append(sheet[at : media.start()])
        if is_for_screens(media[1]):
            pieces.append(sheet[media.end() : end])
        at = end + 1
    return "".join(pieces) + sheet[at:]


def plain(style: str, known: dict[str, str]) -> str:
    """``style`` with the values of variables, older forms of colours, and lengths in pixels."""
    filled = older(_DECLARED.sub("", _filled_in(style, known)))
    return _REM.sub(lambda length: f"{float(length[1]) * _REM_PX:g}px", filled)


def is_for_screens(media: str) -> bool:
    return _NOT_HERE.search(media) is None


def _filled_in(style: str, known: dict[str, str], depth: int = 0) -> str:
    pieces, at = [], 0
    while depth < _DEPTH_MAX and (call := _CALL.search(style, at)) is not None:
        end = _closing(style, call.end(), call.end() + _CALL_CHARS_MAX, _BRACKETS)
        within = style[call.end() : end]
        if call[1].lower() == "var":
            name, _, other = within.partition(",")
            value = known.get(name.strip()) or _filled_in(other, known, depth + 1)
        else:
            value = _filled_in(_first(within), known, depth + 1)
        pieces += [style[at : call.start()], value.strip()]
        at = end + 1
    return "".join(pieces) + style[at:]


def _first(values: str) -> str:
    """Splits values at commas, except within a colour."""
    depth = 0
    for at, char in enumerate(values):
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and not depth:
            return values[:at]
    return values


def _closing(text: str, at: int, end: int, brackets: re.Pattern[str]) -> int:
    """Where the bracket opened before ``at`` closes, at ``end`` at the latest."""
    depth = 1
    for found in brackets.finditer(text, at, end):
        depth += 1 if found[0] in "({" else -1
        if not depth:
            return found.start()
    return min(end, len(text))
