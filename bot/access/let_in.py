"""Asks the access control whether a claimed question may be answered, and shows a status if that takes long.

I/O: what the access control and the reply do, and the loop's timer. Others see nothing of a question that is denied,
as long as Slack soon says who asked it. If Slack is slow, people would think that the bot is dead, so a status appears.
No thread is read and no model asked until it is decided.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.access.control import AccessControl
from bot.access.rules import Reason
from bot.closing import Closing
from bot.errors import SlackError, StoreFailed
from bot.messages import EntryPoint
from bot.ports import Claim, Reply

UNSEEN_MAX_S = 1.5
SEEN_BY_ALL = (EntryPoint.MENTION, EntryPoint.DIRECT)
"""For other questions something is shown already, or nothing may be."""
STATUS = "is thinking…"


async def let_in(
    claim: Claim, access: AccessControl, open_reply: Callable[[], Awaitable[Reply]]
) -> tuple[Reason | None, Reply | None]:
    """Why the question may not be answered, and the reply if one was opened. Raises what opening it raises."""
    if claim.question.goes_on:
        return None, None
    looking = asyncio.create_task(access.denial(claim.question))
    reply = None
    try:
        await asyncio.wait({looking}, timeout=UNSEEN_MAX_S)
        if not looking.done() and _is_to_be_answered(claim):
            reply = await open_reply()
            reply.status(STATUS)
        reason = await looking
    except BaseException:
        looking.cancel()
        if reply is not None:
            await reply.abandon()
        raise
    if reason is None:
        return None, reply
    with suppress(SlackError, StoreFailed):
        if reply is None and claim.unrecorded and claim.question.entry_point in SEEN_BY_ALL:
            reply = await open_reply()  # a dead process may have left "is thinking…"
        if reply is not None and reply.begun:
            await reply.abandon()
        elif reply is not None:
            await reply.finish(Closing(withdraw=True))
    return reason, None


def _is_to_be_answered(claim: Claim) -> bool:
    """Whether it will be answered where others see it, if its author may ask."""
    hindered = claim.erased or claim.given_up or claim.spent is not None or claim.lease.stop is not None
    return claim.question.entry_point in SEEN_BY_ALL and not hindered
