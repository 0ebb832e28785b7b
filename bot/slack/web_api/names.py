"""Ids of users and channels go in; the names people know them by come out.

I/O: users.info and conversations.info, each id once however many ask at the same time. A name is a courtesy: where
Slack gives none, or not soon, the id serves, and nothing is raised.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, Protocol

from bot.errors import SlackError, SlackNoAccess, SlackRefused
from bot.slack.shapes import Json, object_of, text_of

NAMES_MAX = 10_000
NAME_AGE_MAX_S = 60 * 60
WAIT_MAX_S = 3.0
"""An answer waits no longer than this for names; later lookups go on and serve the next answer."""
LOOKUPS_AT_ONCE = 4


class Api(Protocol):
    """Slack's Web API for one workspace."""

    async def call(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
        """The response, ``ok`` being true. Raises ``SlackError``."""


class Names:
    """The names of one workspace."""

    def __init__(self, api: Api, *, wait_max_s: float = WAIT_MAX_S, clock: Callable[[], float] = monotonic) -> None:
        self._api = api
        self._wait_max_s = wait_max_s
        self._clock = clock
        self._known: OrderedDict[str, tuple[str, float]] = OrderedDict()
        self._lookups: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(LOOKUPS_AT_ONCE)

    async def resolve(self, ids: Iterable[str]) -> dict[str, str]:
        """A name for each id that Slack names within ``wait_max_s``; the others are missing from the result."""
        wanted = [wanted_id for wanted_id in dict.fromkeys(ids) if wanted_id[:1] in _METHODS]
        lookups = [self._lookup(wanted_id) for wanted_id in wanted if not self._is_fresh(wanted_id)]
        if lookups:
            await asyncio.wait(lookups, timeout=self._wait_max_s)
        return {wanted_id: self._known[wanted_id][0] for wanted_id in wanted if self._known.get(wanted_id, ("",))[0]}

    async def close(self) -> None:
        """Gives up the lookups that nobody waits for any more."""
        lookups = list(self._lookups.values())
        for lookup in lookups:
            lookup.cancel()
        await asyncio.gather(*lookups, return_exceptions=True)

    def _is_fresh(self, known_id: str) -> bool:
        known = self._known.get(known_id)
        return known is not None and self._clock() - known[1] < NAME_AGE_MAX_S

    def _lookup(self, wanted_id: str) -> asyncio.Task[None]:
        if wanted_id not in self._lookups:
            lookup = asyncio.create_task(self._ask(wanted_id), name=f"name of {wanted_id}")
            self._lookups[wanted_id] = lookup
            lookup.add_done_callback(lambda _: self._lookups.pop(wanted_id, None))
        return self._lookups[wanted_id]

    async def _ask(self, wanted_id: str) -> None:
        method, parameter, name_in = _METHODS[wanted_id[0]]
        async with self._room:
            try:
                name = name_in(await self._api.call(method, **{parameter: wanted_id}))
            except (SlackRefused, SlackNoAccess):
                name = ""  # nobody by that id, or no scope to ask: asking again soon would tell no more
            except SlackError:
                return
        self._known[wanted_id] = (" ".join(name.split()), self._clock())
        self._known.move_to_end(wanted_id)
        while len(self._known) > NAMES_MAX:
            self._known.popitem(last=False)


def _user_name(response: Json) -> str:
    user = object_of(response.get("user"))
    profile = object_of(user.get("profile"))
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return next((text_of(name) for name in names if text_of(name).strip()), "")


def _channel_name(response: Json) -> str:
    return text_of(object_of(response.get("channel")).get("name"))


_USER = ("users.info", "user", _user_name)
_CHANNEL = ("conversations.info", "channel", _channel_name)
_METHODS: dict[str, tuple[str, str, Callable[[Json], str]]] = {
    "U": _USER,
    "W": _USER,
    "C": _CHANNEL,
    "G": _CHANNEL,
}
"""By the first letter of an id."""
