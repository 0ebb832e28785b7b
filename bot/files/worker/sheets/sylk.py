"""Reads a SYLK table (.slk) as comma-separated text, with numbers as their formats show them.

Pure. Source: Microsoft's "Symbolic Link" description, as LibreOffice and Excel write it: a record per line, fields
after semicolons, and a semicolon in a text doubled. Accents may be ``ESC N``, the accent and the letter.
"""

from __future__ import annotations

import re
import unicodedata

from bot.files.worker.documents.bylines import in_brackets
from bot.files.worker.encodings.detecting import text_of
from bot.files.worker.sheets import number_format
from bot.files.worker.sheets.plain import to_csv

_CELLS_MAX = 2_000_000
_ACCENTS = {"A": "\u0300", "B": "\u0301", "C": "\u0302", "D": "\u0303", "H": "\u0308", "J": "\u030a", "K": "\u0327"}
_ACCENTED = re.compile(r"\x1bN([A-DHJK])(.)|\x1b[^N]?", re.DOTALL)
_SEMICOLON = "\ue000"


def read(data: bytes) -> str:
    """Comments go into their cells."""
    cells: dict[tuple[int, int], str] = {}
    formats: list[str] = []
    own: dict[tuple[int, int], str] = {}
    row = column = 1
    for line in text_of(data).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        kind, fields = _fields(line)
        if kind == "P" and "P" in fields:
            formats.append(fields["P"])
            continue
        if kind not in {"C", "F"}:
            continue
        row, column = _number(fields.get("Y"), row), _number(fields.get("X"), column)
        at = row, column
        number = _number(fields.get("P"), 0) if kind == "F" else 0
        if number and number < len(formats):
            own[at] = formats[number]
        if kind == "C" and len(cells) < _CELLS_MAX:
            text = _shown(fields["K"], own.get(at, "General")) if "K" in fields else cells.get(at, "")
            comment = fields.get("A", "")
            cells[at] = f"{text} [comment: {in_brackets(comment)}]".lstrip() if comment else text
    return to_csv(cells)


def _fields(line: str) -> tuple[str, dict[str, str]]:
    """The kind of record, and its fields by letter."""
    kind, *fields = line.replace(";;", _SEMICOLON).split(";")
    return kind, {field[0]: _plain(field[1:]) for field in fields if field}


def _plain(text: str) -> str:
    def accented(found: re.Match[str]) -> str:
        return unicodedata.normalize("NFC", found[2] + _ACCENTS[found[1]]) if found[1] else ""

    return _ACCENTED.sub(accented, text.replace(_SEMICOLON, ";"))


def _number(text: str | None, before: int) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 8 else before


def _shown(text: str, code: str) -> str:
    if text.startswith('"'):
        return text[1:].removesuffix('"').replace('""', '"')
    try:
        value = float(text)
    except ValueError:
        return text
    return number_format.shown(value, code) or number_format.general(value)
