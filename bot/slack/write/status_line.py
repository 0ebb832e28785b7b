"""What the bot is doing goes in; Slack shows it beside the thread until the first words. I/O: Slack.

assistant.threads.setStatus costs no edit, and lets the first words be the reply's first message. Where Slack does not
take it (another kind of channel, an older plan), ``otherwise`` is called and the status becomes a message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.errors import ReplyGone, SlackError, SlackRefused, SlackTokenInvalid
from bot.logs import get_logger
from bot.slack.web_api.call_budget import Bid
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import Ticket

log = get_logger(__name__)

METHOD = "assistant.threads.setStatus"
REFRESH_S = 90.0
"""Slack drops a status after two minutes. Source: slack:reference/methods/assistant.threads.setStatus."""
CLOSE_WITHIN_S = 2.0


@dataclass(slots=True)
class StatusSupport:
    """Whether this workspace takes the method; learned from its first refusal."""

    possible: bool = True


class StatusLine:
    def __init__(self, api: SlackClient, support: StatusSupport, channel_id: str, thread_ts: str) -> None:
        self._api = api
        self._support = support
        self._thread = {"channel_id": channel_id, "thread_ts": thread_ts}
        self._wanted = ""
        self._shown = ""
        self._calling = False
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ticket: Ticket | None = None

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
        if not self._calling:
            self._shown = ""
        self._want_none()

    async def close(self) -> None:
        """Takes the status away where no message did; a turn does not wait long for that."""
        if self._task is None:
            return
        self._want_none()
        await asyncio.wait({self._task}, timeout=CLOSE_WITHIN_S)
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    def _want_none(self) -> None:
        self._wanted = ""
        self._changed.set()
        if self._ticket is not None and not self._shown:
            self._ticket.recall()

    async def _follow(self, otherwise: Callable[[], None]) -> None:
        while True:
            self._changed.clear()
            try:
                await self._show_wanted()
            except (SlackRefused, SlackTokenInvalid, ReplyGone) as error:
                log.info("status.not_possible", code=error.code)
                self._support.possible = False
                if self._wanted:
                    otherwise()
                return
            except SlackError as error:
                log.info("status.not_shown", code=error.code)
            if not self._wanted and not self._shown:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), REFRESH_S)

    async def _show_wanted(self) -> None:
        """A status that was overtaken while it waited for its call is never sent."""
        if not (self._wanted or self._shown) or not await self._granted() or not (self._wanted or self._shown):
            return
        status, self._calling = self._wanted, True
        try:
            await self._api.call_now(METHOD, status=status, **self._thread)
        finally:
            self._calling = False
        self._shown = status

    async def _granted(self) -> bool:
        self._ticket = self._api.request(METHOD, lambda _: Bid(), self._thread["channel_id"])
        try:
            return await self._ticket.granted()
        finally:
            self._ticket = None
