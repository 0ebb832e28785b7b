"""The first bytes of a file in, which kind of archive it is out, where nothing here opens that kind.

Pure. Offsets and signatures are those of the formats' own specifications.
"""

from __future__ import annotations

_ARCHIVES = (
    (0, b"Rar!\x1a\x07", "a RAR archive"),
    (0, b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (0, b"MSCF", "a Windows cabinet"),
    (0, b"MSWIM\0\0\0", "a Windows disk image"),
    (0, b"xar!", "an XAR archive"),
    (0, b"!<arch>\n", "an AR archive"),
    (0, b"\x60\xea", "an ARJ archive"),
    (0, b"\x1f\x9d", "a file packed by Unix's compress"),
    (0, b"\x1f\xa0", "a file packed by Unix's compress"),
    (0, b"\x04\x22\x4d\x18", "a file packed by LZ4"),
    (0, b"LZIP\x01", "a file packed by lzip"),
    (0, b"070701", "a CPIO archive"),
    (0, b"070707", "a CPIO archive"),
    (0, b"ISc(", "an InstallShield archive"),
    (7, b"**ACE**", "an ACE archive"),
    (2, b"-lh", "an LHA archive"),
    (2, b"-lz", "an LHA archive"),
)


def archive_kind(head: bytes) -> str:
    """A word, with its article, for an archive that nothing here opens; nothing for other files."""
    return next((name for at, mark, name in _ARCHIVES if head.startswith(mark, at)), "")
