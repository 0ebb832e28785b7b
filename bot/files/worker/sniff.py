"""Tells a file's kind by its first and last bytes. Names and declared types are ignored.

Pure. Recognises the kinds that have a converter; ``kind_words`` finds words for the rest.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from enum import StrEnum

from bot.files.worker.archives.archive_kinds import archive_kind
from bot.files.worker.documents.bare_office import office_kind
from bot.files.worker.encodings.declared import is_dump
from bot.files.worker.kind_words import is_known
from bot.files.worker.mails.mail_start import looks_like_mail
from bot.files.worker.mails.smime import is_signed
from bot.files.worker.pictures import simple_pictures
from bot.files.worker.pictures.late_pictures import late_picture
from bot.files.worker.text_signs import is_log_with_bytes, is_text, is_text_with_zeros

HEAD_BYTES = 8_192
TAIL_BYTES = 2_048


class Kind(StrEnum):
    EMPTY = "empty"
    JPEG = "JPEG"
    PNG = "PNG"
    GIF = "GIF"
    WEBP = "WebP"
    HEIF = "HEIC"
    AVIF = "AVIF"
    TIFF = "TIFF"
    BMP = "BMP"
    JPEG2000 = "JPEG 2000"
    PSD = "Photoshop"
    ICO = "icon"
    ICNS = "Apple icon"
    DDS = "DirectDraw"
    QOI = "QOI"
    PNM = "PNM"
    PCX = "PCX"
    SGI = "SGI"
    SUN = "Sun raster"
    CURSOR = "cursor"
    TGA = "Targa"
    RAW = "camera raw"
    PICTURE = "picture"
    PDF = "PDF"
    ZIP = "zip"
    TAR = "tar"
    GZIP = "gzip"
    BZIP2 = "bzip2"
    XZ = "xz"
    LZMA = "lzma"
    ZSTD = "zstd"
    OLE = "ole"
    RTF = "rtf"
    MAIL = "mail"
    TNEF = "winmail.dat"
    DBASE = "dBase"
    OLD_EXCEL = "old Excel"
    OFFICE = "old office program"
    SIGNED = "signed file"
    PROPERTIES = "property list"
    EPS = "EPS drawing"
    TEXT = "text"
    AUDIO = "audio"
    VIDEO = "video"
    PROGRAM = "program"
    ARCHIVE = "archive"
    UNKNOWN = "unknown"


IMAGES = frozenset(
    {Kind.JPEG, Kind.PNG, Kind.GIF, Kind.WEBP, Kind.HEIF, Kind.AVIF, Kind.TIFF, Kind.BMP, Kind.JPEG2000, Kind.PSD}
    | {Kind.ICO, Kind.RAW, Kind.ICNS, Kind.DDS, Kind.QOI, Kind.PNM, Kind.PCX, Kind.SGI, Kind.SUN, Kind.CURSOR, Kind.TGA}
)
PACKED = frozenset({Kind.ZIP, Kind.TAR, Kind.GZIP, Kind.BZIP2, Kind.XZ, Kind.LZMA, Kind.ZSTD, Kind.ARCHIVE})

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
_DBASE_VERSIONS = frozenset(
    {0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x32, 0x43, 0x63, 0x7B, 0x83, 0x8B, 0x8C, 0xCB, 0xE5, 0xF5}
)
_DBASE_TYPES = frozenset(b"CNFDLMTIYB@+OGPVWQ0")
_SOUNDS = (
    *(b"ID3", b"\x0bw", b"MAC ", b"wvpk", b"DSD ", b"MPCK", b"MP+", b".ra\xfd", b"\x02#!SILK"),
    *(bytes((0xFF, low)) for low in (0xE2, 0xE3, 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, *range(0xF8, 0xFE))),
)
"""Marks that words may begin with, too: "ID3", "MAC address", and in a Russian code page "ясно"."""
_QUICKTIME = frozenset({b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_WINDOWS_MEDIA, _REAL_MEDIA = b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", b".RMF\0\0"
_MOVING = (b"\xc0\xef\x19\xbc\x4d\x5b\xcf\x11", b"video/")
"""How these two begin when there is video besides audio."""
_PACKET_BYTES = ((0, 188), (4, 192))
"""MPEG transport streams, and those of cameras, which put a time before each packet."""


def kind_of(head: bytes, tail: bytes = b"") -> Kind:
    """``head`` and ``tail`` are the first ``HEAD_BYTES`` and the last ``TAIL_BYTES``, or all of a shorter file."""
    if not head:
        return Kind.EMPTY
    for start, kind in _STARTS:
        if head.startswith(start):
            return kind
    found = _by_structure(head) or _mail(head) or _late_pdf(head, tail) or _late_zip(tail)
    if found or is_text(head) or (_is_log(head, tail) and not is_known(head)):
        return found or Kind.TEXT
    if (late := late_picture(head, tail)) is not None:
        return Kind(late[0])
    if simple_pictures.is_tga(head, tail):
        return Kind.TGA
    return Kind.CURSOR if simple_pictures.is_cursor(head) else Kind.UNKNOWN


def _is_log(head: bytes, tail: bytes) -> bool:
    return is_text_with_zeros(head, tail) or is_log_with_bytes(head) or is_dump(head)


def _by_structure(head: bytes) -> Kind | None:
    """Formats with a short mark, or one that is not at the very start."""
    if head[:4] == b"RIFF" and len(head) >= 12:
        return _RIFFS.get(head[8:12]) or (Kind.OFFICE if office_kind(head) is not None else None)
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    return next((kind for kind, matches in _SHAPES if matches(head)), None)


def _is_dbase(head: bytes) -> bool:
    """dBase: by its version, a date, and the first field's name and type."""
    if len(head) < 65 or head[0] not in _DBASE_VERSIONS or not 1 <= head[2] <= 12 or not 1 <= head[3] <= 31:
        return False
    header, record = struct.unpack_from("<HH", head, 8)
    name = head[32:43].partition(b"\0")[0]
    named = bool(name) and all(byte > 0x20 and byte != 0x7F for byte in name)
    return header >= 65 and record > 1 and named and head[43] in _DBASE_TYPES


