"""A channel and a person go in; whether that person is in it comes out. I/O: conversations.members."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.slack.shapes import Json, object_of, text_of

PAGES_MAX, PAGE = 20, 1_000


async def is_member(call: Callable[..., Awaitable[Json]], channel_id: str, user_id: str) -> bool:
    """``call(method, **arguments)``. Raises ``SlackError``."""
    cursor: dict[str, str] = {}
    for _ in range(PAGES_MAX):
        page = await call("conversations.members", channel=channel_id, limit=PAGE, **cursor)
        members = page.get("members")
        if isinstance(members, list) and user_id in members:
            return True
        next_cursor = text_of(object_of(page.get("response_metadata")).get("next_cursor"))
        if not next_cursor:
            return False
        cursor = {"cursor": next_cursor}
    return False
