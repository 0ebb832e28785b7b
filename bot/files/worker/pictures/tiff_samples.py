"""A TIFF that Pillow has no mode for in (colours as floating point, deep Lab, planes apart), its picture out.

Pure, on bytes. Pillow's libtiff unpacks all that is packed, but only into pictures that Pillow has a mode for. So each
directory is written anew as one wide page of grey, and its samples are sorted into planes afterwards.
"""

from __future__ import annotations

import io
import itertools
import struct
import sys
from array import array
from typing import Any

from PIL import Image

from bot.files.worker.pictures import tiff_tags as tags

_MODES = {("I;16", 2): "H", ("I;16B", 2): "H", ("I", 4): "i", ("F", 4): "f"}
_KEPT = frozenset({tags.COMPRESSION, tags.ROWS_PER_STRIP, tags.STRIPS, tags.STRIP_BYTES})
_KEPT |= {tags.TILE_LENGTH, tags.TILES, tags.TILE_BYTES}
_SAMPLES_MAX = 24_000_000
"""Sorting them is work for Python, a second for some millions."""
_FLOAT = 3
_LAB, _CMYK = 8, 5


class TiffError(ValueError):
    """A TIFF that this does not read either."""


def picture(data: bytes, directory: tags.Directory) -> Image.Image:
    """The page that a directory describes, in L, LAB, CMYK, RGB or RGBA. Raises ``TiffError``."""
    order = "<" if data[:2] == b"II" else ">"
    samples = directory.number(tags.SAMPLES, 1)
    bits = directory.number(tags.BITS, 1)
    width, height = directory.number(tags.WIDTH), directory.number(tags.LENGTH)
    if (
        not 1 <= samples <= 8
        or bits not in {16, 32, 64}
        or not 0 < width * height * samples <= _SAMPLES_MAX
        or _width_of_tiles(directory) > 2 * width + 1_024
    ):
        raise TiffError("samples that are not read")
    planes = _planes(data, order, directory, samples)
    is_float = directory.number(tags.SAMPLE_FORMAT, 1) == _FLOAT
    photometric = directory.number(tags.PHOTOMETRIC)
    wanted = {_LAB: 3, _CMYK: 4, 2: 3}.get(photometric, 1)
    planes = planes[: min(wanted, samples)]
    size = (_width_of_tiles(directory), height)
    if is_float:
        bands = _floats_in_eight_bits(planes, bits, size)
    else:
        whole = _whole_in_eight_bits(planes, bits, is_lab=photometric == _LAB)
        bands = [Image.frombytes("L", size, plane) for plane in whole]
    bands = [band.crop((0, 0, width, height)) for band in bands]
    mode = {_LAB: "LAB", _CMYK: "CMYK", 2: "RGB"}.get(photometric, "L")
    return Image.merge(mode, bands) if len(bands) == len(Image.new(mode, (1, 1)).getbands()) else bands[0]


def is_apart(directory: tags.Directory) -> bool:
    """Whether each colour has a plane of its own, which Pillow does not notice where samples are deep."""
    return directory.number(tags.PLANAR, 1) == 2 and directory.number(tags.BITS, 1) > 8


