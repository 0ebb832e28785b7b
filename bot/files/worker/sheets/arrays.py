"""Says which cells have their results from an array formula in another cell.

Pure. Source: ECMA-376 part 1, 18.3.1.40 (f): one cell has the formula, with the range that its results fill.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from bot.files.worker.sheets.model import Array
from bot.files.worker.sheets.table import column_number

_RANGE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7}):\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_KINDS = frozenset({"array", "dataTable"})


def of_formula(element: ET.Element) -> list[Array]:
    """One for an array formula that fills several cells."""
    found = _RANGE.fullmatch(element.get("ref", "")) if element.get("t") in _KINDS else None
    if found is None:
        return []
    return [Array((int(found[2]), int(found[4])), (column_number(found[1]), column_number(found[3])))]
