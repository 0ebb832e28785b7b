"""The process that reads untrusted files: reads requests from standard input, writes replies to standard output.

I/O: files named in the request; each request and each reply is one line of JSON. ``sandbox`` starts it, and it ends
when its input does. The arguments of ``main`` are LIMITS MEMORY_BYTES CPU_S.

It opens no untrusted file itself. Its forks do, each confined to one directory, so that a file that takes over its
process finds nothing of any other attachment. The members of an archive share a fork, since they share a directory and
follow each other; anything else gets a new fork once the previous one is gone.

A fork does little but read. This process prepares its restrictions and imports the modules that earlier forks had to
load, so that later forks find them. A fork starts before its job arrives and touches the memory that a trial fork used,
which only read our own sample files. An empty line says that an attachment has no more jobs.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import traceback
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Unreadable, to_json
from bot.files.outbox import Outbox
from bot.files.worker.confinement import confine, landlock, rehearsal, warm_memory
from bot.files.worker.confinement.forks import Fork, Lines, write
from bot.files.worker.convert import convert

_LINGER_S = 0.1
"""How long a fork waits for the next job in its directory."""
_OVER = b"\n"
"""Sent instead of a job: the attachment has no more jobs."""
_MORE = re.compile(rb'"(?:Member|Drawing)Extract"|"sheet": "[^"]')
"""In a reply: more jobs follow for the same attachment (members, its picture, all rows). If none follow, the fork waits
for them in vain, and that is all."""
_MODULE = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)


def answer(job: dict[str, Any], limits: ConvertLimits, out: Outbox | None = None) -> dict[str, Any]:
    """``extracts`` of the file, and which of their files are ``unlinked`` (``Outbox.same``); or the ``reason`` why
    there are none. ``fault`` names an unexpected exception and where it was raised, but not its text, which may come
    from the file."""
    out = out or Outbox(Path(job["out"]), job["prefix"])
    out.attached = Path(job["source"])
    words = Path(job["out"], job["words"]) if job.get("words") else None
    try:
        extracts = convert(out.attached, job["name"], job["filetype"], out, limits, words)
    except Unreadable as unreadable:
        return {"reason": unreadable.reason}
    except MemoryError:
        return {"reason": notes.TOO_HEAVY}
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever a library raises costs one file a note
        at = traceback.extract_tb(error.__traceback__)[-1]
        return {"reason": notes.CRASHED, "fault": f"{type(error).__name__} in {Path(at.filename).name}:{at.lineno}"}
    return {"extracts": to_json(extracts), "unlinked": out.unlinked}


class Server:
    """``cpu_s`` is the processor time that each job may use, in seconds."""

    def __init__(self, limits: ConvertLimits, cpu_s: float) -> None:
        self._limits = limits
        self._cpu_s = cpu_s
        self._cell = confine.Cell()
        self._loaded: list[str] = []
        self._used: list[warm_memory.Span] = []
        self._tried = True

    def serve(self, requests: int, replies: int) -> None:
        """Both are file descriptors. Only one request runs at a time."""
        lines = Lines(requests)
        self._own_pipes = requests, replies
        reader: _Reader | None = None
        while True:
            if reader is not None and reader.has_begun and not lines.within(_LINGER_S):
                reader.end()
                reader = None
            reader = reader or self._reader()
            line = lines.one()
            if not line:
                break
            if line == _OVER:
                if reader.has_begun:
                    reader.end()
                    reader = None
                continue
            if not reader.accepts(line):
                reader.end()
                reader = self._reader()
                reader.accepts(line)
            loaded, reply = reader.read()
            if not reply.endswith(b"\n"):
                reply = json.dumps({"died": reader.end()}).encode() + b"\n"
                reader = None
            write(replies, reply)
            if reader is not None and not reader.expects_more(reply):
                reader.end()
                reader = None
            self._learn(loaded)

    def _reader(self) -> _Reader:
        """Call only when no fork is running: the new one would inherit its pipes."""
        if not self._tried:
            self._used, self._tried = self._used_by_a_trial(), True
        restriction = self._cell.restriction()  # prepared here, so that the fork need not copy the memory for it
        try:
            return _Reader(Fork(partial(self._work, restriction), self._own_pipes))
        finally:
            restriction.close()

    def _used_by_a_trial(self) -> list[warm_memory.Span]:
        trial = Fork(self._try, self._own_pipes)
        try:
            return [(start, size, advice) for start, size, advice in json.loads(trial.line())]
        except ValueError:  # it has died: then pages are copied when they are needed
            return []
        finally:
            trial.end()

    def _learn(self, loaded: bytes) -> None:
        """Imports what one fork had to load, so that the next ones find it."""
        if new := _load(loaded):
            rehearsal.rehearse(new, self._rehearsed)
            self._loaded += new
            self._tried = False

    def _rehearsed(self, source: Path, out: Outbox) -> None:
        job = json.dumps({"source": str(source), "name": "", "filetype": ""})
        json.dumps(answer(json.loads(job), self._limits, out))

    def _try(self, _asked: int, answering: int) -> None:
        """Runs in a trial fork that only reads our own files. Reports in one line which memory that takes."""
        self._cell.enter(trial=True)
        restriction = self._cell.restriction()
        restriction.allow(read=os.devnull, write=os.devnull)
        rehearsal.once(self._loaded, self._rehearsed)
        write(answering, json.dumps(warm_memory.used()).encode() + b"\n")

    def _work(self, restriction: landlock.Restriction, asked: int, answering: int) -> None:
        """Runs in a fork."""
        self._cell.enter()
        warm_memory.use(self._used)
        known = len(sys.modules)
        lines = Lines(asked)
        line = lines.one()
        if line:
            job = json.loads(line)
            restriction.allow(read=job["source"], write=job["out"])
            restriction.enter()
        while line:
            confine.bound_cpu(self._cpu_s)
            reply = json.dumps(answer(json.loads(line), self._limits))
            loaded = " ".join(islice(reversed(sys.modules), len(sys.modules) - known))
            known = len(sys.modules)
            write(answering, f"{loaded}\n{reply}\n".encode())
            line = lines.one()


class _Reader:
    """A fork that reads one attachment, and never another."""

    def __init__(self, fork: Fork) -> None:
        self._fork = fork
        self._directory = self._source = ""
        self._has_more = False

    @property
    def has_begun(self) -> bool:
        return bool(self._directory)

    def accepts(self, line: bytes) -> bool:
        """Sends the job if the fork may read it and still seems alive."""
        if not self.has_begun:
            if self._fork.has_spoken():
                return False
            self._fork.send(line)  # before anything else, since somebody waits
            job = json.loads(line)
            self._directory, self._source = job["out"], job["source"]
            return True
        job = json.loads(line)
        if job["out"] != self._directory or not (
            job["source"] == self._source or Path(job["source"]).is_relative_to(self._directory)
        ):
            return False
        self._fork.send(line)
        return True

    def read(self) -> tuple[bytes, bytes]:
        """The modules that it loaded for the job, and its reply; the line ends are missing if it has died."""
        return self._fork.line(), self._fork.line()

    def expects_more(self, reply: bytes) -> bool:
        """Whether more jobs follow from what it has read."""
        self._has_more |= bool(_MORE.search(reply))
        return self._has_more

    def end(self) -> int:
        return self._fork.end()


def _load(names: bytes) -> list[str]:
    """Which of these modules are loaded now and were not before. A fork that lies about them can only make this process
    import what is installed."""
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
