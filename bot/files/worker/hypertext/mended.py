"""Repairs HTML so that no element swallows what follows it, and moves the content of shadow trees into the page.

Pure. Programs that write pages as XML close empty elements at once (``<title/>``, ``<script src="…"/>``), which HTML
does not know: a parser takes the rest of the page for the title. Saved pages keep the content of components in
templates (declarative shadow trees; Chrome's MHTML).
"""

from __future__ import annotations

import re

_RAW = ("title", "style", "script", "textarea", "iframe", "noembed", "noframes", "xmp")
"""Elements that only their own end tag closes."""
_CLOSED_AT_ONCE = re.compile(rf"<({'|'.join(_RAW)})\b([^<>]*)/>", re.IGNORECASE)
_END = re.compile(rf"</({'|'.join(_RAW)})", re.IGNORECASE)
_TITLE = re.compile(r"<(/?)title\b", re.IGNORECASE)
_START_CHARS = 4_000
_TEMPLATE = re.compile(r"<(/?)template\b([^<>]*)>", re.IGNORECASE)
_SHADOW = re.compile(r"\bshadow(?:root)?mode\b", re.IGNORECASE)


def mended(page: str) -> str:
    if _CLOSED_AT_ONCE.search(page):
        page = _with_ends(page)
    page = _without_open_title(page)
    return _with_shadows(page) if _SHADOW.search(page) else page


def _with_ends(page: str) -> str:
    """Everywhere if the page is XML; otherwise only if nothing later closes the element."""
    ends = dict.fromkeys(_RAW, -1)
    if not _is_xml(page):
        ends |= {match[1].lower(): match.start() for match in _END.finditer(page)}

    def one(match: re.Match[str]) -> str:
        ended = match.end() <= ends[match[1].lower()]
        return match[0] if ended else f"<{match[1]}{match[2]}></{match[1]}>"

    return _CLOSED_AT_ONCE.sub(one, page)


def _is_xml(page: str) -> bool:
    start = page[:_START_CHARS]
    return start.lstrip().startswith("<?xml") or "http://www.w3.org/1999/xhtml" in start


def _without_open_title(page: str) -> str:
    """A title that nothing closes is shown as words, with what follows it."""
    last = max(_TITLE.finditer(page), key=lambda match: match.start(), default=None)
    if last is None or last[1]:
        return page
    return f"{page[: last.start()]}<div{page[last.end() :]}"


def _with_shadows(page: str) -> str:
    shown: list[bool] = []

    def one(match: re.Match[str]) -> str:
        if not match[1]:
            shown.append(_SHADOW.search(match[2]) is not None)
            return f"<div{match[2]}>" if shown[-1] else match[0]
        return "</div>" if shown and shown.pop() else match[0]

    return _TEMPLATE.sub(one, page)
