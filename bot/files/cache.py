"""Prepared files on disk: a key in, the extracts and where their bytes lie out.

I/O: a directory that several processes may share.

Rules:
- An entry is a directory, written under another name and renamed when whole, so that nobody sees half of one. If two
  processes prepare the same file, the first rename wins and both use it.
- An entry is read-only; using it sets its modification time. One that was not used for ``age_max_s`` goes; when all
  together exceed ``bytes_max``, the least recently used go first.
- What was used within the last ``_IN_USE_S`` stays even then: its bytes may be on their way to the model.
- The name of an entry begins with a digest of the file's id, by which ``forget`` finds all its versions.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

from bot.files.extracts import Extract, from_json, to_json
from bot.messages import Attachment

_VERSION = "1"
"""Raised when the same file and settings would now be converted differently."""
_IN_USE_S = 15 * 60
_UNFINISHED = "unfinished-"
_UNFINISHED_AGE_MAX_S = 3_600
_PARTS = "extracts.json"


class Cache:
    """Every method blocks on the disk: call it in a thread."""

    def __init__(self, directory: Path, *, bytes_max: int, age_max_s: float) -> None:
        self._directory = directory
        self._bytes_max = bytes_max
        self._age_max_s = age_max_s

    def path(self, key: str) -> Path:
        return self._directory / key

    def load(self, key: str) -> list[Extract] | None:
        """The extracts, marked as used now; ``None`` where there is no such entry or it is not whole."""
        try:
            extracts = from_json(json.loads((self.path(key) / _PARTS).read_bytes()))
            os.utime(self.path(key))
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            self._remove(self.path(key))
            return None
        return extracts

    def begin(self) -> Path:
        """A new directory to write an entry into, on the same file system."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=self._directory))

    def commit(self, begun: Path, key: str, extracts: list[Extract], files: set[str]) -> list[Extract]:
        """Makes ``begun`` with these of its ``files`` the entry, then sweeps.

        Returns the extracts of what is the entry then: where another process was faster, it is theirs.
        """
        for path in begun.iterdir():
            if path.name not in files:
                path.unlink()
        (begun / _PARTS).write_text(json.dumps(to_json(extracts)), encoding="utf-8")
        try:
            begun.rename(self.path(key))
        except OSError:
            theirs = self.load(key)
            if theirs is None:
                raise
            self.discard(begun)
            return theirs
        self.sweep()
        return extracts

    def discard(self, begun: Path) -> None:
        shutil.rmtree(begun, ignore_errors=True)

    def forget(self, file_id: str) -> None:
        """Removes whatever was kept of the file."""
        for entry in self._directory.glob(f"{_digest(file_id)}-*"):
            self._remove(entry)

    def sweep(self) -> None:
        """Removes what is too old, then the least recently used until the rest fits, then what crashes left behind."""
        now = time.time()
        entries = sorted(self._entries())
        total = sum(size for _, size, _ in entries)
        for used_at, size, entry in entries:
            unfinished = entry.name.startswith(_UNFINISHED)
            age_max_s = _UNFINISHED_AGE_MAX_S if unfinished else self._age_max_s
            crowded = total > self._bytes_max and not unfinished and now - used_at > _IN_USE_S
            if now - used_at > age_max_s or crowded:
                self._remove(entry)
                total -= size

    def _entries(self) -> list[tuple[float, int, Path]]:
        """When each was last used, and its bytes. What vanishes meanwhile is not listed."""
        found = []
        for entry in self._directory.iterdir():
            with suppress(FileNotFoundError, NotADirectoryError):
                size = sum(file.stat().st_size for file in entry.iterdir())
                found.append((entry.stat().st_mtime, size, entry))
        return found

    def _remove(self, entry: Path) -> None:
        """Renamed first, so that nobody finds it while it is being deleted."""
        with suppress(OSError):
            shutil.rmtree(entry.rename(self._directory / f"{_UNFINISHED}{uuid4().hex}"))


def key_of(attachment: Attachment, fingerprint: str) -> str:
    """The name of the entry for this file as it is now, converted with settings that ``fingerprint`` stands for."""
    state = (_VERSION, fingerprint, attachment.url, attachment.size_bytes, attachment.name, attachment.filetype)
    return f"{_digest(attachment.id)}-{_digest(repr(state))}"


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
