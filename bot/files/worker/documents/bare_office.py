"""Recognises old office documents and drawings that LibreOffice reads, by their first bytes.

Pure.
"""

from __future__ import annotations

from bot.files.extracts import OfficeExtract

_LOTUS = OfficeExtract(".wks", "Lotus 1-2-3 worksheet", into="xlsx")
_QUATTRO = OfficeExtract(".wb", "Quattro Pro notebook", into="xlsx")
_WRITE = OfficeExtract(".wri", "Windows Write document")
_EMF = OfficeExtract(".emf", "Windows metafile (EMF)")
_WMF = OfficeExtract(".wmf", "Windows metafile (WMF)")
CORELDRAW = OfficeExtract(".cdr", "CorelDRAW drawing")
_CMX = OfficeExtract(".cmx", "Corel drawing (CMX)")
_STARTS = (
    (b"\xffWPC", OfficeExtract(".wpd", "WordPerfect document")),
    (b"\x00\x00\x02\x00\x04\x04", _LOTUS),
    (b"\x00\x00\x02\x00\x06\x04", _LOTUS),
    (b"\x00\x00\x1a\x00", _LOTUS),
    (b"\x00\x00\x02\x00\x20\x51", _QUATTRO),
    (b"\x00\x00\x02\x00\x21\x51", _QUATTRO),
    (b"\x00\x00\x02\x00\x01\x10", _QUATTRO),
    (b"\x00\x00\x02\x00\x02\x10", _QUATTRO),
    (b"\x31\xbe\x00\x00", _WRITE),
    (b"\x32\xbe\x00\x00", _WRITE),
    (b"\xdb\xa5\x2d\x00", OfficeExtract(".doc", "Word document")),
    (b"\xd7\xcd\xc6\x9a", _WMF),
    (b"\x01\x00\x09\x00\x00\x03", _WMF),
    (b"\x02\x00\x09\x00\x00\x03", _WMF),
)


def office_kind(head: bytes) -> OfficeExtract | None:
    if head[:4] == b"\x01\x00\x00\x00" and head[40:44] == b" EMF":
        return _EMF
    if head[:4] == b"RIFF":  # the fourth letter is the version
        return CORELDRAW if head[8:11].upper() == b"CDR" else _CMX if head[8:12] == b"CMX1" else None
    return next((extract for start, extract in _STARTS if head.startswith(start)), None)
