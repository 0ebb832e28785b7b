"""Photoshop files with layers, made byte by byte, as Photoshop leaves them without "Maximize Compatibility"."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tests import made_pictures

Box = tuple[int, int, int, int]
FOLDER, DIVIDER = 1, 3


@dataclass(frozen=True)
class Layer:
    """``samples`` has a value for each channel: red, green, blue, alpha. ``mask`` is a box, white outside of it or not.

    ``packing``: 0 plain, 1 PackBits, 2 zip, 3 zip of differences.
    """

    box: Box = (0, 0, 0, 0)
    samples: Sequence[int] = (0, 0, 0, 255)
    mode: bytes = b"norm"
    opacity: int = 255
    hidden: bool = False
    clipped: bool = False
    group: int = 0
    group_mode: bytes = b"pass"
    mask: Box | None = None
    mask_value: int = 0
    mask_flags: int = 0
    packing: int = 0
    blocks: Mapping[bytes, bytes] = field(default_factory=dict)


def typed(words: str) -> dict[bytes, bytes]:
    """The block of a layer of text, as far as anybody has to know it."""
    text = words + "\0"
    units = struct.pack(">I", len(text)) + text.encode("utf-16-be")
    return {b"TySh": bytes(60) + b"\0\0\0\x03\0\0\0\0Txt TEXT" + units + b"\0\0\0\0Ornt"}


def colour_fill(red: int, green: int, blue: int) -> dict[bytes, bytes]:
    parts = zip((b"Rd  ", b"Grn ", b"Bl  "), (red, green, blue), strict=True)
    return {
        b"SoCo": b"\0\0\0\x10" + b"".join(bytes(4) + key + b"doub" + struct.pack(">d", part) for key, part in parts)
    }


def _channel(value: int, box: Box, layer: Layer, depth: int, *, large: bool) -> bytes:
    width, height = box[2] - box[0], box[3] - box[1]
    sample = bytes([value]) * (depth // 8)
    row = sample * width
    if layer.packing == 1:
        packed = b"".join(bytes([len(row[at : at + 128]) - 1]) + row[at : at + 128] for at in range(0, len(row), 128))
        body = struct.pack(">I" if large else ">H", len(packed)) * height + packed * height
    elif layer.packing == 2:
        body = zlib.compress(row * height)
    elif layer.packing == 3:
        numbers = [int.from_bytes(row[at : at + depth // 8], "big") for at in range(0, len(row), depth // 8)]
        steps = [numbers[0], *((after - before) % 2**depth for before, after in pairwise(numbers))] if numbers else []
        body = zlib.compress(b"".join(step.to_bytes(depth // 8, "big") for step in steps) * height)
    else:
        body = row * height
    return struct.pack(">H", layer.packing) + body


def _record(layer: Layer, depth: int, *, large: bool) -> tuple[bytes, bytes]:
    left, top, right, bottom = layer.box
    numbers = [*range(len(layer.samples) - 1), -1]
    channels = [
        (number, _channel(value, layer.box, layer, depth, large=large))
        for number, value in zip(numbers, layer.samples, strict=True)
    ]
    mask = b""
    if layer.mask is not None:
        channels.append((-2, _channel(layer.mask_value, layer.mask, layer, depth, large=large)))
        edges = (layer.mask[1], layer.mask[0], layer.mask[3], layer.mask[2])
        mask = struct.pack(">4iBBxx", *edges, 255 - layer.mask_value, layer.mask_flags)
    blocks = dict(layer.blocks)
    if layer.group:
        blocks[b"lsct"] = struct.pack(">I", layer.group) + b"8BIM" + layer.group_mode
    extra = struct.pack(">I", len(mask)) + mask + bytes(4) + b"\x05Layer\0\0"
    for key, body in blocks.items():
        body += bytes(-len(body) % 2)  # noqa: PLW2901 - padded
        extra += b"8BIM" + key + struct.pack(">I", len(body)) + body
    record = struct.pack(">4iH", top, left, bottom, right, len(channels))
    record += b"".join(struct.pack(">hQ" if large else ">hI", number, len(body)) for number, body in channels)
    record += b"8BIM" + layer.mode + struct.pack(">BBBxI", layer.opacity, layer.clipped, 2 * layer.hidden, len(extra))
    return record + extra, b"".join(body for _, body in channels)


def psd(
    layers: Sequence[Layer], size: tuple[int, int] = (40, 30), *,
    depth: int = 8, mode: int = 3, large: bool = False, has_picture: bool | None = False,
) -> bytes:  # fmt: skip
    """``layers`` from the lowest, over a white sheet as merged picture; ``has_picture`` is what the file says of it."""
    resources = [] if has_picture is None else [made_pictures.version_info(has_picture=has_picture)]
    planes = [b"\xff" * (size[0] * size[1] * depth // 8)] * {1: 1, 3: 3, 4: 4}[mode]
    whole = made_pictures.psd(planes, size, depth=depth, mode=mode, large=large, resources=resources)
    parts = [_record(layer, depth, large=large) for layer in layers]
    info = struct.pack(">h", len(layers)) + b"".join(head for head, _ in parts) + b"".join(body for _, body in parts)
    info += bytes(-len(info) % 4)
    length = ">Q" if large else ">I"
    if depth == 8:
        section = struct.pack(length, len(info)) + info + bytes(4)
    else:  # behind an empty list and an empty mask
        section = struct.pack(length, 0) + bytes(4) + b"8BIMLr16" + struct.pack(length, len(info)) + info
    empty_at = len(whole) - sum(map(len, planes)) - 2 - struct.calcsize(length)
    return whole[:empty_at] + struct.pack(length, len(section)) + section + whole[empty_at + struct.calcsize(length) :]
