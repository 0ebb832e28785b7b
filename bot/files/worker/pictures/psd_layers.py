"""Reads the layers of a Photoshop file, from the lowest to the topmost: positions, masks, blending.

Pure, on bytes. Source: Adobe's Photoshop File Formats Specification, "Layer and Mask Information Section".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from bot.files.worker.pictures.psd import PsdError, PsdHead

LAYERS_MAX = 2_000
GROUP_MASK, MASK, ALPHA = -3, -2, -1
OPENS: Final = frozenset({1, 2})
"""How the record above a group's layers marks it: an open folder, a closed one."""
CLOSES = 3
_HIDDEN = 2
_MASK_OFF, _MASK_INVERTED, _MASK_IS_DRAWN, _MASK_HAS_STRENGTH = 2, 4, 8, 16
_LONG_KEYS = frozenset(b"LMsk Lr16 Lr32 Layr Mt16 Mt32 Mtrn Alph FMsk lnk2 FEid FXid PxSD".split())
"""Blocks with a length of eight bytes in a PSB."""
_SIGNATURES = frozenset({b"8BIM", b"8B64"})
Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels of the canvas."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Which part of a layer is visible. ``outside`` is the value beyond its box."""

    box: Box
    outside: int
    is_on: bool
    inverted: bool
    density: int
    """255 if the mask has its full effect."""
    feathered: bool


@dataclass(frozen=True, slots=True)
class Layer:
    name: str
    box: Box
    mode: str
    opacity: int
    """0 to 255, like all values below."""
    fill: int
    is_hidden: bool
    is_clipped: bool
    """Whether it is clipped to the next lower layer that is not."""
    group: int
    """0 for a layer, otherwise one of ``OPENS`` and ``CLOSES``."""
    mask: Mask | None
    blocks: dict[bytes, bytes] = field(repr=False)
    """Additional information by its four-letter keys."""
    channels: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Where each channel's packed samples begin and end in the file."""


def layers(data: bytes, of: PsdHead) -> list[Layer]:
    """Empty if it has none. Raises ``PsdError``."""
    try:
        at, end = of.layers_at, of.picture_at
        size = _size(data, at, large=of.is_large)
        at += 8 if of.is_large else 4
        if size:
            return _records(data, at, of)
        return _deep(data, at, end, of)
    except (struct.error, IndexError, UnicodeError) as error:
        raise PsdError(str(error)) from error


def _size(data: bytes, at: int, *, large: bool) -> int:
    return int(struct.unpack_from(">Q" if large else ">I", data, at)[0])


def _deep(data: bytes, at: int, end: int, of: PsdHead) -> list[Layer]:
    """In a picture of 16 or 32 bits the layers are in a block after the usual place, which is then empty."""
    if at + 4 > end:
        return []
    at += 4 + _size(data, at, large=False)
    for key, begin, _ in _blocks(data, at, end, large=of.is_large):
        if key in {b"Lr16", b"Lr32", b"Layr"}:
            return _records(data, begin, of)
    return []


def _blocks(data: bytes, at: int, end: int, *, large: bool) -> list[tuple[bytes, int, int]]:
    """Key, begin and end of each block. Programs pad lengths to two bytes or to four."""
    found: list[tuple[bytes, int, int]] = []
    while at + 12 <= end:
        if data[at : at + 4] not in _SIGNATURES:
            at += 1
            if found and at - found[-1][2] > 4:
                break
            continue
        key = data[at + 4 : at + 8]
        is_long = large and key in _LONG_KEYS
        begin = at + (16 if is_long else 12)
        at = begin + _size(data, at + 8, large=is_long)
        found.append((key, begin, min(at, end)))
    return found


def _records(data: bytes, at: int, of: PsdHead) -> list[Layer]:
    (count,) = struct.unpack_from(">h", data, at)
    at += 2
    if abs(count) > LAYERS_MAX:
        raise PsdError("more layers than are read")
    found: list[tuple[Layer, list[tuple[int, int]]]] = []
    for _ in range(abs(count)):
        layer, lengths, at = _record(data, at, of)
        found.append((layer, lengths))
    for layer, lengths in found:
        for channel, length in lengths:
            layer.channels.setdefault(channel, (at, at + length))
            at += length
    return [layer for layer, _ in found]


def _record(data: bytes, at: int, of: PsdHead) -> tuple[Layer, list[tuple[int, int]], int]:
    """A layer without its channels, their lengths, and where the next record begins."""
    top, left, bottom, right, count = struct.unpack_from(">4iH", data, at)
    at += 18
    code = ">hQ" if of.is_large else ">hI"
    step = struct.calcsize(code)
    lengths = [struct.unpack_from(code, data, at + step * number) for number in range(count)]
    at += step * count
    signature, mode, opacity, clipping, flags, size = struct.unpack_from(">4s4s3BxI", data, at)
    if signature not in _SIGNATURES:
        raise PsdError("no layer where one should be")
    at += 16
    end = at + size
    box = (left, top, right, bottom)
    mask = _mask(data, at)
    at += 4 + _size(data, at, large=False)
    at += 4 + _size(data, at, large=False)  # the blending ranges
    name = data[at + 1 : at + 1 + data[at]].decode("cp1252", "replace")
    at += (data[at] + 4) // 4 * 4
    blocks = {key: data[begin:stop] for key, begin, stop in _blocks(data, at, end, large=of.is_large)}
    layer = Layer(
        name=text(blocks[b"luni"]) if b"luni" in blocks else name,
        box=box,
        mode=mode.decode("ascii", "replace"),
        opacity=opacity,
        fill=blocks.get(b"iOpa", b"\xff")[0],
        is_hidden=bool(flags & _HIDDEN),
        is_clipped=clipping != 0,
        group=_group(blocks),
        mask=mask,
        blocks=blocks,
    )
    return layer, lengths, end


def _group(blocks: dict[bytes, bytes]) -> int:
    return int.from_bytes((blocks.get(b"lsct") or blocks.get(b"lsdk") or b"")[:4], "big")


def _mask(data: bytes, at: int) -> Mask | None:
    """Its box is relative to the canvas, whatever the flag "relative to the layer" says."""
    size = _size(data, at, large=False)
    if size < 18:
        return None
    top, left, bottom, right, outside, flags = struct.unpack_from(">4iBB", data, at + 4)
    density, feathered = _strength(data, at + (40 if size >= 36 else 22), at + 4 + size, flags)
    return Mask(
        (left, top, right, bottom),
        outside,
        is_on=not flags & _MASK_OFF,
        inverted=bool(flags & _MASK_INVERTED),
        density=density,
        feathered=feathered,
    )


def _strength(data: bytes, at: int, end: int, flags: int) -> tuple[int, bool]:
    """Density and feathering of the mask itself or of the path that it is drawn from."""
    if not flags & _MASK_HAS_STRENGTH or at >= end:
        return 255, False
    present, at = data[at], at + 1
    values: list[int | float] = [255, 0.0, 255, 0.0]
    for number, code in enumerate((">B", ">d", ">B", ">d")):
        if present >> number & 1:
            (values[number],) = struct.unpack_from(code, data, at)
            at += struct.calcsize(code)
    density, feather = values[2:] if flags & _MASK_IS_DRAWN else values[:2]
    return int(density), feather > 0


def text(block: bytes) -> str:
    """A count of UTF-16 units, and the units."""
    (count,) = struct.unpack_from(">I", block)
    return block[4 : 4 + 2 * count].decode("utf-16-be", "replace").rstrip("\0")
