"""What Slack delivers goes in; accepted questions come out, and Slack gets its acknowledgement only after that.

I/O: Bolt. A listener parses, hands over, and returns: nothing slow happens here, so ``process_before_response`` holds
the acknowledgement back until the question is written down. If that fails there is none, and Slack delivers again.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import get_logger
from bot.messages import Question
from bot.slack import buttons
from bot.slack.receive.payloads import Ignored, deleted_file, question_from_command, question_from_event
from bot.slack.web_api.identity import Identity

log = get_logger(__name__)

THINKING = "Thinking…"


@dataclass(frozen=True, slots=True)
class Handlers:
    """Who takes what Slack delivers. ``accept`` says whether the question is new."""

    accept: Callable[[Question], Awaitable[bool]]
    button_pressed: Callable[[buttons.PressedMessage], Coroutine[Any, Any, None]]
    file_deleted: Callable[[str], Coroutine[Any, Any, None]]


def build(client: AsyncWebClient, identity: Identity, signing_secret: str, handlers: Handlers) -> AsyncApp:
    """The Bolt app, the same for both transports."""
    later: set[asyncio.Task[None]] = set()

    async def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team_id,
            bot_token=client.token,
            bot_id=identity.bot_id,
            bot_user_id=identity.bot_user_id,
        )

    bolt = AsyncApp(
        client=client,
        authorize=authorize,
        signing_secret=signing_secret,
        request_verification_enabled=bool(signing_secret),
        process_before_response=True,
        attaching_conversation_kwargs_enabled=False,
    )

    def after_the_ack(work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        later.add(task)
        task.add_done_callback(later.discard)

    async def on_event(body: dict[str, Any]) -> None:
        if (file_id := deleted_file(body)) is not None:
            after_the_ack(handlers.file_deleted(file_id))
            return
        question = question_from_event(
            body, bot_user_id=identity.bot_user_id, bot_id=identity.bot_id, now_s=time.time()
        )
        if isinstance(question, Ignored):
            log.debug("event.ignored", reason=question.reason)
        else:
            await handlers.accept(question)

    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await handlers.accept(question_from_command(body))
        await ack(text=THINKING, response_type="ephemeral")

    async def on_action(ack: AsyncAck, body: dict[str, Any]) -> None:
        question = buttons.question_of(body)
        if question is not None:
            await handlers.accept(question)
            after_the_ack(handlers.button_pressed(buttons.pressed_message(body)))
        await ack()

    async def on_anything_else(ack: AsyncAck) -> None:
        await ack()

    # Every event is acknowledged, also those that nobody asked for: Slack would deliver them again and again.
    bolt.event(re.compile(".*"))(on_event)
    bolt.command(re.compile(".*"))(on_command)
    bolt.action(re.compile(".*"))(on_action)
    bolt.shortcut(re.compile(".*"))(on_anything_else)
    bolt.view(re.compile(".*"))(on_anything_else)
    return bolt
