"""Reads Apple's binary property lists: keys and values as text, or the page that Safari saved in one.

I/O: reads the file, writes text and the page's pictures; runs in a worker process. Source: Python's plistlib.
"""

from __future__ import annotations

import plistlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from bot.files import inner_notes, notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract, MemberExtract, NoteExtract, Unreadable
from bot.files.outbox import Outbox
from bot.files.worker.encodings.detecting import text_of
from bot.files.worker.hypertext.reader import to_text
from bot.files.worker.text import written

_LINES_MAX, _DEPTH_MAX, _VALUE_CHARS_MAX = 100_000, 40, 20_000
_PICTURES_MAX, _PICTURE_BYTES_MIN, _FRAMES_MAX = 20, 10_000, 50
_MAIN, _PARTS, _FRAMES = "WebMainResource", "WebSubresources", "WebSubframeArchives"


def convert(source: Path, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """Raises ``Unreadable``."""
    try:
        root = plistlib.loads(source.read_bytes(), fmt=plistlib.FMT_BINARY)
    except MemoryError:
        raise
    except Exception as error:  # on bad data plistlib raises nearly every built-in exception
        raise Unreadable(notes.unknown_kind("a damaged property list")) from error
    if isinstance(root, dict) and isinstance(root.get(_MAIN), dict):
        return _saved_page(root, out, limits)
    lines, cut = list[str](), False
    for line in _lines(root, 0):
        if cut := len(lines) == _LINES_MAX:
            break
        lines.append(line)
    found = written("\n".join(lines), "yaml", "property list", out, limits)
    return [*found, NoteExtract(inner_notes.LIST_IN_PART)] if cut else found


def _lines(value: object, depth: int) -> Iterator[str]:
    """An object that is referenced twice is written twice, so the caller has to limit the output."""
    indent = "  " * depth
    if depth > _DEPTH_MAX:
        yield f"{indent}…"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _entry(f"{indent}{key}:", inner, depth)
    elif isinstance(value, list):
        for inner in value:
            yield from _entry(f"{indent}-", inner, depth)
    else:
        yield f"{indent}{_plain(value)}"


def _entry(lead: str, inner: object, depth: int) -> Iterator[str]:
    if isinstance(inner, dict | list) and inner:
        yield lead
        yield from _lines(inner, depth + 1)
    else:
        yield f"{lead} {_plain(inner)}"


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return f"({len(value):,} bytes that are not shown)"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, dict | list):
        return ""
    return str(value)[:_VALUE_CHARS_MAX]


# --- pages of Safari -------------------------------------------------------------------------------------------------


def _saved_page(root: dict[str, Any], out: Outbox, limits: ConvertLimits) -> list[Extract]:
    texts, parts, frames = list[str](), list[Any](), [root]
    for frame in frames:  # which grows by nested frames
        texts.append(_words(frame.get(_MAIN)))
        parts += [part for part in _listed(frame, _PARTS) if isinstance(part, dict)]
        frames += [one for one in _listed(frame, _FRAMES) if isinstance(one, dict)][: _FRAMES_MAX - len(frames)]
    address = root[_MAIN].get("WebResourceURL")
    lead = f"Address: {address}\n\n" if isinstance(address, str) else ""
    found = written(lead + "\n\n".join(filter(None, texts)), "", "web page saved by Safari", out, limits)
    return [*found, *_pictures(parts, out)]


def _listed(frame: dict[str, Any], key: str) -> list[Any]:
    value = frame.get(key)
    return value if isinstance(value, list) else []


def _words(resource: object) -> str:
    if not isinstance(resource, dict) or not isinstance(data := resource.get("WebResourceData"), bytes):
        return ""
    declared, kind = resource.get("WebResourceTextEncodingName"), str(resource.get("WebResourceMIMEType", "html"))
    text = text_of(data, declared if isinstance(declared, str) else "")
    return to_text(text).strip() if "html" in kind else text.strip()


def _pictures(parts: list[dict[str, Any]], out: Outbox) -> list[Extract]:
    large = [
        (str(part.get("WebResourceURL", "picture")), part["WebResourceData"])
        for part in parts
        if str(part.get("WebResourceMIMEType", "")).startswith("image/")
        and isinstance(part.get("WebResourceData"), bytes)
        and len(part["WebResourceData"]) >= _PICTURE_BYTES_MIN
    ]
    found = list[Extract]()
    for address, data in large[:_PICTURES_MAX]:
        path = out.new(".bin")
        path.write_bytes(data)
        found.append(MemberExtract(path.name, PurePosixPath(address.partition("?")[0]).name[:200] or "picture"))
    if len(large) > _PICTURES_MAX:
        found.append(NoteExtract(notes.pictures_left_out(_PICTURES_MAX, len(large) - _PICTURES_MAX)))
    return found
