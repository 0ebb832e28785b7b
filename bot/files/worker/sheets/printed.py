"""Reads the headers and footers that a spreadsheet prints.

Pure. Sources: ECMA-376 part 1, 18.3.1.46 (the codes in a header, as Excel 97 had them); OpenDocument 1.3 part 3, 16.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from bot.files.worker.documents.odf import paragraph_text
from bot.files.worker.documents.package import attribute, local

_CODES = {"P": "[page]", "N": "[pages]", "D": "[date]", "T": "[time]", "F": "[file]", "A": "[sheet]", "Z": ""}
_FIELDS = {"page-number": "[page]", "page-count": "[pages]", "date": "[date]", "time": "[time]", "file-name": "[file]",
           "sheet-name": "[sheet]", "title": "[title]"}  # fmt: skip
_MASTERS_LINES_MAX = 50


def above(words: str) -> str:
    return f"Printed above each page: {words}"


def below(words: str) -> str:
    return f"Printed below each page: {words}"


def of_codes(code: str) -> str:
    """A header's words without the codes for fonts and positions; empty if it has fields alone."""
    text = re.sub(r'&"[^"]*"|&K(?:[0-9A-Fa-f]{6}|\d\d[+-]\d{3})|&\d{1,3}|&[BIUESXYKG]', "", code.replace("&&", "\0"))
    text = re.sub(r"&([A-Z])", lambda found: _CODES.get(found[1], " "), text)
    words = " ".join(text.replace("\0", "&").split())
    return words if _has_words(words) else ""


def _has_words(words: str) -> bool:
    return bool(re.sub(r"\[\w+\]", "", words).strip(" ()/-–—|:,."))


def of_master_page(master: ET.Element) -> list[str]:
    """The lines of an OpenDocument page style that say more than the page's name. Modifies the element."""
    lines = []
    for part in master:
        place = local(part).partition("-")[0]
        if place not in {"header", "footer"} or attribute(part, "display", "true") == "false":
            continue
        for field in [inner for inner in part.iter() if local(inner) in _FIELDS]:
            field.clear()
            field.text = _FIELDS[local(field)]
        paragraphs = [paragraph_text(inner) for inner in part.iter() if local(inner) == "p"]
        words = " ".join(" ".join(paragraphs).split())
        if _has_words(words):
            lines.append(above(words) if place == "header" else below(words))
    return list(dict.fromkeys(lines))[:_MASTERS_LINES_MAX]
