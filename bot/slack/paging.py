"""Fetches the pages of a list, and stops at some point whatever Slack says. I/O: the calls.

Slack names the next page by a cursor; a page may be empty and still have one. A server that repeats a cursor, or names
new ones for ever while nothing new comes, is not followed for ever. Source: slack:apis/web-api/pagination.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.slack.shapes import Json, object_of, text_of

BARREN_MAX = 5
"""Pages in a row with nothing new; the root of a thread, which is on each of its pages, is not new."""


@dataclass(slots=True)
class Paging:
    """``pages_max``: after so many it stops. ``whole``: the newest page was the last one, as Slack said itself."""

    pages_max: int
    whole: bool = False

    async def of(self, call: Callable[..., Awaitable[Json]], listed: str) -> AsyncGenerator[Json, None]:
        """``call(**cursor)`` gives a page, whose list has the name ``listed``. Raises what the call raises."""
        cursor, cursors, known, barren = "", set[str](), set[str](), 0
        for _ in range(self.pages_max):
            page = await call(**({"cursor": cursor} if cursor else {}))
            following = text_of(object_of(page.get("response_metadata")).get("next_cursor"))
            self.whole = not following
            yield page
            items = page.get(listed)
            names = {_name(item) for item in items} if isinstance(items, list) else set()
            barren = 0 if names - known else barren + 1
            known |= names
            cursors.add(cursor)
            cursor = following
            if self.whole or cursor in cursors or barren >= BARREN_MAX:
                return


def _name(item: Any) -> str:  # noqa: ANN401 - JSON
    """What tells it from others: a message's ts, a channel's id, a member."""
    fields = object_of(item)
    return text_of(fields.get("ts")) or text_of(fields.get("id")) or str(item)
