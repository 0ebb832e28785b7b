"""Anchors words that are written from right to left where browsers do.

Pure. Source: SVG 2, 11.10.1.1: such words start at their right end, so "start" means that. The renderer takes it to be
the left end always: words would run out of the drawing.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

_DIRECTION = re.compile(r"(?<![\w-])direction\s{0,9}:\s{0,9}(ltr|rtl)")
_ANCHOR = re.compile(r"(?<![\w-])text-anchor\s{0,9}:\s{0,9}(start|middle|end)[^;]{0,20};?")
_WORDS = frozenset({"text", "tspan", "textPath"})
_OPPOSITE = {"start": "end", "end": "start"}


def anchor_words(root: ET.Element) -> None:
    """Directions and anchors that only a style sheet gives are left as they are."""
    if not any("rtl" in (one.get("direction"), *_DIRECTION.findall(one.get("style", ""))) for one in root.iter()):
        return
    waiting = [(root, "ltr", "start")]
    while waiting:
        element, direction, anchor = waiting.pop()
        style = element.get("style", "")
        turned = _DIRECTION.search(style)
        direction = turned[1] if turned else element.get("direction", direction)
        own = _ANCHOR.search(style)
        anchor = own[1] if own else element.get("text-anchor", anchor)
        if element.tag.rpartition("}")[2] in _WORDS:
            element.set("style", _ANCHOR.sub("", style))
            element.set("text-anchor", _OPPOSITE.get(anchor, anchor) if direction == "rtl" else anchor)
        waiting += [(child, direction, anchor) for child in element]
