"""Asks the model for an answer to a draft, and shows it as it arrives.

Pure but for what the ports do and the log. If the API refuses a request, the draft says what to ask instead.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from bot import web_access
from bot.answering.arriving import Arriving, Recipients, Streamed
from bot.answering.waiting import Waiting
from bot.citing.citations import Citing, pdfs_of
from bot.conversation import Conversation, Web
from bot.costs.meter import Meter
from bot.costs.prices import Prices
from bot.errors import ModelError, ModelRequestInvalid, StoreFailed
from bot.file_ports import RefusedFiles
from bot.messages import Note, PdfBlock
from bot.ports import Model, Reply
from bot.prompt.draft import Draft
from bot.stream_events import StopReason, Usage
from bot.telemetry import traces
from bot.telemetry.logs import get_logger
from bot.web_access import WebAccess

log = get_logger(__name__)


@dataclass(slots=True)
class WithoutCitations:
    """``known``: the API answers only requests without citations. Remembered as long as the process lives."""

    known: bool = False


@dataclass(frozen=True, slots=True)
class Answering:
    """``still_waiting_s``: how often, while no words arrive, people are told that the bot waits or the model thinks.
    ``citations``: whether answers name the pages that they are based on, if the API supports that. ``web``: what the
    model may look up."""

    model: Model
    refused_files: RefusedFiles
    still_waiting_s: float
    prices: Callable[[], Prices]
    citations: bool = True
    web: WebAccess = field(default_factory=WebAccess)
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
        """The result of the last request, and the notes on its files. ``on_words`` is called at the first words, and
        ``book`` with what each request uses, as it does. ``in_parts``: PDFs for which the request holds only notes.

        Raises ``SlackError``.
        """
        left_out = _LeftOut()
        while True:  # ends, since every next draft leaves out more and there are few
            # A long thread takes a while to measure.
            request = draft.request() if draft.is_short else await asyncio.to_thread(draft.request)
            asked = self._asking(request.conversation, left_out)
            recipients = Recipients(reply, on_words, in_parts, book, self.prices().of(asked.model))
            streamed = await self._stream(asked, recipients)
            refused = streamed
            for less in self._instead(asked, refused):
                streamed = await self._stream(less, recipients)
                left_out = _LeftOut(asked.citations and not less.citations, less.web is None)
                if not _refused_again(streamed):
                    self._learn(asked, less, refused, streamed)
                    break
            if streamed.error is None or streamed.chars:
                await self._remember(team_id, draft.blamed)
                return streamed, request.notes
            instead = draft.after(streamed.error)
            if instead is None:
                await self._remember(team_id, draft.refused)
                return streamed, draft.given_up().request().of_files  # there is no answer that rests on the thread
            log.warning("model.refused", error=type(streamed.error).__name__, detail=str(streamed.error))
            draft = instead

    def _asking(self, conversation: Conversation, left_out: _LeftOut) -> Conversation:
        """With the citations and the tools that its host is not known to refuse."""
        cites = self.citations and not (self._without.known or left_out.citations)
        web = None if left_out.web else self.web.of(conversation.model, time.monotonic())
        if web is not None:
            web = replace(web, cites=cites)
        return replace(conversation, citations=cites and bool(pdfs_of(conversation)), web=web)

    def _instead(self, asked: Conversation, streamed: Streamed) -> Iterator[Conversation]:
        """The same with less of what the API may have refused, one after the other."""
        if streamed.chars:
            return
        uncited = replace(asked, citations=False, web=asked.web and replace(asked.web, cites=False))
        if about_citations := asked.citations and _refuses_citations(streamed):
            yield uncited
        if asked.web is not None and (web_access.suspected(streamed.error) or _wants_our_tool(streamed)):
            yield from (replace(asked, web=web) for web in web_access.less(asked.web))
            if about_citations:
                yield replace(uncited, web=None)

    def _learn(self, asked: Conversation, instead: Conversation, refused: Streamed, answered: Streamed) -> None:
        """Notes what the API does not accept, by how it answered with that and without."""
        if answered.error is not None and not answered.chars:
            return
        if asked.citations and not instead.citations and not self._without.known:
            self._without.known = True
            log.warning("model.citations_refused", detail=str(refused.error))
        if asked.web is not None and (instead.web is None or instead.web.fetch != asked.web.fetch):
            self.web.learned(asked.model, instead.web, time.monotonic())
            log.warning("model.web_refused", model=asked.model, left=_named(instead.web), detail=str(refused.error))

    async def _remember(self, team_id: str, file_ids: Collection[str]) -> None:
        """Files that the API refused would be refused in every later turn of the thread, too."""
        if not file_ids:
            return
        log.warning("model.files_refused", files=sorted(file_ids))
        try:
            await self.refused_files.add(team_id, file_ids, time.time())
        except StoreFailed as error:
            log.warning("model.files_not_remembered", error=str(error))

    async def _stream(self, conversation: Conversation, recipients: Recipients) -> Streamed:
        """Shows the answer as it comes, over its pauses; the model's errors are part of the result."""
        marked = pdfs_of(conversation) if conversation.citations else ()
        citing = Citing(marked, recipients.in_parts, marks=self.citations, web=conversation.web is not None)
        arriving = Arriving(recipients, citing, Waiting(recipients.reply.status, self.still_waiting_s))
        try:
            await self._through_pauses(conversation, arriving)
        except ModelError as error:
            arriving.failure = error
        finally:
            arriving.waiting.over()
        if rest := citing.close():
            recipients.reply.write(rest)
        return arriving.streamed()

    async def _through_pauses(self, conversation: Conversation, arriving: Arriving) -> None:
        """Raises ``ModelError``. If the API does not let an answer go on after a pause, the answer ends there."""
        for pauses in range(web_access.CONTINUATIONS_MAX + 1):
            paused = arriving.finished
            try:
                await self._one_request(conversation, arriving)
            except ModelRequestInvalid as error:
                if paused is None:
                    raise
                log.warning("model.pause_refused", detail=str(error))
                arriving.finished = paused
                return
            finished = arriving.finished
            if finished is None or not finished.paused or conversation.web is None:
                return
            log.info("model.paused", pauses=pauses + 1)
            left = web_access.left_of(conversation.web, arriving.lookups)
            conversation = replace(conversation, web=left, paused=(*conversation.paused, finished.paused))
            arriving.lookups = 0

    async def _one_request(self, conversation: Conversation, arriving: Arriving) -> None:
        meter = Meter(arriving.recipients.book, arriving.recipients.price)
        arriving.finished = None
        begun_s = time.monotonic()
        with traces.step("model_request", model=conversation.model) as step:
            try:
                async with aclosing(self.model.stream(conversation, meter.counted, arriving.waiting.thinks)) as events:
                    async for event in events:
                        await arriving.add(event, meter)
            finally:
                meter.end(whole=arriving.finished is not None)
                if arriving.first_text_at_s is not None and arriving.first_text_at_s >= begun_s:
                    step.note(first_text_s=round(arriving.first_text_at_s - begun_s, 3))


@dataclass(frozen=True, slots=True)
class _LeftOut:
    """What the host has refused while this answer was asked for, so that further requests do without."""

    citations: bool = False
    web: bool = False


def _refuses_citations(streamed: Streamed) -> bool:
    return streamed.error is not None and streamed.error.about_citations and not streamed.chars


def _refused_again(streamed: Streamed) -> bool:
    refused = isinstance(streamed.error, ModelRequestInvalid) or web_access.suspected(streamed.error)
    return not streamed.chars and (refused or _wants_our_tool(streamed))


def _wants_our_tool(streamed: Streamed) -> bool:
    """A host that does not run the API's tools takes them for ours, and waits for what they find."""
    return streamed.finished is not None and streamed.finished.stop_reason == StopReason.TOOL_USE and streamed.blank


def _named(web: Web | None) -> str:
    return "search" if web is not None else "nothing"
