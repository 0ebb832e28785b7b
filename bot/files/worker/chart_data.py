"""Turns a chart that a notebook keeps for the browser (Plotly, Vega) into short JSON of its words and numbers.

Pure. The notebook has no picture of such a chart, so its titles, names and points are all that can be shown. Whatever
only concerns its looks is left out. Sources: Plotly's figure schema, whose arrays may be base64 of their numbers;
Vega-Lite.
"""

from __future__ import annotations

import binascii
import json
import re
from array import array
from dataclasses import dataclass
from itertools import islice
from sys import byteorder

KINDS = re.compile(r"application/vnd\.(?:plotly|vega|vegalite)\.v\d[\d.]*\+json")
_LOOKS = frozenset({"template", "config", "$schema", "uid", "customdata"})
_NUMBERS = {
    "i1": "b",
    "u1": "B",
    "i2": "h",
    "u2": "H",
    "i4": "i",
    "u4": "I",
    "i8": "q",
    "u8": "Q",
    "f4": "f",
    "f8": "d",
}
_ITEMS_MAX = 300
_CHARS_MAX = 20_000
_DEPTH_MAX = 12
_FIGURES = 12


@dataclass(slots=True)
class Chart:
    """``whole`` says that ``text`` lacks nothing of the chart."""

    text: str = ""
    whole: bool = True


def chart_of(figure: object) -> Chart:
    chart = Chart()
    shown = json.dumps(_short(figure, 0, chart), ensure_ascii=False, separators=(", ", ": "))
    if len(shown) > _CHARS_MAX:
        shown, chart.whole = f"{shown[:_CHARS_MAX]} …", False
    chart.text = shown if isinstance(figure, dict) else ""
    return chart


def _short(value: object, depth: int, chart: Chart) -> object:
    if isinstance(value, float):
        return float(f"{value:.{_FIGURES}g}")
    if not isinstance(value, dict | list | array):
        return value
    if depth > _DEPTH_MAX:
        chart.whole = False
        return "…"
    if isinstance(value, dict):
        if (numbers := _unpacked(value)) is not None:
            return _short(numbers, depth, chart)
        return {key: _short(inner, depth + 1, chart) for key, inner in value.items() if key not in _LOOKS}
    kept = [_short(inner, depth + 1, chart) for inner in islice(value, _ITEMS_MAX)]
    if len(value) > _ITEMS_MAX:
        chart.whole = False
        kept.append(f"… {len(value) - _ITEMS_MAX:,} more")
    return kept


def _unpacked(value: dict[str, object]) -> array[int] | None:
    """Decodes an array that Plotly keeps as base64 of little-endian bytes. ``None`` if it is not one."""
    packed, code = value.get("bdata"), _NUMBERS.get(str(value.get("dtype")))
    if not isinstance(packed, str) or code is None:
        return None
    try:
        numbers: array[int] = array(code, binascii.a2b_base64(packed))
    except ValueError:
        return None
    if byteorder == "big":
        numbers.byteswap()
    return numbers
