"""The first bytes of a file in, which kind of archive it is out, and what opens that; also whether others go with it.

Pure. Offsets and signatures are those of the formats' own specifications.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from bot.files.worker.archives import rar_headers


@dataclass(frozen=True, slots=True)
class ArchiveKind:
    """``described`` has its article. ``formats`` or ``filters`` are libarchive's names for what opens it: the former
    where it has members, the latter where it is one packed file; of a kind that nothing here opens there are none."""

    described: str
    formats: tuple[str, ...] = ()
    filters: tuple[str, ...] = ()


_SEVEN_ZIP = b"7z\xbc\xaf\x27\x1c"
_COMPRESS = ArchiveKind("a file packed by Unix's compress", filters=("compress",))
_CPIO = ArchiveKind("a CPIO archive", ("cpio",))
_LHA = ArchiveKind("an LHA archive", ("lha",))
ISO = ArchiveKind("a CD or DVD image", ("iso9660",))
ISO_MARK_AT, ISO_MARK = 32_769, b"CD001"
_KINDS = (
    (0, rar_headers.MARK_5, ArchiveKind("a RAR archive", ("rar5",))),
    (0, b"Rar!\x1a\x07", ArchiveKind("a RAR archive", ("rar",))),
    (0, _SEVEN_ZIP, ArchiveKind("a 7-Zip archive", ("7zip",))),
    (0, b"MSCF\0\0\0\0", ArchiveKind("a Windows cabinet", ("cab",))),
    (0, b"MSWIM\0\0\0", ArchiveKind("a Windows disk image")),
    (0, b"xar!", ArchiveKind("an XAR archive", ("xar",))),
    (0, b"!<arch>\n", ArchiveKind("an AR archive", ("ar",))),
    (0, b"\x60\xea", ArchiveKind("an ARJ archive")),
    (0, b"\x1f\x9d", _COMPRESS),
    (0, b"\x1f\xa0", ArchiveKind("a file packed by Unix's compress")),
    (0, b"\x04\x22\x4d\x18", ArchiveKind("a file packed by LZ4", filters=("lz4",))),
    (0, b"LZIP\x01", ArchiveKind("a file packed by lzip", filters=("lzip",))),
    (0, b"070701", _CPIO),
    (0, b"070702", _CPIO),
    (0, b"070707", _CPIO),
    (0, b"ISc(", ArchiveKind("an InstallShield archive")),
    (7, b"**ACE**", ArchiveKind("an ACE archive")),
    (2, b"-lh", _LHA),
    (2, b"-lz", _LHA),
)
_SURE = {
    b"070701": re.compile(rb"[0-9A-Fa-f]{110}"),
    b"070702": re.compile(rb"[0-9A-Fa-f]{110}"),
    b"070707": re.compile(rb"[0-7]{76}"),
    b"-lh": re.compile(rb"(?s)..-lh[0-9dx]-"),
    b"-lz": re.compile(rb"(?s)..-lz[45s]-"),
    b"\x60\xea": re.compile(rb"(?s)\x60\xea.[\0-\x0a]"),
}
"""How a file with such a mark begins: the mark alone may be words or numbers of a text."""
_NUMBERED = re.compile(r"\.(?:7z|zip|rar|tar|iso|gz|tgz|xz|bz2)\.\d{2,4}$", re.IGNORECASE | re.ASCII)
_OLD_CPIO = {b"\xc7\x71": "<", b"\x71\xc7": ">"}


def archive_kind(head: bytes) -> ArchiveKind | None:
    """``None`` for other files, and for an image of a disk, whose mark stands further down."""
    marked = ((mark, kind) for at, mark, kind in _KINDS if head.startswith(mark, at))
    found = next((kind for mark, kind in marked if mark not in _SURE or _SURE[mark].match(head)), None)
    return found or (_CPIO if _is_old_cpio(head) else None)


def _is_old_cpio(head: bytes) -> bool:
    """Its mark has two bytes, with which words may begin: so there also is a name that ends where it should."""
    order = _OLD_CPIO.get(head[:2])
    if order is None or len(head) < 28:
        return False
    (name_bytes,) = struct.unpack_from(f"{order}H", head, 20)
    return bool(1 < name_bytes < 4_096 and head[26 : 26 + name_bytes].find(b"\0") == name_bytes - 1)


def is_numbered(name: str) -> bool:
    """Whether a file is called what programs call those that they cut an archive into: "plans.7z.001"."""
    return bool(_NUMBERED.search(name))


def is_volume(head: bytes) -> bool:
    """Whether it says that it is one of several files that belong together."""
    if head.startswith(b"Rar!"):
        return rar_headers.is_volume(head)
    return head.startswith(b"MSCF") and len(head) > 30 and bool(head[30] & 3)


def breaks_off(head: bytes, size_bytes: int) -> bool:
    """Whether it is a 7-Zip archive whose list of members, which its header says the place of, is not there."""
    place = list_of_7_zip(head)
    return head.startswith(_SEVEN_ZIP) and (place is None or 32 + place[0] + place[1] > size_bytes)


def list_of_7_zip(head: bytes) -> tuple[int, int, int] | None:
    """How far behind the 32 bytes of the header the list of members stands, its length, and its checksum."""
    if not head.startswith(_SEVEN_ZIP) or len(head) < 32:
        return None
    offset, length, crc = struct.unpack_from("<QQI", head, 12)
    return int(offset), int(length), int(crc)
