"""What Slack delivers goes in; accepted questions come out, and Slack gets its acknowledgement only after that.

I/O: Bolt. A listener parses, hands over, and returns: nothing slow happens here, so ``process_before_response`` holds
the acknowledgement back until the question is written down. If that fails there is none, and Slack delivers again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import get_logger
from bot.messages import Question
from bot.slack.identity import Identity
from bot.slack.payloads import Ignored, question_from_command, question_from_event

log = get_logger(__name__)

Accept = Callable[[Question], Awaitable[bool]]
THINKING = "Thinking…"


def build(client: AsyncWebClient, identity: Identity, signing_secret: str, accept: Accept) -> AsyncApp:
    """The Bolt app, the same for both transports."""

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

    async def on_event(body: dict[str, Any]) -> None:
        question = question_from_event(
            body, bot_user_id=identity.bot_user_id, bot_id=identity.bot_id, now_s=time.time()
        )
        if isinstance(question, Ignored):
            log.debug("event.ignored", reason=question.reason)
        else:
            await accept(question)

    async def on_command(ack: AsyncAck, body: dict[str, Any]) -> None:
        await accept(question_from_command(body))
        await ack(text=THINKING, response_type="ephemeral")

    # Every event is acknowledged, also those that nobody asked for: Slack would deliver them again and again.
    bolt.event(re.compile(".*"))(on_event)
    bolt.command(re.compile(".*"))(on_command)
    return bolt
