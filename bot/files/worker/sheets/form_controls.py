"""Reads the words on a sheet's form controls from its VML drawing, and which boxes are ticked.

Pure. Excel still writes form controls as VML. Uses patterns, since much VML is not well-formed XML.
"""

from __future__ import annotations

import html
import re

from bot.files.worker.sheets.table import column_letters

_LINES_MAX = 4_000
_SHAPE_CHARS_MAX = 20_000
_SORT = re.compile(r'<x:ClientData\s[^>]{0,200}?ObjectType="(\w{1,20})"')
_BOX = re.compile(r"<v:textbox[^>]{0,2000}>")
_TICKED = re.compile(r"<x:Checked>\s*([12])")
_ANCHOR = re.compile(r"<x:Anchor>\s*(\d{1,5}),\s*-?\d{1,7},\s*(\d{1,7}),")
_NAMES = {
    "Button": "Button",
    "Checkbox": "Check box",
    "Radio": "Option",
    "GBox": "Group of options",
    "Label": "Label",
    "EditBox": "Field",
    "Dialog": "Dialog",
    "Rect": "Text box",
    "Shape": "Text box",
}
_STATES = {"1": " (ticked)", "2": " (half ticked)"}


def lines(data: bytes) -> list[str]:
    """Comments are such shapes, too, and are read elsewhere."""
    found = []
    for shape in data.decode("utf-8", "replace").split("</v:shape>"):
        shape = shape[:_SHAPE_CHARS_MAX]  # noqa: PLW2901 - what a control says is short
        sort = _SORT.search(shape)
        words = _words(shape)
        if sort is None or sort[1] not in _NAMES or not words:
            continue
        ticked = _TICKED.search(shape)
        anchor = _ANCHOR.search(shape)
        at = f" at {column_letters(min(int(anchor[1]), 16_383) + 1)}{int(anchor[2]) + 1}" if anchor else ""
        state = _STATES[ticked[1]] if ticked else ""
        found.append(f"{_NAMES[sort[1]]}{at}{state}: {words}")
        if len(found) == _LINES_MAX:
            break
    return found


def _words(shape: str) -> str:
    begin = _BOX.search(shape)
    if begin is None:
        return ""
    inner = shape[begin.end() :].partition("</v:textbox>")[0]
    inner = re.sub(r"<(?:br|/div|/p)\b[^>]{0,200}>", " ", inner)
    return " ".join(html.unescape(re.sub(r"<[^>]{0,2000}>", "", inner)).split())
