"""What a turn needs from the outside world: Protocols for Slack, the model and the database; files have ``file_ports``.

Pure. ``turn`` and ``inbox`` know these; the neighbours ``slack``, ``files``, ``llm`` and ``store`` implement them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from bot.closing import NOTHING, Closing
from bot.conversation import Conversation
from bot.day_budget import Spent
from bot.errors import LeaseLost, SlackError
from bot.lease import Lease
from bot.messages import Channel, Question, ThreadKey, ThreadMessage
from bot.shares import Calls, Others
from bot.stream_events import StreamEvent, Usage


class Threads(Protocol):
    """Implemented by Slack's side: reads threads."""

    async def read(self, question: Question) -> list[ThreadMessage]:
        """The whole thread up to now, oldest first, including the question even if Slack no longer shows it.

        Raises ``SlackError`` if Slack gives nothing.
        """

    async def channel(self, question: Question) -> Channel:
        """Where it was asked. What Slack does not give soon is empty; never raises ``SlackError``."""


class Model(Protocol):
    """The Messages API."""

    def stream(
        self,
        conversation: Conversation,
        on_usage: Callable[[Usage], None] = lambda _: None,
        on_thinking: Callable[[bool], None] = lambda _: None,
    ) -> AsyncGenerator[StreamEvent, None]:
        """The answer as it is written; ends with ``Finished``. Raises ``ModelError``; retries before the first text.

        ``on_usage`` is told what was used since the last time, as soon as the API says so, over all tries; negative if
        it proves to be less than the API had said. ``on_thinking`` is told that the model thinks, or (``False``) no
        longer does.
        """


class Outcome(StrEnum):
    """How a question ended."""

    ANSWERED = "answered"
    GREETED = "greeted"
    CUT = "cut"
    REFUSED = "refused"
    FAILED = "failed"
    OVER_BUDGET = "over_budget"
    """A budget of the day was used up."""
    GONE = "gone"  # the place to answer in was removed
    DENIED = "denied"  # the asker may not use the bot
    ERASED = "erased"
    SHARED = "shared"
    STOPPED = "stopped"
    DELETED = "deleted"
    """The question's message was deleted."""
    NO_QUESTION = "no_question"
    """The message ended another answer."""
    ESTIMATED = "estimated"  # people were told what an answer costs, for them to agree to
    UPLOADED = "uploaded"


class Stage(StrEnum):
    """How far a turn has come."""

    READING = "reading"
    FILES = "files"
    ASKING = "asking"
    WRITING = "writing"
    """Words of the answer were shown."""


STRIKES_MAX = 5
"""With fewer, questions that were under way by chance would be given up when processes are killed every few seconds."""
SETTLED_S = 5.0
"""A process that died sooner died of its start."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A waiting question that nobody may claim while the ``lease`` is held. ``fence`` as in ``Claim``."""

    id: int
    fence: int
    lease: Lease


@dataclass(frozen=True, slots=True)
class Accepted:
    """A question that was stored. ``ahead``: how many unfinished ones precede it in its thread.

    One that has to wait is locked until ``unlock``, so that the notice about that is not posted beside another reply.
    """

    ahead: int
    lock: Lock | None


@dataclass(frozen=True, slots=True)
class Claim:
    """A question that this process has to answer while the ``lease`` is held.

    ``fence`` is the number of the lease, higher than all earlier ones. ``unrecorded``: an earlier one may have shown
    something that is not recorded. ``crashes`` counts those that ran out because a process died, ``strikes`` those that
    count against the question itself. ``waited_s``: from its acceptance until now. ``spent``: a daily budget is used
    up. ``erased``: an operator has erased the text, and people have to be told.
    """

    id: int
    question: Question
    fence: int
    lease: Lease
    crashes: int = 0
    strikes: int = 0
    unrecorded: bool = False
    waited_s: float = 0.0
    spent: Spent | None = None
    erased: bool = False

    @property
    def given_up(self) -> bool:
        """Whether it is not tried again, since it would bring the process down once more."""
        return self.strikes >= STRIKES_MAX


@dataclass(frozen=True, slots=True)
class Ended:
    """The result of finishing: ``held``, the question was still this claim's. ``others_wait``: questions that may run
    now, seen as it ended, so that nobody has to look for them afterwards."""

    held: bool
    others_wait: bool


@dataclass(frozen=True, slots=True)
class Vitals:
    """What a process reports with its heartbeat: ``claims``, the questions whose turns it runs; ``locks``, those whose
    notices it is posting; ``spent``, its part of a minute's calls, by workspace. ``ended``: it no longer runs
    anything, whatever the database says."""

    claims: Collection[Claim] = ()
    locks: Collection[Lock] = ()
    spent: Mapping[str, Calls] = field(default_factory=dict)
    stopping: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """What a process learns with its heartbeat: by workspace, the ``others`` with whom it shares Slack's limits there;
    and how many leases had ``expired``, whose questions can be claimed again."""

    others: Mapping[str, Others]
    expired: int = 0