def _width_of_tiles(directory: tags.Directory) -> int:
    """Tiles may reach beyond the picture's right edge."""
    width = directory.number(tags.WIDTH)
    tile = directory.number(tags.TILE_WIDTH) or width
    return -(-width // tile) * tile


def _planes(data: bytes, order: str, directory: tags.Directory, samples: int) -> list[array[Any]]:
    apart = is_apart(directory)
    width, bits = _width_of_tiles(directory), directory.number(tags.BITS, 1)
    row = directory.number(tags.TILE_WIDTH) or width  # what a predictor looks at
    together = 1 if apart else samples
    predictor = directory.number(tags.PREDICTOR, 1)
    planes = []
    for number in range(samples if apart else 1):
        part = _of_plane(directory, number, samples) if apart else directory
        if bits == 64:  # each as two of 32
            grey = _grey(data, order, part, width * together * 2, 32)
            values = array("d", grey.tobytes())
        else:
            grey = _grey(data, order, part, width * together, bits)
            values = array(_MODES[grey.mode, bits // 8], grey.tobytes())
        if predictor == 2 and bits != 64:
            values = _summed(values, row * together, together, bits)
        elif predictor == 3 and bits == 32:
            values = _floats(values, row * together, together)
        planes += [values[sample::together] for sample in range(together)]
    return planes


def _of_plane(directory: tags.Directory, number: int, samples: int) -> tags.Directory:
    """A directory that has only the strips or tiles of one plane."""
    own = dict(directory.tags)
    for tag in (tags.STRIPS, tags.STRIP_BYTES, tags.TILES, tags.TILE_BYTES):
        if tag in own:
            count = len(own[tag]) // samples
            own[tag] = own[tag][number * count : (number + 1) * count]
    return tags.Directory(own)


def _grey(data: bytes, order: str, directory: tags.Directory, width: int, bits: int) -> Image.Image:
    """The samples as a page of grey, by a directory of our own behind the file's bytes."""
    wider = width // max(_width_of_tiles(directory), 1)
    is_float = directory.number(tags.SAMPLE_FORMAT, 1) == _FLOAT and directory.number(tags.BITS) == bits
    entries = {tag: directory.numbers(tag) for tag in _KEPT if tag in directory.tags}
    entries |= {tags.WIDTH: (width,), tags.LENGTH: directory.numbers(tags.LENGTH), tags.BITS: (bits,)}
    entries |= {tags.PHOTOMETRIC: (1,), tags.SAMPLES: (1,)}
    entries[tags.SAMPLE_FORMAT] = (_FLOAT if is_float and bits == 32 else 1,)
    if tags.TILE_WIDTH in directory.tags:
        entries[tags.TILE_WIDTH] = (directory.number(tags.TILE_WIDTH) * wider,)
    if bits == 32 and entries[tags.SAMPLE_FORMAT] == (1,):
        entries[tags.SAMPLE_FORMAT] = (2,)
    begin = len(data) + len(data) % 2
    table = _directory_bytes(entries, order, begin)
    patched = data[:2] + struct.pack(f"{order}HI", 42, begin) + data[8:] + bytes(len(data) % 2) + table
    try:
        with Image.open(io.BytesIO(patched), formats=("TIFF",)) as grey:
            grey.load()
            if (grey.mode, bits // 8) not in _MODES:
                raise TiffError(grey.mode)
            return grey.convert("I;16") if grey.mode == "I;16B" else grey.copy()
    except (OSError, ValueError, KeyError, TypeError, SyntaxError) as error:
        raise TiffError(str(error)) from error


def _directory_bytes(entries: dict[int, tuple[int, ...]], order: str, begin: int) -> bytes:
    """All numbers as 32-bit ones, those that do not fit into their entry behind the directory."""
    head, tail = struct.pack(f"{order}H", len(entries)), b""
    tail_at = begin + 2 + 12 * len(entries) + 4
    for tag, values in sorted(entries.items()):
        raw = struct.pack(f"{order}{len(values)}I", *values)
        head += struct.pack(f"{order}HHI", tag, 4, len(values))
        head += raw if len(values) == 1 else struct.pack(f"{order}I", tail_at + len(tail))
        tail += b"" if len(values) == 1 else raw
    return head + bytes(4) + tail


def _summed(values: array[Any], row: int, step: int, bits: int) -> array[Any]:
    """Horizontal differencing undone: each sample is its difference to the one before it in the row."""
    mask = (1 << bits) - 1
    code = "H" if bits == 16 else "I"
    out = array(code, bytes(len(values) * (bits // 8)))
    for begin in range(0, len(values), row):
        for sample in range(step):
            line = values[begin + sample : begin + row : step]
            out[begin + sample : begin + row : step] = array(
                code, [total & mask for total in itertools.accumulate(map(int, line))]
            )
    return out


def _floats(values: array[Any], row: int, step: int) -> array[Any]:
    """The floating-point predictor undone: bytes of a row are sorted by their weight, then differenced."""
    out = array("f")
    for begin in range(0, len(values), row):
        raw = values[begin : begin + row].tobytes()
        line = bytearray(len(raw))
        for sample in range(step):
            line[sample::step] = bytes(total & 0xFF for total in itertools.accumulate(raw[sample::step]))
        weights = [line[number * row : (number + 1) * row] for number in range(4)]
        swapped = bytearray(len(raw))
        for number in range(4):
            swapped[number::4] = weights[3 - number]  # the heaviest byte comes first; here it is the last
        out.frombytes(bytes(swapped))
    return out


def _whole_in_eight_bits(planes: list[array[Any]], bits: int, *, is_lab: bool) -> list[bytes]:
    """The highest byte of each sample."""
    if bits == 64:
        raise TiffError("whole numbers of 64 bits")
    highest = bits // 8 - 1 if sys.byteorder == "little" else 0
    whole = [plane.tobytes()[highest :: bits // 8] for plane in planes]
    if is_lab:  # a and b are signed in a TIFF, and count from 128 in Pillow
        whole[1:] = [plane.translate(_FROM_128) for plane in whole[1:]]
    return whole


_FROM_128 = bytes(value ^ 0x80 for value in range(256))


def _floats_in_eight_bits(planes: list[array[Any]], bits: int, size: tuple[int, int]) -> list[Image.Image]:
    """As 0 to 1 where all of them are within that, else by their range."""
    if bits == 16:
        code = "<e" if sys.byteorder == "little" else ">e"
        planes = [array("f", (value for (value,) in struct.iter_unpack(code, plane.tobytes()))) for plane in planes]
    sums = [sum(map(float, plane)) for plane in planes]
    if any(total - total != 0 for total in sums):  # a number that is none is in them
        planes = [array("f", (value if value - value == 0 else 0.0 for value in plane)) for plane in planes]
    low, high = min(map(min, planes)), max(map(max, planes))
    low, high = (0.0, 1.0) if low >= 0 and 0.05 < high <= 1 else (low, high if high > low else low + 1)
    scale = 255 / (high - low)
    offset = 0.5 - low * scale
    deep = [Image.frombytes("F", size, array("f", plane).tobytes()) for plane in planes]
    return [plane.point(lambda value: value * scale + offset).convert("L") for plane in deep]
