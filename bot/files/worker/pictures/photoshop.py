"""Reads from a Photoshop file what Pillow does not: layers, deep pictures, the words of its texts.

I/O: reads the file, writes pictures and text; runs in a worker process.
"""

from __future__ import annotations

import io
import struct
from pathlib import Path

from PIL import Image

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker import text
from bot.files.worker.kinds import Kind
from bot.files.worker.pictures import pixels, psd, psd_composing, psd_layers
from bot.files.worker.pictures.psd_layers import CLOSES, OPENS, Layer

_TEXT_KEY = b"Txt TEXT"


def without_picture(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract] | None:
    """For a file without a merged picture: its layers composed, else the small preview, and its words.

    ``None`` if there is a merged picture. Raises ``Unreadable``.
    """
    data = source.read_bytes()
    try:
        head = psd.head(data)
    except psd.PsdError:
        return None
    if head.has_picture and not (head.says_nothing and _is_blank(data, head, limits)):
        return None
    pixels.check_size(head.width, head.height, limits)
    try:
        found = psd_layers.layers(data, head)
        picture, left_out = psd_composing.picture(data, head, found)
    except psd.PsdError:
        return None if head.says_nothing else [*_thumbnail(head, out, limits), *words(source, out, limits)]
    profile = head.profile if head.mode == psd.RGB else b""
    shown = pixels.written(
        picture, Kind.PSD, f"{Kind.PSD} image, put together from its layers", out, limits, profile=profile or None
    )
    missing = [NoteExtract(notes.psd_layers_without(left_out))] if left_out else []
    return [*shown, *missing, *words(source, out, limits)]


def _is_blank(data: bytes, head: psd.PsdHead, limits: ConvertLimits) -> bool:
    """Whether the merged picture has only one colour, as written by programs that do not draw it."""
    if head.width * head.height > limits.image_pixels_max:
        return False
    try:
        picture = psd.picture(data, head)
    except psd.PsdError:
        return False
    return all(band.getextrema()[0] == band.getextrema()[1] for band in picture.split())


def _thumbnail(head: psd.PsdHead, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    try:
        with Image.open(io.BytesIO(head.thumbnail), formats=("JPEG",)) as image:
            small = pixels.convert(image, Kind.JPEG, "Photoshop image, by its small preview", out, limits)
    except (OSError, ValueError, SyntaxError, TypeError, IndexError, KeyError):
        raise Unreadable(notes.PSD_WITHOUT_PICTURE) from None
    return [*small, NoteExtract(notes.PSD_THUMBNAIL_ONLY)]


def deep(data: bytes, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The merged picture of any depth. Raises ``PsdError`` and ``Unreadable``."""
    head = psd.head(data)
    pixels.check_size(head.width, head.height, limits)
    picture = psd.picture(data, head)
    return pixels.written(picture, Kind.PSD, f"{Kind.PSD} image", out, limits, profile=head.profile or None)


def words(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """The texts of its layers as typed, the topmost first; hidden ones are marked."""
    data = source.read_bytes()
    try:
        found = list(_texts(psd_layers.layers(data, psd.head(data))))
    except (psd.PsdError, struct.error):
        return []
    return text.written("\n".join(found), "", "text of its layers", out, limits) if found else []


def _texts(layers: list[Layer]) -> list[str]:
    """A line or more for each text layer. A hidden group hides its layers."""
    found: list[str] = []
    hidden: list[bool] = []
    for layer in reversed(layers):
        if layer.group in OPENS:
            hidden.append(layer.is_hidden)
        elif layer.group == CLOSES:
            del hidden[-1:]
        block = layer.blocks.get(b"TySh", b"")
        at = block.find(_TEXT_KEY)
        typed = psd_layers.text(block[at + len(_TEXT_KEY) :]) if at >= 0 else ""
        typed = typed.replace("\r", "\n").replace("\x03", "\n").strip()
        if typed:
            found.append(f"(hidden) {typed}" if layer.is_hidden or any(hidden) else typed)
    return found
