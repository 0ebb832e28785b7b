"""Decodes one channel of a Photoshop layer to a grey picture of eight bits.

Pure, on bytes. Source: Adobe's Photoshop File Formats Specification, "Channel image data".
"""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from itertools import accumulate

from PIL import Image

from bot.files.worker.pictures.psd import PsdError

_PLAIN, _PACKBITS, _ZIP, _ZIP_OF_DIFFERENCES = range(4)


def plane(packed: bytes, size: tuple[int, int], depth: int, *, large: bool) -> Image.Image:
    """``packed`` begins with its compression method. Raises ``PsdError``."""
    width, height = size
    row_bytes = (width * depth + 7) // 8
    try:
        samples = _unpacked(packed, row_bytes, height, depth, large=large)
    except (struct.error, zlib.error, ValueError, IndexError, OSError) as error:
        raise PsdError(str(error)) from error
    if len(samples) < row_bytes * height:
        raise PsdError("cut off")
    if depth == 1:
        return Image.frombytes("1", size, samples, "raw", "1;I").convert("L")
    if depth == 32:
        return Image.frombytes("F", size, samples, "raw", "F;32BF").point(lambda value: value * 255 + 0).convert("L")
    return Image.frombytes("L", size, samples[:: depth // 8])


def _unpacked(packed: bytes, row_bytes: int, height: int, depth: int, *, large: bool) -> bytes:
    packing = int.from_bytes(packed[:2], "big")
    if packing == _PLAIN:
        return packed[2 : 2 + row_bytes * height]
    if packing == _PACKBITS:
        rows = packed[2 + height * (4 if large else 2) :]
        return Image.frombytes("L", (row_bytes, height), rows, "packbits", "L").tobytes()
    if packing not in {_ZIP, _ZIP_OF_DIFFERENCES} or depth < 8:
        raise PsdError("packed in no known way")
    samples = zlib.decompressobj().decompress(packed[2:], row_bytes * height)
    if packing == _ZIP:
        return samples
    parts = (samples[at : at + row_bytes] for at in range(0, row_bytes * height, row_bytes))
    return b"".join(_summed(row, depth) for row in parts)


def _summed(row: bytes, depth: int) -> bytes:
    """The samples of a row that stores the first one and then differences, modulo their range.

    For floating point, the differences are between bytes: all first bytes of the row come before all second ones.
    """
    if depth == 16:
        words = array("H", row)
        if sys.byteorder == "little":
            words.byteswap()
        sums = _bytes_of(accumulate(words))
        return bytes(byte for pair in zip(sums[1::8], sums[::8], strict=True) for byte in pair)
    summed = _bytes_of(accumulate(row))[::8]
    if depth == 8:
        return summed
    width = len(row) // 4
    samples = bytearray(len(row))
    for number in range(4):
        samples[number::4] = summed[number * width : (number + 1) * width]
    return bytes(samples)


def _bytes_of(numbers: accumulate[int]) -> bytes:
    """Sums of eight bytes at a time, the lowest first: the low byte is the sum modulo 256."""
    longs = array("Q", numbers)
    if sys.byteorder == "big":
        longs.byteswap()
    return longs.tobytes()
