"""Reads files in worker processes that may die: a small pool, started when needed and closed when idle.

I/O: starts ``bot.files.worker`` processes and talks to them over pipes.

Rules:

- A worker has one job at a time; a time-out or cancellation ends its worker and no other job.
- A worker gets no environment, no open files and no tokens; it sees paths and returns paths.
- What it returns is not trusted: a file may have taken over the process that read it.
- A worker without work for a while is closed.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import stat
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.files import isolated, notes
from bot.files.bounds import REPLY_BYTES_MAX, FileLimits
from bot.files.extracts import Extract, Unreadable, UnreadableNow, files_named, from_json
from bot.files.measured import WorkerDied, counted, kind_of
from bot.files.outbox import link_or_copy
from bot.files.slots import Slots
from bot.telemetry.logs import get_logger

log = get_logger(__name__)
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "GLIBC_TUNABLES": (
        "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=67108864:glibc.malloc.trim_threshold=536870912"
    ),
}
"""The environment of a worker. Each file is read by a process that begins without memory of its own. Large allocations,
as for pictures, then use huge pages, if the system gives them on request, instead of thousands of small ones, and are
kept until the process ends."""
_CLOSE_WITHIN_S = 5.0
_FAULT = re.compile(r"[\w.<>: -]{1,200}")
"""An exception's name and line, not text that a file wants to have logged."""


class _Worker:
    """A running process, the leader of its own group."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.out = ""
        self.idle_timer: asyncio.TimerHandle | None = None

    async def ask(self, job: dict[str, str]) -> dict[str, Any] | None:
        """The reply; ``None`` if the process died over it."""
        if self.process.stdin is None or self.process.stdout is None:
            return None
        self.out = job["out"]
        try:
            self.process.stdin.write(json.dumps(job).encode() + b"\n")
            await self.process.stdin.drain()
            line = await self.process.stdout.readline()
            return dict(json.loads(line)) if line.endswith(b"\n") else None
        except (ConnectionError, ValueError, TypeError, RecursionError):
            return None

    def over(self) -> None:
        """Tells the worker that its attachment is finished."""
        if self.process.stdin is not None and self.process.returncode is None:
            self.process.stdin.write(b"\n")

    async def end(self, *, kill: bool) -> int:
        """Closes its input, or kills it and what it started, and waits until it is gone."""
        if kill:
            self._kill()
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            async with asyncio.timeout(_CLOSE_WITHIN_S):
                return await self.process.wait()
        except TimeoutError:
            self._kill()
            return await self.process.wait()

    def _kill(self) -> None:
        """Does nothing if it has already ended: its pid may belong to something else by now."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Sandbox:
    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits
        self._slots = Slots(limits.workers_max)
        self._idle: list[_Worker] = []
        self._ending: set[asyncio.Task[int]] = set()

    async def convert(
        self, source: Path, name: str, filetype: str, out: Path, prefix: str = "", words: str = ""
    ) -> list[Extract]:
        """Extracts of the file at ``source``, written into ``out`` under names that begin with ``prefix``.

        ``words`` is a file that an earlier conversion wrote into ``out``, to compare a rendering with.

        Raises ``Unreadable`` with the worker's reason, or with one for its death.
        """
        job = {"source": str(source), "name": name, "filetype": filetype, "out": str(out), "prefix": prefix}
        job["words"] = words
        async with self._slots.one():
            with counted(kind_of(name)):
                return await self._extracts(job, source, out, prefix)

    async def _extracts(self, job: dict[str, str], source: Path, out: Path, prefix: str) -> list[Extract]:
        reply = await self._run(job)
        if "fault" in reply:
            fault = str(reply["fault"])
            log.warning("worker.fault", fault=fault if _FAULT.fullmatch(fault) else "of its own wording")
        if "died" in reply:
            log.warning("worker.died", signal=reply["died"])
            raise WorkerDied(notes.TOO_SLOW if reply["died"] == signal.SIGXCPU else notes.CRASHED)
        if "reason" in reply:
            raise Unreadable(str(reply["reason"]))
        return await asyncio.to_thread(_believable, reply, source, out, prefix)

    def over(self, out: Path) -> None:
        """The attachment in ``out`` is finished: the process that reads it stops waiting, so that the next can
        start."""
        for worker in self._idle:
            if worker.out == str(out):
                worker.over()

    async def aclose(self) -> None:
        """Ends every worker. No job may be under way."""
        for worker in self._idle:
            self._end_later(worker)
        self._idle.clear()
        await asyncio.gather(*self._ending)

    async def _run(self, job: dict[str, str]) -> dict[str, Any]:
        worker = self._reused() or await self._started()
        reply: dict[str, Any] | None = None
        try:
            async with asyncio.timeout(self._limits.convert_timeout_s):
                reply = await worker.ask(job)
        except TimeoutError:
            raise WorkerDied(notes.TOO_SLOW) from None
        finally:
            if reply is not None:
                self._put_back(worker)
            else:
                self._end_later(worker, kill=True)
        return reply if reply is not None else {"died": -await worker.process.wait()}

    def _reused(self) -> _Worker | None:
        while self._idle:
            worker = self._idle.pop()
            if worker.idle_timer is not None:
                worker.idle_timer.cancel()
            if worker.process.returncode is None:
                return worker
            self._end_later(worker)
        return None

    async def _started(self) -> _Worker:
        """Raises ``UnreadableNow`` if the system gives no process."""
        limits = self._limits
        arguments = (limits.convert.to_json(), str(limits.memory_bytes_max), str(limits.convert_timeout_s))
        try:
            process = await asyncio.create_subprocess_exec(
                *isolated.command("bot.files.worker.__main__", *arguments),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=REPLY_BYTES_MAX,
                start_new_session=True,  # Ctrl-C in a terminal is for the bot, which then closes its workers
                env=ENVIRONMENT,
            )
        except OSError as error:
            log.exception("worker.not_started")
            raise UnreadableNow(notes.FAULT) from error
        return _Worker(process)

    def _put_back(self, worker: _Worker) -> None:
        def close() -> None:
            self._idle.remove(worker)
            self._end_later(worker)

        worker.idle_timer = asyncio.get_running_loop().call_later(self._limits.worker_idle_s, close)
        self._idle.append(worker)

    def _end_later(self, worker: _Worker, *, kill: bool = False) -> asyncio.Task[int]:
        if worker.idle_timer is not None:
            worker.idle_timer.cancel()
        task = asyncio.create_task(worker.end(kill=kill))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task


def _believable(reply: dict[str, Any], source: Path, out: Path, prefix: str) -> list[Extract]:
    """The valid extracts: each is well-formed, and its file belongs to this job and is not a symbolic link. If the file
    is ``source`` itself, which a worker may not link, it is linked here.

    Raises ``Unreadable``.
    """
    try:
        extracts = from_json(reply["extracts"])
        names = set(files_named(extracts))
        well = all(name.startswith(prefix) for name in names)
        for name in names.intersection(reply.get("unlinked", ())) if well else ():
            link_or_copy(source, out / name)  # only if nothing is there yet
        well = well and all(stat.S_ISREG((out / name).lstat().st_mode) for name in names)
    except (KeyError, TypeError, ValueError, AttributeError, OSError, RecursionError):
        extracts, well = [], False
    if not well:
        log.warning("worker.not_believed")
        raise Unreadable(notes.CRASHED)
    return extracts
