"""Makes blocks for the model, each with a label before it, and notes for people of a file's extracts.

I/O: reads the text extracts; the bytes of images and PDFs stay on disk.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bot.files.extracts import Extract, ImageExtract, NoteExtract, PdfExtract, TextExtract
from bot.files.names import safe_name
from bot.messages import ContentBlock, FileBytes, ImageBlock, Note, PdfBlock, PreparedFile, TextBlock, WholeText
from bot.prompt.spoken import fenced
from bot.visible import one_line

ABOUT_CHARS_MAX = 300


def prepared(
    attachment_id: str, name: str, extracts: Iterable[Extract], directory: Path, use: object = None
) -> PreparedFile:
    """Blocks in the order of ``extracts``, each with a label that names the file and says what it is.

    ``use`` keeps the extracts' files in ``directory`` as long as it exists.
    """
    blocks: list[ContentBlock] = []
    notes: list[Note] = []
    for extract in extracts:
        if isinstance(extract, NoteExtract):
            notes.append(Note(_full_name(name, extract.inside), extract.reason))
        elif isinstance(extract, ImageExtract | PdfExtract | TextExtract):
            blocks += _blocks(extract, _full_name(name, extract.inside), directory, use)
    return PreparedFile(attachment_id, tuple(blocks), tuple(notes))


def refused(attachment_id: str, name: str, reason: str) -> PreparedFile:
    return PreparedFile(attachment_id, notes=(Note(safe_name(name), reason),))


def _full_name(name: str, inside: str) -> str:
    return f"{safe_name(name)} › {safe_name(inside)}" if inside else safe_name(name)


def _blocks(
    extract: ImageExtract | PdfExtract | TextExtract, name: str, directory: Path, use: object
) -> list[ContentBlock]:
    """What the worker says about a file (``about``, ``language``) stays on the label's line, even if a file has taken
    over the worker."""
    about = one_line(extract.about)[:ABOUT_CHARS_MAX]
    if isinstance(extract, ImageExtract):
        label = f'File "{name}" ({about}, {extract.width_px} × {extract.height_px} px):'
        data = _bytes(directory / extract.file, use)
        return [TextBlock(label), ImageBlock(extract.media_type, data, extract.width_px, extract.height_px)]
    if isinstance(extract, PdfExtract):
        pages = f"{extract.pages:,} page{'s' if extract.pages != 1 else ''}"
        label = f'File "{name}" ({about or "PDF"}, {pages}):'
        return [TextBlock(label), PdfBlock(name, _bytes(directory / extract.file, use), extract.pages)]
    text = (directory / extract.file).read_text(encoding="utf-8")
    whole = _whole(extract, name, about, directory, use) if extract.whole else None
    return [TextBlock(f'File "{name}" ({about}):\n{fenced(text, extract.language)}', whole)]


def _whole(extract: TextExtract, name: str, about: str, directory: Path, use: object) -> WholeText:
    data = _bytes(directory / extract.whole, use)
    about = one_line(extract.whole_about or about)[:ABOUT_CHARS_MAX]
    return WholeText(data, extract.lines, name, about, extract.language, extract.head_lines, extract.left_out)


def _bytes(path: Path, use: object) -> FileBytes:
    return FileBytes(path, path.stat().st_size, use)
