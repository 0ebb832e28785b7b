"""A reply goes in; it grows in a direct message as one of Slack's own streams. I/O: Slack, through ``SlackClient``.

chat.startStream posts, chat.appendStream adds what is new, chat.stopStream ends the message and puts notes below it.
One task makes these calls, so that they never overlap. Wherever streaming does not work, or no longer, a
``ThreadReply`` shows the rest by posts and edits: in the same messages, with every word that was written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.errors import ReplyGone, SlackError, SlackOutcomeUnknown, SlackRefused, SlackUnavailable
from bot.logs import get_logger
from bot.messages import Note, Question
from bot.ports import Button
from bot.slack import own_messages
from bot.slack.read.thread import OwnReply
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import Urgency
from bot.slack.write.content import Closing
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.message_arguments import message
from bot.slack.write.native_stream import Append, NativeStream, Start, Stop, StreamAction, StreamTimes
from bot.slack.write.status_line import StatusLine
from bot.slack.write.thread_reply import PAUSE_FIRST_S, PAUSE_MAX_S, Outlets, ThreadReply

log = get_logger(__name__)

METHODS: dict[type[StreamAction], str] = {
    Start: "chat.startStream",
    Append: "chat.appendStream",
    Stop: "chat.stopStream",
}
TURN_WITHIN_S = 1.0
"""Starting and stopping have few calls a minute; words do not wait longer for one, they go another way."""
LIFETIME_S = 300.0
"""Slack ends a stream then at the latest. Source: slackapi/python-slack-sdk#1859."""
STOP_PAUSES_S = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0)
ABANDON_WITHIN_S = 2.0
ENDED = "message_not_in_streaming_state"
NOT_HERE = frozenset({"channel_type_not_supported", "unknown_method"})
"""Refusals that the next stream would meet too."""

FindStreamed = Callable[[Question], Awaitable[list[OwnReply]]]
"""The messages of a reply, those without a mark included."""


@dataclass(slots=True)
class StreamSupport:
    """Whether this workspace takes streams; learned from a refusal."""

    possible: bool = True


