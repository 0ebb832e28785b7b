"""Reads the merged picture of a Photoshop file (PSD or PSB) of any depth.

Pure, on bytes. Pillow reads those of eight bits. Source: Adobe's Photoshop File Formats Specification.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from PIL import Image, ImageChops

RGB = 3
_INDEXED, _CMYK, _MULTICHANNEL, _LAB = 2, 4, 7, 9
_COLOURS = {0: 1, 1: 1, 2: 1, 3: 3, 4: 4, 7: 1, 8: 1, 9: 3}
"""Number of planes by colour mode; further planes are masks."""
_VERSION_INFO, _THUMBNAIL, _PROFILE = 1057, 1036, 1039
_THUMBNAIL_HEAD_BYTES = 28


class PsdError(ValueError):
    """The bytes are no Photoshop file, or one that is not supported."""


@dataclass(frozen=True, slots=True)
class PsdHead:
    """The header of a Photoshop file. Layers begin at ``layers_at``, the merged picture at ``picture_at``."""

    is_large: bool
    planes: int
    height: int
    width: int
    depth: int
    mode: int
    palette: bytes
    resources: dict[int, bytes]
    layers_at: int
    picture_at: int

    @property
    def says_nothing(self) -> bool:
        """Whether the file does not say that it has a merged picture; programs that write a blank one leave that
        out."""
        return _VERSION_INFO not in self.resources

    @property
    def has_picture(self) -> bool:
        """With "Maximize Compatibility" off, Photoshop writes a white picture and says so."""
        info = self.resources.get(_VERSION_INFO, b"")
        return len(info) < 5 or info[4] != 0

    @property
    def thumbnail(self) -> bytes:
        """A small JPEG; empty if there is none."""
        return self.resources.get(_THUMBNAIL, b"")[_THUMBNAIL_HEAD_BYTES:]

    @property
    def profile(self) -> bytes:
        return self.resources.get(_PROFILE, b"")


def head(data: bytes) -> PsdHead:
    """Raises ``PsdError``."""
    try:
        magic, version, planes, height, width, depth, mode = struct.unpack_from(">4sH6xHIIHH", data)
        at = 26
        palette, at = _section(data, at)
        resources, at = _section(data, at)
        layers_at = at + (8 if version == 2 else 4)
        _, at = _section(data, at, large=version == 2)
    except struct.error as error:
        raise PsdError(str(error)) from error
    if magic != b"8BPS" or version not in {1, 2} or not width or not height or not planes:
        raise PsdError("no Photoshop file")
    return PsdHead(version == 2, planes, height, width, depth, mode, palette, _resources(resources), layers_at, at)


def picture(data: bytes, of: PsdHead) -> Image.Image:
    """In L, RGB, RGBA or CMYK. Raises ``PsdError``; the caller checks the number of pixels."""
    colours = _COLOURS.get(of.mode, 0)
    if colours == 0 or of.planes < colours or of.depth not in {1, 8, 16, 32}:
        raise PsdError("a mode or depth that is not read")
    try:
        planes = [_plane(data, of, number) for number in range(min(of.planes, colours + 1))]
    except (struct.error, ValueError, IndexError, OSError) as error:
        raise PsdError(str(error)) from error
    return _merged(planes, of, colours)


def _merged(planes: list[Image.Image], of: PsdHead, colours: int) -> Image.Image:
    if of.mode == _INDEXED:
        shown = planes[0].copy()
        shown.putpalette(b"".join(bytes(entry) for entry in zip(*_thirds(of.palette), strict=False)))
        return shown.convert("RGB")
    if of.mode == _CMYK:
        return Image.merge("CMYK", [ImageChops.invert(plane) for plane in planes[:4]])
    if of.mode == _LAB:
        return Image.merge("LAB", planes[:3])
    if colours == 1:
        return planes[0]
    alpha = planes[3:4] if of.planes == 4 and of.mode != _MULTICHANNEL else []
    return Image.merge("RGBA" if alpha else "RGB", [*planes[:3], *alpha])


def _thirds(palette: bytes) -> tuple[bytes, bytes, bytes]:
    return palette[:256], palette[256:512], palette[512:768]


def _plane(data: bytes, of: PsdHead, number: int) -> Image.Image:
    """One plane, in eight bits."""
    row_bytes = (of.width * of.depth + 7) // 8
    (packing,) = struct.unpack_from(">H", data, of.picture_at)
    at = of.picture_at + 2
    if packing == 0:
        at += number * row_bytes * of.height
        plane = data[at : at + row_bytes * of.height]
    elif packing == 1:
        plane = _unpacked(data, of, at, number, row_bytes)
    else:
        raise PsdError("packed in a way that merged pictures are not")
    if len(plane) < row_bytes * of.height:
        raise PsdError("cut off")
    size = (of.width, of.height)
    if of.depth == 1:
        return Image.frombytes("1", size, plane, "raw", "1;I").convert("L")
    if of.depth == 32:
        return Image.frombytes("F", size, plane, "raw", "F;32BF").point(lambda value: value * 255 + 0).convert("L")
    return Image.frombytes("L", size, plane[:: of.depth // 8])


def _unpacked(data: bytes, of: PsdHead, at: int, number: int, row_bytes: int) -> bytes:
    """Rows packed with PackBits, after a table of the packed sizes of each plane's rows."""
    count_bytes = 4 if of.is_large else 2
    counts = struct.unpack_from(f">{of.planes * of.height}{'I' if of.is_large else 'H'}", data, at)
    begin = at + len(counts) * count_bytes + sum(counts[: number * of.height])
    packed = data[begin : begin + sum(counts[number * of.height : (number + 1) * of.height])]
    return Image.frombytes("L", (row_bytes, of.height), packed, "packbits", "L").tobytes()


def _section(data: bytes, at: int, *, large: bool = False) -> tuple[bytes, int]:
    code = ">Q" if large else ">I"
    (size,) = struct.unpack_from(code, data, at)
    begin = at + struct.calcsize(code)
    return data[begin : begin + min(size, 10_000_000)], begin + size


def _resources(data: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    at = 0
    while at + 12 <= len(data) and data[at : at + 4] in {b"8BIM", b"MeSa", b"PHUT", b"AgHg", b"DCSR"}:
        number = int.from_bytes(data[at + 4 : at + 6], "big")
        at += 6 + (data[at + 6] + 2) // 2 * 2  # a name after its length, padded to an even size
        size = int.from_bytes(data[at : at + 4], "big")
        found.setdefault(number, data[at + 4 : at + 4 + size])
        at += 4 + size + size % 2
    return found
