"""Tells which kind of archive a file is by its first bytes, what opens it, and whether other files belong to it.

Pure. Offsets and signatures are those of the formats' own specifications.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ArchiveKind:
    """``described`` includes the article. ``formats`` (archives) or ``filters`` (single packed files) are libarchive's
    names for what opens it; both are empty for kinds that nothing here opens."""

    described: str
    formats: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()


_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
_CPIO = ArchiveKind("a CPIO archive", ("cpio",))
ISO = ArchiveKind("a CD or DVD image", ("iso9660",))
ISO_MARK_AT, ISO_MARK = 32_769, b"CD001"
_KINDS = (
    (rb"Rar!\x1a\x07\x01\0", ArchiveKind("a RAR archive", ("rar5",))),
    (rb"Rar!\x1a\x07", ArchiveKind("a RAR archive", ("rar",))),
    (_SEVEN_ZIP, ArchiveKind("a 7-Zip archive", ("7zip",))),
    (rb"MSCF\0{4}", ArchiveKind("a Windows cabinet", ("cab",))),
    (rb"MSWIM\0{3}", ArchiveKind("a Windows disk image")),
    (rb"xar!", ArchiveKind("an XAR archive", ("xar",))),
    (rb"!<arch>\n", ArchiveKind("an AR archive", ("ar",))),
    (rb"\x60\xea.[\0-\x0a]", ArchiveKind("an ARJ archive")),
    (rb"\x1f\x9d", ArchiveKind("a file packed by Unix's compress", filters=("compress",))),
    (rb"\x1f\xa0", ArchiveKind("a file packed by Unix's compress")),
    (rb"\x04\x22\x4d\x18", ArchiveKind("a file packed by LZ4", filters=("lz4",))),
    (rb"LZIP\x01", ArchiveKind("a file packed by lzip", filters=("lzip",))),
    (rb"07070[12][0-9A-Fa-f]{104}", _CPIO),
    (rb"070707[0-7]{70}", _CPIO),
    (rb"ISc\(", ArchiveKind("an InstallShield archive")),
    (rb".{7}\*\*ACE\*\*", ArchiveKind("an ACE archive")),
    (rb"..-l(?:h[0-9dx]|z[45s])-", ArchiveKind("an LHA archive", ("lha",))),
)
"""How each kind begins. If its mark could also be words or numbers, what follows is checked, too."""
_PATTERNS = [(re.compile(pattern, re.DOTALL), kind) for pattern, kind in _KINDS]
_NUMBERED = re.compile(r"\.(?:(?:7z|zip|rar|tar|iso|gz|tgz|xz|bz2)\.\d{2,4}|[zr]\d\d)$", re.IGNORECASE | re.ASCII)
_OLD_CPIO = {b"\xc7\x71": "<", b"\x71\xc7": ">"}


def archive_kind(head: bytes) -> ArchiveKind | None:
    """``None`` for other files, and for a disk image, whose mark is further in."""
    found = next((kind for pattern, kind in _PATTERNS if pattern.match(head)), None)
    return found or (_CPIO if _is_old_cpio(head) else None)


def _is_old_cpio(head: bytes) -> bool:
    """Its mark has only two bytes, with which words may begin, so the first entry's name must also end correctly."""
    order = _OLD_CPIO.get(head[:2])
    if order is None or len(head) < 28:
        return False
    (name_bytes,) = struct.unpack_from(f"{order}H", head, 20)
    return bool(1 < name_bytes < 4_096 and head[26 : 26 + name_bytes].find(b"\0") == name_bytes - 1)


def is_tar(head: bytes) -> bool:
    """tar: by its mark, or by the first header's checksum, which is all that the oldest kind has."""
    if head[257:262] == b"ustar":
        return True
    field = head[148:156].strip(b" \0")
    if len(head) < 512 or not head[0] or not re.fullmatch(rb"[0-7]{1,7}", field):
        return False
    return sum(head[:148]) + 8 * 0x20 + sum(head[156:512]) == int(field, 8)


def is_numbered(name: str) -> bool:
    """Whether the name is one that programs give to parts of an archive: "plans.7z.001", "plans.z02"."""
    return bool(_NUMBERED.search(name))


def is_volume(head: bytes) -> bool:
    """Whether it says that it belongs to a set of files."""
    if head.startswith(b"Rar!"):
        from bot.files.worker.archives import rar_headers  # noqa: PLC0415 - only for workers that meet such a file

        return rar_headers.is_volume(head)
    return head.startswith(b"MSCF") and len(head) > 30 and bool(head[30] & 3)


def breaks_off(head: bytes, size_bytes: int) -> bool:
    """Whether the list of members is missing from where the 7-Zip header says it is."""
    place = list_of_7_zip(head)
    return head.startswith(_SEVEN_ZIP) and (place is None or 32 + place[0] + place[1] > size_bytes)


def list_of_7_zip(head: bytes) -> tuple[int, int, int] | None:
    """The offset of the list of members after the 32-byte header, its length, and its checksum."""
    if not head.startswith(_SEVEN_ZIP) or len(head) < 32:
        return None
    offset, length, crc = struct.unpack_from("<QQI", head, 12)
    return int(offset), int(length), int(crc)
