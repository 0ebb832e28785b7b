"""Reads the paragraphs of text in DrawingML.

Pure. Source: ECMA-376 part 1, 21.1.2.
"""

from __future__ import annotations

from xml.etree import ElementTree as ET

from bot.files.worker.documents.equations import linear
from bot.files.worker.documents.package import attribute, child, descendants, local
from bot.files.worker.raised import lowered, raised


def paragraphs(element: ET.Element) -> list[str]:
    """The paragraphs of a text body that contain words."""
    found = []
    for paragraph in descendants(element, "p"):
        pieces: list[str] = []
        _gather(paragraph, pieces)
        found.append(" ".join("".join(pieces).split()))
    return [text for text in found if text]


def _gather(element: ET.Element, pieces: list[str]) -> None:
    """Equations are in alternatives for newer programs, beside a picture for older ones."""
    for part in element:
        name = local(part)
        if name == "t":
            pieces.append(part.text or "")
        elif name in {"br", "tab"}:
            pieces.append(" ")
        elif name == "r":
            pieces.append(_run(part))
        elif name in {"oMath", "oMathPara"}:
            pieces.append(f" {linear(part)} ")
        elif name == "AlternateContent":
            for choice in list(part)[:1]:
                _gather(choice, pieces)
        else:
            _gather(part, pieces)


def _run(run: ET.Element) -> str:
    """With text raised or lowered by that many thousandths."""
    pieces: list[str] = []
    _gather(run, pieces)
    text, properties = "".join(pieces), child(run, "rPr")
    height = attribute(properties, "baseline", "0") if properties is not None else "0"
    return text if height == "0" else lowered(text) if height.startswith("-") else raised(text)
