"""Looks up the names of users, apps, channels and user groups, and who users are.

I/O: users.info, bots.info, conversations.info and usergroups.list, each id once however many ask at the same time. A
name is a courtesy: if Slack gives none, or not soon, the id is used, and nothing is raised. Who somebody is decides
what they may do: that is waited for, and never guessed.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic
from typing import Any, Protocol

from bot.access.rules import Person
from bot.errors import SlackError, SlackNoAccess, SlackRefused, SlackUnavailable
from bot.messages import Channel, ChannelKind
from bot.slack.shapes import Json, object_of, objects_of, text_of
from bot.slack.web_api.channel_object import channel_of
from bot.slack.web_api.user_object import app_of, name_of, person_of, zone_of

NAMES_MAX = 10_000
NAME_AGE_MAX_S = 60 * 60
PERSON_AGE_MAX_S = 5 * 60
"""How long somebody who was made a guest, or whose account was deactivated, can still ask."""
PAUSE_FIRST_S, PAUSE_MAX_S = 0.25, 8.0
"""Pause between tries to learn who somebody is, on top of what the rate limiter waits after a 429."""
USERS_INFO = "users.info"
USER_LETTERS = ("U", "W")
BOT_LETTER = "B"
SLACKBOT = "USLACKBOT"
APP = Person(is_app=True)
WAIT_MAX_S = 3.0
"""An answer waits no longer than this for names; later lookups go on and serve the next answer."""
OWED_MAX_S = 60.0
"""A name that Slack did not give in time is not waited for again before this time is over."""
LOOKUPS_AT_ONCE = 4
LOOKUPS_OF_ONE_MAX = 50
"""Lookups at a time for one thread, its authors first: others' names do not wait behind thousands."""
LOOKUPS_MAX = 200
"""Lookups under way or waiting. People mentioned beyond that are shown by id: Slack allows about 100 names a minute."""
ALL_GROUPS = "S"
"""Stands for every user group: Slack gives their handles all at once."""


