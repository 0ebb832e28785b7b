"""Makes a PDF of an office file's words, as Slack makes one for its viewer (``converted_pdf``).

Pure. The words are those of the package's XML, in Helvetica, Latin letters only: enough to be read, not to be admired.
"""

from __future__ import annotations

import io
import re
import zipfile

OFFICE = frozenset({"docx", "pptx", "xlsx", "odt", "odp", "ods"})
WORDS_IN = re.compile(r"(?:word/document|ppt/slides/slide\d+|xl/sharedStrings|content)\.xml")
SPECIAL, ESCAPED = re.compile(r"[()\\]"), r"\\\g<0>"
TAG = re.compile(r"<[^<>]*>")
LINE_CHARS, LINES_MAX, BYTES_MAX = 90, 50, 10_000_000


def pdf_of_office(content: bytes) -> bytes | None:
    """``None`` for what is no package of XML files."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = sorted(name for name in package.namelist() if WORDS_IN.fullmatch(name))
            texts = [package.open(name).read(BYTES_MAX).decode("utf-8", "replace") for name in parts]
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError):
        return None
    return pdf(" ".join(" ".join(TAG.sub(" ", text).split()) for text in texts)) if texts else None


def pdf(words: str) -> bytes:
    """One page."""
    text = words.encode("latin-1", "replace").decode("latin-1")
    lines = [text[start : start + LINE_CHARS] for start in range(0, len(text), LINE_CHARS)][:LINES_MAX]
    drawn = " ".join(f"({SPECIAL.sub(ESCAPED, line)}) Tj T*" for line in lines)
    stream = f"BT /F1 11 Tf 14 TL 50 780 Td {drawn} ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 %s >> >> >>"
        % b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)
