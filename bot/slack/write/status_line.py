"""What the bot is doing goes in; Slack shows it beside the thread until the first words. I/O: Slack.

assistant.threads.setStatus costs no edit, and lets the first words be the reply's first message. Where Slack does not
take it (another kind of channel, an older plan), ``otherwise`` is called and the status becomes a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import ReplyGone, SlackError, SlackRefused, SlackTokenInvalid
from bot.logs import get_logger
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import Urgency

log = get_logger(__name__)

METHOD = "assistant.threads.setStatus"
REFRESH_S = 90.0
"""Slack drops a status after two minutes. Source: slack:reference/methods/assistant.threads.setStatus."""


@dataclass(slots=True)
class StatusSupport:
    """Whether this workspace takes the method; learned from its first refusal."""

    possible: bool = True


class StatusLine:
    def __init__(self, api: SlackClient, support: StatusSupport, channel_id: str, thread_ts: str) -> None:
        self._api = api
        self._support = support
        self._place = {"channel_id": channel_id, "thread_ts": thread_ts}
        self._wanted = ""
        self._shown = ""
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._waiting: asyncio.Timeout | None = None

    @property
    def possible(self) -> bool:
        return self._support.possible

    def show(self, text: str, otherwise: Callable[[], None]) -> None:
        if text == self._wanted:
            return
        self._wanted = text
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._follow(otherwise))

    def replaced(self) -> None:
        """A message of the reply stands in the thread: Slack has cleared the status, but for a call on its way."""
        self._wanted = ""
        self._changed.set()
        if self._waiting is not None and not self._shown:
            self._waiting.reschedule(asyncio.get_running_loop().time())

    async def close(self) -> None:
        """Takes the status away where no message did."""
        if self._task is None:
            return
        self.replaced()
        await self._task

    async def _follow(self, otherwise: Callable[[], None]) -> None:
        while True:
            self._changed.clear()
            sent = self._wanted
            try:
                if sent or self._shown:
                    await self._acquire()
                    sent = self._wanted  # what was overtaken while waiting is never sent
                if sent or self._shown:
                    await self._api.call_now(METHOD, status=sent, **self._place)
                self._shown = sent
            except (SlackRefused, SlackTokenInvalid, ReplyGone) as error:
                log.info("status.not_possible", code=error.code)
                self._support.possible = False
                if self._wanted:
                    otherwise()
                return
            except SlackError as error:
                log.info("status.not_shown", code=error.code)
            if not self._wanted and (not self._shown or sent == self._wanted):
                return
            try:
                await asyncio.wait_for(self._changed.wait(), REFRESH_S)
            except TimeoutError:
                continue

    async def _acquire(self) -> None:
        """Waits for a call, or until there is nothing left to say."""
        try:
            async with asyncio.timeout(None) as self._waiting:
                await self._api.acquire(METHOD, self._place["channel_id"], lambda: (Urgency.LIVE, 0.0))
        except TimeoutError:
            log.debug("status.overtaken")
        finally:
            self._waiting = None
