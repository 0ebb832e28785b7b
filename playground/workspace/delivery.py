"""Delivers events, commands and button presses until they are acknowledged, as often as Slack would try.

I/O: through a ``Transport``. Sources: slack:apis/events-api (3 s, three retries: at once, after 1 and 5 minutes, with
number and reason); slack:interactivity/handling-user-interaction (commands and interactivity are tried once, the user
sees the failure). Retries of an event keep its event_id.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from playground.workspace import defaults
from playground.workspace.events import envelope
from playground.workspace.records import Channel, Json
from playground.workspace.state import State


class Sort(StrEnum):
    """The ``type`` of a Socket Mode envelope."""

    EVENT = "events_api"
    COMMAND = "slash_commands"
    INTERACTIVE = "interactive"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one try ended. ``reason`` is Slack's word for a failure; ``answer`` what came with the ack."""

    acknowledged: bool
    reason: str = ""
    answer: Json | None = None
    may_retry: bool = True


@dataclass(slots=True)
class Delivery:
    """One payload on its way. ``outcomes`` has one entry for each try that ended."""

    sort: Sort
    payload: Json
    outcomes: list[Outcome] = field(default_factory=list)
    given_up: bool = False

    @property
    def acknowledged(self) -> bool:
        return bool(self.outcomes) and self.outcomes[-1].acknowledged

    @property
    def over(self) -> bool:
        return self.acknowledged or self.given_up

    @property
    def event_id(self) -> str | None:
        return self.payload.get("event_id")


class Transport(Protocol):
    async def send(self, delivery: Delivery, retry_num: int, retry_reason: str) -> Outcome: ...


class Courier:
    """Delivers; each payload on its way is a task of its own, so nothing waits for anything else."""

    def __init__(self, state: State, transport: Transport, retry_delays_s: Sequence[float]) -> None:
        self.state = state
        self.transport = transport
        self.retry_delays_s = tuple(retry_delays_s)
        self.deliveries: list[Delivery] = []
        self._tasks: set[asyncio.Task[None]] = set()
        state.on_event = self.event

    def event(self, event: Json, channel: Channel) -> None:
        """Delivers an inner event if the app is subscribed to it, may read it and is in the channel."""
        if self._wanted(event, channel):
            self.deliver(Sort.EVENT, self.wrapped(event))

    def wrapped(self, event: Json) -> Json:
        channel = self.state.channels.get(str(event.get("channel")))
        shared = channel is not None and channel.is_ext_shared
        return envelope(
            event, self.state.team.id, self.state.new_id("Ev"), int(self.state.wall_clock()), is_ext_shared=shared
        )

    def deliver(self, sort: Sort, payload: Json, on_over: Callable[[Delivery], None] | None = None) -> Delivery:
        delivery = Delivery(sort, payload)
        self.deliveries.append(delivery)
        task = asyncio.get_running_loop().create_task(self._run(delivery, on_over))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return delivery

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _wanted(self, event: Json, channel: Channel) -> bool:
        manifest = self.state.manifest
        if defaults.BOT_USER_ID not in channel.members:
            return False
        if event["type"] == "app_mention":
            return "app_mention" in manifest.events and "app_mentions:read" in manifest.scopes
        if event["type"] == "app_home_opened":
            return "app_home_opened" in manifest.events
        if event["type"] == "reaction_added":
            return "reaction_added" in manifest.events and "reactions:read" in manifest.scopes
        if event["type"] in ("agent_session_stopped", "app_home_opened", "assistant_thread_started"):
            return event["type"] in manifest.events
        scope = f"{channel.kind.scope_family}:history"
        return channel.kind.subscription in manifest.events and scope in manifest.scopes

    async def _run(self, delivery: Delivery, on_over: Callable[[Delivery], None] | None) -> None:
        delays = self.retry_delays_s if delivery.sort is Sort.EVENT else ()
        reason = ""
        for retry_num, delay_s in enumerate((0.0, *delays)):
            if delay_s:
                await asyncio.sleep(delay_s)
            outcome = await self.transport.send(delivery, retry_num, reason)
            delivery.outcomes.append(outcome)
            self.state.changes.note()
            reason = outcome.reason
            if outcome.acknowledged or not outcome.may_retry:
                break
        delivery.given_up = not delivery.acknowledged
        if on_over is not None:
            on_over(delivery)
        self.state.changes.note()
