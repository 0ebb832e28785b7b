"""Keeps prepared files on disk: extracts by key, and the files that they name.

I/O: a directory that several processes may share.

Rules:
- An entry is a directory, written under another name and renamed when complete, so that nobody sees a partial one. If
  two processes prepare the same file, the first rename wins and both use it.
- All entries and files in preparation together never exceed ``bytes_max``. The least recently used entries make way; if
  that is not enough, because the rest is in use, the file is refused.
- An entry is read-only, except for kept notes on it; using it sets its modification time. One that was not used for
  ``age_max_s`` counts as missing, and is removed by the next sweep.
- An entry is in use while a ``Use`` of it exists: its bytes may be on their way to the model. Other processes' uses are
  known only by their time, so ``_IN_USE_S`` has to do if there are any.
- Files in preparation belong to a process, which holds a lock on a file of its own. A sweep removes those whose process
  has ended.
- The name of an entry begins with a digest of the file's id, by which ``forget`` finds all its versions. A forgotten
  file is never kept again, even if it is being prepared; Slack gives no id twice.
- ``remove_older`` goes by when the preparation of an entry began: the time of its list of extracts.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
import time
from collections import OrderedDict
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from bot.files import fetch_notes, notes
from bot.files.entries import EXTRACTS, digest, prepared_at_s, size_bytes, used_at
from bot.files.extracts import Extract, Unreadable, UnreadableNow, from_json, to_json
from bot.files.uses import Use, Uses
from bot.messages import Attachment

_VERSION = "7"
"""Raised when the same file and settings would now be converted differently."""
_IN_USE_S = 15 * 60
_UNFINISHED = "unfinished-"
_OWNER = "owner-"
_LOCK = "lock"
_FORGOTTEN_MAX = 100_000


@dataclass(frozen=True, slots=True)
class Entry:
    extracts: list[Extract]
    directory: Path
    use: Use


class Cache:
    """Every method blocks on the disk: call it in a thread."""

    def __init__(self, directory: Path, *, bytes_max: int, age_max_s: float) -> None:
        self._directory = directory
        self._bytes_max = bytes_max
        self._age_max_s = age_max_s
        self._uses = Uses()
        self._sizes: dict[str, int] = {}
        """Bytes of each entry, which only ``add`` changes."""
        self._expected_bytes: dict[Path, int] = {}
        """Bytes that this process is preparing."""
        self._begun_at_s: dict[Path, float] = {}
        self._forgotten: OrderedDict[str, None] = OrderedDict()
        self._owner = uuid4().hex
        self._owner_lock: int | None = None

    def load(self, key: str) -> Entry | None:
        """The entry, marked as used now; ``None`` if there is none, or only one that is too old or incomplete."""
        directory = self._directory / key
        if key.partition("-")[0] in self._forgotten:
            return None
        use = self._uses.begin(key)
        try:
            if time.time() - directory.stat().st_mtime > self._age_max_s and self._uses.count(key) == 1:
                self._remove(directory)
                return None
            extracts = from_json(json.loads((directory / EXTRACTS).read_bytes()))
            os.utime(directory)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (ValueError, KeyError, TypeError):
            self._remove(directory)
            return None
        return Entry(extracts, directory, use)

    def begin(self, expected_bytes: int) -> Path:
        """A new directory for preparing a file of this many bytes. Raises ``UnreadableNow`` if there is no space."""
        with self._locked():
            self._make_space(expected_bytes)
            begun = Path(tempfile.mkdtemp(prefix=f"{_UNFINISHED}{self._owner}-", dir=self._directory))
            self._expected_bytes[begun] = expected_bytes
            self._begun_at_s[begun] = time.time()
        return begun

    def commit(self, begun: Path, key: str, extracts: list[Extract], files: set[str]) -> Entry:
        """Makes ``begun`` with these of its ``files`` the entry; if another process was faster, its entry is used.

        Raises ``UnreadableNow`` if there is no space, ``Unreadable`` if the file was forgotten meanwhile.
        """
        for path in begun.iterdir():
            if path.name not in files:
                path.unlink()
        (begun / EXTRACTS).write_text(json.dumps(to_json(extracts)), encoding="utf-8")
        os.utime(begun / EXTRACTS, (self._begun_at_s[begun],) * 2)
        use = self._uses.begin(key)
        with self._locked():
            if key.partition("-")[0] in self._forgotten:
                raise Unreadable(fetch_notes.DELETED)
            self._expected_bytes[begun] = 0
            self._make_space(0)
            try:
                begun.rename(self._directory / key)
            except OSError:
                theirs = self.load(key)
                if theirs is None:
                    raise
                self.discard(begun)
                return theirs
        return Entry(extracts, self._directory / key, use)

    def discard(self, begun: Path) -> None:
        shutil.rmtree(begun, ignore_errors=True)
        self._expected_bytes.pop(begun, None)
        self._begun_at_s.pop(begun, None)

    def add(self, entry: Path, name: str, data: bytes) -> None:
        """Adds a file to an entry; does nothing if that was removed meanwhile, or there is no space."""
        with self._locked(), suppress(OSError, UnreadableNow):
            self._make_space(len(data))
            unfinished = entry / f".{name}"
            unfinished.write_bytes(data)
            unfinished.replace(entry / name)
            self._sizes.pop(entry.name, None)

    def with_any(self, file_ids: Collection[str], pattern: str) -> frozenset[str]:
        """The ids whose entry has a file with a name like ``pattern``."""
        return frozenset(one for one in file_ids if any(self._directory.glob(f"{digest(one)}-*/{pattern}")))

    def forget(self, *file_ids: str) -> None:
        """Removes everything kept of the files, for good."""
        prefixes = dict.fromkeys(map(digest, file_ids))
        with self._locked():
            self._forgotten |= prefixes
            while len(self._forgotten) > _FORGOTTEN_MAX:
                self._forgotten.popitem(last=False)
            for entry in self._directory.glob("*-*"):
                if entry.name.partition("-")[0] in prefixes:
                    self._remove(entry)

    def remove_older(self, at_s: float) -> tuple[int, int]:
        """Removes all entries whose preparation began before; returns how many were removed, and how many are in use
        and remain.

        If another process uses the directory, its uses are not known, and all are removed.
        """
        removed, in_use = 0, 0
        with self._locked():
            for name in self._measured():
                entry = self._directory / name
                if prepared_at_s(entry) > at_s:
                    continue
                if self._uses.count(name):
                    in_use += 1
                else:
                    self._remove(entry)
                    removed += 1
        return removed, in_use

    def is_shared(self) -> bool:
        """Whether another process uses the directory."""
        with self._locked():
            return len(self._living_owners()) > 1

    def sweep(self) -> None:
        """Removes what nobody is preparing any more, what is too old, and what does not fit."""
        with self._locked():
            living = self._living_owners()
            for path in self._directory.glob(f"{_UNFINISHED}*"):
                if path.name.removeprefix(_UNFINISHED).partition("-")[0] not in living:
                    self._remove(path)
            for name in self._measured():
                entry = self._directory / name
                if time.time() - used_at(entry) > self._age_max_s and not self._uses.count(name):
                    self._remove(entry)
            with suppress(UnreadableNow):
                self._make_space(0)

    def close(self) -> None:
        """Tells other processes that nothing is in preparation here any more."""
        if self._owner_lock is not None:
            (self._directory / f"{_OWNER}{self._owner}").unlink(missing_ok=True)
            os.close(self._owner_lock)
            self._owner_lock = None

    def _make_space(self, wanted_bytes: int) -> None:
        """Removes entries, the least recently used first, until this many more bytes fit within the limit."""
        sizes = self._measured()
        preparing = sum(
            max(size_bytes(path), self._expected_bytes.get(path, 0)) for path in self._directory.glob(f"{_UNFINISHED}*")
        )
        excess = sum(sizes.values()) + preparing + wanted_bytes - self._bytes_max
        if excess <= 0:
            return
        alone = len(self._living_owners()) == 1
        for used_s, name in sorted((used_at(self._directory / name), name) for name in sizes):
            if not self._uses.count(name) and (alone or time.time() - used_s > _IN_USE_S):
                self._remove(self._directory / name)
                excess -= sizes[name]
                if excess <= 0:
                    return
        raise UnreadableNow(notes.NO_SPACE)

    def size_bytes(self) -> int:
        """Bytes of all entries, as far as known without looking into each."""
        return sum(self._sizes.values())

    def _measured(self) -> dict[str, int]:
        """The names of all entries with their bytes."""
        names = {
            found.name
            for found in os.scandir(self._directory)
            if not found.name.startswith((_UNFINISHED, _OWNER)) and found.name != _LOCK
        }
        self._sizes = {
            name: self._sizes[name] if name in self._sizes else size_bytes(self._directory / name) for name in names
        }
        return self._sizes

    def _remove(self, path: Path) -> None:
        """Renames it first, so that nobody finds it while it is being deleted."""
        with suppress(OSError):
            shutil.rmtree(path.rename(self._directory / f"{_UNFINISHED}{self._owner}-{uuid4().hex}"))

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Holds the lock among all threads and processes that use the directory."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._directory / _LOCK).open("wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._owner_lock is None:
                self._owner_lock = os.open(self._directory / f"{_OWNER}{self._owner}", os.O_CREAT | os.O_RDWR, 0o600)
                fcntl.flock(self._owner_lock, fcntl.LOCK_EX)
            yield

    def _living_owners(self) -> set[str]:
        """The processes that hold the lock on their file; the files of others are removed."""
        living = {self._owner}
        for path in self._directory.glob(f"{_OWNER}*"):
            owner = path.name.removeprefix(_OWNER)
            if owner != self._owner:
                with path.open("rb") as lock:
                    try:
                        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    except BlockingIOError:
                        living.add(owner)
                    else:
                        path.unlink()
        return living


def key_of(attachment: Attachment, fingerprint: str) -> str:
    """The name of the entry for this file as it is now, converted with settings that ``fingerprint`` stands for."""
    state = (_VERSION, fingerprint, attachment.url, attachment.size_bytes, attachment.name, attachment.filetype)
    return f"{digest(attachment.id)}-{digest(repr(state))}"
