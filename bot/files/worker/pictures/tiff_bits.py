"""Unpacks samples that are not whole bytes, or whose colours several pixels share, into planes of eight bits.

Pure. Source: TIFF 6.0. Samples follow each other without gaps, the highest bit first, and each row begins with a byte.
In YCbCr a block of pixels has its luma samples first and then the two shared chroma samples.
"""

from __future__ import annotations

from math import gcd

from PIL import Image


def row_bytes(samples: int, bits: int) -> int:
    return -(-samples * bits // 8)


def unpacked(rows: bytes, samples: int, bits: int) -> bytes:
    """``samples`` of ``bits`` each in a row, one byte each: the eight highest bits, or all of them scaled up."""
    length = row_bytes(samples, bits)
    period_bytes, period = bits // gcd(bits, 8), 8 // gcd(bits, 8)
    stretched = bytes((byte >> max(8 - bits, 0)) * 255 // ((1 << min(bits, 8)) - 1) for byte in range(256))
    out = bytearray(len(rows) // length * samples)
    for number in range(len(rows) // length):
        row = rows[number * length : (number + 1) * length]
        padded = row + bytes(-len(row) % period_bytes + period_bytes)
        begin = number * samples
        for place in range(min(period, samples)):
            at, shift = divmod(place * bits, 8)
            values = _shifted(padded, at, period_bytes, shift)
            count = len(range(place, samples, period))
            out[begin + place : begin + samples : period] = values[:count].translate(stretched)
    return bytes(out)


def _shifted(row: bytes, at: int, step: int, shift: int) -> bytes:
    """The eight bits that begin ``shift`` bits into each byte."""
    first, second = row[at::step], row[at + 1 :: step]
    if not shift:
        return first
    second = second.ljust(len(first), b"\0")[: len(first)]
    high = int.from_bytes(first.translate(_UP[shift]), "big")
    low = int.from_bytes(second.translate(_DOWN[8 - shift]), "big")
    return (high | low).to_bytes(len(first), "big")


_UP = [bytes((byte << shift) & 0xFF for byte in range(256)) for shift in range(9)]
_DOWN = [bytes(byte >> shift for byte in range(256)) for shift in range(9)]


def of_blocks(rows: bytes, size: tuple[int, int], across: int, down: int) -> Image.Image:
    """A picture with one pair of chroma samples for each block of ``across`` by ``down`` pixels."""
    width, height = size
    blocks, block = -(-width // across), across * down + 2
    tall = -(-height // down)
    bright = bytearray(blocks * across * tall * down)
    line = blocks * across
    for number in range(tall):
        row = rows[number * blocks * block : (number + 1) * blocks * block]
        for place in range(across * down):
            y, x = divmod(place, across)
            begin = (number * down + y) * line
            bright[begin + x : begin + line : across] = row[place::block]
    colours = [
        Image.frombytes("L", (blocks, tall), rows[across * down + which :: block][: blocks * tall]) for which in (0, 1)
    ]
    whole = (line, tall * down)
    planes = [Image.frombytes("L", whole, bytes(bright)), *(colour.resize(whole) for colour in colours)]
    return Image.merge("YCbCr", planes).crop((0, 0, width, height)).convert("RGB")
