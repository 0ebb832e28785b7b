"""Ids of users, apps, channels and user groups go in; the names people know them by come out, and who is a bot.

I/O: users.info, bots.info, conversations.info and usergroups.list, each id once however many ask at the same time. A
name is a courtesy: where Slack gives none, or not soon, the id serves, and nothing is raised.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol

from bot.errors import SlackError, SlackNoAccess, SlackRefused
from bot.slack.shapes import Json, object_of, objects_of, text_of

NAMES_MAX = 10_000
NAME_AGE_MAX_S = 60 * 60
WAIT_MAX_S = 3.0
"""An answer waits no longer than this for names; later lookups go on and serve the next answer."""
LOOKUPS_AT_ONCE = 4
LOOKUPS_MAX = 100
"""Under way or waiting. Whoever is mentioned beyond that is called by the id: Slack gives about 100 names a minute."""
ALL_GROUPS = "S"
"""Stands for every user group: Slack gives their handles all at once."""


class Api(Protocol):
    """Slack's Web API for one workspace."""

    async def call(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
        """The response, ``ok`` being true. Raises ``SlackError``."""


@dataclass(frozen=True, slots=True)
class Known:
    """``name`` is empty where Slack has none, or none for us. ``is_bot`` is ``None`` for what is no user."""

    name: str
    at_s: float
    is_bot: bool | None


class Names:
    """The names of one workspace."""

    def __init__(self, api: Api, *, wait_max_s: float = WAIT_MAX_S, clock: Callable[[], float] = monotonic) -> None:
        self._api = api
        self._wait_max_s = wait_max_s
        self._clock = clock
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._lookups: dict[str, asyncio.Task[None]] = {}
        self._at_once = asyncio.Semaphore(LOOKUPS_AT_ONCE)

    async def resolve(self, ids: Iterable[str]) -> dict[str, str]:
        """A name for each id that Slack names within ``wait_max_s``; the others are missing from the result."""
        wanted = [wanted_id for wanted_id in dict.fromkeys(ids) if wanted_id[:1] in _METHODS]
        await self._look_up(dict.fromkeys(map(_looked_up, wanted)), self._wait_max_s)
        return {wanted_id: known.name for wanted_id in wanted if (known := self._known.get(wanted_id)) and known.name}

    async def is_bot(self, user_id: str, *, within_s: float) -> bool | None:
        """Whether the user is a bot; ``None`` where Slack does not say so in time."""
        if user_id[:1] in _METHODS:
            await self._look_up([user_id], within_s)
        return self.is_known_bot(user_id)

    def is_known_bot(self, user_id: str) -> bool | None:
        """The same from what was asked before."""
        known = self._known.get(user_id)
        return known.is_bot if known else None

    async def close(self) -> None:
        """Gives up the lookups that nobody waits for any more."""
        lookups = list(self._lookups.values())
        for lookup in lookups:
            lookup.cancel()
        await asyncio.gather(*lookups, return_exceptions=True)

    async def _look_up(self, ids: Iterable[str], within_s: float) -> None:
        lookups = [lookup for id_ in ids if not self._is_fresh(id_) and (lookup := self._lookup(id_))]
        if lookups:
            await asyncio.wait(lookups, timeout=within_s)

    def _is_fresh(self, known_id: str) -> bool:
        known = self._known.get(known_id)
        return known is not None and self._clock() - known.at_s < NAME_AGE_MAX_S

    def _lookup(self, wanted_id: str) -> asyncio.Task[None] | None:
        if wanted_id not in self._lookups:
            if len(self._lookups) >= LOOKUPS_MAX:
                return None
            lookup = asyncio.create_task(self._ask(wanted_id), name=f"name of {wanted_id}")
            self._lookups[wanted_id] = lookup
            lookup.add_done_callback(lambda _: self._lookups.pop(wanted_id, None))
        return self._lookups[wanted_id]

    async def _ask(self, wanted_id: str) -> None:
        method, parameter, read = _METHODS[wanted_id[0]]
        async with self._at_once:
            try:
                answer = await self._api.call(method, **({parameter: wanted_id} if parameter else {}))
            except (SlackRefused, SlackNoAccess):
                answer = {}  # nobody by that id, or no scope to ask: asking again soon would tell no more
            except SlackError:
                return
        self._remember(wanted_id, "", None)
        for id_, name, is_bot in read(wanted_id, answer):
            self._remember(id_, name, is_bot)

    def _remember(self, id_: str, name: str, is_bot: bool | None) -> None:
        self._known[id_] = Known(" ".join(name.split()), self._clock(), is_bot)
        self._known.move_to_end(id_)
        while len(self._known) > NAMES_MAX:
            self._known.popitem(last=False)


Found = Iterable[tuple[str, str, bool | None]]
"""An id, its name, and for a user whether it is a bot."""


def _looked_up(wanted_id: str) -> str:
    return ALL_GROUPS if wanted_id.startswith("S") else wanted_id


def _user(wanted_id: str, answer: Json) -> Found:
    user = object_of(answer.get("user"))
    profile = object_of(user.get("profile"))
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    name = next((text_of(name) for name in names if text_of(name).strip()), "")
    if user:
        yield wanted_id, name, user.get("is_bot") is True


def _bot(wanted_id: str, answer: Json) -> Found:
    yield wanted_id, text_of(object_of(answer.get("bot")).get("name")), None


def _channel(wanted_id: str, answer: Json) -> Found:
    yield wanted_id, text_of(object_of(answer.get("channel")).get("name")), None


def _groups(_: str, answer: Json) -> Found:
    for group in objects_of(answer.get("usergroups"))[:NAMES_MAX]:
        yield text_of(group.get("id")), text_of(group.get("handle")) or text_of(group.get("name")), None


_METHODS: dict[str, tuple[str, str, Callable[[str, Json], Found]]] = {
    "U": ("users.info", "user", _user),
    "W": ("users.info", "user", _user),
    "B": ("bots.info", "bot", _bot),
    "C": ("conversations.info", "channel", _channel),
    "G": ("conversations.info", "channel", _channel),
    "S": ("usergroups.list", "", _groups),
}
"""By the first letter of an id. The handles of user groups need ``usergroups:read``, which is optional."""
