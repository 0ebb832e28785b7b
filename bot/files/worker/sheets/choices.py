"""Describes a cell's data validation in one line.

Pure. Source: ECMA-376 part 1, 18.3.1.32. A list gives its choices; any rule gives the hint beside the cell.
"""

from __future__ import annotations

_CELLS_CHARS_MAX = 300
LINES_MAX = 4_000
"""More than a sheet's text has room for, so that a note says if there are more."""


def line(cells: str, choices: str, *hint: str) -> str:
    """``cells`` are addresses; ``choices`` is a quoted list, or the formula that leads to one. Empty for a rule that
    nobody sees."""
    words = " – ".join(" ".join(text.split()) for text in hint if text.strip())
    listed = choices.strip()
    if listed.startswith('"') and listed.endswith('"') and len(listed) > 1:
        listed = listed[1:-1].replace('""', '"')
    elif listed:
        listed = f"those in {listed.replace('$', '')}"
    said = [f"choices: {listed}"] if listed else []
    said += [f"hint: {words}"] if words else []
    cells = cells.replace("$", "")
    cells = (
        cells if len(cells) <= _CELLS_CHARS_MAX else f"{cells[:_CELLS_CHARS_MAX].rpartition(' ')[0]} and other cells"
    )
    return f"At {cells}, {', '.join(said)}" if said else ""
