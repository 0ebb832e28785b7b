"""Writes superscript and subscript digits as Unicode ones: 10³ is not 103. Pure.

Letters stay as they are: "1st" reads well, and most letters have no such form.
"""

from __future__ import annotations

import re

_MARKS = re.compile(r"\s*[-+−=()]*[0-9][0-9+\-−=().,\s]*")
_PLAIN = "0123456789+-−=()"
_UP = str.maketrans(_PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾")
_DOWN = str.maketrans(_PLAIN, "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")


def raised(text: str) -> str:
    return text.translate(_UP) if _MARKS.fullmatch(text) else text


def lowered(text: str) -> str:
    return text.translate(_DOWN) if _MARKS.fullmatch(text) else text


def aligned(text: str, where: str) -> str:
    """``where`` is Office's word: ``superscript``, ``subscript``, or anything else for neither."""
    return raised(text) if where == "superscript" else lowered(text) if where == "subscript" else text
