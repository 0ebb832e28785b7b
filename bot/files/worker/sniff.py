"""Tells a file's kind by its first and last bytes. Names and declared types are ignored.

Pure. Recognises the kinds that have a converter; ``kind_words`` finds words for the rest. Most files have a mark at
their beginning, and what tells the others apart is imported for those only.
"""

from __future__ import annotations

from bot.files.worker.kinds import Kind

HEAD_BYTES = 8_192
TAIL_BYTES = 2_048
_STARTS: tuple[tuple[bytes, Kind], ...] = (
    (b"\xff\xd8\xff\xf7", Kind.PICTURE),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"GIF87a", Kind.GIF),
    (b"GIF89a", Kind.GIF),
    (b"II*\x00", Kind.TIFF),
    (b"MM\x00*", Kind.TIFF),
    (b"II+\x00", Kind.TIFF),
    (b"MM\x00+", Kind.TIFF),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Kind.JPEG2000),
    (b"\xff\x4f\xff\x51", Kind.JPEG2000),
    (b"8BPS\x00\x01", Kind.PSD),
    (b"8BPS\x00\x02", Kind.PSD),
    (b"IIRO\x08\x00\x00\x00", Kind.RAW),
    (b"IIRS\x08\x00\x00\x00", Kind.RAW),
    (b"MMOR\x00\x00\x00\x08", Kind.RAW),
    (b"IIU\x00", Kind.RAW),
    (b"FUJIFILMCCD-RAW", Kind.RAW),
    (b"FOVb", Kind.RAW),
    (b"II\x1a\x00\x00\x00HEAPCCDR", Kind.RAW),
    (b"MM\x00\x1a\x00\x00HEAPCCDR", Kind.RAW),
    (b"\x00MRM", Kind.RAW),
    (b"\xff\x0a", Kind.PICTURE),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", Kind.PICTURE),
    (b"II\xbc\x01", Kind.PICTURE),
    (b"v/1\x01", Kind.PICTURE),
    (b"#?RADIANCE\n", Kind.PICTURE),
    (b"AT&TFORM", Kind.PICTURE),
    (b"DDS |\x00\x00\x00", Kind.DDS),
    (b"icns\x00", Kind.ICNS),
    (b"qoif\x00", Kind.QOI),
    (b"gimp xcf ", Kind.PICTURE),
    (b"%PDF-", Kind.PDF),
    (b"PK\x03\x04", Kind.ZIP),
    (b"PK\x05\x06", Kind.ZIP),
    (b"PK\x07\x08", Kind.ZIP),
    (b"PK00PK\x03\x04", Kind.ZIP),
    (b"\x1f\x8b\x08", Kind.GZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.OLE),
    (b"{\\rtf", Kind.RTF),
    (b"\x78\x9f\x3e\x22", Kind.TNEF),
    (b"bplist00", Kind.PROPERTIES),
    (b"\xc5\xd0\xd3\xc6", Kind.EPS),
    (b"\x09\x00\x04\x00", Kind.OLD_EXCEL),
    (b"\x09\x02\x06\x00", Kind.OLD_EXCEL),
    (b"\x09\x04\x06\x00", Kind.OLD_EXCEL),
    (b"fLaC", Kind.AUDIO),
    (b"MThd", Kind.AUDIO),
    (b".snd\x00", Kind.AUDIO),
    (b"caff\x00", Kind.AUDIO),
    (b"#!AMR", Kind.AUDIO),
    (b"\x1aE\xdf\xa3", Kind.VIDEO),
    (b"FLV\x01", Kind.VIDEO),
    (b"\x00\x00\x01\xba", Kind.VIDEO),
    (b"\x00\x00\x01\xb3", Kind.VIDEO),
    (b"\x06\x0e\x2b\x34\x02\x05\x01\x01", Kind.VIDEO),
    (b"\x7fELF", Kind.PROGRAM),
    (b"\xca\xfe\xba\xbe", Kind.PROGRAM),
    (b"\xcf\xfa\xed\xfe", Kind.PROGRAM),
    (b"\xfd7zXZ\x00", Kind.XZ),
    (b"\x28\xb5\x2f\xfd", Kind.ZSTD),
)
_BRANDS = {
    b"avif": Kind.AVIF,
    b"avis": Kind.AVIF,
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2"), Kind.HEIF),
    b"crx ": Kind.RAW,
    b"mif3": Kind.PICTURE,
    **dict.fromkeys((b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B ", b"M4A\0"), Kind.AUDIO),
    **dict.fromkeys((b"M4V ", b"qt  "), Kind.VIDEO),
}
_RIFFS = {b"WEBP": Kind.WEBP, b"WAVE": Kind.AUDIO, b"AVI ": Kind.VIDEO}


def kind_of(head: bytes, tail: bytes = b"") -> Kind:
    """``head`` and ``tail`` are the first ``HEAD_BYTES`` and the last ``TAIL_BYTES``, or all of a shorter file."""
    if not head:
        return Kind.EMPTY
    found = _by_mark(head)
    if found is not None:
        return found
    from bot.files.worker import shapes  # noqa: PLC0415 - few files need it

    return shapes.kind_of(head, tail)


def _by_mark(head: bytes) -> Kind | None:
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    if head[:4] == b"RIFF":
        return _RIFFS.get(head[8:12])
    return _by_brand(head) if head[4:8] == b"ftyp" else None


def _by_brand(head: bytes) -> Kind:
    """ISO media files: the major brand decides, then the compatible ones; anything else is video."""
    box_bytes = min(int.from_bytes(head[:4], "big"), 256)
    for at in (8, *range(16, box_bytes, 4)):
        kind = _BRANDS.get(head[at : at + 4])
        if kind is not None and not (kind is Kind.HEIF and b"avif" in head[8:box_bytes]):
            return kind
    return Kind.AVIF if b"avif" in head[8:box_bytes] else Kind.VIDEO
