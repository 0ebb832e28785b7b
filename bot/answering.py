"""A draft goes in; the model is asked, and its answer shown as it comes; what came of it goes out.

Pure but for what the ports do and the log. Where the API refuses a request, the draft says what to ask instead.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import aclosing
from dataclasses import dataclass

from bot.draft import Draft
from bot.errors import ModelError, StoreFailed
from bot.file_ports import RefusedFiles
from bot.logs import get_logger
from bot.loop_share import LoopShare
from bot.messages import Conversation, Note
from bot.meter import Meter
from bot.ports import Model, Reply
from bot.prices import Prices
from bot.stream_events import Finished, TextDelta, Usage
from bot.waiting import Waiting

log = get_logger(__name__)

CHARS_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Streamed:
    """What came of one request: as much of an answer as was shown, and its end or what broke it off."""

    chars: int = 0
    blank: bool = True
    first_text_at_s: float | None = None
    """By the clock of ``time.monotonic``."""
    finished: Finished | None = None
    error: ModelError | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """``still_waiting_s``: so often without a word people are told that the model is still waited for, or thinks."""

    model: Model
    refused_files: RefusedFiles
    still_waiting_s: float
    prices: Callable[[], Prices]

    async def answer(
        self, team_id: str, draft: Draft, reply: Reply, on_words: Callable[[], None], book: Callable[[Usage], None]
    ) -> tuple[Streamed, tuple[Note, ...]]:
        """What came of the request that stood, and what to say of its files; ``on_words`` hears of the first words,
        and ``book`` of what each request used, while it does.

        Raises ``SlackError``.
        """
        while True:  # ends, since every next draft leaves out more and there are few
            request = await asyncio.to_thread(draft.request)  # a long thread takes a while to measure
            meter = Meter(book, self.prices().of(request.conversation.model))
            streamed = await self._stream(request.conversation, reply, on_words, meter)
            if streamed.error is None or streamed.chars:
                await self._remember(team_id, draft.blamed)
                return streamed, request.notes
            instead = draft.after(streamed.error)
            if instead is None:
                await self._remember(team_id, draft.refused)
                return streamed, draft.given_up().request().notes
            log.warning("model.refused", error=type(streamed.error).__name__, detail=str(streamed.error))
            draft = instead

    async def _remember(self, team_id: str, file_ids: Collection[str]) -> None:
        """What the API refused would be refused in every later turn of the thread; what is not remembered is so."""
        if not file_ids:
            return
        log.warning("model.files_refused", files=sorted(file_ids))
        try:
            await self.refused_files.add(team_id, file_ids, time.time())
        except StoreFailed as error:
            log.warning("model.files_not_remembered", error=str(error))

    async def _stream(
        self, conversation: Conversation, reply: Reply, on_words: Callable[[], None], meter: Meter
    ) -> Streamed:
        """Shows the answer as it comes; the model's errors are part of what came."""
        chars, blank, first_text_at_s = 0, True, None
        finished: Finished | None = None
        failure: ModelError | None = None
        share = LoopShare()  # an answer may come in one event, or in many at once
        waiting = Waiting(reply.status, self.still_waiting_s)
        try:
            async with aclosing(self.model.stream(conversation, meter.counted, waiting.thinks)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        if first_text_at_s is None:
                            waiting.over()
                            on_words()
                            first_text_at_s = time.monotonic()
                        meter.written(event.text)
                        chars += len(event.text)
                        blank = blank and not event.text.strip()
                        for start in range(0, len(event.text), CHARS_AT_ONCE):
                            await share.give_way()
                            reply.write(event.text[start : start + CHARS_AT_ONCE])
                    elif isinstance(event, Finished):
                        finished = event
        except ModelError as error:
            failure = error
        finally:
            waiting.over()
            meter.end(whole=finished is not None)
        return Streamed(chars, blank, first_text_at_s, finished, failure)
