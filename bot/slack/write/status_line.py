"""Shows what the bot is doing beside the thread, until there is a message. I/O: Slack.

Slack has two ways to show it, and each is tried at run time until it is refused for good (``StatusSupport``):

- ``agents.sessions.setStatus``, first where the app is declared as an agent: Slack itself says "Working…", with a
  *Stop* button where the app subscribes to it, until the session is ``active`` again.
- ``assistant.threads.setStatus``, first elsewhere: Slack shows ``<App name> <status>``, so a status reads "is
  thinking…". Slack retires it in February 2027.

Where neither works, ``otherwise`` is called: the status becomes a message, which the first words then replace.
Sources: slack:ai/agent-sessions, slack:reference/methods/assistant.threads.setStatus, changelog of 2026-08-20.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from math import inf

from bot.errors import LeaseLost, SlackError, SlackOutcomeUnknown, SlackUnavailable
from bot.setup.app_scopes import AGENT
from bot.slack.web_api.call_budget import Bid, Urgency
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.method_limiter import Ticket
from bot.slack.write.left_statuses import LeftStatuses
from bot.telemetry.logs import get_logger
from bot.visible import one_line

log = get_logger(__name__)

REFRESH_S = 90.0
"""A status is sent again before Slack drops it; see ``LASTS_S``."""
CLOSE_WITHIN_S = 2.0
TITLE_CHARS_MAX = 60
_MARKUP = re.compile(r"<[@#!][^<>]*>|[`*_~#>\[\]<>|]+")
AGAIN_S = 0.25
LEFT = "left by an earlier turn or process"
ABOUT_THIS_THREAD = frozenset(
    {"access_denied", "channel_not_found", "invalid_thread_ts", "is_archived", "not_in_channel", "thread_not_found"}
)
"""Refusals that say nothing about other threads."""


class StatusWay(Enum):
    SESSION = "agents.sessions.setStatus"
    LINE = "assistant.threads.setStatus"


LASTS_S = {StatusWay.SESSION: 3_600.0, StatusWay.LINE: 120.0}
"""When Slack drops a status by itself. slack:ai/agent-sessions, slack:reference/methods/assistant.threads.setStatus."""


@dataclass(slots=True)
class StatusSupport:
    """What the replies of a workspace share: the ways that it may still accept, best first, as learned from refusals,
    and the statuses that are ``left`` to be taken away."""

    ways: list[StatusWay] = field(default_factory=lambda: [StatusWay.LINE, StatusWay.SESSION])
    left: LeftStatuses = field(default_factory=LeftStatuses)

    @classmethod
    def of_app(cls, scopes: Collection[str]) -> StatusSupport:
        return cls([StatusWay.SESSION, StatusWay.LINE] if AGENT in scopes else [StatusWay.LINE, StatusWay.SESSION])

    def refused(self, way: StatusWay, code: str) -> None:
        if code not in ABOUT_THIS_THREAD and way in self.ways:
            self.ways.remove(way)


class StatusLine:
    """``title``: of a session that begins with it; it is sent with the session's first status."""

    def __init__(
        self, api: SlackClient, support: StatusSupport, channel_id: str, thread_ts: str, title: str = ""
    ) -> None:
        self._api = api
        self._title = title
        self._support = support
        self._thread = {"channel_id": channel_id, "thread_ts": thread_ts}
        self._refused_here: set[StatusWay] = set()
        self._wanted = ""
        self._shown = ""
        self._known_s = -inf
        """When Slack last confirmed what it shows; infinite while nobody knows that."""
        self._inherited = False
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ticket: Ticket | None = None
        self._otherwise: Callable[[], None] | None = None

    @property
    def possible(self) -> bool:
        return self._way is not None

    def show(self, text: str, otherwise: Callable[[], None]) -> None:
        if text == self._wanted:
            return
        self._wanted, self._otherwise = text, otherwise
        self._changed.set()
        if self._task is None:
            if self._support.left.take_over(self._key):
                self._shown = LEFT
            self._task = asyncio.create_task(self._follow())

    def inherit(self, *, beside_message: bool) -> None:
        """An earlier process may have left a status, or one that lands late. A message that stands already does not
        clear it, and one that is posted now may come before it."""
        self._support.left.take_over(self._key)
        self._shown, self._inherited = LEFT, True
        if beside_message:
            self._task = asyncio.create_task(self._follow())

    def replaced(self, *, in_thread: bool, sent_s: float) -> None:
        """A message of the reply stands, whose post was sent at ``sent_s``. In the thread Slack has cleared the line by
        that, unless a status was on its way at the same time: Slack may have shown it after the message, whichever
        answer came first. A message at top level leaves the line as it was."""
        if self._way is StatusWay.SESSION:
            return
        if in_thread and self._known_s < sent_s and not self._inherited:
            self._shown = ""
        self._want_none()

    async def close(self, *, abandoned: bool = False) -> None:
        """Takes the status away where no message did; a turn does not wait long for that. ``abandoned``: whoever goes
        on with the question shows the next status, or takes this one away."""
        if self._task is None:
            if not self._shown:
                return
            self._task = asyncio.create_task(self._follow())
        self._want_none()
        await asyncio.wait({self._task}, timeout=CLOSE_WITHIN_S)
        if not (self._task.done() or abandoned) and self._way is not None:
            self._support.left.add(self._key, self._task, LASTS_S[self._way])
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    @property
    def _key(self) -> tuple[str, str]:
        return self._thread["channel_id"], self._thread["thread_ts"]

    @property
    def _way(self) -> StatusWay | None:
        return next((way for way in self._support.ways if way not in self._refused_here), None)

    def _want_none(self) -> None:
        self._wanted = ""
        self._changed.set()
        if self._ticket is not None and not self._shown:
            self._ticket.recall()

    async def _follow(self) -> None:
        again_s = AGAIN_S
        while True:
            self._changed.clear()
            way = self._way
            if way is None:
                if self._wanted and self._otherwise is not None:
                    self._otherwise()
                return
            try:
                await self._show_wanted(way)
            except (SlackUnavailable, SlackOutcomeUnknown) as error:
                log.info("status.not_shown", code=error.code)
                if self._shown and not self._wanted:  # what nobody needs any more does not stay
                    await asyncio.sleep(again_s)
                    again_s = min(2 * again_s, REFRESH_S)
                    continue
            except LeaseLost:  # the thread's status is another process's now
                return
            except SlackError as error:
                log.info("status.not_possible", method=way.value, code=error.code)
                self._refused_here.add(way)
                self._shown = LEFT if self._shown == LEFT else ""  # an earlier process may have shown it another way
                self._support.refused(way, error.code)
                continue
            if not self._wanted and not self._shown:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_S):
                    await self._changed.wait()

    async def _show_wanted(self, way: StatusWay) -> None:
        """A status that was overtaken while it waited for its call is never sent."""
        if way is StatusWay.SESSION and self._wanted and self._shown not in ("", LEFT):
            return  # it knows no other words
        if not (self._wanted or self._shown) or not await self._granted(way) or not (self._wanted or self._shown):
            return
        status, known_s, self._known_s = self._wanted, self._known_s, inf
        words = ("processing" if status else "active") if way is StatusWay.SESSION else status
        titled = {"title": self._title} if way is StatusWay.SESSION and status and self._title else {}
        try:
            await self._api.call_now(way.value, status=words, **titled, **self._thread)
        except SlackOutcomeUnknown:
            self._shown = status or self._shown  # as far as anybody knows
            raise
        except SlackError:
            self._known_s = known_s  # nothing was done
            raise
        self._known_s, self._shown, self._title = _now_s(), status, "" if titled else self._title

    async def _granted(self, way: StatusWay) -> bool:
        self._ticket = self._api.request(way.value, self._bid, self._thread["channel_id"])
        try:
            return await self._ticket.granted()
        finally:
            self._ticket = None

    def _bid(self, _edit_every_s: float) -> Bid:
        return Bid() if self._wanted else Bid(Urgency.FINAL)


def _now_s() -> float:
    return asyncio.get_running_loop().time()


def in_a_message(status: str) -> str:
    """A status for a message of the bot's own: "is thinking…" as "Thinking…"."""
    words = status.removeprefix("is ")
    return words[:1].upper() + words[1:]


def session_title(question: str) -> str:
    """The beginning of a question, in one line, without ids of people and channels and without what marks it up."""
    words = one_line(_MARKUP.sub(" ", question[: 4 * TITLE_CHARS_MAX]))
    return words if len(words) <= TITLE_CHARS_MAX else words[: TITLE_CHARS_MAX - 1].rstrip() + "…"