class Questions(Protocol):
    """Implemented by the database: the queue. Everything that awaits raises ``StoreFailed``.

    ``owner`` names a process, and ``lease_s`` is how long its leases last from one heartbeat to the next.
    """

    async def add(self, question: Question, owner: str, *, busy: bool, lease_s: float) -> Accepted | None:
        """Stores a question; ``None`` if it was already there. ``busy``: it could not be run at once.

        If it has to wait it is locked under a lease; ``lease_s`` 0: no notice is wanted.
        """

    async def would_take(self, question: Question) -> None:
        """Stores as much as for ``question``, and removes it again. Raises ``StoreFailed``."""

    async def unlock(self, lock: Lock, *, recorded: bool) -> None:
        """Ends the lock. ``recorded``: there is a record of all that was posted under it."""

    async def claim(
        self, owner: str, *, most: int, lease_s: float, settled: bool, teams: Collection[str] | None = None
    ) -> list[Claim]:
        """Claims up to ``most`` waiting questions whose threads are free, in a fair order.

        ``teams``: the workspaces that are served; ``None``: all. ``settled``: this process has run for a while, so it
        may run what was under way in several crashes.
        """

    def reached(self, claim: Claim, stage: Stage) -> None:
        """Notes how far the turn has come, without waiting."""

    async def heartbeat(self, owner: str, vitals: Vitals, *, lease_s: float) -> Heartbeat:
        """Renews the leases that ``vitals`` names, and takes away those that were lost.

        Whatever has no heartbeat for ``lease_s``, a process or a question that nobody runs, can be claimed again.
        """

    async def requeue(self, claim: Claim) -> bool:
        """Requeues a running question; ``False`` if it was no longer this claim's."""

    async def finish(self, claim: Claim, outcome: Outcome) -> Ended:
        """Ends a question and erases what the person wrote."""

    async def withdrawn(self, thread: ThreadKey) -> frozenset[str]:
        """The ts of questions that stay out of later history."""

    async def forget(self, age_s: float) -> None:
        """Drops what was finished longer ago than that, and refused files that have been remembered for longer."""


class UsageRecords(Protocol):
    """Implemented by the database: what questions used."""

    def used(self, claim: Claim, model: str, more: Usage) -> None:
        """Adds to the question's usage of a model, without waiting, as soon as the database accepts it."""


class ReplyRecords(Protocol):
    """Implemented by the database: which messages show a reply."""

    async def posted(self, question: Question, part: int, ts: str) -> None:
        """Remembers the message that shows part ``part`` of the reply to ``question``."""

    async def parts(self, question: Question) -> dict[int, str]:
        """The ts of the messages posted so far, by part, in order."""

    async def posted_in(self, team_id: str, channel_id: str) -> bool:
        """Whether any answer was posted in this channel."""


class Reply(Protocol):
    """The message people watch while one question is answered."""

    def status(self, text: str) -> None:
        """What is going on while nothing is written yet; replaced by the first words."""

    async def ready(self) -> None:
        """Returns once it can be shown, as far as is known before there are words; or raises ``ReplyNotPossible``."""

    @property
    def begun(self) -> bool:
        """Whether words of the answer were written."""

    def write(self, text: str) -> None:
        """More of the answer. Returns at once: showing it is the reply's own business.

        Raises what ``finish`` raises.
        """

    async def failure(self) -> SlackError | LeaseLost:
        """Returns what ``finish`` would raise, as soon as no more can be shown."""

    async def finish(self, closing: Closing = NOTHING) -> None:
        """Shows the final words, and ``closing`` below them. Returns when Slack has accepted all of it.

        Raises ``ReplyGone`` if people removed it, ``ReplyNotPossible`` if settings do not allow it, ``LeaseLost``, and
        other ``SlackError`` if Slack was unreachable for long.
        """

    async def abandon(self) -> None:
        """Stops showing anything more; the question will be answered later."""


class Replies(Protocol):
    """Implemented by Slack's side: writes replies."""

    async def open(self, question: Question, *, again: bool, lease: Lease, first: bool = False) -> Reply:
        """Starts a reply, or takes over one that was begun: not all of it may be recorded (``again``), or none can have
        been shown (``first``).

        The writer asks ``lease.held()`` before every call to Slack, and makes no more calls if it is not held.
        """

    async def name_of(self, user_id: str) -> str:
        """What people call somebody. Never raises."""

    async def tell(self, question: Question, sentence: str) -> None:
        """Tells the asker something that nobody else sees. Never raises ``SlackError``."""


Needless = Callable[[], Coroutine[Any, Any, object]]


class Notices(Protocol):
    """Implemented by Slack's side: says that a question has to wait."""

    async def queued(self, question: Question, ahead: int, lease: Lease, until_needless: Needless) -> None:
        """Says that ``ahead`` questions are answered first; the reply takes this message over.

        Nothing is posted where the ``lease`` is not held: then the reply may have begun. Nor is it where
        ``until_needless`` returns before: then the reply waits for nothing else."""
