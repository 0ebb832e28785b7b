"""Reads a Hangul document, in the newer form (HWPX) or the older one (HWP 5): words and pictures, since nothing here
renders its pages.

I/O: reads the file, writes what was found; runs in a worker process.
"""

from __future__ import annotations

import posixpath
import struct
from collections.abc import Mapping
from contextlib import suppress

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker import text
from bot.files.worker.documents import compound
from bot.files.worker.documents.as_extracts import words_alone
from bot.files.worker.documents.package import Broken, Package
from bot.files.worker.words import hangul, hangul_records

_ABOUT = "Hangul document"
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
_PREVIEW = "Preview/PrvImage.png"
_PICTURES_MAX = 20
_PICTURE_BYTES_MIN = 10_000
"""Smaller pictures are rules and ornaments."""


_MARK = b"HWP Document File"
_PACKED, _LOCKED, _SEALED = 1, 2, 4
"""Flags of the older form's header: packed parts, a password, copying not allowed."""


def is_old(streams: Mapping[str, bytes]) -> bool:
    """``streams`` are those of a compound file, by lower-case name."""
    return streams.get("fileheader", b"").startswith(_MARK)


def convert_old(root: compound.Storage, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Its words, or its stored preview of them. Source: Hancom's HWP 5.0 format, 3.2.1 (flags), 3.2.6.

    Raises ``Unreadable``.
    """
    streams = {name.lower(): data for name, data in root.streams.items()}
    flags = struct.unpack_from("<I", streams["fileheader"].ljust(40, b"\0"), 36)[0]
    if flags & _LOCKED:
        raise Unreadable(notes.PASSWORD)
    body = root.storages.get("BodyText", compound.Storage()).streams
    words = hangul.read_old({} if flags & _SEALED else body, packed=bool(flags & _PACKED))
    pictures = _old_pictures(root, flags, out)
    if words.filled():
        broken = [NoteExtract(notes.WORDS_BREAK_OFF)] if words.breaks_off else []
        return [*words_alone(_ABOUT, words, out, limits), *broken, *pictures]
    preview = streams.get("prvtext", b"").decode("utf-16-le", "replace")
    if any(map(str.isalnum, preview)):
        found = text.written(preview, "", "Hangul document, its preview", out, limits)
        return [*found, NoteExtract(notes.HANGUL_PREVIEW), *pictures]
    if pictures:
        return [*pictures, NoteExtract(notes.words_alone(_ABOUT))]
    raise Unreadable(notes.unknown_kind("a Hangul (HWP) document"))


def _old_pictures(root: compound.Storage, flags: int, out: Outbox) -> list[Extract]:
    found, left = list[Extract](), hangul_records.INFLATED_BYTES_MAX
    for name, data in sorted(root.storages.get("BinData", compound.Storage()).streams.items()):
        if not name.lower().endswith(_PICTURES) or len(found) > _PICTURES_MAX:
            continue
        with suppress(Broken):
            data = hangul_records.inflated(data, left) if flags & _PACKED else data  # noqa: PLW2901
        left -= len(data)
        if len(found) == _PICTURES_MAX:
            found.append(NoteExtract(notes.PICTURES_LEFT_OUT))
        elif len(data) >= _PICTURE_BYTES_MIN:
            path = out.new(".bin")
            path.write_bytes(data)
            found.append(MemberExtract(path.name, name))
    return found


def is_hangul(package: Package) -> bool:
    return hangul.is_hwpx(package)


def convert(package: Package, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Raises ``Unreadable``."""
    if hangul.is_locked(package):
        raise Unreadable(notes.PASSWORD)
    try:
        words = hangul.read(package)
    except Broken:
        raise Unreadable(notes.not_opened(_ABOUT)) from None
    pictures = _pictures(package, out)
    if not words.filled():
        return [*(pictures or _written(package, [_PREVIEW], out)), NoteExtract(notes.words_alone(_ABOUT))]
    broken = [NoteExtract(notes.WORDS_BREAK_OFF)] if words.breaks_off else []
    return [*words_alone(_ABOUT, words, out, limits), *broken, *pictures]


def _pictures(package: Package, out: Outbox) -> list[Extract]:
    large = [
        name
        for name in package.names
        if name.lower().startswith("bindata/") and name.lower().endswith(_PICTURES)
        if package.size_bytes(name) >= _PICTURE_BYTES_MIN
    ]
    found = _written(package, large[:_PICTURES_MAX], out)
    if len(large) > _PICTURES_MAX:
        found.append(NoteExtract(notes.pictures_left_out(_PICTURES_MAX, len(large) - _PICTURES_MAX)))
    return found


def _written(package: Package, names: list[str], out: Outbox) -> list[Extract]:
    return [
        MemberExtract(file, posixpath.basename(name))
        for name in names
        if name in package and (file := package.write(name, out)) is not None
    ]
