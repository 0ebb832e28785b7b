"""Real files of many kinds, made on the spot."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Mapping

import pikepdf
from PIL import Image


def image(kind: str, size: tuple[int, int] = (60, 40), *, mode: str = "RGB", **options: object) -> bytes:
    """A gradient, so that scaling and colours can be told from the result."""
    picture = Image.linear_gradient("L").resize(size)
    file = io.BytesIO()
    picture.convert(mode).save(file, kind, **options)
    return file.getvalue()


def solid(
    kind: str, colour: object, size: tuple[int, int] = (32, 32), *, mode: str = "RGB", **options: object
) -> bytes:
    file = io.BytesIO()
    Image.new(mode, size, colour).save(file, kind, **options)  # type: ignore[arg-type]  # colours differ by mode
    return file.getvalue()


def pages(size: tuple[int, int], count: int) -> bytes:
    """A TIFF of white pages."""
    file = io.BytesIO()
    page = Image.new("L", size, 255)
    page.save(file, "TIFF", save_all=True, append_images=[page] * (count - 1), compression="tiff_lzw")
    return file.getvalue()


def noise(size: tuple[int, int], kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    pixels = random.Random(7).randbytes(size[0] * size[1] * 3)
    Image.frombytes("RGB", size, pixels).save(file, kind)
    return file.getvalue()


def png_header(width_px: int, height_px: int) -> bytes:
    """A PNG that claims a size and has no pixels: what a decompression bomb looks like before it goes off."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")


def psd(size: tuple[int, int], colour: tuple[int, int, int] = (200, 30, 30)) -> bytes:
    """A Photoshop file of one colour: its head, three empty sections, and the flattened picture as three planes."""
    width, height = size
    head = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, height, width, 8, 3)
    return head + bytes(12) + b"\0\0" + b"".join(bytes([value]) * (width * height) for value in colour)


def pdf(pages: int = 1, *, password: str | None = None, owner: str = "owner", page_bytes: int = 0) -> bytes:
    """Pages of text; with ``password`` set (an empty one counts) it is encrypted; ``page_bytes`` adds noise to each."""
    file = io.BytesIO()
    with pikepdf.new() as made:
        for number in range(1, pages + 1):
            made.add_blank_page(page_size=(200, 200))
            text = f"BT /F1 12 Tf 20 100 Td (Page {number}) Tj ET".encode()
            made.pages[-1].Contents = made.make_stream(text)
            if page_bytes:
                made.pages[-1].obj["/Extra"] = made.make_stream(random.Random(number).randbytes(page_bytes))
        if password is None:
            made.save(file)
        else:
            made.save(file, encryption=pikepdf.Encryption(user=password, owner=owner))
    return file.getvalue()


def pdf_for_few_readers() -> bytes:
    """A valid PDF that qpdf reads without a complaint and pypdf does not: its pages are in a stream with a filter that
    changes nothing (PDF 32000-1, 7.4.10)."""
    objects = (
        b"2 0 3 36 ",
        b"<</Type/Pages/Count 1/Kids[3 0 R]>> <</Type/Page/MediaBox[0 0 9 9]/Parent 2 0 R/Resources<<>>>>",
    )
    packed = zlib.compress(b"".join(objects))
    filters = b"/Filter[/Crypt/FlateDecode]/DecodeParms[<</Name/Identity>>null]"
    catalog = b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    stream = b"4 0 obj<</Type/ObjStm/N 2/First %d/Length %d%s>>stream\n" % (len(objects[0]), len(packed), filters)
    body = b"%PDF-1.7\n" + catalog + stream + packed + b"\nendstream endobj\n"
    places = [(0, 0, 65535), (1, 9, 0), (2, 4, 0), (2, 4, 1), (1, 9 + len(catalog), 0), (1, len(body), 0)]
    table = b"".join(struct.pack(">BIH", *place) for place in places)
    head = b"5 0 obj<</Type/XRef/Size 6/W[1 4 2]/Root 1 0 R/Length %d>>stream\n" % len(table)
    return body + head + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % len(body)


def xfa_form() -> bytes:
    """What a dynamic form looks like to all viewers but one: a page that asks to please wait."""
    file = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.NeedsRendering = True
        made.Root.AcroForm = pikepdf.Dictionary(XFA=made.make_stream(b"<xdp/>"))
        made.save(file)
    return file.getvalue()


def portfolio(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with pikepdf.new() as made:
        made.add_blank_page()
        made.Root.Collection = pikepdf.Dictionary(View=pikepdf.Name.D)
        for name, data in members.items():
            made.attachments[name] = pikepdf.AttachedFileSpec(
                made, data, filename=name, description="", mime_type="", creation_date="", mod_date=""
            )
        made.save(file)
    return file.getvalue()


def rotated_photo(size: tuple[int, int] = (300, 200)) -> bytes:
    """A JPEG as a phone writes it: lying on its side, with orientation, camera and place in its EXIF data."""
    picture = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to see it upright
    exif[0x0110] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    file = io.BytesIO()
    picture.save(file, "JPEG", exif=exif)
    return file.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()
