"""Reads a Jupyter notebook: its cells as text, with their outputs and pictures.

I/O: reads the notebook, writes the text and the pictures to files; runs in a worker process. Source of the format:
nbformat 3 and 4, which keep plots as base64 within the JSON.
"""

from __future__ import annotations

import binascii
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract
from bot.files.outbox import Outbox
from bot.files.worker.base64_within import Packed, replaced
from bot.files.worker.chart_data import KINDS, chart_of
from bot.files.worker.documents.bylines import in_brackets
from bot.files.worker.encodings.detecting import text_of
from bot.files.worker.hypertext.reader import to_text
from bot.files.worker.text import written
from bot.visible import one_line

_BYTES_MAX = 60_000_000
_PICTURES = {
    **{f"image/{kind}": f".{kind}" for kind in ("png", "gif", "webp", "avif", "bmp", "tiff")},
    "image/jpeg": ".jpg",
    "image/svg+xml": ".svg",
}
_OLD_PICTURES = {"png": "image/png", "jpeg": "image/jpeg", "svg": "image/svg+xml"}
_ESCAPES = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_OBJECT = re.compile(r"<[\w.]{1,200}(?: object| at 0x[0-9a-f]+| size [\w ]{1,60})*>")
"""How Python represents an object without a plain form."""
_WORD = re.compile(r"\w+")
_SMALL_BYTES = 3_000
"""For pictures within a text: smaller ones are bullets and icons."""


def convert(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract] | None:
    """The cells and their pictures; ``None`` if it is not a notebook after all. Raises ``Unreadable``."""
    if source.stat().st_size > _BYTES_MAX:
        return None
    try:
        notebook = json.loads(text_of(source.read_bytes()))
    except (ValueError, RecursionError):
        return None
    cells = list(_cells(notebook))
    if not cells:
        return None
    reading = _Reading(out, limits.archive_files_max)
    for number, cell in enumerate(cells, 1):
        reading.add(number, cell)
    found = written("\n\n".join(reading.texts), "", f"Jupyter notebook, {_language(notebook)}", out, limits)
    if reading.left_out:
        found.append(NoteExtract(notes.pictures_left_out(len(reading.pictures), reading.left_out)))
    if reading.charts_cut:
        found.append(NoteExtract(inner_notes.CHARTS_IN_PART))
    return [*found, *reading.pictures]


def _cells(notebook: object) -> Iterator[dict[str, Any]]:
    if not isinstance(notebook, dict):
        return
    sheets = notebook.get("worksheets")
    for holder in [notebook, *(sheets if isinstance(sheets, list) else [])]:
        cells = holder.get("cells") if isinstance(holder, dict) else None
        yield from (cell for cell in (cells if isinstance(cells, list) else []) if isinstance(cell, dict))


def _language(notebook: dict[str, Any]) -> str:
    metadata = notebook.get("metadata")
    for key, name in (("kernelspec", "language"), ("language_info", "name")):
        found = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(found, dict) and isinstance(found.get(name), str):
            return str(found[name])[:30]
    return "code"