class Api(Protocol):
    """Slack's Web API for one workspace."""

    async def call(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 (JSON)
        """The response, ``ok`` being true. Raises ``SlackError``."""


@dataclass(frozen=True, slots=True)
class Known:
    """``name`` is empty if Slack has none, or none for us. ``person`` is ``None`` for anything that is not a user, or
    that Slack does not know; ``no_access``: why the app may not ask; ``private``: a channel whose name is only for its
    members; ``zone``: a person's, see ``messages.Author``."""

    name: str = field(repr=False)
    at_s: float
    person: Person | None
    no_access: str = ""
    channel: Channel | None = None
    zone: str = ""

    @property
    def private(self) -> bool:
        return self.channel is not None and self.channel.kind is not ChannelKind.PUBLIC


class Names:
    """The names of one workspace."""

    def __init__(self, api: Api, *, wait_max_s: float = WAIT_MAX_S, clock: Callable[[], float] = monotonic) -> None:
        self._api = api
        self._wait_max_s = wait_max_s
        self._clock = clock
        self._known: OrderedDict[str, Known] = OrderedDict()
        self._lookups: dict[str, asyncio.Task[None]] = {}
        self._inquiries: dict[str, asyncio.Task[None]] = {}
        self._at_once = asyncio.Semaphore(LOOKUPS_AT_ONCE)
        self._owed: dict[str, float] = {}
        """Since when Slack owes a name that somebody waited for."""

    async def resolve(self, ids: Iterable[str], channel_id: str = "") -> dict[str, str]:
        """A name for each id that Slack names within ``wait_max_s``; the others are missing.

        So are private channels, except ``channel_id``: people there are members, and who else is a member is not asked.
        """
        wanted = [wanted_id for wanted_id in dict.fromkeys(ids) if wanted_id[:1] in _METHODS]
        await self._wait_for(dict.fromkeys(map(_looked_up, wanted)))
        found = {wanted_id: known for wanted_id in wanted if (known := self._known.get(wanted_id)) and known.name}
        return {id_: known.name for id_, known in found.items() if not known.private or id_ == channel_id}

    def soon(self, ids: Iterable[str]) -> None:
        """Begins to look up names that will be needed soon, while whoever needs them still waits for something else."""
        for wanted_id in self._unknown(ids):
            self._owed.setdefault(wanted_id, self._clock())
            self._lookup(wanted_id)

    def zone(self, user_id: str) -> str:
        """The time zone of a user who was looked up before; empty if Slack gave none."""
        known = self._known.get(user_id)
        return known.zone if known else ""

    async def channel(self, channel_id: str) -> Channel:
        """The channel, for its own members to read. Empty if Slack does not answer within ``wait_max_s``."""
        if channel_id.startswith("D"):
            return Channel(ChannelKind.DIRECT, "", "", "")
        await self._wait_for([channel_id])
        known = self._known.get(channel_id)
        return known.channel if known and known.channel else Channel(ChannelKind.PUBLIC, "", "", "")

    async def is_bot(self, user_id: str, *, within_s: float) -> bool | None:
        """Whether the user is a bot; ``None`` if Slack does not answer in time."""
        if user_id[:1] in _METHODS:
            await self._look_up([user_id], within_s)
        return self.is_known_bot(user_id)

    def is_known_bot(self, user_id: str) -> bool | None:
        """The same, from earlier lookups."""
        known = self._known.get(user_id)
        return known.person.is_app if known and known.person else None

    async def person(self, user_id: str, *, within_s: float) -> Person | None:
        """Implements ``access.control.People``."""
        if user_id == SLACKBOT:
            return APP
        if not user_id.startswith((*USER_LETTERS, BOT_LETTER)):
            return None
        if not self._is_fresh(user_id, PERSON_AGE_MAX_S):
            try:
                async with asyncio.timeout(within_s):
                    await self._inquire(user_id)
            except TimeoutError:
                raise SlackUnavailable(USERS_INFO, "no_answer_in_time") from None
        known = self._known[user_id]
        if known.no_access:
            raise SlackNoAccess(USERS_INFO, known.no_access)
        return APP if known.person is None and user_id.startswith(BOT_LETTER) else known.person

    async def close(self) -> None:
        """Ends the lookups that nobody waits for any more."""
        lookups = [*self._lookups.values(), *self._inquiries.values()]
        for lookup in lookups:
            lookup.cancel()
        await asyncio.gather(*lookups, return_exceptions=True)

    async def _wait_for(self, ids: Iterable[str]) -> None:
        """Waits at most ``wait_max_s`` in all for each id, however often it is asked for."""
        unknown, now_s = self._unknown(ids), self._clock()
        self._owed = {id_: since_s for id_, since_s in self._owed.items() if now_s - since_s < OWED_MAX_S}
        since_s = max((self._owed.setdefault(id_, now_s) for id_ in unknown), default=now_s)
        await self._look_up(unknown, max(0.0, since_s + self._wait_max_s - now_s))
        for id_ in filter(self._is_fresh, unknown):
            self._owed.pop(id_, None)

    async def _look_up(self, ids: Iterable[str], within_s: float) -> None:
        lookups = [lookup for id_ in self._unknown(ids) if (lookup := self._lookup(id_))]
        if lookups:
            await asyncio.wait(lookups, timeout=within_s)

    def _unknown(self, ids: Iterable[str]) -> list[str]:
        named = (id_ for id_ in ids if id_[:1] in _METHODS)
        return list(islice((id_ for id_ in named if not self._is_fresh(id_)), LOOKUPS_OF_ONE_MAX))

    def _is_fresh(self, known_id: str, age_max_s: float = NAME_AGE_MAX_S) -> bool:
        known = self._known.get(known_id)
        return known is not None and self._clock() - known.at_s < age_max_s

    async def _inquire(self, user_id: str) -> None:
        """Asks until Slack answers."""
        pause_s = PAUSE_FIRST_S
        while True:
            await asyncio.wait([self._inquiry(user_id)])
            if self._is_fresh(user_id, PERSON_AGE_MAX_S):
                return
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, PAUSE_MAX_S)

    def _inquiry(self, user_id: str) -> asyncio.Task[None]:
        """Does not queue behind names, which are a courtesy; there are no more of these than turns and presses."""
        if user_id not in self._inquiries:
            inquiry = asyncio.create_task(self._ask(user_id), name=f"who {user_id} is")
            self._inquiries[user_id] = inquiry
            inquiry.add_done_callback(lambda _: self._inquiries.pop(user_id, None))
        return self._inquiries[user_id]

    def _lookup(self, wanted_id: str) -> asyncio.Task[None] | None:
        if wanted_id not in self._lookups:
            if len(self._lookups) >= LOOKUPS_MAX:
                return None
            lookup = asyncio.create_task(self._ask_in_turn(wanted_id), name=f"name of {wanted_id}")
            self._lookups[wanted_id] = lookup
            lookup.add_done_callback(lambda _: self._lookups.pop(wanted_id, None))
        return self._lookups[wanted_id]

    async def _ask_in_turn(self, wanted_id: str) -> None:
        async with self._at_once:
            await self._ask(wanted_id)

    async def _ask(self, wanted_id: str) -> None:
        method, parameter, read = _METHODS[wanted_id[0]]
        no_access = ""
        try:
            answer = await self._api.call(method, **({parameter: wanted_id} if parameter else {}))
        except SlackRefused:
            answer = {}  # there is nobody by that id: asking again soon would not help
        except SlackNoAccess as error:
            answer, no_access = {}, error.code
        except SlackError:
            return
        self._remember(wanted_id, "", None, no_access)
        channel, zone = channel_of(object_of(answer.get("channel"))), zone_of(object_of(answer.get("user")))
        for id_, name, person in read(wanted_id, answer):
            self._remember(id_, name, person, channel=channel, zone=zone)

    def _remember(
        self,
        id_: str,
        name: str,
        person: Person | None,
        no_access: str = "",
        *,
        channel: Channel | None = None,
        zone: str = "",
    ) -> None:
        self._known[id_] = Known(" ".join(name.split()), self._clock(), person, no_access, channel, zone)
        self._known.move_to_end(id_)
        while len(self._known) > NAMES_MAX:
            self._known.popitem(last=False)


