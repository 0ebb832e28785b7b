"""A question goes in; its answer is shown in Slack: question → thread → files → history → model → live reply → done.

This is the story that the rest of the project serves. It speaks to the outside world through ``ports`` alone, and it
has the one place that tells people what went wrong. Pure but for what the ports do and the log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass

from bot.budget import Allowance
from bot.draft import Draft, newly_attached, refused_file
from bot.errors import ModelError, ModelRequestInvalid, ModelRequestTooLarge, ReplyGone, SlackError
from bot.logs import get_logger
from bot.messages import Conversation, EntryPoint, Finished, Note, Question, StopReason, TextDelta, ThreadMessage
from bot.ports import Button, Claim, Files, Model, Outcome, Questions, RefusedFiles, Replies, Reply, Threads

log = get_logger(__name__)

ATTEMPTS_MAX = 3
"""A question that brought the process down this often is given up instead of bringing it down again."""

HELLO = (
    "Hello! Mention me with a question, in a channel or in a thread, or write to me directly. I read the whole thread "
    "and the files in it (images, PDFs and text) and answer while I write. `/ask` answers so that only you see it."
)
GIVEN_UP = "I tried to answer this several times and failed each time. Please ask again, perhaps in a new thread."
CRASHED = "Something in me broke while I was answering. Please ask again; whoever runs me finds the reason in the log."
NOT_READ = "I can't read this conversation: Slack gave me no access to it. Am I a member of this channel?"
SILENT = "The model gave no answer. Please ask again, perhaps in other words."
REFUSED = "The model declined to answer this."
CUT = "The answer breaks off here: {reason}"
STOPPED = {
    StopReason.MAX_TOKENS: "The answer reached its length limit. Write “continue” and I go on.",
    StopReason.CONTEXT_WINDOW_EXCEEDED: "This thread fills the model's window. Please go on in a new thread.",
    StopReason.TOOL_USE: "The model stopped to use a tool, and I have none. Please ask again in other words.",
    StopReason.PAUSE_TURN: "The model paused. Write “continue” and I go on.",
}


GOES_ON = {StopReason.MAX_TOKENS: Button.CONTINUE, StopReason.PAUSE_TURN: Button.CONTINUE}


@dataclass(frozen=True, slots=True)
class Ending:
    """What stands under an answer, and how the question is booked."""

    outcome: Outcome
    words: str = ""
    withdraw: bool = False
    button: Button | None = None


@dataclass(slots=True)
class Figures:
    """What the log says of a turn."""

    started_s: float
    first_text_s: float | None = None
    chars: int = 0
    files: int = 0
    stop_reason: str = ""
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything a turn needs; one object serves them all. ``answer`` is what the inbox runs."""

    threads: Threads
    files: Files
    model: Model
    replies: Replies
    questions: Questions
    refused_files: RefusedFiles
    system_prompt: str
    history_tokens_max: int
    allowance: Allowance
    """What the files of one request may take."""

    async def answer(self, claim: Claim) -> Outcome:
        """Never raises for what people, Slack or the model do; what it cannot mend it says in the thread."""
        question, figures = claim.question, Figures(time.monotonic())
        reply = await self.replies.open(question, again=claim.attempt > 1)
        notes: list[Note] = []
        try:
            ending = await self._ending(claim, reply, notes, figures)
            outcome = await _finish(reply, ending, notes)
        except asyncio.CancelledError:
            await reply.abandon()
            raise
        _log_turn(claim, outcome, figures)
        return outcome

    async def _ending(self, claim: Claim, reply: Reply, notes: list[Note], figures: Figures) -> Ending:
        """Answers, or says what went wrong: the one place that does."""
        try:
            return await self._answer(claim, reply, notes, figures)
        except ModelError as error:
            log.warning("model.failed", error=type(error).__name__, detail=str(error))
            return _failed(error, figures)
        except ReplyGone:
            return Ending(Outcome.GONE)
        except SlackError as error:
            log.warning("slack.failed", error=str(error))
            return Ending(Outcome.FAILED, NOT_READ)
        except Exception:
            log.exception("turn.crashed")
            return Ending(Outcome.FAILED, CRASHED, button=Button.ASK_AGAIN)

    async def _answer(self, claim: Claim, reply: Reply, notes: list[Note], figures: Figures) -> Ending:
        question = claim.question
        if claim.attempt > ATTEMPTS_MAX:
            return Ending(Outcome.FAILED, GIVEN_UP)
        reply.status("Reading the thread…" if not question.starts_thread else "Thinking…")
        withdrawn = await self.questions.withdrawn(question.thread)
        thread = [message for message in await self.threads.read(question) if message.ts not in withdrawn]
        if _says_nothing(question, thread[-1]):
            reply.write(HELLO)
            return Ending(Outcome.GREETED)
        draft = await self._draft(question, thread, reply)
        figures.files = len(draft.files)
        reply.status("Thinking…")
        while True:  # ends, since every next draft leaves out more and there are few
            request = draft.request()
            notes[:] = request.notes
            try:
                return await self._stream(request.conversation, reply, figures)
            except (ModelRequestInvalid, ModelRequestTooLarge) as error:
                instead = None if figures.chars else draft.after(error)
                if instead is None:
                    raise
                await self._remember(question, instead.refused - draft.refused, error)
                draft = instead

    async def _draft(self, question: Question, thread: Sequence[ThreadMessage], reply: Reply) -> Draft:
        """Files that the API refused in an earlier turn are left out, and named again only where they are new here."""
        attachments = [file for message in thread for file in message.attachments]
        ids = {file.id for file in attachments}
        refused = await self.refused_files.among(question.team_id, ids) if ids else frozenset[str]()

        def progress(number: int, total: int, file_name: str) -> None:
            reply.status(f"Reading {file_name}" + (f", {number} of {total}…" if total > 1 else "…"))

        readable = [file for file in attachments if file.id not in refused]
        prepared = iter(await self.files.prepare(readable, progress) if readable else ())
        files = tuple(refused_file(file.id, thread) if file.id in refused else next(prepared) for file in attachments)
        spoken = {file.attachment_id for file in files if file.words}
        return Draft(
            tuple(thread),
            files,
            system=self.system_prompt,
            tokens_max=self.history_tokens_max,
            allowance=self.allowance,
            told=(refused | spoken) - newly_attached(thread),
        )

    async def _remember(self, question: Question, file_ids: frozenset[str], error: ModelError) -> None:
        log.warning("model.refused", error=type(error).__name__, detail=str(error), files=sorted(file_ids))
        if file_ids:
            await self.refused_files.add(question.team_id, file_ids, time.time())

    async def _stream(self, conversation: Conversation, reply: Reply, figures: Figures) -> Ending:
        blank = True
        async with aclosing(self.model.stream(conversation)) as events:
            async for event in events:
                match event:
                    case TextDelta(text):
                        if figures.first_text_s is None:
                            figures.first_text_s = time.monotonic() - figures.started_s
                        figures.chars += len(text)
                        blank = blank and not text.strip()
                        reply.write(text)
                    case Finished(stop_reason, usage):
                        figures.stop_reason = stop_reason.value
                        figures.input_tokens = usage.input + usage.cache_read + usage.cache_write
                        figures.output_tokens = usage.output
                        if stop_reason is StopReason.REFUSAL:
                            return Ending(Outcome.REFUSED, REFUSED, withdraw=True)
                        if stop_reason in STOPPED:
                            return Ending(Outcome.CUT, STOPPED[stop_reason], button=GOES_ON.get(stop_reason))
        return Ending(Outcome.FAILED, SILENT, button=Button.ASK_AGAIN) if blank else Ending(Outcome.ANSWERED)


