"""What the rate limiter has learned goes into the database; what others have learned comes from there.

I/O: the database, through ``learned_limits.LimitRecords``. A restart, or another process of the workspace, need not be
refused to know what Slack allows. Nothing waits for it: where the database is away, what was learned is kept later.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from bot.errors import StoreFailed
from bot.learned_limits import LearnedLimit, LimitRecords
from bot.logs import get_logger
from bot.slack.web_api.rate_limiter import RateLimiter

log = get_logger(__name__)

LOOK_EVERY_S = 5.0
"""As often as processes say how many answers they write."""


class LimitKeeper:
    """``shared``: other processes use the database, so that it is looked into every ``look_every_s``."""

    def __init__(
        self,
        rate_limiter: RateLimiter,
        records: LimitRecords,
        team_id: str,
        *,
        shared: bool,
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._rate_limiter = rate_limiter
        self._records = records
        self._team_id = team_id
        self._look_every_s = look_every_s
        self._shared = shared
        self._learned: dict[str, LearnedLimit] = {}
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._rate_limiter.on_learned = self._note
        await self._exchange()
        self._task = asyncio.create_task(self._follow())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    def _note(self, name: str, limit: LearnedLimit) -> None:
        log.info("slack.limit_learned", limit=name, calls=round(limit.calls, 1), burst=round(limit.burst, 1))
        self._learned[name] = limit
        self._news.set()

    async def _follow(self) -> None:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), self._look_every_s if self._shared else None)
            if not await self._exchange():
                await asyncio.sleep(self._look_every_s)

    async def _exchange(self) -> bool:
        """Whether the database took part."""
        self._news.clear()
        try:
            while self._learned:
                name = next(iter(self._learned))
                limit = self._learned[name]
                await self._records.keep(self._team_id, name, limit)
                if self._learned[name] is limit:
                    del self._learned[name]
            for name, limit in (await self._records.all(self._team_id)).items():
                self._rate_limiter.adopt(name, limit)
        except StoreFailed as error:
            log.info("slack.limits_not_kept", error=str(error))
            self._news.set()
            return False
        return True
