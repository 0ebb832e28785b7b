"""The process that reads strangers' bytes: a line of JSON on standard input asks, a line on standard output answers.

I/O: files named in the request. Started by ``sandbox``, ends when its input does; ``main``'s arguments are
LIMITS MEMORY_BYTES CPU_S.

It opens no stranger's file itself. Forks of it do, each confined to one directory, so that a file that takes over its
process finds nothing of any other attachment, before or after: the members of an archive share a fork, since they share
a directory and come one right after the other; what comes later or from elsewhere gets a new one, when the one before
is gone. A fork does little but read: what it will have left is settled before, by this process, which also loads what a
fork had to load, so that the next ones find the libraries that files call for, and only those.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import re
import sys
import traceback
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Unreadable, to_json
from bot.files.outbox import Outbox
from bot.files.worker.confinement import confine, landlock
from bot.files.worker.confinement.forks import Fork, Lines, write
from bot.files.worker.confinement.rehearsal import rehearse
from bot.files.worker.convert import convert

_LINGER_S = 0.1
"""How long a fork waits for the next job in its directory."""
_MORE = re.compile(rb'"(?:Member|Drawing)Extract"|"sheet": "[^"]')
"""In a reply: more jobs follow for the same attachment (members, its picture, all rows). Whoever writes it in vain is
waited for, and no more."""
_MODULE = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)


def answer(job: dict[str, Any], limits: ConvertLimits) -> dict[str, Any]:
    """``extracts`` of the file, or ``reason`` why there are none; ``fault`` names an exception that nobody foresaw, and
    where it was raised, but not its text, which may be the file's."""
    out = Outbox(Path(job["out"]), job["prefix"])
    words = Path(job["out"], job["words"]) if job.get("words") else None
    try:
        extracts = convert(Path(job["source"]), job["name"], job["filetype"], out, limits, words)
    except Unreadable as unreadable:
        return {"reason": unreadable.reason}
    except MemoryError:
        return {"reason": notes.TOO_HEAVY}
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever a library raises costs one file a note
        at = traceback.extract_tb(error.__traceback__)[-1]
        return {"reason": notes.CRASHED, "fault": f"{type(error).__name__} in {Path(at.filename).name}:{at.lineno}"}
    return {"extracts": to_json(extracts)}


class Server:
    """``cpu_s`` is what each job may use of the processor."""

    def __init__(self, limits: ConvertLimits, cpu_s: float) -> None:
        self._limits = limits
        self._cpu_s = cpu_s
        self._cell = confine.Cell()

    def serve(self, requests: int, replies: int) -> None:
        """Both are file descriptors. Only one request is under way at a time."""
        reader: _Reader | None = None
        lines = Lines(requests)
        while True:
            if reader is not None and not lines.within(_LINGER_S):
                reader.end()
                reader = None
            line = lines.one()
            if not line:
                break
            job = json.loads(line)
            if reader is not None and not reader.reaches(job):
                reader.end()
                reader = None
            if reader is None:
                reader = self._reader(job, (requests, replies))
            else:
                reader.fork.send(line)
            loaded, reply = reader.fork.line(), reader.fork.line()
            if not reply.endswith(b"\n"):
                reply = json.dumps({"died": reader.end()}).encode() + b"\n"
                reader = None
            write(replies, reply)
            if reader is not None and not reader.expects_more(reply):
                reader.end()
                reader = None
            if new := _load(loaded):
                rehearse(new, self._rehearsed)

    def _reader(self, job: dict[str, Any], own_pipes: Iterable[int]) -> _Reader:
        """Its first job is under way."""
        restriction = self._cell.around(job["source"], job["out"])
        try:
            return _Reader(Fork(functools.partial(self._work, restriction, job), own_pipes), job)
        finally:
            restriction.close()

    def _rehearsed(self, source: Path, out: Outbox) -> None:
        convert(source, "", "", out, self._limits)

    def _work(self, restriction: landlock.Restriction, job: dict[str, Any], asked: int, answering: int) -> None:
        """The life of a fork."""
        self._cell.enter(restriction)
        known = len(sys.modules)
        lines = Lines(asked)
        while True:
            confine.bound_cpu(self._cpu_s)
            reply = json.dumps(answer(job, self._limits))
            loaded = " ".join(islice(reversed(sys.modules), len(sys.modules) - known))
            known = len(sys.modules)
            write(answering, f"{loaded}\n{reply}\n".encode())
            line = lines.one()
            if not line:
                return
            job = json.loads(line)


class _Reader:
    """A fork that has one attachment, and will never have another."""

    def __init__(self, fork: Fork, first_job: dict[str, Any]) -> None:
        self.fork = fork
        self._directory, self._source = first_job["out"], first_job["source"]
        self._has_more = False

    def reaches(self, job: dict[str, Any]) -> bool:
        return job["out"] == self._directory and (
            job["source"] == self._source or Path(job["source"]).is_relative_to(self._directory)
        )

    def expects_more(self, reply: bytes) -> bool:
        """Whether more of what it has read is to follow."""
        self._has_more |= bool(_MORE.search(reply))
        return self._has_more

    def end(self) -> int:
        return self.fork.end()


def _load(names: bytes) -> list[str]:
    """Which of them are loaded now, and were not. Whoever names them can do no more than have this process import what
    is installed."""
    before = len(sys.modules)
    for name in names.decode("ascii", "replace").split():
        package = name.partition(".")[0]
        if _MODULE.fullmatch(name) and (package == "encodings" or package not in sys.stdlib_module_names):
            with suppress(Exception):
                importlib.import_module(name)
    return list(islice(reversed(sys.modules), len(sys.modules) - before))


def main() -> None:
    limits, memory_bytes, cpu_s = sys.argv[1:]
    confine.enter(int(memory_bytes))
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)  # what a library prints must not get between the replies
    Server(ConvertLimits.from_json(limits), float(cpu_s)).serve(requests, replies)


if __name__ == "__main__":
    main()
