"""Makes a PDF of the pages that are left in one without its list of objects, its table of pages, or both.

I/O: reads the PDF, writes another. This is what an upload that broke off leaves: a PDF made for the web has its table
of pages at the beginning, others have it packed at the end, and programs that repair PDFs look for it where it was.
"""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path

import pikepdf

from bot.files.outbox import Outbox

_OBJECT = re.compile(rb"(?<![0-9])([0-9]{1,9})[ \t\r\n]{1,9}([0-9]{1,5})[ \t\r\n]{1,9}obj\b")
_PAGE = re.compile(rb"/Type\s{0,9}/Page(?![A-Za-z0-9])")
_PACKED = re.compile(rb"/Type\s{0,9}/ObjStm\b")
_FIRST, _COUNT = re.compile(rb"/First\s{1,9}([0-9]{1,9})"), re.compile(rb"/N\s{1,9}([0-9]{1,9})")
_STREAM = re.compile(rb"stream\r?\n")
_HEAD_BYTES, _UNPACKED_BYTES_MAX, _PAGES_MAX, _OBJECTS_MAX = 20_000, 20_000_000, 5_000, 1_000_000
_REFERENCE = re.compile(rb"(?<![0-9])([0-9]{1,7})[ \t\r\n]{1,9}[0-9]{1,5}[ \t\r\n]{1,9}R\b")
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_PARENTS_MAX = 20
_LETTER = (0, 0, 612, 792)


@dataclass(slots=True)
class _Found:
    """``places`` by an object's number: 1, where it begins and its generation; or 2, what it is packed in and as which.

    ``pages`` are numbers, in the order of the file. ``highest`` is the highest number that pages or others speak of,
    which may be of an object that is lost.
    """

    places: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    pages: list[int] = field(default_factory=list)
    highest: int = 0

    def speaks_of(self, text: bytes) -> None:
        self.highest = max((self.highest, *(int(number) for number in _REFERENCE.findall(text))))


def copy(source: Path, out: Outbox) -> Path | None:
    """``None`` where there are no pages, or where all is encrypted. Raises what pikepdf raises."""
    data = source.read_bytes()
    if b"/Encrypt" in data:
        return None
    found = _objects(data)
    if not found.pages:
        return None
    patched, path = out.new(".bin"), out.new(".bin")
    patched.write_bytes(data + _with_table(found, len(data)))
    try:
        with pikepdf.open(patched) as pdf:
            _settle_pages(pdf)
            pdf.save(path, deterministic_id=True)
    finally:
        patched.unlink()
    return path


def _objects(data: bytes) -> _Found:
    """Of objects with one number the last counts, as a PDF that was changed has several."""
    found = _Found()
    end = data.rfind(b"endobj")
    pages: dict[int, tuple[int, int]] = {}
    matches = list(islice(_OBJECT.finditer(data, 0, max(end, 0)), _OBJECTS_MAX))
    for match, following in zip_longest(matches, matches[1:]):
        own, at = int(match[1]), match.end()
        found.places[own] = (1, match.start(), int(match[2]))
        pages.pop(own, None)
        found.highest = max(found.highest, own)
        until = min(following.start() if following else end, at + _HEAD_BYTES)
        head = data[at:until].partition(b"endobj")[0].partition(b"stream")[0]
        found.speaks_of(head)
        if _PAGE.search(head):
            pages[own] = (at, 0)
        elif _PACKED.search(head):
            for index, (inner, text) in enumerate(_unpacked(data, at, head)):
                found.places[inner] = (2, own, index)
                found.highest = max(found.highest, inner)
                found.speaks_of(text)
                pages.pop(inner, None)
                if _PAGE.search(text):
                    pages[inner] = (at, index)
    found.pages = sorted(pages, key=lambda page: pages[page])[:_PAGES_MAX]
    return found


def _unpacked(data: bytes, at: int, head: bytes) -> list[tuple[int, bytes]]:
    """The objects in a stream of such, each with its number; none where it is packed in a rare way or cut."""
    first, count, begin = _FIRST.search(head), _COUNT.search(head), _STREAM.search(data, at)
    if first is None or count is None or begin is None or b"/FlateDecode" not in head or b"/Predictor" in head:
        return []
    try:
        end = data.find(b"endstream", begin.end())
        packed = data[begin.end() : end if end >= 0 else len(data)]
        plain = zlib.decompressobj().decompress(packed, _UNPACKED_BYTES_MAX)
        numbers = [int(number) for number in plain[: int(first[1])].split()[: 2 * int(count[1])]]
    except (zlib.error, ValueError):
        return []
    starts = [int(first[1]) + start for start in numbers[1::2]]
    ends = [*starts[1:], len(plain)]
    return [(number, plain[start:end]) for number, start, end in zip(numbers[::2], starts, ends, strict=False)]


def _with_table(found: _Found, at: int) -> bytes:
    """What follows the file's own bytes: a table of its pages, and a list of all objects that are whole."""
    root, table, listed = (found.highest + number for number in (1, 2, 3))
    pieces, places = [b"\n"], dict(found.places)
    kids = " ".join(f"{page} {found.places[page][2] if found.places[page][0] == 1 else 0} R" for page in found.pages)
    for number, content in (
        (root, f"<</Type/Catalog/Pages {table} 0 R>>"),
        (table, f"<</Type/Pages/Count {len(found.pages)}/Kids[{kids}]>>"),
    ):
        places[number] = (1, at + sum(map(len, pieces)), 0)
        pieces.append(f"{number} 0 obj\n{content}\nendobj\n".encode())
    begin = at + sum(map(len, pieces))
    places[listed] = (1, begin, 0)
    rows = b"".join(
        kind.to_bytes(1, "big") + where.to_bytes(5, "big") + which.to_bytes(3, "big")
        for _, (kind, where, which) in sorted(places.items())
    )
    index = " ".join(f"{number} 1" for number in sorted(places))
    head = (
        f"{listed} 0 obj\n<</Type/XRef/Size {listed + 1}/Root {root} 0 R/W[1 5 3]/Index[{index}]/Length {len(rows)}>>"
    )
    pieces += [head.encode(), b"\nstream\n", rows, f"\nendstream\nendobj\nstartxref\n{begin}\n%%EOF\n".encode()]
    return b"".join(pieces)


def _settle_pages(pdf: pikepdf.Pdf) -> None:
    """Gives each page what it had from those above it, which are no longer above it."""
    pages = pdf.Root["/Pages"]
    for page in list(pages["/Kids"]):
        above = page.get("/Parent")
        for _ in range(_PARENTS_MAX):
            if not isinstance(above, pikepdf.Dictionary):
                break
            for key in _INHERITED:
                if key in above and key not in page:
                    page[key] = above[key]
            above = above.get("/Parent")
        if "/MediaBox" not in page:
            page["/MediaBox"] = pikepdf.Array(_LETTER)
        page["/Parent"] = pages
