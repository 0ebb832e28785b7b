"""Keeps learned rate limits in the database, and fetches what others have learned.

I/O: the database, through ``learned_limits.LimitRecords``. So neither a restart nor another process of a workspace has
to be refused to know what Slack allows; and if processes share a workspace, its posts reserve their time there, too.
Nothing waits for this: while the database is away, learned limits are stored later. One keeper serves all workspaces of
the process, with one query for all of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from bot.errors import StoreFailed
from bot.learned_limits import LearnedLimit, LimitRecords
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

LOOK_EVERY_S = 5.0
"""As often as processes say how many answers they write."""


class LimitKeeper:
    """``shared``: other processes use the database, so it is read every ``look_every_s``."""

    def __init__(self, records: LimitRecords, *, shared: bool, look_every_s: float = LOOK_EVERY_S) -> None:
        self._records = records
        self._look_every_s = look_every_s
        self._shared = shared
        self._kept: dict[str, RateLimiter] = {}
        self._unread: set[str] = set()
        """Workspaces whose earlier limits are not known yet."""
        self._learned: dict[tuple[str, str], LearnedLimit] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._follow())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def keep(self, team_id: str, rate_limiter: RateLimiter) -> Callable[[], None]:
        """When this returns, the rate limiter knows what was learned about the workspace, unless the database is away.
        Returns a function that ends it."""
        rate_limiter.on_learned = partial(self._note, team_id)
        rate_limiter.reserve = partial(self._records.reserve, team_id) if self._shared else None
        self._kept[team_id] = rate_limiter
        self._unread.add(team_id)
        await self._exchange()
        return partial(self._end, team_id, rate_limiter)

    def _end(self, team_id: str, rate_limiter: RateLimiter) -> None:
        """What it has learned is kept all the same."""
        if self._kept.get(team_id) is rate_limiter:
            del self._kept[team_id]
            self._unread.discard(team_id)

    def _note(self, team_id: str, name: str, limit: LearnedLimit) -> None:
        log.info("slack.limit_learned", limit=name, calls=round(limit.calls, 1), burst=round(limit.burst, 1))
        self._learned[team_id, name] = limit
        self._news.set()

    async def _follow(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._look_every_s if self._shared else None)
            if self._shared:
                self._unread.update(self._kept)
            if not await self._exchange():
                await asyncio.sleep(self._look_every_s)

    async def _exchange(self) -> bool:
        """Whether the database responded."""
        self._news.clear()
        unread = set(self._unread)
        try:
            while self._learned:
                team_id, name = next(iter(self._learned))
                limit = self._learned[team_id, name]
                await self._records.keep(team_id, name, limit)
                if self._learned.get((team_id, name)) is limit:
                    del self._learned[team_id, name]
            for (team_id, name), limit in (await self._records.all(unread) if unread else {}).items():
                if (rate_limiter := self._kept.get(team_id)) is not None:
                    rate_limiter.adopt(name, limit)
        except StoreFailed as error:
            log.info("slack.limits_not_kept", error=str(error))
            self._news.set()
            return False
        self._unread -= unread
        return True
