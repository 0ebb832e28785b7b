"""Moves a wish from a channel into a direct message with whoever said it. I/O: the ports.

What the bot says about a channel is for one reader. The wish is stored like any question, and to move it is its turn:
so it is not lost, whenever the process dies, and moved once, whichever process does it. What is answered is another
question, which begins with our message in the direct message.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Protocol

from bot.answering import results
from bot.answering.endings import Ending
from bot.answering.results import Result
from bot.catching_up.wishes import Wish, about, wish_in
from bot.errors import LeaseLost
from bot.lease import Lease
from bot.messages import EntryPoint, Question
from bot.ports import Claim, Needless, Notices, Outcome
from bot.store_patience import waited_out

MOVED = "I'm sending you that in a direct message, which only you can read."
CLOSED = "I couldn't send you a direct message. Please send me the same in one, or use `/ask`."


class DirectMessages(Protocol):
    """Implemented by Slack's side: writes to one person."""

    async def begin(self, question: Question, *, again: bool) -> tuple[str, str]:
        """The direct message with the asker, and the ts of our message in it; both empty if there can be none.

        ``again``: it may stand there already. Raises ``SlackError`` where nobody knows whether it does.
        """

    async def tell(self, question: Question, sentence: str) -> None:
        """Never raises ``SlackError``."""


@dataclass(frozen=True, slots=True)
class WishMover:
    """Implements ``ports.Notices``. ``answer_others`` answers all other questions; ``denial``: why a person may not
    ask; ``uncount``: the wish does not count for the daily budgets, since what it becomes does; ``add`` stores that."""

    answer_others: Callable[[Claim], Awaitable[Outcome]]
    notices: Notices
    messages: DirectMessages
    denial: Callable[[Question], Awaitable[object | None]]
    uncount: Callable[[Claim], Awaitable[None]]
    add: Callable[[Question], Awaitable[object]]

    async def answer(self, claim: Claim) -> Outcome:
        """Raises ``StoreFailed``, ``SlackError`` and ``LeaseLost``: then it remains to be done."""
        hindered = claim.given_up or claim.spent is not None or claim.lease.stop is not None
        if not is_for_one(claim.question) or hindered or await self.denial(claim.question) is not None:
            return await self.answer_others(claim)
        started_s = time.monotonic()
        outcome = await self._move(claim)
        results.record(claim, outcome, Result(Ending(outcome)), started_s)
        return outcome

    async def queued(self, question: Question, ahead: int, lease: Lease, until_needless: Needless) -> None:
        """Others see nothing of a wish, and so nothing of its waiting."""
        if not is_for_one(question):
            await self.notices.queued(question, ahead, lease, until_needless)

    async def _move(self, claim: Claim) -> Outcome:
        said = claim.question
        channel_id, ts = await self.messages.begin(said, again=claim.fence > 1)
        if not claim.lease.held():
            raise LeaseLost
        if not channel_id:
            await self.messages.tell(said, CLOSED)
            return Outcome.FAILED
        wish = wish_in(said.text) or Wish()
        text = said.text if wish.channel_id or wish.channel_name else about(said.text, said.channel_id)
        place = {"channel_id": channel_id, "ts": ts, "thread_ts": ts, "entry_point": EntryPoint.DIRECT}
        moved = replace(said, text=text, **place)  # type: ignore[arg-type]  # their types are those of the fields
        await waited_out(lambda: self.uncount(claim))
        await waited_out(lambda: self.add(moved))
        await self.messages.tell(said, MOVED)
        return Outcome.NO_QUESTION


def is_for_one(question: Question) -> bool:
    return question.entry_point is EntryPoint.MENTION and wish_in(question.text) is not None
