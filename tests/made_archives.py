"""Archives as programs other than Python's pack them, put together from their records (APPNOTE.TXT 6.3.10)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Packed:
    """``data`` is the content, ``packed`` what stands in the archive; where they are ``None``, the same and right."""

    name: bytes
    data: bytes
    method: int = 0
    packed: bytes | None = None
    flags: int = 0
    crc: int | None = None
    extra: bytes = b""


def zip_of(members: Sequence[Packed], *, before: bytes = b"") -> bytes:
    archive, directory = before, b""
    for member in members:
        packed = member.data if member.packed is None else member.packed
        crc = zlib.crc32(member.data) if member.crc is None else member.crc
        sizes = (crc, len(packed), len(member.data), len(member.name), len(member.extra))
        fields = struct.pack("<HHHHHIIIHH", 20, member.flags, member.method, 0, 0x5D79, *sizes)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + fields
        directory += struct.pack("<HHHII", 0, 0, 0, 0, len(archive)) + member.name + member.extra
        archive += b"PK\x03\x04" + fields + member.name + member.extra + packed
    end = struct.pack("<HHHHIIH", 0, 0, len(members), len(members), len(directory), len(archive), 0)
    return archive + directory + b"PK\x05\x06" + end


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def deflated64(byte: bytes, length: int) -> bytes:
    """``byte`` and then itself again, ``length`` times: one match as only Deflate64 has it (length code 285)."""
    bits = (
        "1" + "10"
    )  # the last block, with fixed codes; within a field the lowest bit comes first, codes come as written
    bits += f"{0x30 + byte[0]:08b}" + "11000101" + f"{length - 3:016b}"[::-1] + "00000" + "0000000"
    return int(bits[::-1], 2).to_bytes((len(bits) + 7) // 8, "little")


def old_tar(name: str, data: bytes) -> bytes:
    """As the first programs wrote it, before headers were marked with "ustar"."""
    fields = f"{0o644:07o}\0{0:07o}\0{0:07o}\0{len(data):011o}\0{0:011o}\0".encode()
    header = name.encode().ljust(100, b"\0") + fields
    total = sum(header) + 8 * 0x20
    header += f"{total:06o}\0 ".encode()
    return header.ljust(512, b"\0") + data + bytes(-len(data) % 512) + bytes(1_024)
