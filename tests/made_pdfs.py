"""PDFs with something attached, locked or wrong about them, made on the spot."""

from __future__ import annotations

import io
import random
from collections.abc import Mapping, Sequence

import pikepdf

PAGE_TEXT = b"BT /F1 24 Tf 72 700 Td (Readable without a password) Tj ET"


def with_attachments(listed: Mapping[str, bytes], pinned: Mapping[str, bytes] | None = None, pages: int = 1) -> bytes:
    """``listed`` stand in the file's own list, ``pinned`` are notes with a file on the first page."""
    file = io.BytesIO()
    with pikepdf.new() as made:
        for _ in range(pages):
            made.add_blank_page(page_size=(200, 200))
        for name, data in listed.items():
            made.attachments[name] = _specification(made, name, data)
        annotations = [
            made.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.FileAttachment,
                    Rect=[0, 0, 9, 9],
                    FS=_specification(made, name, data).obj,
                )
            )
            for name, data in (pinned or {}).items()
        ]
        if annotations:
            made.pages[0].obj.Annots = pikepdf.Array(annotations)
        made.save(file)
    return file.getvalue()


def _specification(pdf: pikepdf.Pdf, name: str, data: bytes) -> pikepdf.AttachedFileSpec:
    return pikepdf.AttachedFileSpec(
        pdf, data, filename=name, description="", mime_type="", creation_date="", mod_date=""
    )


def by_hand(objects: Sequence[bytes], trailer: bytes, *, first: int = 1, startxref: int | None = None) -> bytes:
    """``objects`` are numbered from ``first`` on; the table of places says so only if it is 1."""
    out = bytearray(b"%PDF-1.6\n")
    places = []
    for number, body in enumerate(objects, first):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<<%s>>\nstartxref\n%d\n%%%%EOF\n" % (trailer, table if startxref is None else startxref)
    return bytes(out)


def page_objects(first: int = 1) -> list[bytes]:
    """A catalogue, a page tree, a page, its words and their font."""
    _, tree, page, words, font = range(first, first + 5)
    return [
        b"<</Type/Catalog/Pages %d 0 R>>" % tree,
        b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % page,
        b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 %d 0 R>>>>/Contents %d 0 R>>"
        % (tree, font, words),
        b"<</Length %d>>stream\n%s\nendstream" % (len(PAGE_TEXT), PAGE_TEXT),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]


def numbers_above_size() -> bytes:
    """Objects whose numbers are above what the trailer says there are, in a table that counts from 0."""
    return by_hand(page_objects(8_669), b"/Size 8 /Root 8669 0 R", first=8_669, startxref=9)


def locked_attachments(*, attachment: bool = False) -> bytes:
    """Encrypted for embedded files alone; strings and streams are not (PDF 32000-1, 7.6.5)."""
    lock = (
        b"<</Filter/Standard/V 4/R 4/Length 128/P -44/CF<</StdCF<</CFM/AESV2/AuthEvent/EFOpen/Length 16>>>>"
        b"/StmF/Identity/StrF/Identity/EFF/StdCF/O<%s>/U<%s>>>" % (b"ab" * 32, b"cd" * 32)
    )
    objects = page_objects()
    if attachment:
        objects[0] = objects[0].replace(b"/Pages", b"/Names<</EmbeddedFiles<</Names[(a.txt) 7 0 R]>>>>/Pages")
    objects += [lock, b"<</Type/Filespec/F(a.txt)/UF(a.txt)/EF<</F 8 0 R>>>>"]
    objects.append(b"<</Type/EmbeddedFile/Length 32>>stream\n%s\nendstream" % (b"\x9a" * 32))
    return by_hand(objects, b"/Size 9 /Root 1 0 R/Encrypt 6 0 R/ID[<00112233><00112233>]")


def numbered(pages: int, *, size_bytes: int = 0, first: int = 1, shared: bool = False) -> bytes:
    """Each page says "PAGE" and its number, from ``first`` on; noise in a picture of each makes up the size.

    ``shared``: all pages list all pictures among their resources, as some programs write them.
    """
    file = io.BytesIO()
    with pikepdf.new() as made:
        font = made.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        side = int((size_bytes / pages) ** 0.5)
        noise = random.Random(0).randbytes(side * side + pages)
        pictures = [
            _picture(made, noise[number : number + side * side], side) for number in range(pages if side else 0)
        ]
        everything = pikepdf.Dictionary({f"/P{number}": one for number, one in enumerate(pictures)})
        for number in range(pages):
            own = pikepdf.Dictionary({f"/P{number}": one for one in pictures[number : number + 1]})
            draw = f"q 9 0 0 9 9 9 cm /P{number} Do Q" if pictures else ""
            words = f"BT /F1 24 Tf 72 700 Td (PAGE {first + number}) Tj ET {draw}"
            page = made.add_blank_page(page_size=(612, 792))
            page.obj.Resources = pikepdf.Dictionary(
                Font=pikepdf.Dictionary(F1=font), XObject=everything if shared else own
            )
            page.obj.Contents = made.make_stream(words.encode())
        made.save(file, compress_streams=False)
    return file.getvalue()


def _picture(made: pikepdf.Pdf, grey: bytes, side: int) -> pikepdf.Object:
    return made.make_stream(
        grey, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=side, Height=side,
        ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8,
    )  # fmt: skip
