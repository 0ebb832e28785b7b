"""A question goes in; the reply that answers it comes out, new or taken up from an earlier process.

I/O: Slack through the replies themselves, and the database for the messages they posted.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp

from bot.errors import SlackError, SlackOutcomeUnknown, SlackUnavailable
from bot.logs import get_logger
from bot.messages import EntryPoint, Question
from bot.ports import Reply
from bot.slack.own_messages import NOTICE
from bot.slack.read.thread import OwnReply, ThreadReader
from bot.slack.web_api.rate_limiter import Urgency
from bot.slack.write.command_reply import CommandReply
from bot.slack.write.content import Content
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.native_reply import NativeReply, StreamSupport, end_stream
from bot.slack.write.thread_reply import Outlets, ThreadReply, posting

log = get_logger(__name__)

POST = "chat.postMessage"
NOTICE_WAIT_MAX_S = 2.0
BUTTON_TRIES_MAX = 5
BUTTON_PAUSE_S = 2.0


class SlackReplies:
    """Implements ``ports.Replies``. ``session`` is for response URLs; ``native`` streams in direct messages."""

    def __init__(
        self, outlets: Outlets, reader: ThreadReader, session: aiohttp.ClientSession, *, native: bool = False
    ) -> None:
        self._outlets = outlets
        self._reader = reader
        self._session = session
        self._streams = StreamSupport(native)

    async def open(self, question: Question, *, again: bool) -> Reply:
        if question.response_url is not None:
            return CommandReply(question, self._session, fresh=not again)
        native = self._streams.possible and question.entry_point is EntryPoint.DIRECT
        posted = await self._outlets.records.parts(question)
        chars: dict[str, int] = {}
        begun = again or any(part != NOTICE for part in posted)
        if begun and (own := await self._found(question, posted, streamed=native)):
            posted, chars = parts_of(own), {reply.ts: len(reply.text) for reply in own}
            if not own[-1].marked:
                await end_stream(self._outlets.api, question, max(posted), own[-1].ts)
        if native and not posted:
            find_streamed = functools.partial(self._reader.find_replies, streamed=True)
            return NativeReply(question, self._outlets, find_streamed, self._streams)
        notice = posted.pop(NOTICE, None)
        shown = [(ts, chars.get(ts, 0)) for ts in posted.values()]
        return ThreadReply(question, self._outlets, LiveReply(shown, notice))

    async def queued(self, question: Question, ahead: int) -> None:
        if question.response_url is not None:  # its acknowledgement stands there already
            return
        try:
            # A place among the posts must be free soon: a late notice would only keep its own answer waiting.
            async with asyncio.timeout(NOTICE_WAIT_MAX_S):
                await self._outlets.api.acquire(POST, question.channel_id, lambda: (Urgency.LIVE, 0.0))
        except TimeoutError:
            raise SlackUnavailable(POST, "busy") from None
        words = f"Queued behind {ahead} question{'s' if ahead > 1 else ''}…" if ahead else "Queued…"
        posted = await self._outlets.api.call_now(POST, **posting(question, NOTICE, Content(footer=(words,))))
        await self._outlets.records.posted(question, NOTICE, str(posted["ts"]))

    async def button_pressed(self, message: dict[str, Any]) -> None:
        """Takes the button off a message (its channel, ts, text and other blocks) once it was pressed."""
        for _ in range(BUTTON_TRIES_MAX):
            try:
                await self._outlets.api.call("chat.update", **message)
            except (SlackUnavailable, SlackOutcomeUnknown):
                await asyncio.sleep(BUTTON_PAUSE_S)
            except SlackError as error:
                log.info("reply.button_stays", code=error.code)
                return
            else:
                return

    async def _found(self, question: Question, known: Mapping[int, str], *, streamed: bool) -> list[OwnReply]:
        """The messages of a reply that was begun: the thread itself knows best, where Slack gives it."""
        try:
            return await self._reader.find_replies(question, known=known, streamed=streamed)
        except SlackError as error:
            log.info("reply.not_found", code=error.code)
            return []


def parts_of(own: Sequence[OwnReply]) -> dict[int, str]:
    """The ts of each part; a stream that has no mark yet comes after those before it."""
    parts: dict[int, str] = {}
    for reply in own:
        parts[reply.part if reply.marked else max(parts, default=NOTICE) + 1] = reply.ts
    return parts
