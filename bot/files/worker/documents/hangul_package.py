"""A Hangul document in the newer of its forms (HWPX) in, its words and pictures out: nothing here draws its pages.

I/O: reads the file, writes what was found; runs in a worker process.
"""

from __future__ import annotations

import posixpath

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.documents.as_extracts import words_alone
from bot.files.worker.documents.package import Broken, Package
from bot.files.worker.words import hangul

_ABOUT = "Hangul document"
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp")
_PREVIEW = "Preview/PrvImage.png"
_PICTURES_MAX = 20
_PICTURE_BYTES_MIN = 10_000
"""Smaller ones are rules and ornaments."""


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