class NativeReply:
    """Implements ``ports.Reply`` for a question that a person asked in a direct message."""

    def __init__(
        self,
        question: Question,
        outlets: Outlets,
        find_streamed: FindStreamed,
        support: StreamSupport,
        times: StreamTimes | None = None,
    ) -> None:
        self._question = question
        self._outlets = outlets
        self._find_streamed = find_streamed
        self._support = support
        self._stream = NativeStream(times or StreamTimes())
        self._status = StatusLine(outlets.api, outlets.status, question.channel_id, question.thread_ts)
        self._status_text = ""
        self._gives_up = False
        self._withdraw = False
        self._edits: ThreadReply | None = None
        self._changed = asyncio.Event()
        self._failure: SlackError | None = None
        self._pause_s = PAUSE_FIRST_S
        self._call: asyncio.Future[None] | None = None
        self._writer = asyncio.create_task(self._write())

    def status(self, text: str) -> None:
        self._status_text = text
        if self._edits is not None:
            self._edits.status(text)
        elif self._status.possible:
            self._status.show(text, otherwise=self._give_up)
        else:
            self._give_up()

    def write(self, text: str) -> None:
        if self._failure is not None:
            raise self._failure
        if self._edits is not None:
            self._edits.write(text)
        else:
            self._stream.write(text, _now_s())
            self._changed.set()

    async def finish(
        self, ending: str = "", notes: Sequence[Note] = (), *, withdraw: bool = False, button: Button | None = None
    ) -> None:
        self._stream.finish(Closing(ending, tuple(notes), button), _now_s())
        self._withdraw = withdraw
        self._gives_up = self._gives_up or withdraw
        self._changed.set()
        await self._writer
        if self._edits is not None:
            await self._edits.finish(ending, notes, withdraw=withdraw, button=button)
        await self._status.close()
        if self._failure is not None:
            raise self._failure

    async def abandon(self) -> None:
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)
        if self._call is not None:
            await asyncio.wait({self._call}, timeout=ABANDON_WITHIN_S)
            self._call.cancel()
            await asyncio.gather(self._call, return_exceptions=True)
        if self._edits is not None:
            await self._edits.abandon()
        elif self._stream.open_ts is not None:
            try:
                async with asyncio.timeout(ABANDON_WITHIN_S):
                    await self._end_stream(self._stream.open_ts)
            except TimeoutError:
                log.info("stream.left_open")
        await self._status.close()

    def _give_up(self) -> None:
        self._gives_up = True
        self._changed.set()

    async def _write(self) -> None:
        try:
            while not self._stream.done and self._edits is None:
                self._changed.clear()
                if self._gives_up:
                    await self._go_on_with_edits()
                elif (action := self._stream.next_action(_now_s())) is not None:
                    await self._take_turn(action)
                elif self._stream.over:
                    await self._go_on_with_edits()
                else:
                    await self._wait()
        except SlackError as error:
            self._failure = error

    async def _wait(self) -> None:
        try:
            await asyncio.wait_for(self._changed.wait(), self._stream.due_in_s(_now_s()))
        except TimeoutError:
            return  # the stream has grown old enough to end

    async def _take_turn(self, action: StreamAction) -> None:
        """Calls with the newest words once the method's budget has room."""
        if isinstance(action, Start) and not await self._acquire(Start, TURN_WITHIN_S):
            return await self._go_on_with_edits()
        if isinstance(action, Stop) and not await self._acquire(Stop, TURN_WITHIN_S if action.last else None):
            if not action.added:
                await self._acquire(Stop, None)
            else:
                await self._acquire(Append, None)
                return await self._undivided(Append(action.part, action.ts, action.shown, action.added))
        if isinstance(action, Append):
            await self._acquire(Append, None)
        newest = self._stream.next_action(_now_s())
        if type(newest) is type(action) and newest is not None:
            await self._undivided(newest)
        return None

    async def _undivided(self, action: StreamAction) -> None:
        """Being abandoned does not cut a call in two: Slack would show a message that nobody remembers."""
        self._call = asyncio.ensure_future(self._do(action))
        await asyncio.shield(self._call)

    async def _acquire(self, kind: type[StreamAction], within_s: float | None) -> bool:
        try:
            async with asyncio.timeout(within_s):
                await self._outlets.api.acquire(METHODS[kind], self._question.channel_id, self._rank)
        except TimeoutError:
            return False
        return True

    def _rank(self) -> tuple[Urgency, float]:
        since_s = self._stream.waiting_since_s or 0.0
        if self._stream.finished:
            return Urgency.LAST, since_s
        return (Urgency.LIVE if self._stream.parts else Urgency.FIRST), since_s

    async def _do(self, action: StreamAction) -> None:
        asked_s = _now_s()
        try:
            answer = await self._outlets.api.call_now(METHODS[type(action)], **self._arguments(action))
        except ReplyGone:
            raise
        except SlackError as error:
            log.info("stream.trouble", method=error.method, code=error.code)
            await self._help(action, error, asked_s)
        else:
            self._pause_s = PAUSE_FIRST_S
            await self._took(action, str(answer.get("ts", "")), asked_s)

    def _arguments(self, action: StreamAction) -> dict[str, Any]:
        question = self._question
        arguments: dict[str, Any] = {"channel": question.channel_id}
        if action.added:
            arguments["markdown_text"] = action.added
        match action:
            case Start():
                recipient = {"recipient_user_id": question.user_id, "recipient_team_id": question.team_id}
                return {**arguments, **recipient, "thread_ts": question.thread_ts}
            case Append():
                return {**arguments, "ts": action.ts}
            case Stop():
                blocks = message(action.below)["blocks"]
                below = {"blocks": blocks} if blocks else {}
                return {**arguments, **below, "ts": action.ts, "metadata": own_messages.metadata(question, action.part)}

    async def _took(self, action: StreamAction, ts: str, asked_s: float) -> None:
        self._stream.took(action, ts, asked_s)
        if isinstance(action, Start):
            self._status.replaced()
            await self._outlets.records.posted(self._question, action.part, ts)

    async def _help(self, action: StreamAction, error: SlackError, asked_s: float) -> None:
        """Tries again what surely did not happen; else edits, which can be repeated without doubling a word."""
        later = isinstance(error, SlackUnavailable)
        unknown = isinstance(error, SlackOutcomeUnknown)
        if isinstance(action, Start):
            if isinstance(error, SlackRefused) and error.code in NOT_HERE:
                self._support.possible = False
            if unknown and (ts := await self._find_started()) is not None:
                await self._took(action, ts, asked_s)
            await self._go_on_with_edits()
        elif (later or (unknown and isinstance(action, Stop))) and self._stream.age_s(_now_s()) < LIFETIME_S:
            await self._pause(error)
        else:
            await self._go_on_with_edits(ended=error.code == ENDED)

    async def _find_started(self) -> str | None:
        """Reads the thread for a stream that may have been started: it would stand there, with its words, for good."""
        known, since_s = {ts for _, ts in self._stream.messages}, _now_s()
        while True:
            try:
                found = await self._find_streamed(self._question)
            except (SlackUnavailable, SlackOutcomeUnknown) as error:
                if _now_s() - since_s > self._outlets.patience_s:
                    raise
                await self._pause(error)
            else:
                return next((reply.ts for reply in reversed(found) if reply.ts not in known), None)

    async def _pause(self, error: SlackError) -> None:
        """Waits twice as long as the last time. Where Slack said how long, the method's gate does the waiting."""
        if error.retry_after_s is None:
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, PAUSE_MAX_S)

    async def _go_on_with_edits(self, *, ended: bool = False) -> None:
        """Hands over to posts and edits, in the messages that stand, with all that was written."""
        if self._stream.open_ts is not None and not ended:
            await self._end_stream(self._stream.open_ts)
        live, stream = LiveReply(), self._stream
        live.take_over(stream.text, stream.messages, _now_s())
        if stream.finished:
            live.finish(stream.closing, _now_s(), withdraw=self._withdraw)
        self._status.replaced()
        self._edits = ThreadReply(self._question, self._outlets, live)
        if self._status_text and not stream.text.strip() and not stream.finished:
            self._edits.status(self._status_text)

    async def _end_stream(self, ts: str) -> None:
        await end_stream(self._outlets.api, self._question, self._stream.parts - 1, ts)


async def end_stream(api: SlackClient, question: Question, part: int, ts: str) -> None:
    """Makes an ordinary message of a stream, so that it can be edited. Whether it still was one does not matter."""
    for pause_s in STOP_PAUSES_S:
        try:
            await api.call(
                "chat.stopStream", channel=question.channel_id, ts=ts, metadata=own_messages.metadata(question, part)
            )
        except (SlackUnavailable, SlackOutcomeUnknown):
            await asyncio.sleep(pause_s)
        except SlackError as error:
            log.info("stream.not_stopped", code=error.code)
            return
        else:
            return


def _now_s() -> float:
    return asyncio.get_running_loop().time()
