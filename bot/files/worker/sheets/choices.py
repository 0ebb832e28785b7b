"""What a cell takes, by its rules for what may be typed in, in; a line that says so out.

Pure. Source: ECMA-376 part 1, 18.3.1.32: of a list people see the choices, of any rule the hint beside the cell.
"""

from __future__ import annotations

_CHARS_MAX = 2_000
LINES_MAX = 200


def line(cells: str, choices: str, *hint: str) -> str:
    """``cells`` are addresses; ``choices`` is a list in quotes, or the formula that leads to one. Empty for a rule that
    nobody sees."""
    words = " – ".join(" ".join(text.split()) for text in hint if text.strip())
    listed = choices.strip()
    if listed.startswith('"') and listed.endswith('"') and len(listed) > 1:
        listed = listed[1:-1].replace('""', '"')
    elif listed:
        listed = f"those in {listed.replace('$', '')}"
    said = [f"choices: {listed}"] if listed else []
    said += [f"hint: {words}"] if words else []
    return f"At {cells.replace('$', '')}, {', '.join(said)}"[:_CHARS_MAX] if said else ""
