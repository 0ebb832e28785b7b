"""Parts of a file in, what the model and people get out: blocks with a label before them, and notes.

I/O: reads the text parts; the bytes of images and PDFs stay on disk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from bot.files.names import safe_name
from bot.files.parts import ImagePart, NotePart, Part, PdfPart, TextPart
from bot.messages import ContentBlock, FileBytes, ImageBlock, Note, PdfBlock, PreparedFile, TextBlock

_BACKTICKS = re.compile(r"`{3,}")


def prepared(attachment_id: str, name: str, parts: Iterable[Part], directory: Path) -> PreparedFile:
    """Blocks in the order of ``parts``, each with a label that names the file and says what it is."""
    blocks: list[ContentBlock] = []
    notes: list[Note] = []
    for part in parts:
        if isinstance(part, NotePart):
            notes.append(Note(_full_name(name, part.inside), part.reason))
        elif isinstance(part, ImagePart | PdfPart | TextPart):
            blocks += _blocks(part, _full_name(name, part.inside), directory)
    return PreparedFile(attachment_id, tuple(blocks), tuple(notes))


def refused(attachment_id: str, name: str, reason: str) -> PreparedFile:
    return PreparedFile(attachment_id, notes=(Note(safe_name(name), reason),))


def _full_name(name: str, inside: str) -> str:
    return f"{safe_name(name)} › {safe_name(inside)}" if inside else safe_name(name)


def _blocks(part: ImagePart | PdfPart | TextPart, name: str, directory: Path) -> list[ContentBlock]:
    if isinstance(part, ImagePart):
        label = f'File "{name}" ({part.about}, {part.width_px} × {part.height_px} px):'
        data = _bytes(directory / part.file)
        return [TextBlock(label), ImageBlock(part.media_type, data, part.width_px, part.height_px)]
    if isinstance(part, PdfPart):
        pages = f"{part.pages:,} page{'s' if part.pages != 1 else ''}"
        label = f'File "{name}" ({part.about or "PDF"}, {pages}):'
        return [TextBlock(label), PdfBlock(name, _bytes(directory / part.file), part.pages)]
    text = (directory / part.file).read_text(encoding="utf-8")
    return [TextBlock(f'File "{name}" ({part.about}):\n{fenced(text, part.language)}')]


def _bytes(path: Path) -> FileBytes:
    return FileBytes(path, path.stat().st_size)


def fenced(text: str, language: str) -> str:
    """``text`` in a code fence longer than any run of backticks in it, so that no line of it can close the fence."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language}\n{text.removesuffix(chr(10))}\n{fence}"
