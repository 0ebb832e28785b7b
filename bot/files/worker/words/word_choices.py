"""Lists the choices of a drop-down list in a Word document in one line, since no page shows them.

Pure. Source: ECMA-376 part 1, 17.5.2 (content controls) and 17.16.9 (forms of Word 97).
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bot.files.worker.documents.bylines import in_brackets
from bot.files.worker.documents.package import attribute, descendants, local

BEGINS = frozenset({"sdtPr", "fldChar"})
_CHARS_MAX = 4_000


def line(element: ET.Element) -> str:
    """Empty where there is no list, or one that only has the hint of what to do with it."""
    found = list[str]()
    for entry in descendants(element, "listItem", "listEntry"):
        shown = attribute(entry, "displayText") or attribute(entry, "val" if local(entry) == "listEntry" else "value")
        found += [" ".join(shown.split())] if shown.strip() else []
    text = in_brackets(" | ".join(found))
    if len(found) < 2:
        return ""
    if len(text) > _CHARS_MAX:
        text = f"{text[:_CHARS_MAX].rpartition(' | ')[0]} … ({len(found)} in all)"
    return f"[choices: {text}]"
