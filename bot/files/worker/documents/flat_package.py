"""Converts a Word or PowerPoint document in one XML file ("Flat OPC") to the usual package.

I/O: reads the file and writes the package; runs in a worker process. Source: ISO/IEC 29500-2 for the package. The flat
form contains each part as XML or base64, so parts are cut out without parsing them.
"""

from __future__ import annotations

import binascii
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape, unescape

from bot.files.extracts import MemberExtract
from bot.files.outbox import Outbox
from bot.files.worker.encodings.detecting import text_of

_PART = re.compile(r"<pkg:part\b([^>]{0,2000})>\s*<pkg:(xmlData|binaryData)\b[^>]{0,2000}>")
_NAME = re.compile(r"""pkg:name\s*=\s*["']/?([^"']{1,500})["']""")
_TYPE = re.compile(r"""pkg:contentType\s*=\s*["']([^"']{1,500})["']""")
_PARTS_MAX = 5_000
_BYTES_MAX = 60_000_000
_ENDINGS = (("word/", ".docx"), ("ppt/", ".pptx"), ("xl/", ".xlsx"))


def unflattened(source: Path, name: str, out: Outbox) -> MemberExtract | None:
    """The package as a file of its own; ``None`` if it is no such document, or too long to be taken apart."""
    if source.stat().st_size > _BYTES_MAX:
        return None
    parts = list(_parts(text_of(source.read_bytes())))
    ending = next((end for folder, end in _ENDINGS if any(part.startswith(folder) for part, _, _ in parts)), "")
    if not ending:
        return None
    path = out.new(".bin")
    types = "".join(f'<Override PartName="/{escape(part)}" ContentType="{escape(kind)}"/>' for part, kind, _ in parts)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{types}</Types>',
        )
        for part, _, content in parts:
            package.writestr(part, content)
    return MemberExtract(path.name, f"{Path(name).stem or 'document'}{ending}")


def _parts(text: str) -> Iterator[tuple[str, str, bytes]]:
    """Name, type and content of each complete part."""
    at = 0
    for _ in range(_PARTS_MAX):
        begin = _PART.search(text, at)
        end = text.find(f"</pkg:{begin[2]}>", begin.end()) if begin else -1
        if begin is None or end < 0:
            return
        at = end
        name, kind = _NAME.search(begin[1]), _TYPE.search(begin[1])
        content = text[begin.end() : end]
        if name is None:
            continue
        data = content.strip().encode("utf-8", "replace")
        if begin[2] == "binaryData":
            try:
                data = binascii.a2b_base64(content)
            except (binascii.Error, ValueError):
                continue
        yield unescape(name[1]), unescape(kind[1]) if kind else "", data
