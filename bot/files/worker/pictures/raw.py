"""Extracts the JPEG that a camera stored beside the raw pixels, upright.

Pure, on bytes. Developing raw pixels takes the camera maker's program. The preview is mostly that program's own picture
in full size. Every maker stores it elsewhere, but always as a JPEG, so the largest JPEG in the file is taken.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from bot.files.worker.pictures.tiff_tags import (
    BITS,
    COMPRESSION,
    DNG_VERSION,
    LENGTH,
    ORIENTATION,
    PHOTOMETRIC,
    SAMPLES,
    STRIP_BYTES,
    STRIPS,
    TILES,
    WIDTH,
    Directory,
    directories,
)

_RGB = 2
_PREVIEWS_TRIED_MAX = 2_000
_RAW_PHOTOMETRICS = {32803, 34892}
_RAW_COMPRESSIONS = {32767, 32769, 32770, 34713, 34892, 65000, 65535}
"""Compression methods for raw pixels of Sony, Epson, Samsung, Nikon, Adobe, Kodak and Pentax."""
_OF_PHASE_ONE = {b"IIII", b"MMMM"}
_PLAIN_SIDE_PX_MIN = 100
_FRAMES = {0xC0, 0xC1, 0xC2}
"""Start-of-frame markers of ordinary JPEGs; raw pixels are lossless JPEG (0xC3)."""


@dataclass(frozen=True, slots=True)
class Preview:
    """``begin`` is the offset of the JPEG; ``orientation`` is EXIF's number, for a JPEG that has none."""

    begin: int
    width_px: int
    height_px: int
    orientation: int


def is_raw(found: list[Directory], head: bytes) -> bool:
    """Whether a TIFF is a camera's raw file, whose pixels need another program."""
    return (
        head[8:10] == b"CR"
        or head[8:12] in _OF_PHASE_ONE
        or any(
            DNG_VERSION in directory.tags
            or directory.number(PHOTOMETRIC) in _RAW_PHOTOMETRICS
            or directory.number(COMPRESSION) in _RAW_COMPRESSIONS
            for directory in found
        )
    )


def preview(data: bytes) -> Preview | None:
    """The largest JPEG in it."""
    best: Preview | None = None
    sensor = _sensor_offsets(data)
    at = data.find(b"\xff\xd8\xff")
    for _ in range(_PREVIEWS_TRIED_MAX):
        if at < 0:
            break
        size = _jpeg_size(data, at) if at not in sensor else None
        if size and (best is None or size[0] * size[1] > best.width_px * best.height_px):
            best = Preview(at, *size, 1)
        at = data.find(b"\xff\xd8\xff", at + 3)
    return Preview(best.begin, best.width_px, best.height_px, _orientation(data)) if best else None


@dataclass(frozen=True, slots=True)
class Plain:
    """An uncompressed picture, as RGB."""

    width_px: int
    height_px: int
    samples: bytes
    orientation: int


def plain(data: bytes) -> Plain | None:
    """The largest uncompressed picture, which some cameras and converters store instead of a JPEG."""
    _, found = directories(data)
    best: Plain | None = None
    for one in found:
        if one.number(PHOTOMETRIC) != _RGB or one.number(COMPRESSION, 1) != 1 or set(one.numbers(BITS)) != {8}:
            continue
        width, height = one.number(WIDTH), one.number(LENGTH)
        strips = zip(one.numbers(STRIPS), one.numbers(STRIP_BYTES), strict=False)
        samples = b"".join(data[at : at + size] for at, size in strips)
        whole = one.number(SAMPLES, 1) == 3 and max(width, height) >= _PLAIN_SIDE_PX_MIN
        if whole and len(samples) >= width * height * 3 > (best.width_px * best.height_px * 3 if best else 0):
            best = Plain(width, height, samples[: width * height * 3], _orientation(data))
    return best


def _sensor_offsets(data: bytes) -> set[int]:
    """Where the raw pixels are: some cameras pack them as JPEGs that do not look like the picture."""
    _, found = directories(data)
    return {
        offset
        for directory in found
        if directory.number(PHOTOMETRIC) in _RAW_PHOTOMETRICS
        for tag in (STRIPS, TILES)
        for offset in directory.numbers(tag)
    }


def _jpeg_size(data: bytes, at: int) -> tuple[int, int] | None:
    """Width and height by the header; ``None`` if it is no JPEG that can be shown."""
    at += 2
    for _ in range(200):
        if at + 9 > len(data) or data[at] != 0xFF:
            return None
        mark = data[at + 1]
        if mark == 0xFF:
            at += 1
            continue
        if mark in _FRAMES:
            precision, height, width = struct.unpack_from(">BHH", data, at + 4)
            return (width, height) if precision == 8 and width and height else None
        if mark in {0xC3, 0xD9, 0xDA}:
            return None
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _orientation(data: bytes) -> int:
    """By the raw file's own tags; Canon's CR3 has them as a TIFF in a box named CMT1."""
    begin = data.find(b"CMT1", 0, 100_000) + 4 if data[4:8] == b"ftyp" else 0
    if begin == 3:
        return 1
    if data.startswith(b"FUJIFILM"):
        begin = data.find(b"Exif\0\0", 0, 1_000_000) + 6
    _, found = directories(memoryview(data)[begin : begin + 10_000_000])
    return next((one.number(ORIENTATION) for one in found if 1 <= one.number(ORIENTATION) <= 8), 1)
