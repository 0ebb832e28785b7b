"""Finds the visible part of an AVIF or a HEIC.

Pure. A clean aperture (``clap``) says which part of the coded picture to show. Pillow shows all of an AVIF, and libheif
before 1.23.6 refuses a HEIC with a small aperture, so ``widened`` makes it show all. Source: ISO/IEC 14496-12, 12.1.4,
and ISO/IEC 23008-12, 6.5.9.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

Box = tuple[int, int, int, int]
_CONTAINERS_MAX = 1_000


def clean_aperture(data: bytes, width: int, height: int) -> Box | None:
    """Left, upper, right, lower in pixels of the coded picture; ``None`` if all of it is shown."""
    try:
        fractions = struct.unpack(">IIIIiIiI", _of_primary_item(data).get(b"clap", b"")[:32])
    except (struct.error, IndexError):
        return None
    if not all(fractions[1::2]):
        return None
    wide, high, across, down = (fractions[at] / fractions[at + 1] for at in (0, 2, 4, 6))
    left = (width - 1) / 2 + across - (wide - 1) / 2
    upper = (height - 1) / 2 + down - (high - 1) / 2
    box = (round(left), round(upper), round(left + wide), round(upper + high))
    inside = 0 <= box[0] < box[2] <= width and 0 <= box[1] < box[3] <= height
    return box if inside and box != (0, 0, width, height) else None


def widened(data: bytes) -> bytes | None:
    """The same picture without the aperture, to be cropped with ``clean_aperture``. ``None`` if it has none, or is also
    turned: the aperture then applies before the turn."""
    try:
        properties = _of_primary_item(data)
        width, height = struct.unpack(">II", properties.get(b"ispe", b"")[4:12])
    except (struct.error, IndexError):
        return None
    if b"clap" not in properties or properties.keys() & {b"irot", b"imir"}:
        return None
    whole = struct.pack(">IIIIiIiI", width, 1, height, 1, 0, 1, 0, 1)
    return data.replace(b"clap" + properties[b"clap"][:32], b"clap" + whole, 1)


def _of_primary_item(data: bytes) -> dict[bytes, bytes]:
    """The primary item's properties by kind. Raises ``struct.error`` for a truncated box."""
    meta = next((body for kind, body in _boxes(data) if kind == b"meta"), b"")[4:]
    parts = dict(_boxes(meta))
    properties = dict(_boxes(parts.get(b"iprp", b"")))
    listed = list(_boxes(properties.get(b"ipco", b"")))
    primary = parts.get(b"pitm", b"")
    item = int.from_bytes(primary[4:8] if primary[:1] == b"\1" else primary[4:6], "big")
    numbers = _associated(properties.get(b"ipma", b""), item)
    return dict(listed[number - 1] for number in numbers if 0 < number <= len(listed))


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    for _ in range(_CONTAINERS_MAX):
        if at + 8 > len(data):
            return
        size, kind = struct.unpack_from(">I4s", data, at)
        begin = at + 8
        if size == 1:
            (size,) = struct.unpack_from(">Q", data, begin)
            begin += 8
        size = size or len(data) - at
        if size < begin - at:
            return
        yield kind, data[begin : at + size]
        at += size


def _associated(ipma: bytes, item: int) -> Iterator[int]:
    """The numbers of an item's properties."""
    version, flags = ipma[0], ipma[3]
    (entries,) = struct.unpack_from(">I", ipma, 4)
    at = 8
    for _ in range(min(entries, _CONTAINERS_MAX)):
        number = int.from_bytes(ipma[at : at + (4 if version else 2)], "big")
        at += 4 if version else 2
        count, at = ipma[at], at + 1
        for _ in range(count):
            if flags & 1:
                index, at = int.from_bytes(ipma[at : at + 2], "big") & 0x7FFF, at + 2
            else:
                index, at = ipma[at] & 0x7F, at + 1
            if number == item:
                yield index
