"""Reads the words on the pages of a Visio drawing (Office Open XML) or an XPS document.

I/O: reads the file; runs in a worker process. Source: [MS-VSDX] 2.2.5.3 (Text), ECMA-388 12.1 (Glyphs).
"""

from __future__ import annotations

import re

from bot.files.worker.documents.package import Broken, Package, attribute, descendants
from bot.files.worker.words.lines import Counted, Words

_PAGES_MAX = 2_000


def read_visio(package: Package) -> Words:
    """Raises ``Broken`` if there is no page."""
    words, counted = Words(), Counted()
    for number, name in enumerate(_pages(package, "visio/pages/page", ".xml"), 1):
        section = words.section(f"Page {number}")
        for element in descendants(package.optional_tree(name), "Text"):
            section.add(counted.take(" ".join("".join(element.itertext()).split())))
    return words


def read_xps(package: Package) -> Words:
    """Raises ``Broken`` if there is no page."""
    words, counted = Words(), Counted()
    for number, name in enumerate(_pages(package, "", ".fpage"), 1):
        section = words.section(f"Page {number}")
        for element in descendants(package.optional_tree(name), "Glyphs"):
            section.add(counted.take(attribute(element, "UnicodeString").removeprefix("{}")))
    return words


def _pages(package: Package, start: str, end: str) -> list[str]:
    """Parts in the order of their numbers."""
    names = [name for name in package.names if name.startswith(start) and name.endswith(end) and "_rels" not in name]
    if not names:
        raise Broken("no pages")
    return sorted(names, key=lambda name: [int(number) for number in re.findall(r"\d+", name)])[:_PAGES_MAX]
