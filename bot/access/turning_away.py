"""Tells people why their question gets no answer, where nobody else sees it. I/O: what the access control and the
replies do.

Both raise ``LeaseLost`` rather than say it for a question that may be another process's by now.
"""

from __future__ import annotations

from bot.access.control import AccessControl
from bot.access.rules import Reason
from bot.answering import endings
from bot.answering.endings import Ending
from bot.answering.results import Result
from bot.day_budget import Spent
from bot.errors import LeaseLost
from bot.messages import EntryPoint
from bot.ports import Claim, Outcome, Replies
from bot.telemetry.logs import get_logger, whose

log = get_logger(__name__)

SEEN_BY_ONE = (EntryPoint.DIRECT, EntryPoint.COMMAND, EntryPoint.SUMMARY)  # nobody else sees the reply


async def turn_away(claim: Claim, reason: Reason, access: AccessControl) -> None:
    if not claim.lease.held():
        raise LeaseLost
    await access.turn_away(claim.question, reason)


async def over_budget(claim: Claim, spent: Spent, access: AccessControl, replies: Replies) -> Result:
    """Says that a daily budget is used up. Others see nothing, and a notice is removed.

    Said once in a while for each way of asking: to people whom the bot answers, silence would look like a dead bot.
    """
    if not claim.lease.held():
        raise LeaseLost
    question, budget = claim.question, spent.budget.value
    told = await access.may_hear(question, f"{budget}/{question.entry_point.value}")
    log.info("turn.over_budget", budget=budget, told=told, **whose(question))
    words = ""
    if told and question.entry_point not in SEEN_BY_ONE:
        await replies.tell(question, endings.over_budget(spent, endings.NEXT_DAY_IN_SLACK))
    elif told:  # only that person sees the reply
        words = endings.over_budget(spent)
    return Result(Ending(Outcome.OVER_BUDGET, words))
