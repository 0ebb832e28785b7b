"""What Slack delivers goes in; it is handed to the workspace that it is for, and acknowledged after that.

I/O: Bolt. ``process_before_response`` holds the acknowledgement back until a question is written down. If that fails
there is none, and Slack delivers again. Whatever else Slack sends is acknowledged, too: it would come again and again,
and people would read that we failed.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.receive import feedback, shortcuts
from bot.slack.receive.kinds import MENTION, kind_of, mentions_the_bot
from bot.slack.receive.listeners import Listeners
from bot.slack.shapes import Json, object_of, objects_of, text_of
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

NOT_HERE = "I belong to another workspace, so I can't answer here."
OPTION_REQUESTS = frozenset({"block_suggestion", "dialog_suggestion"})
LISTENERS = "listeners"


class Workspaces(Protocol):
    """The workspaces that this process answers in."""

    async def listeners(self, body: Json) -> Listeners | None:
        """Of the workspace that a delivery is for; ``None`` where it is not answered here. Raises ``StoreFailed``."""


def bolt_app(
    client: AsyncWebClient,
    workspaces: Workspaces,
    signing_secret: str,
    arrived: Callable[[str], None] = lambda _: None,
) -> AsyncApp:
    """The same for both transports. ``arrived`` hears of what kind each delivery is, whatever becomes of it."""

    async def authorize(**_: object) -> AuthorizeResult:
        """Bolt itself calls nothing: each workspace has a client of its own."""
        return AuthorizeResult(enterprise_id=None, team_id=None, bot_token=client.token)

    bolt = AsyncApp(
        client=client,
        authorize=authorize,
        signing_secret=signing_secret,
        request_verification_enabled=bool(signing_secret),
        process_before_response=True,
        attaching_conversation_kwargs_enabled=False,
        ignoring_self_events_enabled=False,  # who the bot is depends on the workspace: its listeners know
    )
    bolt.middleware(_Addressed(workspaces, arrived).on_every)
    bolt.event(re.compile(".*"))(_on_event)
    bolt.command(re.compile(".*"))(_on_command)
    bolt.action(re.compile(".*"))(_on_action)
    bolt.shortcut(re.compile(".*"))(_on_shortcut)
    bolt.view(re.compile(".*"))(_on_submission)
    return bolt


class _Addressed:
    """Finds the workspace. Bolt fills in the parameters by their names, here and below."""

    def __init__(self, workspaces: Workspaces, arrived: Callable[[str], None]) -> None:
        self._workspaces = workspaces
        self._arrived = arrived

    async def on_every(
        self, body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        """Comes first, and lets through what there is a listener for."""
        kind = text_of(body.get("type"))
        if name := kind_of(body):
            self._arrived(name)
        if mentions_the_bot(body):
            self._arrived(MENTION)
        for each in (body, object_of(body.get("event"))):  # it comes as itself; Slack's SDKs know it as an event too
            if each.get("type") == "app_rate_limited":
                log.warning("slack.events_limited", minute=each.get("minute_rate_limited"))
        if not _has_listener(body):
            log.debug("delivery.ignored", kind=kind)
            return BoltResponse(status=200, body={"options": []} if kind in OPTION_REQUESTS else "")
        listeners = await self._workspaces.listeners(body)
        if listeners is None:
            log.info("delivery.of_another_workspace", kind=kind or "command")
            words = {"text": NOT_HERE, "response_type": "ephemeral"} if "command" in body else ""
            return BoltResponse(status=200, body=words)
        context[LISTENERS] = listeners
        await next_()
        return None


async def _on_event(context: AsyncBoltContext, body: dict[str, Any]) -> None:
    await _listeners(context).on_event(body)


async def _on_command(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
    shown = await _listeners(context).on_command(body)
    if shown:
        await ack(text=shown, response_type="ephemeral")
    else:
        await ack()


async def _on_action(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
    await _listeners(context).on_action(body)
    await ack()


async def _on_shortcut(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
    await _listeners(context).on_shortcut(body)
    await ack()


async def _on_submission(ack: AsyncAck, context: AsyncBoltContext, body: dict[str, Any]) -> None:
    errors = await _listeners(context).on_submission(body)
    if errors:
        await ack(response_action="errors", errors=errors)
    else:
        await ack()


def _listeners(context: AsyncBoltContext) -> Listeners:
    found: Listeners = context[LISTENERS]
    return found


def _has_listener(body: dict[str, Any]) -> bool:
    """Events, commands, presses and our shortcuts; not the closing of a view, nor a request for options, a notice."""
    event = body.get("event")
    if body.get("type") == "event_callback":
        return isinstance(event, dict) and bool(text_of(event.get("type")))
    pressed = next((text_of(action.get("action_id")) for action in objects_of(body.get("actions"))), "")
    ours = bool(shortcuts.used(body)) or feedback.is_reason(body)
    return "command" in body or ours or (body.get("type") == "block_actions" and bool(pressed))
