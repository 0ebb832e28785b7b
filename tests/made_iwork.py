"""Parts of iWork documents as their programs write them: objects in the wire format of Protocol Buffers, in Snappy."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from tests import made_files

Fields = Mapping[int, Any]
"""By their numbers: whole numbers, texts, bytes, or lists of these."""


def varint(number: int) -> bytes:
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def message(fields: Fields) -> bytes:
    out = b""
    for key, values in fields.items():
        for value in values if isinstance(values, list) else [values]:
            if isinstance(value, int):
                out += varint(key << 3) + varint(value)
            else:
                raw = value.encode() if isinstance(value, str) else value
                out += varint(key << 3 | 2) + varint(len(raw)) + raw
    return out


def to(*numbers: int) -> list[bytes]:
    """Fields that refer to these objects."""
    return [message({1: number}) for number in numbers]


def part(*objects: tuple[int, int, Fields]) -> bytes:
    """Of (number, kind, fields)."""
    data = b""
    for number, kind, fields in objects:
        body = message(fields)
        about = message({1: number, 2: message({1: kind, 3: len(body)})})
        data += varint(len(about)) + about + body
    block = snappy(data)
    return b"\0" + len(block).to_bytes(3, "little") + block


def snappy(data: bytes) -> bytes:
    """As it stands, but for runs of one byte, which refer to what is before them in each of the ways there are."""
    out, at = varint(len(data)), 0
    while at < len(data):
        run = len(data[at:]) - len(data[at:].lstrip(data[at : at + 1]))
        if run > 8:
            out += b"\0" + data[at : at + 1] + bytes([(4 - 4) << 2 | 1, 1])  # four more of it
            left = min(run - 5, 64)
            out += bytes([(left - 1) << 2 | 2, 1, 0])
            at += 5 + left
            continue
        end = min(at + 200, len(data))
        piece = data[at:end]
        out += (bytes([(len(piece) - 1) << 2]) if len(piece) <= 60 else bytes([60 << 2, len(piece) - 1])) + piece
        at = end
    return out


def document(parts: Mapping[str, bytes], *, preview: bool = True, in_folder: bool = False) -> bytes:
    """``in_folder`` has the parts in a zip of their own, as the documents that are folders do."""
    members = {f"Index/{name}.iwa": content for name, content in parts.items()}
    if in_folder:
        members = {"Index.zip": made_files.zipped(members)}
    if preview:
        members["preview.jpg"] = made_files.image("JPEG")
    return made_files.zipped(members)


# --- tables ----------------------------------------------------------------------------------------------------------
EPOCH_DAYS = 9_458.0
"""From 2001 to 2026-11-24."""


def decimal(mantissa: int, exponent: int, *, negative: bool = False) -> bytes:
    return (negative << 127 | (exponent + 0x1820) << 113 | mantissa).to_bytes(16, "little")


def cell(kind: int, flags: int, *stored: bytes) -> bytes:
    return struct.pack("<BBHII", 5, kind, 0, 0, flags) + b"".join(stored)


def old_cell(kind: int, flags: int, *stored: bytes) -> bytes:
    """As before 2018: two numbers of other objects come first, where their flags say so."""
    return struct.pack("<BBHII", 4, kind, 0, flags, 0) + b"".join(stored)


def table(
    cells: Mapping[int, Sequence[bytes]], lists: Mapping[int, Mapping[int, Fields]], *, old: bool = False
) -> list[tuple[int, int, Fields]]:
    """The objects 100 to 130 of a table "Prices": cells by row, an empty one for none, and entries of its lists by the
    list's field (4 texts, 17 rich texts, 19 comments) and by their key."""
    rows = list[bytes]()
    for number, row in cells.items():
        places, data = list[int](), b""
        for one in row:
            places.append(len(data) // (1 if old else 4) if one else -1)
            data += one + bytes(-len(one) % 4)
        kept: dict[int, Any] = {3: data, 4: struct.pack(f"<{len(places)}h", *places)}
        new: dict[int, Any] = {6: data, 7: kept[4], 8: 1}
        rows.append(message({1: number, **(kept if old else new)}))
    store: dict[int, Any] = {3: message({1: message({1: 0, 2: message({1: 110})}), 2: 256})}
    store |= {key: to(120 + key) for key in lists}
    objects: list[tuple[int, int, Fields]] = [
        (100, 6000, {2: to(101)}),
        (101, 6001, {4: message(store), 6: 9, 7: 9, 8: "Prices"}),
        (110, 6002, {5: rows}),
    ]
    for key, entries in lists.items():
        listed = [message({1: number, **entry}) for number, entry in entries.items()]
        objects.append((120 + key, 6005, {3: listed}))
    return objects
