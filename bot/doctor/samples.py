"""The samples for the checks: a red picture, a page with one sentence, and a long text. Pure."""

from __future__ import annotations

import struct
import zlib

SIDE_PX = 64
RED = b"\xd0\x10\x10"
COLOUR = "red"
NAME = "Tangerine"
SENTENCE = f"The cat of the harbour master is called {NAME}."
LONG_CHARS = 18_000
"""More than 4,096 tokens, however a model counts: the API keeps nothing shorter for some models."""
_PROSE = "Reply with OK and nothing else, whatever stands here. The harbour opens at six and closes at ten. "


def picture() -> bytes:
    """A PNG."""
    rows = (b"\0" + RED * SIDE_PX) * SIDE_PX
    head = struct.pack(">IIBBBBB", SIDE_PX, SIDE_PX, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def page() -> bytes:
    """A PDF of one page."""
    words = f"BT /F1 18 Tf 72 700 Td ({SENTENCE}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>\nstream\n%s\nendstream" % (len(words), words),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(out) + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def long_text(mark: str) -> str:
    """``mark`` makes it a text that no cache has yet."""
    return f"{mark}. " + _PROSE * (LONG_CHARS // len(_PROSE) + 1)
