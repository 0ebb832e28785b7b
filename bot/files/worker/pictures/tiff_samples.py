"""Reads TIFFs that Pillow has no mode for: floating-point colours, deep Lab, separate planes.

Pure, on bytes. Pillow's libtiff unpacks every compression, but only into modes that Pillow has. So each directory is
rewritten as one wide grey page, and its samples are sorted into planes afterwards.
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
from bot.files.worker.pictures.tiff_bits import of_blocks, row_bytes, unpacked
from bot.files.worker.pictures.tiff_depths import FROM_128, INVERTED, by_range, highest_bytes, in_order

_MODES = {("L", 1): "B", ("I;16", 2): "H", ("I;16B", 2): "H", ("I", 4): "i", ("F", 4): "f"}
_KEPT = frozenset({tags.COMPRESSION, tags.ROWS_PER_STRIP, tags.STRIPS, tags.STRIP_BYTES})
_KEPT |= {tags.TILE_LENGTH, tags.TILES, tags.TILE_BYTES}
_SAMPLES_MAX = 24_000_000
"""Sorting takes Python about a second for some millions of samples."""
_ROWS_MAX = 100_000
_SIGNED, _FLOAT = 2, 3
_PALETTE, _CMYK, _YCBCR, _LAB = 3, 5, 6, 8
_WHOLE_BITS = frozenset({8, 16, 32, 64})
_ODD_BITS_MAX = 31
_BYTES_AS_THEY_ARE = frozenset({1, 5, 8, 32_773, 32_946, 50_000})
"""Compressions that do not depend on the kind of samples: none, LZW, Deflate (two numbers), PackBits, Zstandard."""


class TiffError(ValueError):
    """A TIFF that is not supported here either."""


def picture(data: bytes, directory: tags.Directory) -> Image.Image:
    """The page that a directory describes, in L, LAB, CMYK, RGB or RGBA. Raises ``TiffError``."""
    order = "<" if data[:2] == b"II" else ">"
    directory = _with_tiles(directory)
    samples = directory.number(tags.SAMPLES, 1)
    bits = directory.number(tags.BITS, 1)
    width, height = directory.number(tags.WIDTH), directory.number(tags.LENGTH)
    if (
        not 1 <= samples <= 8
        or not (bits in _WHOLE_BITS or 0 < bits <= _ODD_BITS_MAX)
        or not 0 < width * height * samples <= _SAMPLES_MAX
        or height > _ROWS_MAX
        or _width_of_tiles(directory) > 2 * width + 1_024
    ):
        raise TiffError("samples that are not read")
    if bits % 16 and directory.number(tags.COMPRESSION, 1) not in _BYTES_AS_THEY_ARE:
        raise TiffError("packed by samples")
    if _has_blocks(directory):
        return _of_blocks(data, order, directory)
    if bits in _WHOLE_BITS:
        planes = _planes(data, order, directory, samples)
    else:
        planes, bits = _odd_planes(data, order, directory, samples), 8
    if directory.number(tags.PHOTOMETRIC) == _PALETTE:
        return _of_palette(planes[0], directory, bits).crop((0, 0, width, height))
    is_float = directory.number(tags.SAMPLE_FORMAT, 1) == _FLOAT
    photometric = directory.number(tags.PHOTOMETRIC)
    wanted = {_LAB: 3, _CMYK: 4, _YCBCR: 3, 2: 3}.get(photometric, 1)
    planes = planes[: min(wanted, samples)]
    size = (_width_of_tiles(directory), height)
    if is_float or (bits >= 32 and len(planes) == 1):
        bands = by_range(planes, bits, size)
    else:
        whole = highest_bytes(planes, bits, is_lab=photometric == _LAB)
        bands = [Image.frombytes("L", size, plane) for plane in whole]
    bands = [band.crop((0, 0, width, height)) for band in bands]
    if directory.number(tags.SAMPLE_FORMAT, 1) == _SIGNED and bits == 8 and photometric != _LAB:
        bands = [band.point(FROM_128) for band in bands]
    if photometric == 0 and not is_float:
        bands = [band.point(INVERTED) for band in bands]
    mode = {_LAB: "LAB", _CMYK: "CMYK", _YCBCR: "YCbCr", 2: "RGB"}.get(photometric, "L")
    return Image.merge(mode, bands) if len(bands) == len(Image.new(mode, (1, 1)).getbands()) else bands[0]


def is_misread(directory: tags.Directory) -> bool:
    """Whether Pillow reads it, and wrongly: deep colours apart, 12 bits, whole numbers of 32, of which it takes half to
    be negative, deep palettes, tiles that are called strips, and colours that pixels share."""
    bits = directory.number(tags.BITS, 1)
    apart = directory.number(tags.PLANAR, 1) == 2
    palette = directory.number(tags.PHOTOMETRIC) == _PALETTE
    return (
        (bits > 8 and (apart or palette))
        or bits == 12
        or (bits == 32 and directory.number(tags.SAMPLE_FORMAT, 1) == 1)
        or _has_blocks(directory)
        or (tags.TILE_WIDTH in directory.tags and tags.TILES not in directory.tags)
    )


def _with_tiles(directory: tags.Directory) -> tags.Directory:
    """Some programs store the offsets of tiles under the tags for strips."""
    own = dict(directory.tags)
    if tags.TILE_WIDTH in own and tags.TILES not in own:
        own[tags.TILES], own[tags.TILE_BYTES] = own.pop(tags.STRIPS, ()), own.pop(tags.STRIP_BYTES, ())
    return tags.Directory(own, directory.is_page)


def _has_blocks(directory: tags.Directory) -> bool:
    """Whether it is uncompressed with subsampled colours."""
    plain = directory.number(tags.COMPRESSION, 1) == 1 and tags.STRIPS in directory.tags
    shared = directory.numbers(tags.SHARED) or (2, 2)
    return plain and directory.number(tags.PHOTOMETRIC) == _YCBCR and shared != (1, 1)


def _of_blocks(data: bytes, order: str, directory: tags.Directory) -> Image.Image:
    across, down = (directory.numbers(tags.SHARED) or (2, 2))[:2]
    width, height = directory.number(tags.WIDTH), directory.number(tags.LENGTH)
    if across not in {1, 2, 4} or down not in {1, 2, 4} or directory.number(tags.BITS) != 8:
        raise TiffError("blocks that are not read")
    own = dict(directory.tags)
    own[tags.LENGTH] = (-(-height // down),)
    own[tags.ROWS_PER_STRIP] = (max(directory.number(tags.ROWS_PER_STRIP, height) // down, 1),)
    row = -(-width // across) * (across * down + 2)
    return of_blocks(_grey(data, order, tags.Directory(own), row, 8, row).tobytes(), (width, height), across, down)


def _of_palette(plane: array[Any], directory: tags.Directory, bits: int) -> Image.Image:
    colours = directory.numbers(tags.COLOURS)
    if bits != 16 or len(colours) != 3 << bits:
        raise TiffError("a palette that is not read")
    size = (_width_of_tiles(directory), directory.number(tags.LENGTH))
    tables = [bytes(value >> 8 for value in colours[which << bits : (which + 1) << bits]) for which in range(3)]
    return Image.merge("RGB", [Image.frombytes("L", size, bytes(map(table.__getitem__, plane))) for table in tables])


def _odd_planes(data: bytes, order: str, directory: tags.Directory, samples: int) -> list[array[Any]]:
    """The eight highest bits of samples that are not whole bytes."""
    apart, bits = directory.number(tags.PLANAR, 1) == 2, directory.number(tags.BITS, 1)
    if directory.number(tags.PREDICTOR, 1) != 1 or bits > _ODD_BITS_MAX:
        raise TiffError("samples that are not read")
    together = 1 if apart else samples
    across = _width_of_tiles(directory) * together
    tile = row_bytes((directory.number(tags.TILE_WIDTH) or across // together) * together, bits)
    planes = []
    for number in range(samples if apart else 1):
        part = _of_plane(directory, number, samples) if apart else directory
        rows = _grey(data, order, part, row_bytes(across, bits), 8, tile).tobytes()
        if order == "<" and not bits % 8:  # whole bytes come lowest first
            width = bits // 8
            rows = b"".join(rows[at : at + width][::-1] for at in range(0, len(rows), width))
        values = array("B", unpacked(rows, across, bits))
        planes += [values[sample::together] for sample in range(together)]
    return planes


def _width_of_tiles(directory: tags.Directory) -> int:
    """Tiles may extend beyond the picture's right edge."""
    width = directory.number(tags.WIDTH)
    tile = directory.number(tags.TILE_WIDTH) or width
    return -(-width // tile) * tile


def _planes(data: bytes, order: str, directory: tags.Directory, samples: int) -> list[array[Any]]:
    apart = directory.number(tags.PLANAR, 1) == 2
    width, bits = _width_of_tiles(directory), directory.number(tags.BITS, 1)
    row = directory.number(tags.TILE_WIDTH) or width  # the row length that a predictor uses
    together = 1 if apart else samples
    predictor, format_ = directory.number(tags.PREDICTOR, 1), directory.number(tags.SAMPLE_FORMAT, 1)
    planes = []
    for number in range(samples if apart else 1):
        part = _of_plane(directory, number, samples) if apart else directory
        if bits == 64:  # each as two of 32
            if predictor != 1:
                raise TiffError("differences of 64 bits")
            grey = _grey(data, order, part, width * together * 2, 32, row * together * 2)
            values = in_order(grey.tobytes(), order, "d" if format_ == _FLOAT else "q" if format_ == _SIGNED else "Q")
        else:
            grey = _grey(data, order, part, width * together, bits, row * together)
            values = array(_MODES[grey.mode, bits // 8], grey.tobytes())
            if grey.mode == "I;16B" and sys.byteorder == "little":
                values.byteswap()
        if predictor == 2:
            values = _summed(values, row * together, together, bits)
        elif predictor == 3 and bits == 32:
            values = _floats(values, row * together, together)
        if bits == 32 and format_ != _FLOAT:
            values = array("i" if format_ == _SIGNED else "I", values.tobytes())
        planes += [values[sample::together] for sample in range(together)]
    return planes


def _of_plane(directory: tags.Directory, number: int, samples: int) -> tags.Directory:
    """A directory with the strips or tiles of one plane only."""
    own = dict(directory.tags)
    for tag in (tags.STRIPS, tags.STRIP_BYTES, tags.TILES, tags.TILE_BYTES):
        if tag in own:
            count = len(own[tag]) // samples
            own[tag] = own[tag][number * count : (number + 1) * count]
    return tags.Directory(own)


def _grey(data: bytes, order: str, directory: tags.Directory, width: int, bits: int, tile: int) -> Image.Image:
    """The samples as a grey page, through a new directory after the file's bytes. ``tile`` is a tile's width."""
    is_float = directory.number(tags.SAMPLE_FORMAT, 1) == _FLOAT and directory.number(tags.BITS) == bits
    entries = {tag: directory.numbers(tag) for tag in _KEPT if tag in directory.tags}
    entries |= {tags.WIDTH: (width,), tags.LENGTH: directory.numbers(tags.LENGTH), tags.BITS: (bits,)}
    entries |= {tags.PHOTOMETRIC: (1,), tags.SAMPLES: (1,)}
    entries[tags.SAMPLE_FORMAT] = (_FLOAT if is_float and bits == 32 else 1,)
    if tags.TILE_WIDTH in directory.tags:
        entries[tags.TILE_WIDTH] = (tile,)
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
            return grey.copy()
    except (OSError, ValueError, KeyError, TypeError, SyntaxError) as error:
        raise TiffError(str(error)) from error


def _directory_bytes(entries: dict[int, tuple[int, ...]], order: str, begin: int) -> bytes:
    """All numbers as 32 bits; those that do not fit into their entry follow the directory."""
    head, tail = struct.pack(f"{order}H", len(entries)), b""
    tail_at = begin + 2 + 12 * len(entries) + 4
    for tag, values in sorted(entries.items()):
        raw = struct.pack(f"{order}{len(values)}I", *values)
        head += struct.pack(f"{order}HHI", tag, 4, len(values))
        head += raw if len(values) == 1 else struct.pack(f"{order}I", tail_at + len(tail))
        tail += b"" if len(values) == 1 else raw
    return head + bytes(4) + tail


def _summed(values: array[Any], row: int, step: int, bits: int) -> array[Any]:
    """Undoes horizontal differencing: each sample is stored as the difference to the one before it in the row."""
    mask = (1 << bits) - 1
    code = {8: "B", 16: "H"}.get(bits, "I")
    out = array(code, bytes(len(values) * (bits // 8)))
    for begin in range(0, len(values), row):
        for sample in range(step):
            line = values[begin + sample : begin + row : step]
            out[begin + sample : begin + row : step] = array(
                code, [total & mask for total in itertools.accumulate(map(int, line))]
            )
    return out


def _floats(values: array[Any], row: int, step: int) -> array[Any]:
    """Undoes the floating-point predictor: the bytes of a row are sorted by significance, then differenced."""
    out = array("f")
    for begin in range(0, len(values), row):
        raw = values[begin : begin + row].tobytes()
        line = bytearray(len(raw))
        for sample in range(step):
            line[sample::step] = bytes(total & 0xFF for total in itertools.accumulate(raw[sample::step]))
        weights = [line[number * row : (number + 1) * row] for number in range(4)]
        swapped = bytearray(len(raw))
        for number in range(4):
            swapped[number::4] = weights[3 - number]  # the most significant byte comes first; here it is the last
        out.frombytes(bytes(swapped))
    return out
