"""Files in, extracts out, by worker processes that may die: a small pool, started when needed and closed when idle.

I/O: starts ``bot.files.worker`` processes and talks to them over pipes.

Rules:
- A worker has one job at a time; a job that ends in time-out, cancellation or death ends its worker and no other job.
- A worker gets no environment, no open files and no tokens; it sees paths and gives back paths.
- A worker that held much memory, or did many jobs, is not used again; one without work for a while is closed.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Any

import bot
from bot.files import notes
from bot.files.bounds import FileLimits
from bot.files.extracts import Extract, Unreadable, UnreadableNow, from_json
from bot.logs import get_logger

_IMPORT_ROOT = str(Path(bot.__path__[0]).parent)
log = get_logger(__name__)
_JOBS_PER_WORKER_MAX = 100
_PEAK_BYTES_MAX = 200_000_000
_REPLY_BYTES_MAX = 1_000_000
_CLOSE_WITHIN_S = 5.0


class _Worker:
    """A running process. ``jobs`` counts what it has done."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.jobs = 0
        self.idle_timer: asyncio.TimerHandle | None = None

    async def ask(self, job: dict[str, str]) -> dict[str, Any] | None:
        """The reply, or ``None`` where the process died over it."""
        if self.process.stdin is None or self.process.stdout is None:
            return None
        self.jobs += 1
        try:
            self.process.stdin.write(json.dumps(job).encode() + b"\n")
            await self.process.stdin.drain()
            line = await self.process.stdout.readline()
        except (ConnectionError, ValueError):
            return None
        return dict(json.loads(line)) if line.endswith(b"\n") else None

    async def end(self, *, kill: bool) -> int:
        """Closes its input, or kills it, and waits until it is gone."""
        if kill and self.process.returncode is None:
            self.process.kill()
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            async with asyncio.timeout(_CLOSE_WITHIN_S):
                return await self.process.wait()
        except TimeoutError:
            self.process.kill()
            return await self.process.wait()


class Sandbox:
    def __init__(self, limits: FileLimits) -> None:
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.workers_max)
        self._idle: list[_Worker] = []
        self._ending: set[asyncio.Task[int]] = set()

    async def convert(self, source: Path, name: str, filetype: str, out: Path, prefix: str = "") -> list[Extract]:
        """Parts of the file at ``source``, written into ``out`` under names that begin with ``prefix``.

        Raises ``Unreadable`` with the worker's reason, or with one for its death.
        """
        job = {"source": str(source), "name": name, "filetype": filetype, "out": str(out), "prefix": prefix}
        async with self._slots:
            reply = await self._run(job)
        if "fault" in reply:
            log.warning("worker.fault", error=reply["fault"])
        if "reason" in reply:
            raise Unreadable(reply["reason"])
        return from_json(reply["extracts"])

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
            raise Unreadable(notes.TOO_SLOW) from None
        finally:
            if reply is not None and worker.jobs < _JOBS_PER_WORKER_MAX and reply["peak_bytes"] <= _PEAK_BYTES_MAX:
                self._put_back(worker)
            else:
                self._end_later(worker, kill=True)
        if reply is None:
            returncode = await worker.process.wait()
            log.warning("worker.died", returncode=returncode)
            raise Unreadable(notes.TOO_SLOW if returncode == -signal.SIGXCPU else notes.CRASHED)
        return reply

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
        """Raises ``UnreadableNow`` where the system gives no process."""
        limits = self._limits
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-s", "-m", "bot.files.worker"),
                *(limits.convert.to_json(), str(limits.memory_bytes_max), str(limits.convert_timeout_s)),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                limit=_REPLY_BYTES_MAX,
                start_new_session=True,  # Ctrl-C in a terminal is for the bot, which then closes its workers
                env={"PYTHONPATH": _IMPORT_ROOT, "LANG": "C.UTF-8"},
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
