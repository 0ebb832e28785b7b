"""Tells whether a text is written for one program (a calendar, a notebook, a drawing), by its first and last bytes.

Pure. The readers of these kinds are heavy, so recognising a kind must not import them.
"""

from __future__ import annotations

import re

_BEGINS = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*BEGIN[ \t]*:", re.IGNORECASE)
_LDIF = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:#[^\n]{0,500}\n\s*|version:[ \t]*\d{1,3}[ \t]*\r?\n\s*){0,50}dn::?[ \t]*[\w+/=]"
)
_KINDS = re.compile(rb"BEGIN\s*:\s*(?:VCALENDAR|VCARD|VEVENT|VTODO)", re.IGNORECASE)
_HTML = re.compile(rb"[\xef\xbb\xbf\xff\xfe\s]*(<\?xml[^>]{0,200}>\s*)?<(!doctype html|html|head|meta|style|table)\b")
_SVG = re.compile(r"<(?:[\w-]+:)?svg[\s>]")
_BEFORE_ROOT = re.compile(
    r"\A\ufeff?(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>)*", re.DOTALL | re.IGNORECASE
)
_DIAGRAM = re.compile(rb"[\xef\xbb\xbf\s]*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--[^>]{0,500}-->\s*)?<mxfile[\s>]")
_DIF = re.compile(rb"(?:\xef\xbb\xbf)?TABLE[ \t]*\r?\n[ \t]*0[ \t]*,[ \t]*\d", re.IGNORECASE)
_BARE = re.compile(rb"MII[A-Za-z0-9+/=\s]*")
SYLK = "SYLK table"
_START_BYTES = 4_096
_WRITTEN_IN_SLACK = frozenset({"quip", "canvas", "post", "space"})


def page_made_for(head: bytes, ending: str, filetype: str) -> str:
    """The name for HTML that is read for its words instead of its source; empty for anything else.

    That is HTML made by Slack, or exported for Excel or Word.
    """
    if filetype in _WRITTEN_IN_SLACK and b"<" in head:
        return "Slack canvas"
    start = _start(head).lower()
    exported = b"schemas-microsoft-com:office:" in start or ending in {"xls", "doc"}
    return "web page made for an office program" if exported and _HTML.match(start) else ""


def is_calendar(head: bytes) -> bool:
    """Also in UTF-16, as older address books of Apple and Outlook write it."""
    head = _start(head) if b"\0" in head[:4] else head
    return _BEGINS.match(head) is not None and _KINDS.search(head[:400]) is not None


def is_ldif(head: bytes) -> bool:
    """Entries of a directory, or of Thunderbird's address book."""
    return _LDIF.match(head) is not None


def is_notebook(head: bytes, tail: bytes) -> bool:
    """Jupyter writes ``nbformat`` last, other programs first."""
    is_json = head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")
    return is_json and b'"nbformat"' in head + tail and (b'"cells"' in head + tail or b'"worksheets"' in head + tail)


def office_xml(head: bytes) -> str:
    """ "excel" or "word" for the formats of 2003, "flat" for OpenDocument, "package" for Word 2007, or empty.

    A FictionBook is a "book".
    """
    start = _start(head)
    if b"<FictionBook" in start:
        return "book"
    if b"<pkg:package" in start:
        return "package"
    if b"urn:schemas-microsoft-com:office:spreadsheet" in start and b"<" in start:
        return "excel"
    if b"schemas.microsoft.com/office/word/2003/wordml" in start:
        return "word"
    flat = b"opendocument:xmlns:office" in start and b"document " in start and b"office:mimetype" in head
    return "flat" if flat else ""


def table_form(head: bytes) -> str:
    """The name for a SYLK or DIF table; empty for anything else."""
    if head.removeprefix(b"\xef\xbb\xbf").startswith(b"ID;P"):
        return SYLK
    return "DIF table" if _DIF.match(head) else ""


def is_diagram(head: bytes) -> bool:
    """Whether diagrams.net (draw.io) wrote it."""
    return _DIAGRAM.match(head) is not None


def is_armoured(head: bytes, ending: str) -> bool:
    """The same in base64, between marker lines, or bare in a file whose name says so."""
    return head.lstrip()[:14].startswith((b"-----BEGIN PKC", b"-----BEGIN CMS")) or (
        ending in {"p7m", "p7s"} and _BARE.fullmatch(head) is not None
    )


def is_svg(head: bytes) -> bool:
    """Whether the first element is ``svg``. A page that contains drawings is not a drawing."""
    if b"svg" not in head.replace(b"\0", b""):
        return False
    from bot.files.worker.encodings.detecting import text_of  # noqa: PLC0415 - most files have no such word

    text = text_of(head)
    before = _BEFORE_ROOT.match(text)
    return _SVG.match(text, before.end() if before else 0) is not None


def _start(head: bytes) -> bytes:
    return head[:_START_BYTES].replace(b"\0", b"")
