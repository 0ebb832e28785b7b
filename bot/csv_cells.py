"""Makes other people's words safe in a table that a spreadsheet program opens. Pure."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"[-+]?[\d.,\s%€$£]+")
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""A cell beginning with one of these would be computed."""


def no_formula(cell: str) -> str:
    """The cell as it is read; a number stays one."""
    return f"'{cell}" if cell.lstrip().startswith(_FORMULA) and not _NUMBER.fullmatch(cell) else cell
