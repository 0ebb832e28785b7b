"""Answers one question: question → thread → files → history → model → live reply → done.

This is the story that the rest of the project serves. It reaches the outside world only through ``ports``, and it is
the one place that tells people what went wrong. Pure but for what the ports do and the log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from bot.access.control import AccessControl
from bot.access.let_in import let_in
from bot.access.turning_away import over_budget, turn_away
from bot.answering import endings, results
from bot.answering.arriving import Streamed
from bot.answering.asking import Answering
from bot.answering.endings import Ending
from bot.answering.results import DELETED, DENIED, ERASED, Result
from bot.answering.while_shown import while_shown
from bot.closing import Button, Closing
from bot.costs.bill import Bill
from bot.edits import Edits
from bot.errors import (
    Declined,
    LeaseLost,
    ReplyGone,
    ReplyNotPossible,
    SlackError,
    SlackNoAccess,
    SlackOutcomeUnknown,
    SlackTokenInvalid,
    SlackUnavailable,
    StoreFailed,
)
from bot.lease import Stop
from bot.messages import Channel, EntryPoint, Question, ThreadMessage
from bot.ports import Claim, Outcome, Questions, Replies, Reply, Stage, Threads, UsageRecords
from bot.prompt.batch_reading import BatchReading
from bot.prompt.dates import dated
from bot.prompt.draft import Draft
from bot.prompt.drafting import Drafting
from bot.prompt.instructions import Instructions
from bot.sharing import Sharing
from bot.stops import StopWatch
from bot.store_patience import waited_out
from bot.stream_events import Usage
from bot.telemetry import logs, metrics, traces
from bot.telemetry.logs import get_logger, whose

log = get_logger(__name__)

FOR_LATER = (StoreFailed, LeaseLost, SlackTokenInvalid)
"""After one of these the question is not answered but not lost either: this process or another will answer it."""
BY_RESPONSE_URL = (EntryPoint.COMMAND, EntryPoint.SHARE)  # the reply's address is erased with the question's text


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything a turn needs; one object serves all turns. ``answer`` is what the inbox runs."""

    threads: Threads
    drafting: Drafting
    batch_reading: BatchReading
    answering: Answering
    replies: Replies
    questions: Questions
    access: AccessControl
    usage: UsageRecords
    stop_watch: StopWatch
    edits: Edits
    sharing: Sharing
    instructions: Callable[[Question, Channel], Awaitable[Instructions]]
    model_in: Callable[[str], str]
    """The model for a channel, unless the thread has chosen its own."""
    as_file: Callable[..., Awaitable[Outcome]]
    """``as_file(question, lease, again=…)`` uploads an answer as a file; ``again``: it may have been uploaded
    before."""
    bills_shown: bool = False
    """Whether usage is shown under each answer."""

    async def answer(self, claim: Claim) -> Outcome:
        """Never raises for anything that people, Slack or the model do; what it cannot fix, it says in the thread.

        Raises ``StoreFailed`` if the database is away for long: then the question is left for later.
        """
        started_s = time.monotonic()
        question = claim.question
        logs.bind(**whose(question), model=self.model_in(question.channel_id))
        if claim.erased and question.entry_point in BY_RESPONSE_URL:
            await self.replies.tell(question, endings.ERASED)
            results.record(claim, Outcome.ERASED, ERASED, started_s)
            return Outcome.ERASED
        reason, reply = await let_in(claim, self.access, partial(self._open_reply, claim))
        if reason is not None:
            await turn_away(claim, reason, self.access)
            results.record(claim, Outcome.DENIED, DENIED, started_s)
            return Outcome.DENIED
        if question.entry_point is EntryPoint.FILE:
            return await self._upload(claim, started_s)
        return await self._answer_in(claim, reply or await self._open_reply(claim), started_s)

    async def _open_reply(self, claim: Claim) -> Reply:
        first = claim.fence == 1  # not even a notice was posted under an earlier one
        return await self.replies.open(claim.question, again=claim.unrecorded, lease=claim.lease, first=first)

    async def _answer_in(self, claim: Claim, reply: Reply, started_s: float) -> Outcome:
        """The reply is finished or abandoned whatever happens."""
        bill = Bill(self.model_in(claim.question.channel_id))
        try:
            result = await self._stoppable(claim, reply, bill)
            logs.bind(model=bill.model)
            with traces.step("finish_reply"):
                outcome = await _finish(reply, result, bill.line() if self.bills_shown else "")
        except ReplyNotPossible as error:
            await reply.abandon()
            outcome, result = await self._say_elsewhere(claim.question, error), Result(Ending(Outcome.FAILED))
        except asyncio.CancelledError:
            if not claim.lease.erased:
                await reply.abandon()
                raise
            _uncancelled()
            result = ERASED
            outcome = await _finish(reply, result)
        except FOR_LATER:
            await reply.abandon()
            raise
        finally:
            metrics.used(claim.question.team_id, bill.model, bill.used)
        results.record(claim, outcome, result, started_s, bill)
        return outcome

    async def _upload(self, claim: Claim, started_s: float) -> Outcome:
        """The answer exists already; only its file is wanted."""
        again = claim.fence > 1
        outcome = Outcome.ERASED if claim.erased else await self.as_file(claim.question, claim.lease, again=again)
        results.record(claim, outcome, Result(Ending(outcome)), started_s)
        return outcome

    async def _stoppable(self, claim: Claim, reply: Reply, bill: Bill) -> Result:
        """Ends at once when people stop the answer, and closes the connection to the model."""
        if (stop := claim.lease.stop) is not None:
            return await self._stopped(stop, reply)
        answered = self.edits.answered(
            claim, lambda: reply.begun, lambda now: self._answer_or_explain(now, reply, bill)
        )
        work = asyncio.create_task(answered)
        try:
            with self.stop_watch.watched(claim, work.cancel, partial(self.edits.look, claim)):
                return await work
        except asyncio.CancelledError:
            this = asyncio.current_task()
            if claim.lease.stop is None or (this is not None and this.cancelling()):
                raise
        return await self._stopped(claim.lease.stop, reply)

    async def _stopped(self, stop: Stop, reply: Reply) -> Result:
        if not stop.user_id:
            return DELETED
        words = endings.STOPPED_BY.format(name=await self.replies.name_of(stop.user_id))
        return Result(Ending(Outcome.STOPPED, words, button=Button.CONTINUE if reply.begun else Button.ASK_AGAIN))

    async def _answer_or_explain(self, claim: Claim, reply: Reply, bill: Bill) -> Result:
        """Answers, or says what went wrong. No other place does."""
        try:
            return await while_shown(reply, self._answer(claim, reply, bill))
        except ReplyGone:
            return Result(Ending(Outcome.GONE))
        except (ReplyNotPossible, *FOR_LATER):
            raise
        except Declined as declined:
            return Result(Ending(Outcome.GREETED, declined.sentence))
        except SlackNoAccess as error:
            metrics.turn_failed(error)
            log.warning("slack.no_access", error=str(error))
            return Result(Ending(Outcome.FAILED, endings.NO_ACCESS))
        except (SlackUnavailable, SlackOutcomeUnknown) as error:
            metrics.turn_failed(error)
            log.warning("slack.away", error=str(error))
            return Result(Ending(Outcome.FAILED, endings.SLACK_AWAY, button=Button.ASK_AGAIN))
        except Exception as error:
            metrics.turn_failed(error)
            log.exception("turn.crashed")
            return Result(Ending(Outcome.FAILED, endings.CRASHED, button=Button.ASK_AGAIN))

    async def _answer(self, claim: Claim, reply: Reply, bill: Bill) -> Result:
        question = claim.question
        if claim.erased:
            return ERASED
        if claim.given_up:
            return Result(Ending(Outcome.FAILED, endings.GIVEN_UP))
        if question.entry_point is EntryPoint.SHARE:
            return Result(await self.sharing.share(question, reply))
        if claim.spent is not None:
            return await over_budget(claim, claim.spent, self.access, self.replies)
        reply.status("is reading the thread…" if not question.starts_thread else "is thinking…")
        withdrawn = frozenset[str]()
        if not question.starts_thread:
            withdrawn = await waited_out(lambda: self.questions.withdrawn(question.thread))
        with traces.step("read_thread") as step:
            thread = [message for message in await self.threads.read(question) if message.ts not in withdrawn]
            step.note(messages=len(thread))
        if _says_nothing(question, thread[-1]):
            reply.write(endings.HELLO)
            return Result(Ending(Outcome.GREETED))
        if any(message.attachments for message in thread):
            self.questions.reached(claim, Stage.FILES)
        instructions = await self.instructions(question, await self.threads.channel(question))
        bill.model, bill.effort = instructions.model, instructions.effort
        logs.bind(model=instructions.model)
        with traces.step("draft") as step:
            draft = await self.drafting.draft(
                question, dated(thread, question, time.time()), instructions, reply.status
            )
            step.note(files=len(draft.files))
        reply.status("is thinking…")
        await reply.ready()
        self.questions.reached(claim, Stage.ASKING)
        return await self._ask(claim, draft, reply, bill)

    async def _ask(self, claim: Claim, draft: Draft, reply: Reply, bill: Bill) -> Result:
        """Reads long documents part by part first, and then asks the question."""
        question = claim.question
        on_words = partial(self.questions.reached, claim, Stage.WRITING)
        book = partial(self._book, claim, bill)
        with traces.step("read_long_documents"):
            read = await self.batch_reading.read(draft, reply.status, book, confirmed=question.confirmed)
        if read.estimate:
            reply.write(read.estimate)
            return Result(Ending(Outcome.ESTIMATED, button=Button.READ_ALL), files=len(draft.files))
        if read.error is not None:
            metrics.turn_failed(read.error)
            return Result(endings.of(Streamed(error=read.error)), files=len(draft.files))
        reply.status("is thinking…")
        streamed, notes = await self.answering.answer(question.team_id, read.draft, reply, on_words, book, read.pdfs)
        if streamed.error is not None:
            log.warning("model.failed", error=type(streamed.error).__name__, detail=str(streamed.error))
        return Result(endings.of(streamed), (*notes, *read.notes), len(draft.files), streamed)

    def _book(self, claim: Claim, bill: Bill, more: Usage) -> None:
        bill.add(more)
        self.usage.used(claim, bill.model, more)

    async def _say_elsewhere(self, question: Question, error: ReplyNotPossible) -> Outcome:
        log.warning("reply.not_possible", channel=question.channel_id, method=error.method, code=error.code)
        await self.replies.tell(question, error.sentence)
        return Outcome.FAILED


def _uncancelled() -> None:
    """Goes on after a cancellation: that was meant for the work on the answer, not for the message about it."""
    if (task := asyncio.current_task()) is not None:
        task.uncancel()


def _says_nothing(question: Question, asked: ThreadMessage) -> bool:
    """An empty mention inside a thread asks for an answer to the thread; elsewhere there is nothing to answer."""
    in_thread = question.entry_point is not EntryPoint.COMMAND and not question.starts_thread
    return not asked.text.strip() and not asked.attachments and not in_thread


async def _finish(reply: Reply, result: Result, bill: str = "") -> Outcome:
    ending = result.ending
    try:
        sources = () if ending.withdraw else result.streamed.sources
        notes, withdraw = tuple(result.notes), ending.withdraw
        await reply.finish(Closing(ending.words, notes, ending.button, tuple(sources), bill, withdraw=withdraw))
    except ReplyGone as error:
        log.info("reply.gone", reason=str(error))
        return Outcome.GONE
    except (ReplyNotPossible, SlackTokenInvalid):
        raise
    except SlackError as error:
        log.warning("reply.not_finished", error=str(error))
        return Outcome.FAILED
    return ending.outcome