def is_tar(head: bytes) -> bool:
    """tar: by its mark, or by the first header's checksum, which is all that the oldest kind has."""
    if head[257:262] == b"ustar":
        return True
    field = head[148:156].strip(b" \0")
    if len(head) < 512 or not head[0] or not re.fullmatch(rb"[0-7]{1,7}", field):
        return False
    return sum(head[:148]) + 8 * 0x20 + sum(head[156:512]) == int(field, 8)


def _is_media(head: bytes) -> bool:
    return head.startswith((_WINDOWS_MEDIA, _REAL_MEDIA))


def _is_lzma(head: bytes) -> bool:
    """LZMA: common settings, a dictionary of a round size, and a length that is unknown or sensible."""
    dictionary, length = int.from_bytes(head[1:5], "little"), head[5:13]
    round_size = dictionary >= 4_096 and dictionary & (dictionary - 1) == 0
    return head[:1] == b"\x5d" and round_size and (length == b"\xff" * 8 or (len(length) == 8 and not any(length[5:])))


_SHAPES: tuple[tuple[Kind, Callable[[bytes], bool]], ...] = (
    (Kind.OFFICE, lambda head: office_kind(head) is not None),
    (Kind.SIGNED, is_signed),
    (Kind.AUDIO, lambda head: head[:4] == b"FORM" and head[8:12] in {b"AIFF", b"AIFC", b"8SVX"}),
    (Kind.BZIP2, lambda head: head[:3] == b"BZh" and head[4:10] in {b"1AY&SY", b"\x17rE8P\x90"}),
    (Kind.TAR, is_tar),
    (Kind.LZMA, _is_lzma),
    (Kind.ARCHIVE, lambda head: archive_kind(head) is not None),
    *((Kind(name), matches) for name, matches in simple_pictures.SHAPES),
    (Kind.PROGRAM, lambda head: head[:2] == b"MZ" and not is_text(head)),
    (Kind.AUDIO, lambda head: head.startswith(_SOUNDS) and not is_text(head)),
    (Kind.DBASE, _is_dbase),
    (Kind.VIDEO, lambda head: head[:4] == b"OggS" and b"theora" in head[:128]),
    (Kind.AUDIO, lambda head: head[:4] == b"OggS"),
    (Kind.VIDEO, lambda head: _is_media(head) and any(mark in head for mark in _MOVING)),
    (Kind.AUDIO, _is_media),
    (Kind.VIDEO, lambda head: head[4:8] in _QUICKTIME and not is_text(head)),
    (Kind.VIDEO, lambda head: any(head[at::size][:4] == b"GGGG" for at, size in _PACKET_BYTES) and not is_text(head)),
)


def _by_brand(head: bytes) -> Kind:
    """ISO media files: the major brand decides, then the compatible ones; anything else is video."""
    box_bytes = min(int.from_bytes(head[:4], "big"), 256)
    for at in (8, *range(16, box_bytes, 4)):
        kind = _BRANDS.get(head[at : at + 4])
        if kind is not None and not (kind is Kind.HEIF and b"avif" in head[8:box_bytes]):
            return kind
    return Kind.AVIF if b"avif" in head[8:box_bytes] else Kind.VIDEO


def _mail(head: bytes) -> Kind | None:
    """Also one that contains arbitrary bytes, or a PDF near its beginning."""
    return Kind.MAIL if looks_like_mail(head) else None


def _late_pdf(head: bytes, tail: bytes) -> Kind | None:
    """Readers accept the header within the first 1,024 bytes. A text that merely mentions one has no trailer."""
    if b"%PDF-" in head[:1_024] and (b"%%EOF" in tail or b"startxref" in tail or b"%%EOF" in head):
        return Kind.PDF
    return None


def _late_zip(tail: bytes) -> Kind | None:
    """A zip may follow other data or be split: its end record identifies it."""
    at = tail.rfind(b"PK\x05\x06")
    whole = at >= 0 and at + 22 <= len(tail)
    return Kind.ZIP if whole and at + 22 + struct.unpack_from("<H", tail, at + 20)[0] == len(tail) else None