@dataclass(slots=True)
class _Reading:
    """The extracts of the cells so far."""

    out: Outbox
    pictures_max: int
    texts: list[str] = field(default_factory=list)
    pictures: list[MemberExtract] = field(default_factory=list)
    left_out: int = 0
    charts_cut: bool = False

    def add(self, number: int, cell: dict[str, Any]) -> None:
        kind = in_brackets(one_line(str(cell.get("cell_type", "cell"))[:20]))
        words = self._without_pictures(_joined(cell.get("source", cell.get("input", ""))), f"cell {number}, picture")
        self.texts.append(f"[cell {number}, {kind}]\n{words}".rstrip())
        attachments = cell.get("attachments")
        for name, data in (attachments if isinstance(attachments, dict) else {}).items():
            self._pictures(data, f"cell {number}, {name}"[:100])
        outputs = cell.get("outputs")
        for output in outputs if isinstance(outputs, list) else []:
            if isinstance(output, dict):
                self._output(number, output)

    def _output(self, number: int, output: dict[str, Any]) -> None:
        data = output.get("data")
        data = (
            data
            if isinstance(data, dict)
            else {new: output[old] for old, new in _OLD_PICTURES.items() if old in output}
        )
        pictures = self._pictures(data, f"cell {number}, output")
        before = len(self.pictures)
        forms = {
            form: self._without_pictures(_joined(value), f"cell {number}, output")
            if form.startswith("text/")
            else value
            for form, value in data.items()
        }
        pictures += [picture.name for picture in self.pictures[before:]]
        words = _words(output, forms)
        charts = [chart_of(value) for form, value in data.items() if KINDS.fullmatch(form) and not pictures]
        self.charts_cut |= not all(chart.whole for chart in charts)
        words = "\n".join(filter(None, (words, *(f"(chart: {chart.text})" for chart in charts if chart.text))))
        shown = "\n".join(filter(None, (words, *(f"(picture: {name})" for name in pictures))))
        if shown:
            self.texts.append(f"[cell {number}, output]\n{shown}")

    def _pictures(self, data: object, name: str) -> list[str]:
        """The first known one of several forms of a picture."""
        for media_type, suffix in _PICTURES.items():
            content = _decoded(data.get(media_type), media_type) if isinstance(data, dict) else b""
            if content:
                kept = self._kept(content, suffix, name, numbered=name.endswith("output"))
                return [kept] if kept else []
        return []

    def _without_pictures(self, text: str, name: str) -> str:
        """A text; pictures that it has in base64 become extracts."""
        if ";base64," not in text:
            return text

        def instead(packed: Packed) -> str:
            if not packed.kind.startswith("image/") or len(packed.content) < _SMALL_BYTES:
                return "…"
            suffix = _PICTURES.get(packed.kind, ".bin")
            return f"[{self._kept(packed.content, suffix, name, numbered=True) or 'a picture'}]"

        return replaced(text, instead)

    def _kept(self, content: bytes, suffix: str, name: str, *, numbered: bool) -> str:
        """The name that the picture gets; empty if there are too many."""
        if len(self.pictures) >= self.pictures_max:
            self.left_out += 1
            return ""
        path = self.out.new(suffix)
        path.write_bytes(content)
        number = sum(picture.name.startswith(name) for picture in self.pictures)
        full_name = f"{name} {number + 1}{suffix}" if numbered else name
        self.pictures.append(MemberExtract(path.name, full_name))
        return full_name


def _words(output: dict[str, Any], data: dict[str, Any]) -> str:
    if output.get("output_type") in {"error", "pyerr"}:
        trace = output.get("traceback")
        lines = _ESCAPES.sub("", "\n".join(map(str, trace))) if isinstance(trace, list) else ""
        return lines or f"{output.get('ename', '')}: {output.get('evalue', '')}"
    plain = _ESCAPES.sub("", _joined(data.get("text/plain") or output.get("text") or "")).rstrip()
    page = to_text(_joined(data["text/html"])).rstrip() if "text/html" in data else ""
    if plain and not _OBJECT.fullmatch(plain) and not _says_more(page, plain):
        return plain
    others = (
        _joined(data[form]).rstrip() for form in ("text/markdown", "text/latex", "application/json") if form in data
    )
    return page or next(filter(None, others), plain)


def _says_more(page: str, plain: str) -> bool:
    """Whether the page, which people are shown, has words that the plain form lacks."""
    return not set(_WORD.findall(page)) <= set(_WORD.findall(plain))


def _joined(lines: object) -> str:
    """Multi-line strings are lists of lines. Anything else is shown as JSON."""
    if isinstance(lines, str):
        return lines
    if isinstance(lines, list):
        return "".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return json.dumps(lines, ensure_ascii=False)


def _decoded(value: object, media_type: str) -> bytes:
    if not isinstance(value, str | list):
        return b""
    text = _joined(value)
    if media_type == "image/svg+xml":
        return text.encode("utf-8", "replace")
    try:
        return binascii.a2b_base64(text)
    except (binascii.Error, ValueError):
        return b""
