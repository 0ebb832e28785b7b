"""Finds words for a kind of file that nothing here reads.

Pure. ``puremagic`` knows words for most.
"""

from __future__ import annotations

import re

from bot.files import inner_notes, notes
from bot.files.names import extension
from bot.files.worker.archives.archive_kinds import is_numbered
from bot.files.worker.encodings.ebcdic import is_paired

_PICTURES = (
    (b"\xff\xd8\xff\xf7", "a JPEG-LS"),
    (b"\xff\x0a", "a JPEG XL"),
    (b"\x00\x00\x00\x0cJXL", "a JPEG XL"),
    (b"II\xbc\x01", "a JPEG XR"),
    (b"v/1\x01", "an OpenEXR"),
    (b"#?RADIANCE", "a Radiance HDR"),
    (b"AT&TFORM", "a DjVu"),
    (b"gimp xcf", "a GIMP"),
)
_READ_ENDINGS = frozenset({
    "pdf", "png", "jpg", "jpeg", "gif", "webp", "bmp", "tif", "tiff", "heic", "avif", "svg", "psd", "ico",
    "docx", "xlsx", "pptx", "doc", "xls", "ppt", "xlsb", "odt", "ods", "odp", "rtf", "pages", "numbers", "key",
    "txt", "csv", "log", "md", "json", "xml", "html", "eml", "msg", "mbox", "ics", "ipynb", "zip", "tar", "gz",
})  # fmt: skip
"""Extensions that people know the readable kinds by. Only for wording: the kind is decided by the bytes."""

_BLOCK_BYTES = 512
"""A tar archive ends with blocks of zeros; one without files has no others."""


def picture_of(head: bytes) -> str:
    """Words, with an article, for a picture of a kind that nothing here reads."""
    return next((name for start, name in _PICTURES if head.startswith(start)), "a new kind of HEIF or AVIF")


_KINDS = (
    (0, b"\xe4\x52\x5c\x7b\x8c\xd8\xa7\x4d", "a OneNote section"),
    (0, b"\xa1\x2f\xff\x43\xd9\xef\x76\x4c", "a OneNote list of sections"),
    (4, b"Standard Jet DB", "an Access database"),
    (4, b"Standard ACE DB", "an Access database"),
    (0, b"!BDN", "an Outlook data file (PST or OST)"),
    (0, b"ITSF", "a compiled help file (CHM)"),
    (60, b"BOOKMOBI", "a Kindle book"),
    (0, b"WARC/", "a web archive (WARC)"),
    (0, b"SQLite format 3", "an SQLite database"),
    (0, b"koly", "a disk image of Apple's"),
    (0, b"BPG\xfb", "a BPG picture"),
    (522, b"\x00\x11\x02\xff", "a PICT picture"),
    (65, b"PNTG", "a MacPaint picture"),
    (4, b"\x00\x00\x00\x07\x00\x00\x00\x02", "an X Window dump"),
    (0, b"\xabKTX ", "a KTX texture"),
    (0, b"PAR1", "a Parquet table"),
    (0, b"AC10", "an AutoCAD drawing (DWG)"),
    (0, b"\x89HDF\r\n", "an HDF5 file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"MATLAB 5.0 MAT-file", "a MATLAB file"),
    (0, b"ARROW1\0\0", "an Arrow (Feather) table"),
    (0, b"Obj\x01", "an Avro table"),
    (0, b"\xd4\xc3\xb2\xa1", "a recording of network traffic"),
    (0, b"\xa1\xb2\xc3\xd4", "a recording of network traffic"),
    (0, b"\n\r\r\n", "a recording of network traffic"),
    (0, b"\0asm", "a WebAssembly program"),
    (0, b"glTF", "a 3D scene (glTF)"),
    (0, b"\0\0\x27\x0a\0\0\0\0", "a map layer (shapefile)"),
    (0, b"SIMPLE  =", "a FITS file"),
    (0, b"\x06\x06\xed\xf5\xd8\x1d\x46\xe5", "an InDesign document"),
    (0, b"%!PS-Adobe", "a PostScript file"),
    (0, b"\xc5\xd0\xd3\xc6", "an Encapsulated PostScript file"),
    (0, b"wOFF", "a font"),
    (0, b"wOF2", "a font"),
    (0, b"OTTO\0", "a font"),
    (0, b"\0\1\0\0\0", "a font"),
)
"""By where the mark is: common kinds that programs name differently from people."""


def is_known(head: bytes) -> bool:
    """Whether it begins with the mark of a kind that nothing here reads."""
    return any(head[at:].startswith(mark) for at, mark, _ in _KINDS)


def describe(head: bytes, extension: str) -> str:
    """A few words for a kind that nothing here reads: "an SQLite database", "a .blend file"."""
    known = next((name for at, mark, name in _KINDS if head[at:].startswith(mark)), "")
    if known:
        return known
    import puremagic  # noqa: PLC0415 - only for the few files that nothing here reads

    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        found = []
    marks = ((match, len(match.byte_match.strip(b"\0"))) for match in found if match.name)
    named = next((m.name for m, told in marks if told >= 8 or (told >= 2 and m.extension == f".{extension}")), "")
    named = re.sub(r"[^\w .+/-]", "", named).strip()[:60]
    if named:
        spelled = named.partition(" ")[0].isupper()  # letter by letter: an SPSS file
        return f"{'an' if named[0] in ('AEFHILMNORSX' if spelled else 'aeiouAEIOU') else 'a'} {named}"
    short = re.sub(r"[^a-z0-9]", "", extension)[:10]
    return f"a .{short} file" if short else "binary data"


def unread(head: bytes, name: str) -> str:
    """The reason in the note about a file that nothing reads."""
    if len(head) >= _BLOCK_BYTES and not head.strip(b"\0"):
        return notes.NOTHING_INSIDE if extension(name) == "tar" else inner_notes.ONLY_ZEROS
    if is_paired(head):
        return inner_notes.MAINFRAME_PAIRS
    if is_numbered(name):
        return notes.PART_OF_ARCHIVE
    ending = extension(name)
    described = describe(head, ending)
    if described.endswith(" picture"):
        return notes.foreign_picture(described.removesuffix(" picture"))
    misnamed = ending in _READ_ENDINGS and described == f"a .{ending} file"
    return notes.not_what_its_name_says(ending) if misnamed else notes.unknown_kind(described)
