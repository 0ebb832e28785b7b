"""Reads Windows bitmaps that Pillow refuses: any masks, two bits a pixel, an embedded JPEG or PNG.

Pure. Source: [MS-WMF] 2.2.2.3 to 2.2.2.5 (the headers, as files have them too).
"""

from __future__ import annotations

import io
import struct
import sys
from array import array
from dataclasses import dataclass

from PIL import Image

_FILE_HEADER_BYTES, _PLAIN_HEADER_BYTES, _SHORT_HEADER_BYTES = 14, 40, 16
_RGB, _MASKS, _JPEG, _PNG, _MASKS_WITH_ALPHA = 0, 3, 4, 5, 6
_PIXELS_MAX = 24_000_000
"""Rows that are read separately."""
_USUAL_MASKS = {16: (0x7C00, 0x03E0, 0x001F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}


class BmpError(ValueError):
    """The bytes are no bitmap, or one that is not supported here either."""


@dataclass(frozen=True, slots=True)
class _Head:
    width: int
    height: int
    """Negative if the first row is the top one."""
    bits: int
    packing: int
    header_bytes: int
    pixels_at: int


def size(data: bytes) -> tuple[int, int]:
    """Raises ``BmpError``."""
    head = _head(data)
    return head.width, abs(head.height)


def picture(data: bytes) -> Image.Image:
    """In P, RGB or RGBA, or the mode of the embedded picture. Raises ``BmpError`` and what Pillow raises."""
    head = _head(data)
    if head.packing in {_JPEG, _PNG}:
        found = Image.open(io.BytesIO(data[head.pixels_at :]), formats=("JPEG", "PNG"))
        found.load()
        return found
    row_bytes = (head.width * head.bits + 31) // 32 * 4
    pixels = data[head.pixels_at : head.pixels_at + row_bytes * abs(head.height)]
    if len(pixels) < row_bytes * abs(head.height) or head.width * abs(head.height) > _PIXELS_MAX:
        raise BmpError("cut off, or too large")
    if head.bits in {1, 2, 4, 8} and head.packing == _RGB:
        return _indexed(data, head, pixels, row_bytes)
    if head.bits not in _USUAL_MASKS or head.packing not in {_RGB, _MASKS, _MASKS_WITH_ALPHA}:
        raise BmpError("pixels of no known sort")
    shown = _masked(pixels, row_bytes, head, _masks(data, head))
    return shown.transpose(Image.Transpose.FLIP_TOP_BOTTOM) if head.height > 0 else shown


def _head(data: bytes) -> _Head:
    try:
        pixels_at, header_bytes = struct.unpack_from("<II", data, 10)
        width, height, bits = struct.unpack_from("<ii2xH", data, 18)
        packing = 0
        if header_bytes >= _PLAIN_HEADER_BYTES:
            (packing,) = struct.unpack_from("<I12x4x", data, 30)
    except struct.error as error:
        raise BmpError(str(error)) from error
    if data[:2] != b"BM" or header_bytes < _SHORT_HEADER_BYTES or width <= 0 or not height:
        raise BmpError("no bitmap")
    return _Head(width, height, bits, packing, header_bytes, pixels_at)


def _indexed(data: bytes, head: _Head, pixels: bytes, row_bytes: int) -> Image.Image:
    mode = "P" if head.bits == 8 else f"P;{head.bits}"
    direction = -1 if head.height > 0 else 1
    shown = Image.frombytes("P", (head.width, abs(head.height)), pixels, "raw", mode, row_bytes, direction)
    at = _FILE_HEADER_BYTES + head.header_bytes
    entries = data[at : min(head.pixels_at, at + 4 * 256)]
    palette = bytes(byte for blue, green, red, _ in struct.iter_unpack("4B", entries[: len(entries) // 4 * 4])
                    for byte in (red, green, blue))  # fmt: skip
    if not palette:
        raise BmpError("no colours")
    shown.putpalette(palette)
    return shown.convert("RGB")


def _masks(data: bytes, head: _Head) -> tuple[int, int, int, int]:
    """Red, green, blue, alpha; in the header, or after a basic one."""
    if head.packing == _RGB:
        return _USUAL_MASKS[head.bits]
    at = _FILE_HEADER_BYTES + _PLAIN_HEADER_BYTES
    has_alpha = head.packing == _MASKS_WITH_ALPHA or head.header_bytes >= _PLAIN_HEADER_BYTES + 16
    try:
        red, green, blue = struct.unpack_from("<3I", data, at)
        alpha = int(struct.unpack_from("<I", data, at + 12)[0]) if has_alpha else 0
    except struct.error as error:
        raise BmpError(str(error)) from error
    return red, green, blue, alpha


def _masked(pixels: bytes, row_bytes: int, head: _Head, masks: tuple[int, int, int, int]) -> Image.Image:
    """The rows in the order of the file."""
    used = head.width * head.bits // 8
    if used != row_bytes:
        pixels = b"".join(pixels[at : at + used] for at in range(0, len(pixels), row_bytes))
    values = array("H" if head.bits == 16 else "I", pixels)
    if sys.byteorder == "big":
        values.byteswap()
    shape = (head.width, abs(head.height))
    planes = [Image.frombytes("L", shape, _channel(values, mask)) for mask in masks[:3]]
    alpha = Image.frombytes("L", shape, _channel(values, masks[3])) if masks[3] else None
    if alpha is None or alpha.getextrema() == (0, 0):  # programs leave it empty and mean opaque
        return Image.merge("RGB", planes)
    return Image.merge("RGBA", [*planes, alpha])


def _channel(values: array[int], mask: int) -> bytes:
    """The bits of each value that the mask selects, scaled to eight bits."""
    shift = (mask & -mask).bit_length() - 1 if mask else 0
    top = mask >> shift
    if top > 0xFFFF:
        shift, top = shift + top.bit_length() - 16, 0xFFFF
    scale = bytes(value * 255 // max(top, 1) for value in range(top + 1))
    return bytes([scale[value >> shift & top] for value in values])
