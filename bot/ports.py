"""What a turn needs from the outside world: Protocols for the four parties, Slack, files, the model, the database.

Pure. ``turn`` and ``inbox`` know these; the neighbours ``slack``, ``files``, ``llm`` and ``store`` implement them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.messages import Attachment, Conversation, Note, PreparedFile, Question, StreamEvent, ThreadKey, ThreadMessage

Progress = Callable[[int, int, str], None]
"""Called as ``progress(number, total, file_name)`` when work on a file begins; ``number`` counts from 1."""


class Threads(Protocol):
    """Slack, as a place to read."""

    async def read(self, question: Question) -> list[ThreadMessage]:
        """The whole thread up to now, oldest first, the question included even where Slack no longer shows it.

        Raises ``SlackError`` where Slack gives nothing.
        """


class Files(Protocol):
    """The files people attached."""

    async def prepare(self, attachments: Sequence[Attachment], progress: Progress) -> list[PreparedFile]:
        """One result an attachment, in order. Never raises for what a file is or holds: that becomes a note."""


class Model(Protocol):
    """The Messages API."""

    def stream(self, conversation: Conversation) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it is written; ends with ``Finished``. Raises ``ModelError``; retries before the first text."""


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    GREETED = "greeted"
    CUT = "cut"
    REFUSED = "refused"
    FAILED = "failed"
    GONE = "gone"
    """The place to answer in was taken away."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A question that is this process's to answer.

    ``fence`` is the number of its lease: each one has a higher number than those before. ``crashes`` counts the leases
    that ran out because a process died; ``unrecorded``: one may have shown something of which there is no record.
    """

    id: int
    question: Question
    fence: int
    crashes: int
    unrecorded: bool
    accepted_at_s: float


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a process learns when it says that it lives."""

    kept: frozenset[tuple[int, int]]
    """The id and fence of each question whose lease was renewed."""
    processes: int
    """How many live, this one included."""


class Questions(Protocol):
    """The database, as the list of what was asked. All raise ``StoreFailed``; times are seconds since the epoch."""

    async def add(self, question: Question, now_s: float) -> bool:
        """Writes a question down; ``False`` where it was already there."""

    async def claim(self, owner: str, now_s: float, lease_s: float) -> Claim | None:
        """The oldest waiting question whose thread is free, now running; ``None`` where there is none."""

    async def lock_for_notice(self, question: Question, owner: str, now_s: float, lease_s: float) -> int | None:
        """Keeps a waiting question from being claimed for up to ``lease_s``, while people are told that it waits.

        Returns the fence that ``unlock`` needs; ``None`` where the question is not waiting or is locked already.
        """

    async def unlock(self, question: Question, fence: int, *, recorded: bool) -> None:
        """Ends the lock. ``recorded``: there is a record of all that was posted under it."""

    async def heartbeat(self, owner: str, now_s: float, lease_s: float) -> Heartbeat:
        """Says that ``owner`` lives, and renews its leases. Whoever is not heard of for ``lease_s`` counts as dead."""

    async def expire(self, now_s: float) -> int:
        """Makes claimable again each question whose lease ran out; says how many."""

    async def requeue(self, claim: Claim) -> bool:
        """Gives a running question back unanswered; ``False`` where it was no longer this claim's."""

    async def finish(self, claim: Claim, outcome: Outcome, now_s: float) -> bool:
        """Ends a question and erases what the person wrote; ``False`` where it was no longer this claim's."""

    async def ahead(self, question: Question) -> int:
        """How many unfinished questions stand before this one in its thread."""

    async def withdrawn(self, thread: ThreadKey) -> frozenset[str]:
        """The ts of questions that stay out of later history."""

    async def forget(self, before_s: float) -> None:
        """Drops what was finished before ``before_s``, and refused files that were remembered before it."""


class ReplyRecords(Protocol):
    """The database, as the memory of which messages show a reply."""

    async def posted(self, question: Question, part: int, ts: str) -> None:
        """Remembers the message that shows part ``part`` of the reply to ``question``."""

    async def parts(self, question: Question) -> dict[int, str]:
        """The ts of the messages posted so far, by part, in order."""


class RefusedFiles(Protocol):
    """The database, as the memory of which files the Messages API does not take. Both raise ``StoreFailed``."""

    async def among(self, team_id: str, file_ids: Collection[str]) -> frozenset[str]:
        """Those of ``file_ids`` that were refused before."""

    async def add(self, team_id: str, file_ids: Collection[str], now_s: float) -> None:
        """Remembers that these were refused, until ``Questions.forget`` drops what is that old."""


class Button(StrEnum):
    """What a person may do about an answer that is not whole."""

    CONTINUE = "continue"
    ASK_AGAIN = "ask_again"


class Reply(Protocol):
    """The message people watch while one question is answered."""

    def status(self, text: str) -> None:
        """What is going on while nothing is written yet; replaced by the first words."""

    def write(self, text: str) -> None:
        """More of the answer. Returns at once: showing it is the reply's own business. Raises ``ReplyGone``."""

    async def finish(
        self, ending: str = "", notes: Sequence[Note] = (), *, withdraw: bool = False, button: Button | None = None
    ) -> None:
        """Shows the last words, then ``ending`` (a sentence about the answer), a line for each note and the offer.

        Returns when Slack has taken all of it. ``withdraw`` takes back the answer's text and leaves the rest.
        Raises ``ReplyGone`` where people or settings took the place away.
        """

    async def abandon(self) -> None:
        """Stops showing anything more; the question will be answered later."""


class Replies(Protocol):
    """Slack, as a place to write."""

    async def open(self, question: Question, *, again: bool) -> Reply:
        """Starts a reply, or takes up the one that was begun; ``again``: an earlier process may have shown some."""

    async def queued(self, question: Question, ahead: int) -> None:
        """Says that ``ahead`` questions are answered first; the reply takes this message over."""