Found = Iterable[tuple[str, str, Person | None]]
"""An id, its name, and for a user who that is."""


def _looked_up(wanted_id: str) -> str:
    return ALL_GROUPS if wanted_id.startswith("S") else wanted_id


def _user(wanted_id: str, answer: Json) -> Found:
    if user := object_of(answer.get("user")):
        yield wanted_id, name_of(user), person_of(user)


def _bot(wanted_id: str, answer: Json) -> Found:
    bot = object_of(answer.get("bot"))
    yield wanted_id, text_of(bot.get("name")), app_of(bot)


def _channel(wanted_id: str, answer: Json) -> Found:
    yield wanted_id, text_of(object_of(answer.get("channel")).get("name")), None


def _groups(_: str, answer: Json) -> Found:
    for group in objects_of(answer.get("usergroups"))[:NAMES_MAX]:
        yield text_of(group.get("id")), text_of(group.get("handle")) or text_of(group.get("name")), None


_METHODS: dict[str, tuple[str, str, Callable[[str, Json], Found]]] = {
    "U": (USERS_INFO, "user", _user),
    "W": (USERS_INFO, "user", _user),
    "B": ("bots.info", "bot", _bot),
    "C": ("conversations.info", "channel", _channel),
    "G": ("conversations.info", "channel", _channel),
    "S": ("usergroups.list", "", _groups),
}
"""By the first letter of an id. The handles of user groups need ``usergroups:read``, which is optional."""