def _says_nothing(question: Question, asked: ThreadMessage) -> bool:
    """An empty mention inside a thread asks for an answer to the thread; elsewhere there is nothing to answer."""
    in_thread = question.entry_point is not EntryPoint.COMMAND and not question.starts_thread
    return not asked.text.strip() and not asked.attachments and not in_thread


def _failed(error: ModelError, figures: Figures) -> Ending:
    if figures.chars:
        words = CUT.format(reason=error.sentence[0].lower() + error.sentence[1:])
        return Ending(Outcome.CUT, words, button=Button.CONTINUE)
    hopeless = isinstance(error, ModelRequestInvalid | ModelRequestTooLarge)
    return Ending(Outcome.FAILED, error.sentence, button=None if hopeless else Button.ASK_AGAIN)


async def _finish(reply: Reply, ending: Ending, notes: Sequence[Note]) -> Outcome:
    try:
        await reply.finish(ending.words, notes, withdraw=ending.withdraw, button=ending.button)
    except ReplyGone as error:
        log.info("reply.gone", reason=str(error))
        return Outcome.GONE
    except SlackError as error:
        log.warning("reply.not_finished", error=str(error))
        return Outcome.FAILED
    return ending.outcome


def _log_turn(claim: Claim, outcome: Outcome, figures: Figures) -> None:
    question = claim.question
    log.info(
        "turn.done",
        outcome=outcome.value,
        team=question.team_id,
        channel=question.channel_id,
        ts=question.ts,
        entry_point=question.entry_point.value,
        attempt=claim.attempt,
        waited_ms=round(1000 * max(0.0, time.time() - claim.accepted_at_s - (time.monotonic() - figures.started_s))),
        first_text_ms=None if figures.first_text_s is None else round(1000 * figures.first_text_s),
        total_ms=round(1000 * (time.monotonic() - figures.started_s)),
        chars=figures.chars,
        files=figures.files,
        input_tokens=figures.input_tokens,
        output_tokens=figures.output_tokens,
        stop_reason=figures.stop_reason,
    )
