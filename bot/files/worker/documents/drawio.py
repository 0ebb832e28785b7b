"""Reads a diagram of diagrams.net (.drawio) page by page: the words in boxes, and the arrows between them.

I/O: reads the file, writes text; runs in a worker process. By default the program packs each page (deflate, in base64),
so its source says nothing.
"""

from __future__ import annotations

import base64
import zlib
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract
from bot.files.outbox import Outbox
from bot.files.worker.documents.package import Broken, attribute, child, local, parsed
from bot.files.worker.hypertext.reader import to_text
from bot.files.worker.text import written

_PAGES_MAX, _LINES_MAX = 500, 20_000
_PAGE_BYTES_MAX = 20_000_000


def convert(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Empty if there are no words, or if it is damaged: its source says more then."""
    try:
        words = read(source.read_bytes())
    except Broken:
        return []
    return written(words, "", "diagrams.net drawing, its words", out, limits) if words else []


def read(data: bytes) -> str:
    """Empty if there are no words. Raises ``Broken``."""
    pages = [page for page in parsed(data).iter() if local(page) == "diagram"]
    lines = list[str]()
    for number, page in enumerate(pages[:_PAGES_MAX], 1):
        found = _lines(_model(page))
        if found:
            lines += ["", f"## Page {number}: {attribute(page, 'name') or 'without a name'}", *found]
    return "\n".join(lines[:_LINES_MAX]).strip()


def _model(page: ET.Element) -> ET.Element:
    """The content of a page, as a child element or packed. Raises ``Broken``."""
    if len(page):
        return page
    try:
        packed = base64.b64decode("".join((page.text or "").split()), validate=True)
        plain = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, _PAGE_BYTES_MAX)
    except (ValueError, zlib.error) as error:
        raise Broken(str(error)) from error
    return parsed(unquote(plain.decode("utf-8", "replace")).encode())


def _lines(model: ET.Element) -> list[str]:
    """The words of boxes, one a line, then the arrows between them."""
    words: dict[str, str] = {}
    edges = list[tuple[str, str, str]]()
    for element in model.iter():
        label = _words(attribute(element, "label") or attribute(element, "value"))
        if local(element) in {"UserObject", "object"}:
            words[attribute(element, "id")] = label
            cell = child(element, "mxCell")
            if cell is not None and attribute(cell, "edge") == "1":
                edges.append((attribute(cell, "source"), attribute(cell, "target"), label))
        elif local(element) == "mxCell" and attribute(element, "id"):
            words[attribute(element, "id")] = label
            if attribute(element, "edge") == "1":
                edges.append((attribute(element, "source"), attribute(element, "target"), label))
    return [*(word for word in words.values() if word), *filter(None, (_arrow(edge, words) for edge in edges))]


def _arrow(edge: tuple[str, str, str], words: dict[str, str]) -> str:
    """A line for an arrow between two boxes that have words."""
    source, target = (words.get(end, "").replace("\n", " ") for end in edge[:2])
    over = edge[2].replace("\n", " ")
    return f"{source} → {target}{f' ({over})' if over else ''}" if source and target else ""


def _words(label: str) -> str:
    """Labels are often HTML."""
    if "<" not in label and "&" not in label:
        return label.strip()
    return "\n".join(line for line in to_text(label).splitlines() if line.strip())
