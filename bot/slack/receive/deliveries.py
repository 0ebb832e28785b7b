"""Hands each delivery to the workspace that it is for, and returns what its acknowledgement says.

I/O: what the workspace does. An acknowledgement is held back until the question is stored. If that fails twice there is
none, and Slack delivers again. Everything else that Slack sends is acknowledged, too: otherwise it would come again and
again, and people would read that the bot failed.

Over HTTP Bolt is in front of this (``bolt``). Over a socket it is not needed: an envelope is already a body, and Bolt
took longer for one than all other steps together.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from bot.errors import StoreFailed, StoreLost
from bot.slack import interactions
from bot.slack.receive import feedback, shortcuts
from bot.slack.receive.kinds import MENTION, kind_of, mentions_the_bot
from bot.slack.receive.listeners import Listeners
from bot.slack.receive.sender_limit import SenderLimit
from bot.slack.shapes import Json, object_of, text_of
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

NOT_HERE = "I belong to another workspace, so I can't answer here."
AGAIN_AFTER_S, AGAIN_WITHIN_S = 0.25, 1.0
"""Slack waits three seconds for an acknowledgement, and delivers no command, press or modal a second time."""
OPTION_REQUESTS = frozenset({"block_suggestion", "dialog_suggestion"})
Ack = dict[str, Any]
"""What an acknowledgement says; empty for nothing."""
HandleDelivery = Callable[[dict[str, Any]], Awaitable[Ack]]


class Workspaces(Protocol):
    """The workspaces that this process answers in."""

    async def listeners(self, body: Json) -> Listeners | None:
        """The listeners of the workspace that a delivery is for; ``None`` if it is not answered here. Raises
        ``StoreFailed``."""


class Deliveries:
    """``arrived`` is told the kind of each delivery, whatever becomes of it."""

    def __init__(self, workspaces: Workspaces, arrived: Callable[[str], None] = lambda _: None) -> None:
        self._workspaces = workspaces
        self._arrived = arrived
        self._sender_limit = SenderLimit()

    async def handle(self, body: dict[str, Any]) -> Ack:
        """Returns the acknowledgement; if this raises, there is none."""
        kind = text_of(body.get("type"))
        if name := kind_of(body):
            self._arrived(name)
        if mentions_the_bot(body):
            self._arrived(MENTION)
        for each in (body, object_of(body.get("event"))):  # documented outside of events; Slack's SDKs know it as one
            if each.get("type") == "app_rate_limited":
                log.warning("slack.events_limited", minute=each.get("minute_rate_limited"))
        if not _has_listener(body):
            log.debug("delivery.ignored", kind=kind)
            return {"options": []} if kind in OPTION_REQUESTS else {}
        async with self._sender_limit.of(body):
            begun_s = time.monotonic()
            try:
                return await self._hand_over(kind, body)
            except StoreLost:
                raise
            except StoreFailed as error:  # a connection that broke just now, or a commit whose answer was lost
                if time.monotonic() - begun_s > AGAIN_WITHIN_S:
                    raise
                log.warning("delivery.taken_again", kind=kind or "command", error=str(error))
            await asyncio.sleep(AGAIN_AFTER_S)
            return await self._hand_over(kind, body)

    async def _hand_over(self, kind: str, body: dict[str, Any]) -> Ack:
        """Safe to do twice: Slack delivers some things twice anyway."""
        listeners = await self._workspaces.listeners(body)
        if listeners is None:
            log.info("delivery.of_another_workspace", kind=kind or "command")
            return _shown(NOT_HERE) if "command" in body else {}
        return await _dispatch(listeners, kind, body)


async def _dispatch(listeners: Listeners, kind: str, body: dict[str, Any]) -> Ack:
    match kind:
        case "event_callback":
            await listeners.on_event(body)
        case "block_actions":
            await listeners.on_action(body)
        case "view_submission":
            errors = await listeners.on_submission(body)
            return {"response_action": "errors", "errors": errors} if errors else {}
        case _ if "command" in body:
            shown = await listeners.on_command(body)
            return _shown(shown) if shown else {}
        case _:
            await listeners.on_shortcut(body)
    return {}


def _shown(text: str) -> Ack:
    return {"text": text, "response_type": "ephemeral"}


def _has_listener(body: dict[str, Any]) -> bool:
    """Whether it is an event, command, press or shortcut of ours, rather than a closed view, a request for options or a
    notice."""
    event = body.get("event")
    if body.get("type") == "event_callback":
        return isinstance(event, dict) and bool(text_of(event.get("type")))
    pressed = text_of(interactions.used_element(body).get("action_id"))
    ours = bool(shortcuts.used(body)) or feedback.is_reason(body)
    return "command" in body or ours or (body.get("type") == "block_actions" and bool(pressed))
