"""Reserves times at which this process may post in a channel, beside other processes.

If several processes answer in a workspace, none of them knows what the others post in a channel. So each post has a
slot: a time reserved in the database, where all of them reserve theirs. A slot is asked for when nothing else keeps the
post waiting: one that is used late does not keep others from posting then. It belongs to the channel, not to whoever
requested it: the most urgent post gets the next one. I/O: the database, by ``Reserve``; while it is away, each process
counts for itself.
"""

from __future__ import annotations

import asyncio
from bisect import insort
from collections.abc import Awaitable, Callable
from math import inf

from bot.errors import StoreFailed
from bot.learned_limits import LearnedLimit
from bot.slack.web_api.channel_posts import ChannelLimits, ChannelPosts

Reserve = Callable[[str, float, float], Awaitable[float]]
"""Called with a channel, how many posts may go there at once, and how many a second. Returns in how many seconds the
next one may go; nobody else posts then. Raises ``StoreFailed``."""
PATIENCE_S = 1.0
"""Time limit for the database, since first words wait for it."""
LATE_S = 0.2
"""How much later than reserved a post of a burst may arrive; whoever has to wait allows for that time."""
CHANNELS_MAX = 1_000
KEPT_FOR_S = 1.0
"""A slot unused for this long is worthless: others have posted since."""


class ChannelSlots:
    """Of one channel; ``posts`` are those of this process."""

    def __init__(self, channel_id: str, posts: ChannelPosts, workspace: WorkspaceSlots) -> None:
        self._channel_id = channel_id
        self.posts = posts
        self._workspace = workspace
        self._waiting = 0
        self._free: list[float] = []
        self._asking: set[asyncio.Task[None]] = set()

    @property
    def rested(self) -> bool:
        """Whether it is no different from a new one, so that it can be forgotten."""
        full = self.posts.saved(now_s := _now_s()) >= self._workspace.limits.burst(now_s)
        return full and not self._waiting and not self._asking

    def join(self) -> None:
        """Somebody is waiting for a post from now on, until ``leave``."""
        self._waiting += 1

    def leave(self) -> None:
        self._waiting -= 1

    def ready_at(self, now_s: float, *, first_words: bool) -> float:
        """When the next post may go, as far as it is known."""
        here_s = self.posts.ready_at(now_s, first_words=first_words)
        if not self._workspace.shared:
            return here_s
        self._free = [at_s for at_s in self._free if at_s > now_s - KEPT_FOR_S]
        return max(here_s, self._free[0]) if self._free else inf

    def spend(self, now_s: float) -> None:
        self.posts.spend(now_s)
        del self._free[:1]

    def wants_slot_at(self, now_s: float, *, first_words: bool) -> float:
        """When to ask for a slot; never if there is one, or if one has been asked for."""
        has_one = self._free or self._asking or not self._workspace.shared
        return inf if has_one else self.posts.ready_at(now_s, first_words=first_words)

    def ask(self, number: int, *, first_words: bool) -> None:
        """Asks for so many slots, or for as many as there may be posts at once."""
        for _ in range(min(number, max(1, int(self.posts.saved(_now_s()))))):
            task = asyncio.create_task(self._ask(first_words=first_words))
            self._asking.add(task)
            task.add_done_callback(self._answered)

    async def _ask(self, *, first_words: bool) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                wait_s = await self._workspace.slot(self._channel_id, first_words=first_words)
        except (StoreFailed, TimeoutError):
            wait_s = 0.0
        insort(self._free, _now_s() + (wait_s + LATE_S if wait_s else 0.0))

    def _answered(self, task: asyncio.Task[None]) -> None:
        self._asking.discard(task)
        self._workspace.on_slot()


class WorkspaceSlots:
    """The slots of all channels of a workspace, within ``limits``. ``on_slot`` is called when there is a new one."""

    def __init__(self, on_slot: Callable[[], None]) -> None:
        self.on_slot = on_slot
        self.limits = ChannelLimits()
        self._reserve: Reserve | None = None
        self._channels: dict[str, ChannelSlots] = {}

    @property
    def shared(self) -> bool:
        return self._reserve is not None

    def share(self, reserve: Reserve | None) -> None:
        """``None``: no other process posts in this workspace."""
        self._reserve = reserve

    def of(self, channel_id: str) -> ChannelSlots:
        if channel_id not in self._channels:
            if len(self._channels) >= CHANNELS_MAX:
                self._channels = {name: one for name, one in self._channels.items() if not one.rested}
            self._channels[channel_id] = ChannelSlots(channel_id, ChannelPosts(self.limits), self)
        return self._channels[channel_id]

    def refused(self, channel_id: str) -> LearnedLimit | None:
        """What was learned about all channels, if anything."""
        return self.limits.refused(self.of(channel_id).posts, _now_s())

    async def slot(self, channel_id: str, *, first_words: bool) -> float:
        """How many seconds away it is."""
        if self._reserve is None:
            return 0.0
        now_s = _now_s()
        at_once = self.limits.at_once(now_s, first_words=first_words)
        return await self._reserve(channel_id, at_once, self.limits.per_s(now_s))


def _now_s() -> float:
    return asyncio.get_running_loop().time()
