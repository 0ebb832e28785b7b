"""Converts samples of a TIFF with more than eight bits to eight bits. Pure."""

from __future__ import annotations

import struct
import sys
from array import array
from typing import Any

from PIL import Image


def highest_bytes(planes: list[array[Any]], bits: int, *, is_lab: bool) -> list[bytes]:
    """The highest byte of each sample."""
    highest = bits // 8 - 1 if sys.byteorder == "little" else 0
    whole = [plane.tobytes()[highest :: bits // 8] for plane in planes]
    if is_lab:  # a and b are signed in a TIFF, and count from 128 in Pillow
        whole[1:] = [plane.translate(FROM_128) for plane in whole[1:]]
    return whole


FROM_128 = bytes(value ^ 0x80 for value in range(256))
INVERTED = bytes(255 - value for value in range(256))


def by_range(planes: list[array[Any]], bits: int, size: tuple[int, int]) -> list[Image.Image]:
    """Floating-point numbers as 0 to 1 where all of them are within that, else by their range, as all whole ones."""
    if bits == 16:
        code = "<e" if sys.byteorder == "little" else ">e"
        planes = [array("f", (value for (value,) in struct.iter_unpack(code, plane.tobytes()))) for plane in planes]
    sums = [sum(map(float, plane)) for plane in planes]
    if any(total - total != 0 for total in sums):  # a number that is none is in them
        planes = [array("f", (value if value - value == 0 else 0.0 for value in plane)) for plane in planes]
    low, high = min(map(min, planes)), max(map(max, planes))
    is_share = isinstance(high, float) and low >= 0 and 0.05 < high <= 1
    low, high = (0.0, 1.0) if is_share else (low, high if high > low else low + 1)
    scale = 255 / (high - low)
    offset = 0.5 - low * scale
    deep = [Image.frombytes("F", size, array("f", plane).tobytes()) for plane in planes]
    return [plane.point(lambda value: value * scale + offset).convert("L") for plane in deep]


def in_order(raw: bytes, order: str, code: str) -> array[Any]:
    """Numbers of 64 bits out of what was read as two of 32 each."""
    halves = array("I", raw)
    if order != ("<" if sys.byteorder == "little" else ">"):
        halves[0::2], halves[1::2] = halves[1::2], halves[0::2]
    return array(code, halves.tobytes())
