"""Whether a person is in a channel. I/O: conversations.members."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import partial

from bot.slack.paging import Paging
from bot.slack.shapes import Json

PAGES_MAX, PAGE = 20, 1_000


async def is_member(call: Callable[..., Awaitable[Json]], channel_id: str, user_id: str) -> bool:
    """``call(method, **arguments)``. Raises ``SlackError``."""
    page_of = partial(call, "conversations.members", channel=channel_id, limit=PAGE)
    async with aclosing(Paging(PAGES_MAX).of(page_of, "members")) as pages:
        async for page in pages:
            members = page.get("members")
            if isinstance(members, list) and user_id in members:
                return True
    return False
