"""Commits together all database work that arrives in one round of the event loop. I/O: the database.

A commit that reaches the disk takes milliseconds, however much is in it, and a connection makes one at a time. So work
that arrives during one commit waits and shares the next. Work that may be lost with the machine (though not with the
process) says ``durable=False``; a group waits for the disk if any of its work needs that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import StoreFailed, StoreLost
from bot.telemetry import metrics

T = TypeVar("T")
Work = Callable[[Connection], T]

DATABASE_ERRORS = (SQLAlchemyError, OSError)
"""What is raised when a database is away, full or broken; ``OSError`` while connecting, or after a long silence."""
GROUP_MAX = 100
LATER_S = 0.5
"""How long work that nobody waits for is held back, to join a transaction that somebody does wait for."""


class DatabaseFileLost(OSError):
    """Nothing can be written to the file any more; ``str`` says why."""


class Transact(Protocol):
    """Runs ``work`` in one transaction. Raises what the database and the work raise."""

    def __call__(self, work: Work[T], *, durable: bool) -> Awaitable[T]: ...


@dataclass(slots=True, eq=False)
class _Job:
    work: Work[Any]
    durable: bool
    result: asyncio.Future[Any]


class _WorkFailed(Exception):
    """``job`` raised ``error``, so nothing of its group was committed."""

    def __init__(self, job: _Job, error: Exception) -> None:
        super().__init__()
        self.job = job
        self.error = error


class Transactions:
    def __init__(self, transact: Transact) -> None:
        self._transact = transact
        self._waiting: list[_Job] = []
        self._running: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def run(self, work: Work[T], *, durable: bool, soon: bool = False) -> T:
        """Returns what ``work`` returned, once it is committed. Raises ``StoreFailed`` from the library's own
        exception.

        ``soon``: it need not be at once and may wait to join other work.
        """
        try:
            return await self._enqueue(work, durable=durable, soon=soon)
        except DatabaseFileLost as error:
            raise StoreLost(str(error)) from error
        except DATABASE_ERRORS as error:
            raise StoreFailed(type(error).__name__) from error

    def later(self, work: Work[Any]) -> None:
        """Runs ``work`` with the next group. Nobody waits for it, and nobody is told if it fails."""
        self._enqueue(work, durable=False, soon=True).add_done_callback(_forget_failure)

    async def close(self) -> None:
        """Returns when all that came before has been run."""
        self._begin()
        while self._running is not None:
            await asyncio.wait({self._running})

    def _enqueue(self, work: Work[T], *, durable: bool, soon: bool) -> asyncio.Future[T]:
        loop = asyncio.get_running_loop()
        result: asyncio.Future[T] = loop.create_future()
        self._waiting.append(_Job(work, durable, result))
        if not soon:
            self._begin()
        elif self._running is None and self._timer is None:
            self._timer = loop.call_later(LATER_S, self._begin)
        return result

    def _begin(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._running is None and self._waiting:
            self._running = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:GROUP_MAX], self._waiting[GROUP_MAX:]
                await self._run_group([job for job in group if not job.result.done()])
                await asyncio.sleep(0)  # what follows from its results joins what waited for it
        finally:
            self._running = None

    async def _run_group(self, group: list[_Job]) -> None:
        """Work that fails does not make other work fail, unless it was the connection that failed."""

        def all_of_it(connection: Connection) -> list[Any]:
            return [_result(job, connection) for job in group]

        while group:
            try:
                with metrics.transaction():
                    results = await self._transact(all_of_it, durable=any(job.durable for job in group))
            except _WorkFailed as failed:
                lost = isinstance(failed.error, OSError) or getattr(failed.error, "connection_invalidated", False)
                _fail(group if lost else [failed.job], failed.error)
                group.remove(failed.job)
                group = [] if lost else group
            except Exception as error:  # noqa: BLE001 - handed on to those who wait
                _fail(group, error)
                return
            else:
                for job, result in zip(group, results, strict=True):
                    if not job.result.done():
                        job.result.set_result(result)
                return


def _result(job: _Job, connection: Connection) -> Any:  # noqa: ANN401 - whatever the work returns
    try:
        return job.work(connection)
    except Exception as error:
        raise _WorkFailed(job, error) from error


def _fail(jobs: list[_Job], error: Exception) -> None:
    metrics.DATABASE_FAULTS.inc(len(jobs))
    for job in jobs:
        if not job.result.done():
            job.result.set_exception(error)


def _forget_failure(result: asyncio.Future[Any]) -> None:
    if not result.cancelled():
        result.exception()
