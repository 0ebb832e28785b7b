"""A draft goes in; the model is asked, and its answer shown as it comes; what came of it goes out.

Pure but for what the ports do and the log. Where the API refuses a request, the draft says what to ask instead.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from bot.citing.citations import Citing, pdfs_of
from bot.conversation import Conversation
from bot.costs.meter import Meter
from bot.costs.prices import Prices
from bot.errors import ModelError, StoreFailed
from bot.file_ports import RefusedFiles
from bot.logs import get_logger
from bot.loop_share import LoopShare
from bot.messages import Note, PdfBlock, Source
from bot.ports import Model, Reply
from bot.prompt.draft import Draft
from bot.stream_events import Citation, Finished, TextDelta, Usage
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
    sources: tuple[Source, ...] = ()
    """What the answer cites."""


@dataclass(slots=True)
class WithoutCitations:
    """``known``: the API was seen to answer only what asks for no citations. For as long as the process lives."""

    known: bool = False


@dataclass(frozen=True, slots=True)
class Answering:
    """``still_waiting_s``: so often without a word people are told that the model is still waited for, or thinks.
    ``citations``: whether answers say on which pages they rest, where the API takes part in that."""

    model: Model
    refused_files: RefusedFiles
    still_waiting_s: float
    prices: Callable[[], Prices]
    citations: bool = True
    _without: WithoutCitations = field(default_factory=WithoutCitations)

    async def answer(
        self,
        team_id: str,
        draft: Draft,
        reply: Reply,
        on_words: Callable[[], None],
        book: Callable[[Usage], None],
        in_parts: Sequence[PdfBlock] = (),
    ) -> tuple[Streamed, tuple[Note, ...]]:
        """What came of the request that stood, and what to say of its files; ``on_words`` hears of the first words,
        and ``book`` of what each request used, while it does. ``in_parts``: PDFs of which the request has notes.

        Raises ``SlackError``.
        """
        cites = self.citations and not self._without.known
        while True:  # ends, since every next draft leaves out more and there are few
            # A long thread takes a while to measure.
            request = draft.request() if draft.is_short else await asyncio.to_thread(draft.request)
            asked = replace(request.conversation, citations=cites and bool(pdfs_of(request.conversation)))
            price = self.prices().of(asked.model)
            streamed = await self._stream(asked, in_parts, reply, on_words, Meter(book, price))
            if asked.citations and _refuses_citations(streamed):
                cites = False
                uncited = replace(asked, citations=False)
                plain = await self._stream(uncited, in_parts, reply, on_words, Meter(book, price))
                self._learn(streamed, plain)
                streamed = plain
            if streamed.error is None or streamed.chars:
                await self._remember(team_id, draft.blamed)
                return streamed, request.notes
            instead = draft.after(streamed.error)
            if instead is None:
                await self._remember(team_id, draft.refused)
                return streamed, draft.given_up().request().of_files  # there is no answer that rests on the thread
            log.warning("model.refused", error=type(streamed.error).__name__, detail=str(streamed.error))
            draft = instead

    def _learn(self, refused: Streamed, plain: Streamed) -> None:
        """Whether the API takes no citations, by what it answered with them and without."""
        if self._without.known or not (plain.error is None or plain.chars):
            return
        self._without.known = True
        log.warning("model.citations_refused", detail=str(refused.error))

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
        self,
        conversation: Conversation,
        in_parts: Sequence[PdfBlock],
        reply: Reply,
        on_words: Callable[[], None],
        meter: Meter,
    ) -> Streamed:
        """Shows the answer as it comes; the model's errors are part of what came."""
        chars, blank, first_text_at_s = 0, True, None
        finished: Finished | None = None
        failure: ModelError | None = None
        citing = Citing(pdfs_of(conversation) if conversation.citations else (), in_parts, marks=self.citations)
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
                            reply.write(citing.text(event.text[start : start + CHARS_AT_ONCE]))
                    elif isinstance(event, Citation):
                        citing.cite(event)
                    elif isinstance(event, Finished):
                        finished = event
        except ModelError as error:
            failure = error
        finally:
            waiting.over()
            meter.end(whole=finished is not None)
        if rest := citing.close():
            reply.write(rest)
        return Streamed(chars, blank, first_text_at_s, finished, failure, citing.sources())


def _refuses_citations(streamed: Streamed) -> bool:
    return streamed.error is not None and streamed.error.about_citations and not streamed.chars
