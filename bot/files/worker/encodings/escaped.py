"""Decodes seven-bit text with escapes (ISO-2022 and HZ).

Pure. Sources: RFC 1468 (JP), RFC 1554 (JP-2), RFC 1557 (KR), RFC 1922 (CN), RFC 1843 (HZ).
"""

from __future__ import annotations

import re

from bot.files.worker.encodings.utf7 import is_utf7

_ESCAPES = {
    "iso2022_kr": re.compile(rb"\x1b\$\)C"),
    "iso2022_cn": re.compile(rb"\x1b\$\)A"),
    "iso2022_jp": re.compile(rb"\x1b\$[@B]|\x1b\$\([@BDOPQ]|\x1b\([IJ]"),
}
_HZ = re.compile(rb"~\{(?:[\x21-\x23\x30-\x57][\x21-\x7e]){2,400}~\}")
"""Only of common characters, since programs also write ``~{`` and ``~}`` for other purposes."""
_JAPANESE_CODECS = ("iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_3")
_SETS = re.compile(rb"\x1b(\$\)?[@AB]|\([BJIHT])|([\x0e\x0f])")


CODECS = frozenset({"iso2022_jp", "iso2022_kr", "iso2022_cn", "hz", "utf-7"})
"""The possible codecs, by Python's names except for the third, which Python has no codec for."""


def codec_of_escapes(data: bytes) -> str | None:
    """The codec whose escapes ``data`` has. Terminal colours (``ESC [``) belong to none."""
    if b"\x1b" in data:
        found = next((codec for codec, pattern in _ESCAPES.items() if pattern.search(data)), None)
        if found is not None:
            return found
    if not data.isascii():
        return None
    return "hz" if _HZ.search(data) else "utf-7" if is_utf7(data) else None


def unescaped(data: bytes, codec: str) -> str:
    """Decodes with one of ``CODECS``; what does not fit becomes U+FFFD."""
    if codec in {"iso2022_kr", "hz", "utf-7"}:
        return data.decode(codec, "replace")
    for japanese in _JAPANESE_CODECS if codec == "iso2022_jp" else ():
        try:
            return data.decode(japanese)
        except UnicodeDecodeError:
            continue
    return _by_hand(data)


def _by_hand(data: bytes) -> str:
    """What Python's codecs lack: characters that Windows added to the Japanese set, and ISO-2022-CN."""
    pieces: list[str] = []
    codec, shifted, at = "ascii", not _ESCAPES["iso2022_cn"].search(data), 0
    designated = "ascii"
    for found in (*_SETS.finditer(data), None):
        raw = data[at : found.start()] if found else data[at:]
        for number, line in enumerate(raw.split(b"\n")):
            if number:
                pieces.append("\n")
                codec = "ascii" if shifted else codec  # RFC 1468: a line begins in ASCII
            pieces.append(_decoded(line, codec))
        if found is None:
            break
        at = found.end()
        if found[2]:
            codec = designated if found[2] == b"\x0e" else "ascii"
        elif found[1] == b"$)A":
            designated = "gb18030"
        else:
            codec = {b"$@": "cp932", b"$B": "cp932", b"$A": "gb18030", b"(I": "katakana"}.get(found[1], "ascii")
    return "".join(pieces)


def _decoded(raw: bytes, codec: str) -> str:
    if codec == "ascii":
        return raw.decode("ascii", "replace")
    if codec == "katakana":
        return bytes(byte | 0x80 for byte in raw).decode("cp932", "replace")
    if codec == "gb18030":
        return bytes(byte | 0x80 if byte > 0x20 else byte for byte in raw).decode(codec, "replace")
    return b"".join(_shifted(*pair) for pair in zip(raw[::2], raw[1::2], strict=False)).decode(codec, "replace")


def _shifted(row: int, cell: int) -> bytes:
    """A pair of JIS X 0208 as Shift_JIS writes it."""
    lead = ((row - 0x21) >> 1) + 0x81
    trail = cell + (0x1F if row % 2 and cell <= 0x5F else 0x20) if row % 2 else cell + 0x7E
    return bytes([(lead + 0x40 if lead > 0x9F else lead) & 0xFF, trail & 0xFF])
