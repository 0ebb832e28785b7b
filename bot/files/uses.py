"""Counts the uses of things by name; each use is a value.

I/O: a lock. A use ends when nobody holds its value any more, so no way for a turn to end can forget it.
"""

from __future__ import annotations

import threading
import weakref


class Use:
    """Keeps what it was created for in use, as long as this value exists."""

    __slots__ = ("__weakref__",)


class Uses:
    """May be called by any thread."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._lock = threading.RLock()  # a use may end, by garbage collection, while this thread is in here

    def begin(self, name: str) -> Use:
        use = Use()
        with self._lock:
            self._counts[name] = self._counts.get(name, 0) + 1
        weakref.finalize(use, self._end, name).atexit = False
        return use

    def count(self, name: str) -> int:
        with self._lock:
            return self._counts.get(name, 0)

    def _end(self, name: str) -> None:
        with self._lock:
            self._counts[name] -= 1
            if not self._counts[name]:
                del self._counts[name]
