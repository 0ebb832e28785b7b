"""Stores the model's notes on parts of a long file for later questions.

I/O: files in the cache entry of the document, so that they share its limits and are removed with it.
"""

from __future__ import annotations

import json
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from bot.file_ports import BatchNotes
from bot.files.cache import Cache

PATTERN = "note-*.json"
BYTES_MAX = 4_000_000
"""The most bytes kept for one entry."""


class NotesStore:
    """Every method blocks on the disk: call it in a thread."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache

    def of(self, document: Path) -> list[BatchNotes]:
        """Oldest first; incomplete ones are ignored."""
        found = []
        for _, path in _by_age(document):
            with suppress(OSError, ValueError, KeyError, TypeError):
                item = json.loads(path.read_bytes())
                if item["document"] == document.name:
                    found.append(BatchNotes(item["question"], item["first"], item["final"], item["text"]))
        return found

    def keep(self, document: Path, notes: BatchNotes) -> None:
        item = {"document": document.name, "question": notes.question, "first": notes.first, "final": notes.final}
        name = sha256(repr(item).encode()).hexdigest()[:24]
        self._cache.add(document.parent, f"note-{name}.json", json.dumps({**item, "text": notes.text}).encode())
        left = BYTES_MAX
        for size, path in reversed(_by_age(document)):
            left -= size
            if left < 0:
                path.unlink(missing_ok=True)


def _by_age(document: Path) -> list[tuple[int, Path]]:
    """Sizes and paths, oldest first."""
    found = []
    for path in document.parent.glob(PATTERN):
        with suppress(OSError):
            state = path.stat()
            found.append((state.st_mtime_ns, state.st_size, path))
    return [(size, path) for _, size, path in sorted(found)]
