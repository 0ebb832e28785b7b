"""Pictures of rarer kinds, made on the spot, byte by byte where no library writes them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping, Sequence

from PIL import Image, ImageDraw


def encoded(picture: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def png_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks, each with its checksum."""
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def png(
    rows: Sequence[bytes],
    width: int,
    *,
    depth: int = 8,
    colour_type: int = 2,
    extra: Sequence[tuple[bytes, bytes]] = (),
) -> bytes:
    """``rows`` are the samples of each row; ``extra`` chunks come before them."""
    head = struct.pack(">IIBBBBB", width, len(rows), depth, colour_type, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + row for row in rows))
    return png_chunks((b"IHDR", head), *extra, (b"IDAT", packed), (b"IEND", b""))


def animation(kind: str, colours: Sequence[str], size: tuple[int, int] = (40, 30)) -> bytes:
    """A frame of each colour, with a corner that differs so that no two frames are merged into one."""
    frames = []
    for number, colour in enumerate(colours):
        frame = Image.new("RGB", size, colour)
        frame.putpixel((0, 0), (number % 256, number // 256, 7))
        frames.append(frame)
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100, lossless=True)


def gif_with_small_first_frame() -> bytes:
    """A canvas of 100 × 100 with one frame of 50 × 50 in its corner; the background is a colour of the palette."""
    whole = encoded(Image.new("P", (50, 50), 0), "GIF")
    picture = Image.new("P", (50, 50), 1)
    picture.putpalette([0, 255, 0, 0, 0, 255])
    whole = encoded(picture, "GIF")
    return whole[:6] + struct.pack("<HH", 100, 100) + whole[10:]


def long_screenshot(size: tuple[int, int] = (1_080, 8_000)) -> bytes:
    """Lines of text all the way down, or across."""
    picture = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(picture)
    for down in range(10, size[1], 40):
        for across in range(10, size[0], 400):
            draw.text((across, down), f"Line {down}, column {across}", fill="black", font_size=24)
    return encoded(picture, "PNG", compress_level=1)


def psd(
    planes: Sequence[bytes], size: tuple[int, int], *, depth: int = 8, mode: int = 3, packed: bool = False,
    large: bool = False, resources: Sequence[tuple[int, bytes]] = (), palette: bytes = b"",
) -> bytes:  # fmt: skip
    """A Photoshop file (``large``: a PSB) whose planes hold big-endian samples."""
    width, height = size
    head = b"8BPS" + struct.pack(">H6xHIIHH", 2 if large else 1, len(planes), height, width, depth, mode)
    blocks = b"".join(
        b"8BIM" + struct.pack(">H2xI", number, len(data)) + data + bytes(len(data) % 2) for number, data in resources
    )
    sections = struct.pack(">I", len(palette)) + palette + struct.pack(">I", len(blocks)) + blocks
    sections += bytes(8 if large else 4)
    if not packed:
        return head + sections + b"\0\0" + b"".join(planes)
    row_bytes = width * depth // 8
    rows = [plane[at : at + row_bytes] for plane in planes for at in range(0, len(plane), row_bytes)]
    done = [bytes([len(row) - 1]) + row for row in rows]  # PackBits without any packing: rows of up to 128 bytes
    counts = b"".join(struct.pack(">I" if large else ">H", len(row)) for row in done)
    return head + sections + b"\0\1" + counts + b"".join(done)


def version_info(*, has_picture: bool) -> tuple[int, bytes]:
    """Photoshop's resource 1057."""
    return 1057, struct.pack(">IB", 1, has_picture) + bytes(12)


def bmp(
    pixels: bytes, bits: int, masks: Sequence[int], *, size: tuple[int, int] = (5, 3), downwards: bool = False,
    colours: bytes = b"", packing: int | None = None,
) -> bytes:  # fmt: skip
    """A Windows bitmap; masks that have no place in its plain header follow it, or are in a longer one with alpha."""
    header_bytes = 56 if len(masks) == 4 else 40
    sort = packing if packing is not None else 3 if masks else 0
    height = -size[1] if downwards else size[1]
    header = struct.pack("<IiiHHIIiiII", header_bytes, size[0], height, 1, bits, sort, len(pixels), 0, 0, 0, 0)
    header += b"".join(struct.pack("<I", mask) for mask in masks) + colours
    return b"BM" + struct.pack("<IHHI", 14 + len(header) + len(pixels), 0, 0, 14 + len(header)) + header + pixels


def tiff(
    directories: Sequence[Mapping[int, tuple[str, Sequence[float]]]], data: bytes = b"", order: str = "<"
) -> bytes:
    """A TIFF whose directories are ``tag: (struct code, values)``; ``data`` begins at byte 8."""
    out = bytearray((b"II*\0" if order == "<" else b"MM\0*") + bytes(4) + data + bytes(len(data) % 2))
    link = 4
    for directory in directories:
        struct.pack_into(f"{order}I", out, link, len(out))
        at = len(out)
        values_at = at + 2 + 12 * len(directory) + 4
        entries, values = b"", b""
        for tag, (code, numbers) in sorted(directory.items()):
            raw = struct.pack(f"{order}{len(numbers)}{code}", *numbers)
            kind = {"B": 1, "H": 3, "I": 4, "f": 11}[code]
            entries += struct.pack(f"{order}HHI", tag, kind, len(numbers))
            entries += raw.ljust(4, b"\0") if len(raw) <= 4 else struct.pack(f"{order}I", values_at + len(values))
            values += b"" if len(raw) <= 4 else raw + bytes(len(raw) % 2)
        out += struct.pack(f"{order}H", len(directory)) + entries + bytes(4) + values
        link = at + 2 + len(entries)
    return bytes(out)


def float_tiff(colour: tuple[float, float, float], size: tuple[int, int] = (40, 30), order: str = "<") -> bytes:
    data = struct.pack(f"{order}3f", *colour) * (size[0] * size[1])
    tags: dict[int, tuple[str, Sequence[float]]] = {
        0x100: ("I", [size[0]]), 0x101: ("I", [size[1]]), 0x102: ("H", [32] * 3), 0x103: ("H", [1]), 0x106: ("H", [2]),
        0x111: ("I", [8]), 0x115: ("H", [3]), 0x116: ("I", [size[1]]), 0x117: ("I", [len(data)]), 0x153: ("H", [3] * 3),
    }  # fmt: skip
    return tiff([tags], data, order)


def predicted_tiff(colour: tuple[float, float, float], size: tuple[int, int] = (20, 10), tile: int = 16) -> bytes:
    """Floating point in packed tiles, its bytes sorted by weight and differenced (Adobe's TIFF Technical Note 3)."""
    row = struct.pack(">3f", *colour) * tile
    sorted_bytes = b"".join(row[weight::4] for weight in range(4))
    differences = bytes(
        (byte - (sorted_bytes[at - 3] if at >= 3 else 0)) & 0xFF for at, byte in enumerate(sorted_bytes)
    )
    packed = zlib.compress(differences * tile)
    across = -(-size[0] // tile)
    tags: dict[int, tuple[str, Sequence[float]]] = {
        0x100: ("I", [size[0]]), 0x101: ("I", [size[1]]), 0x102: ("H", [32] * 3), 0x103: ("H", [8]), 0x106: ("H", [2]),
        0x115: ("H", [3]), 0x13D: ("H", [3]), 0x142: ("I", [tile]), 0x143: ("I", [tile]), 0x153: ("H", [3] * 3),
        0x144: ("I", [8 + number * len(packed) for number in range(across)]), 0x145: ("I", [len(packed)] * across),
    }  # fmt: skip
    return tiff([tags], packed * across)


def raw_photo(
    preview: bytes, *, orientation: int = 1, pixels: bytes = b"\x55" * 5_000, small: Image.Image | None = None
) -> bytes:
    """What a NEF, ARW or DNG looks like: a small picture first, raw pixels, and a JPEG for who cannot use them."""
    first_picture = small or Image.new("RGB", (16, 12))
    samples = first_picture.tobytes()
    data = samples + pixels + preview
    first: dict[int, tuple[str, Sequence[float]]] = {
        0xFE: ("I", [1]), 0x100: ("I", [first_picture.width]), 0x101: ("I", [first_picture.height]),
        0x102: ("H", [8] * 3), 0x103: ("H", [1]), 0x106: ("H", [2]), 0x111: ("I", [8]), 0x112: ("H", [orientation]),
        0x115: ("H", [3]), 0x116: ("I", [first_picture.height]), 0x117: ("I", [len(samples)]),
        0xC612: ("B", [1, 4, 0, 0]),
    }  # fmt: skip
    sensor: dict[int, tuple[str, Sequence[float]]] = {
        0xFE: ("I", [0]), 0x100: ("I", [4_000]), 0x101: ("I", [3_000]), 0x102: ("H", [14]), 0x103: ("H", [7]),
        0x106: ("H", [32_803]), 0x111: ("I", [8 + len(samples)]), 0x115: ("H", [1]), 0x117: ("I", [len(pixels)]),
    }  # fmt: skip
    return tiff([first, sensor], data)


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of the ISO media family."""
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def cr3(preview: bytes, orientation: int) -> bytes:
    """Canon's newer raw file: boxes, with a TIFF of tags in one and the preview in another."""
    tags = tiff([{0x112: ("H", [orientation])}])
    moov = box(b"moov", box(b"uuid", bytes(16), box(b"CMT1", tags)))
    return box(b"ftyp", b"crx ", bytes(4), b"crx isom") + moov + box(b"mdat", bytes(100), preview, bytes(100))


def avif_with_aperture(picture: Image.Image, kept: tuple[int, int, int, int]) -> bytes:
    """``kept`` is the part that is meant to be seen: left, upper, right, lower."""
    left, upper, right, lower = kept
    numbers = (
        *(right - left, 1, lower - upper, 1),
        *(left + right - picture.width, 2, upper + lower - picture.height, 2),
    )
    return with_property(encoded(picture, "AVIF", quality=90), box(b"clap", struct.pack(">IIIIiIiI", *numbers)))


def with_property(heif: bytes, new: bytes) -> bytes:
    """An AVIF or HEIC of one picture with a further property, and every offset moved along."""
    grown = bytearray(heif)
    at = heif.index(b"ipco") - 4
    properties = struct.unpack_from(">I", heif, at)[0]
    count, walk = 0, at + 8
    while walk < at + properties:
        walk += struct.unpack_from(">I", heif, walk)[0]
        count += 1
    grown[at + properties : at + properties] = new
    ipma = bytes(grown).index(b"ipma") - 4
    many = ipma + 4 + 4 + 4 + 4 + 2  # size, name, version and flags, count of items, the first item's number
    listed = grown[many]
    grown[many] = listed + 1
    grown[many + 1 + listed : many + 1 + listed] = bytes([0x80 | (count + 1)])
    added = len(new) + 1
    for name, more in ((b"ipco", len(new)), (b"ipma", 1), (b"iprp", added), (b"meta", added)):
        place = bytes(grown).index(name) - 4
        struct.pack_into(">I", grown, place, struct.unpack_from(">I", grown, place)[0] + more)
    iloc = bytes(grown).index(b"iloc")
    first = heif.index(b"mdat") + 4
    for place in range(iloc, iloc + 60):  # the one offset in it that points to where the picture begins
        if struct.unpack_from(">I", grown, place)[0] in range(first, first + 40):
            struct.pack_into(">I", grown, place, struct.unpack_from(">I", grown, place)[0] + added)
            break
    return bytes(grown)


def written_page(size: tuple[int, int], letters_px: int) -> Image.Image:
    """Strokes of letters in lines; the strokes of a font are about a tenth as broad as it is high."""
    page = Image.new("L", size, 255)
    draw, stroke = ImageDraw.Draw(page), max(letters_px // 10, 1)
    for top in range(letters_px, size[1] - letters_px, 2 * letters_px):
        for left in range(letters_px, size[0] - letters_px, letters_px):
            draw.rectangle((left, top, left + stroke - 1, top + letters_px // 2), fill=0)
            draw.rectangle((left, top, left + letters_px // 2, top + stroke - 1), fill=0)
    return page
