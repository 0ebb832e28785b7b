"""Reads pictures that need more than Pillow: camera raw by its preview, TIFFs of rare samples, PAM, damaged PNGs.

I/O: reads the file, writes pictures; runs in a worker process.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.kinds import Kind
from bot.files.worker.pictures import bmp, pam, pixels, raw, tiff_samples, tiff_tags
from bot.files.worker.sniff import HEAD_BYTES

_SMALL_PREVIEW_PX = 1_000
_PNG_CRITICAL = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})
_SMALLER_OR_MASK = 5
_BY_HAND = {Kind.PNM: (pam.size, pam.picture), Kind.BMP: (bmp.size, bmp.picture)}


def first(source: Path, kind: Kind, out: Outbox, limits: ConvertLimits) -> list[Extract] | None:
    """Extracts of what Pillow would misread; ``None`` if Pillow reads it well. Raises ``Unreadable``."""
    if kind is Kind.PSD:
        from bot.files.worker.pictures import photoshop  # noqa: PLC0415 - only for workers that meet such a file

        return photoshop.without_picture(source, out, limits)
    with source.open("rb") as file:
        start = file.read(HEAD_BYTES)
    if kind is Kind.TIFF:
        _, found = tiff_tags.directories(source.read_bytes())
        if not raw.is_raw(found, start):
            return instead(source, kind, out, limits) if any(map(tiff_samples.is_misread, found)) else None
    return _preview(source.read_bytes(), out, limits)


def instead(source: Path, kind: Kind, out: Outbox, limits: ConvertLimits) -> list[Extract] | None:
    """Extracts of what Pillow failed on; ``None`` if nothing here reads it either. Raises ``Unreadable``."""
    try:
        data = source.read_bytes()
        if kind is Kind.PSD:
            from bot.files.worker.pictures import photoshop  # noqa: PLC0415

            return photoshop.deep(data, out, limits)
        if kind in _BY_HAND:
            return _by_hand(data, kind, out, limits)
        read = _OTHERWISE.get(kind)
        return read(data, out, limits) if read is not None else None
    except (OSError, ValueError, SyntaxError, TypeError, IndexError, KeyError, struct.error, OverflowError):
        return None


def _preview(data: bytes, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    found, plain = raw.preview(data), raw.plain(data)
    if plain is not None and (found is None or plain.width_px > found.width_px):
        return _plain_preview(plain, out, limits)
    if found is None:
        raise Unreadable(notes.raw_without_preview())
    try:
        with Image.open(io.BytesIO(data[found.begin :]), formats=("JPEG",)) as image:
            about = "camera raw photo, by its preview"
            extracts = pixels.convert(image, Kind.RAW, about, out, limits, orientation=found.orientation)
    except (OSError, ValueError, SyntaxError, TypeError, IndexError, KeyError) as error:
        raise Unreadable(notes.raw_without_preview()) from error
    if max(found.width_px, found.height_px) < _SMALL_PREVIEW_PX:
        extracts.append(NoteExtract(notes.small_preview(found.width_px, found.height_px)))
    return extracts


def _plain_preview(found: raw.Plain, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    size = (found.width_px, found.height_px)
    pixels.check_size(*size, limits)
    image = Image.frombytes("RGB", size, found.samples)
    image.format = "TIFF"
    about = "camera raw photo, by its preview"
    extracts = pixels.convert(image, Kind.RAW, about, out, limits, orientation=found.orientation)
    return [*extracts, NoteExtract(notes.small_preview(*size))] if max(size) < _SMALL_PREVIEW_PX else extracts


def _samples(data: bytes, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The pages that can be read this way; raises ``TiffError`` if the first can't."""
    _, found = tiff_tags.directories(data)
    pages = [one for one in found if one.is_page and not one.number(tiff_tags.NEW_SUBFILE_TYPE) & _SMALLER_OR_MASK]
    extracts: list[Extract] = []
    for number, page in enumerate(pages[: limits.image_pages_max], 1):
        pixels.check_size(page.number(tiff_tags.WIDTH), page.number(tiff_tags.LENGTH), limits)
        about = f"{Kind.TIFF} image" if len(pages) == 1 else f"{Kind.TIFF} image, page {number} of {len(pages)}"
        extracts += pixels.written(tiff_samples.picture(data, page), Kind.TIFF, about, out, limits)
    if len(pages) > limits.image_pages_max:
        extracts.append(NoteExtract(notes.pages_left_out(limits.image_pages_max, len(pages))))
    if not extracts:
        raise tiff_samples.TiffError("no pages")
    return extracts


def _by_hand(data: bytes, kind: Kind, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    size, picture = _BY_HAND[kind]
    width, height = size(data)
    pixels.check_size(width, height, limits)
    return pixels.written(picture(data), kind, f"{kind} image", out, limits)


def _cut_webp(data: bytes, out: Outbox, limits: ConvertLimits) -> list[Extract] | None:
    from bot.files.worker.pictures import cut_webp  # noqa: PLC0415

    shown = cut_webp.picture(data, limits)
    if shown is None:
        return None
    profile = shown.info.get("icc_profile")
    extracts = pixels.written(shown, Kind.WEBP, f"{Kind.WEBP} image", out, limits, profile=profile)
    return [*extracts, NoteExtract(notes.CUT_IMAGE)]


def _bare_png(data: bytes, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The picture without its metadata, which may be what is broken. Raises what Pillow raises."""
    bare, at = bytearray(data[:8]), 8
    while at + 12 <= len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        body = data[at + 8 : at + 8 + size]
        if name in _PNG_CRITICAL:
            bare += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        at += 12 + size
    with Image.open(io.BytesIO(bytes(bare)), formats=("PNG",)) as image:
        return pixels.convert(image, Kind.PNG, f"{Kind.PNG} image", out, limits)


_OTHERWISE: dict[Kind, Callable[[bytes, Outbox, ConvertLimits], list[Extract] | None]] = {
    Kind.TIFF: _samples,
    Kind.PNG: _bare_png,
    Kind.WEBP: _cut_webp,
}
