"""Tells the kind of a file without a mark at its beginning: by its structure, by its end, or because it is text.

Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from bot.files.worker.archives.archive_kinds import archive_kind, is_tar
from bot.files.worker.documents.bare_office import office_kind
from bot.files.worker.encodings.declared import is_dump
from bot.files.worker.kind_words import is_known
from bot.files.worker.kinds import Kind
from bot.files.worker.mails.mail_start import looks_like_mail
from bot.files.worker.mails.smime import is_signed
from bot.files.worker.pictures import simple_pictures
from bot.files.worker.pictures.late_pictures import late_picture
from bot.files.worker.text_signs import is_log_with_bytes, is_text, is_text_with_zeros

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


def kind_of(head: bytes, tail: bytes) -> Kind:
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
    return next((kind for kind, matches in _SHAPES if matches(head)), None)


def _is_dbase(head: bytes) -> bool:
    """dBase: by its version, a date, and the first field's name and type."""
    if len(head) < 65 or head[0] not in _DBASE_VERSIONS or not 1 <= head[2] <= 12 or not 1 <= head[3] <= 31:
        return False
    header, record = struct.unpack_from("<HH", head, 8)
    name = head[32:43].partition(b"\0")[0]
    named = bool(name) and all(byte > 0x20 and byte != 0x7F for byte in name)
    return header >= 65 and record > 1 and named and head[43] in _DBASE_TYPES


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
