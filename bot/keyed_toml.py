"""Reads a TOML settings file, and reports faults by line and key. Pure.

The standard parser gives the line of a syntax error but not of a key. That is found by parsing the file again up to
each line on which the key may begin: a key belongs to the statement with which it first appears.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

FAULTS_MAX = 20
CANDIDATES_MAX = 50
STATEMENT_LINES_MAX = 400
"""Beyond this many tries a fault is reported without a line."""
Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """``what`` is a predicate of the key: "must be a text". An empty ``path`` means the file."""

    path: Path
    what: str


class Faults(Exception):
    """``lines`` has a sentence for each fault, with its line and key, in the order of the file."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("; ".join(lines))
        self.lines = tuple(lines)


def parse(text: str) -> dict[str, Any]:
    """Raises ``Faults``."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Faults([_syntax(str(error), text)]) from None


def unknown(table: Mapping[str, Any], known: Collection[str], path: Path, noun: str) -> list[Fault]:
    """A fault for each unknown key, with the one that may be meant."""
    faults = []
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, n=1, cutoff=0.5)
            meant = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}"
            faults.append(Fault((*path, key), f"is not a {noun} that I know. {meant}"))
    return faults


def raise_for(faults: Collection[Fault], text: str) -> None:
    """Raises ``Faults`` if there are any."""
    if not faults:
        return
    lines = text.replace("\r\n", "\n").split("\n")
    faults = list(faults)[:FAULTS_MAX]
    found = sorted(((line_of(fault.path, lines) or 0, fault) for fault in faults), key=lambda pair: pair[0])
    raise Faults([f"line {line}: {_named(fault)}" if line else _named(fault) for line, fault in found])


def line_of(path: Path, lines: Sequence[str]) -> int | None:
    """The line, counted from 1, of the statement that first gives the key; for a missing key, that of its table.
    ``None`` if it cannot be found."""
    while path:
        candidates = [number for number, line in enumerate(lines) if path[-1] in line][:CANDIDATES_MAX]
        for number in candidates:
            if not _holds(lines[:number], path) and _begins(lines, number, path):
                return number + 1
        path = path[:-1]
    return None


def _begins(lines: Sequence[str], number: int, path: Path) -> bool:
    """Whether the statement on that line gives the key; it may go on over further lines."""
    for end in range(number + 1, min(len(lines), number + STATEMENT_LINES_MAX) + 1):
        given = _holds(lines[:end], path)
        if given is not None:
            return given
    return False


def _holds(lines: Sequence[str], path: Path) -> bool | None:
    """``None`` if the lines end within a statement."""
    try:
        value: Any = tomllib.loads("\n".join(lines))
    except (ValueError, RecursionError):
        return None
    for key in path:
        if not isinstance(value, dict) or key not in value:
            return False
        value = value[key]
    return True


def _named(fault: Fault) -> str:
    return f"{'.'.join(fault.path)} {fault.what}".strip()


def _syntax(message: str, text: str) -> str:
    """The parser's own message, with the line first, as in all other faults."""
    message = message.replace("end of document", f"line {text.rstrip().count(chr(10)) + 1}")
    what, _, where = message.rpartition(" (at ")
    place = where.removesuffix(")")
    return f"{place.replace(', column', ', character')}: {_lower(what)}" if what else _lower(message)


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
