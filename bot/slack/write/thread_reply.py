"""A live reply goes in; its messages stand in a Slack thread and follow it. I/O: Slack, through ``SlackClient``.

One task writes one reply: its calls never overlap. The task asks the live reply what to show when its turn to call has
come, so that every call carries the newest words. What Slack cannot take now is tried again for ``patience_s``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.errors import ReplyGone, SlackError, SlackOutcomeUnknown, SlackRefused, SlackUnavailable, StoreFailed
from bot.logs import get_logger
from bot.messages import Note, Question
from bot.ports import Button, ReplyRecords
from bot.slack import own_messages
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import MOVES_EVERY_S, Urgency
from bot.slack.write.content import Closing, Content
from bot.slack.write.live_reply import Action, LiveReply, Remove, Show
from bot.slack.write.message_arguments import message
from bot.slack.write.status_line import StatusLine, StatusSupport

log = get_logger(__name__)

LAST_PATIENCE_S = 1.0
"""So long last words wait for an edit before they become a message."""
PAUSE_FIRST_S = 0.5
PAUSE_MAX_S = 30.0

FindPosted = Callable[[Question, int, str], Awaitable[str | None]]
"""The ts of the message that shows a part of the reply to a question (its text last), where the thread has it."""


@dataclass(frozen=True, slots=True)
class Outlets:
    """What all replies of a workspace share."""

    api: SlackClient
    records: ReplyRecords
    find_posted: FindPosted
    status: StatusSupport = field(default_factory=StatusSupport)
    patience_s: float = 1_800.0


class ThreadReply:
    """Implements ``ports.Reply`` for a question that has a thread."""

    def __init__(self, question: Question, outlets: Outlets, live: LiveReply) -> None:
        self._question = question
        self._outlets = outlets
        self._live = live
        self._status = StatusLine(outlets.api, outlets.status, question.channel_id, question.thread_ts)
        self._changed = asyncio.Event()
        self._failure: SlackError | None = None
        self._pause_s = PAUSE_FIRST_S
        self._patience: asyncio.Timeout | None = None
        self._writer = asyncio.create_task(self._write())

    def status(self, text: str) -> None:
        in_message = self._live.started or not self._status.possible
        self._live.status(text, in_message=in_message)
        if in_message:
            self._changed.set()
        else:
            self._status.show(text, otherwise=lambda: self.status(text))

    def write(self, text: str) -> None:
        if self._failure is not None:
            raise self._failure
        self._live.write(text, _now_s())
        self._changed.set()

    async def finish(
        self, ending: str = "", notes: Sequence[Note] = (), *, withdraw: bool = False, button: Button | None = None
    ) -> None:
        self._live.finish(Closing(ending, tuple(notes), button), _now_s(), withdraw=withdraw)
        self._changed.set()
        if self._patience is not None:
            self._patience.reschedule(_now_s())
        await self._writer
        await self._status.close()
        if self._failure is not None:
            raise self._failure

    async def abandon(self) -> None:
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)
        await self._status.close()

    async def _write(self) -> None:
        try:
            while not self._live.done:
                self._changed.clear()
                action = self._live.next_action()
                if action is None:
                    await self._changed.wait()
                    continue
                if not await self._acquire(_method(action)):
                    continue
                if self._outlets.api.edits_short() and not self._live.finished:
                    self._live.end_part()
                newest = self._live.next_action()
                if newest is not None and _method(newest) == _method(action):
                    await self._do(newest)
        except SlackError as error:
            self._failure = error

    async def _acquire(self, method: str) -> bool:
        """Waits for a call. ``False``: look again, for all has been said meanwhile, or an edit is too long in coming
        and what it would show goes into a further message.
        """
        finished = self._live.finished
        edits = method == "chat.update" and self._live.words_shown
        patience_s = LAST_PATIENCE_S if finished else MOVES_EVERY_S
        try:
            async with asyncio.timeout(patience_s if edits else None) as self._patience:
                await self._outlets.api.acquire(method, self._question.channel_id, self._rank)
        except TimeoutError:
            if edits and finished == self._live.finished and self._outlets.api.edits_short():
                self._live.break_off(_now_s())
            return False
        finally:
            self._patience = None
        return True

    def _rank(self) -> tuple[Urgency, float]:
        since_s = self._live.waiting_since_s or 0.0
        if self._live.finished:
            return Urgency.LAST, since_s
        return (Urgency.LIVE if self._live.words_shown or self._live.only_status else Urgency.FIRST), since_s

    async def _do(self, action: Action) -> None:
        asked_s = _now_s()
        try:
            ts = await self._call(action)
        except SlackRefused as error:
            if not isinstance(action, Show) or not self._live.refused(action):
                raise
            log.warning("reply.plainer", code=error.code)
        except (SlackUnavailable, SlackOutcomeUnknown) as error:
            unknown = action if isinstance(error, SlackOutcomeUnknown) and isinstance(action, Show) else None
            if unknown is not None:
                self._live.unsure(unknown)
            await self._wait_out(error)
            if unknown is not None and unknown.ts is None:
                await self._look_for(unknown)
        else:
            self._pause_s = PAUSE_FIRST_S
            self._live.took(action, ts, asked_s)
            if isinstance(action, Show) and action.ts is None:
                self._status.replaced()
                await self._remember(action.part, ts)

    async def _call(self, action: Action) -> str:
        api, channel = self._outlets.api, self._question.channel_id
        if isinstance(action, Remove):
            try:
                await api.call_now("chat.delete", channel=channel, ts=action.ts)
            except (ReplyGone, SlackRefused) as error:  # gone already, or here to stay: the answer itself matters
                log.info("reply.not_removed", code=error.code)
            return action.ts
        if action.ts is not None:
            marked = own_messages.metadata(self._question, action.part)  # what was streamed up to now has no mark yet
            await api.call_now("chat.update", channel=channel, ts=action.ts, metadata=marked, **message(action.content))
            return action.ts
        posted = await api.call_now("chat.postMessage", **posting(self._question, action.part, action.content))
        return str(posted["ts"])

    async def _look_for(self, action: Show) -> None:
        """Reads the thread for a post whose outcome is unknown: to post again before could show it twice."""
        while True:
            try:
                ts = await self._outlets.find_posted(self._question, action.part, message(action.content)["text"])
            except (SlackUnavailable, SlackOutcomeUnknown) as error:
                await self._wait_out(error)
                continue
            if ts is not None:
                self._live.found(action.part, ts)
                await self._remember(action.part, ts)
            return

    async def _remember(self, part: int, ts: str) -> None:
        try:
            await self._outlets.records.posted(self._question, part, ts)
        except StoreFailed as error:  # the thread itself tells a later process, where the database does not
            log.warning("reply.not_recorded", error=str(error))

    async def _wait_out(self, error: SlackError) -> None:
        """Waits twice as long as the last time. Where Slack said how long, the method's gate does the waiting."""
        since_s = self._live.waiting_since_s
        if since_s is not None and _now_s() - since_s > self._outlets.patience_s:
            raise error
        log.info("reply.waits", method=error.method, code=error.code, retry_after_s=error.retry_after_s)
        if error.retry_after_s is None:
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, PAUSE_MAX_S)


def posting(question: Question, part: int, content: Content) -> dict[str, Any]:
    """The arguments of chat.postMessage for a part of the reply."""
    return {
        "channel": question.channel_id,
        "thread_ts": question.thread_ts,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": own_messages.metadata(question, part),
        **message(content),
    }


def _method(action: Action) -> str:
    if isinstance(action, Remove):
        return "chat.delete"
    return "chat.postMessage" if action.ts is None else "chat.update"


def _now_s() -> float:
    return asyncio.get_running_loop().time()
