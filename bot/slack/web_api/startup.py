"""A first call to Slack goes in; its answer comes out, however long Slack is out of reach within reason. I/O: Slack."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot.errors import SlackError, SlackOutcomeUnknown, SlackUnavailable, StartFailed
from bot.logs import get_logger

log = get_logger(__name__)

PATIENCE_S = 60.0
PAUSE_S = 1.0
PAUSE_MAX_S = 10.0


async def call_with_retries(call: Callable[[], Awaitable[dict[str, Any]]], token_name: str) -> dict[str, Any]:
    """Calls until Slack answers. Raises ``StartFailed`` where it refuses ``token_name``, or stays out of reach."""
    deadline_s, pause_s = asyncio.get_running_loop().time() + PATIENCE_S, PAUSE_S
    while True:
        try:
            return await call()
        except (SlackUnavailable, SlackOutcomeUnknown) as error:
            wait_s = error.retry_after_s or pause_s
            if asyncio.get_running_loop().time() + wait_s > deadline_s:
                raise StartFailed(f"SLACK_API_URL: Slack cannot be reached ({error.code})") from error
            log.warning("slack.waits", method=error.method, code=error.code)
            await asyncio.sleep(wait_s)
            pause_s = min(2 * pause_s, PAUSE_MAX_S)
        except SlackError as error:
            raise StartFailed(f"{token_name}: Slack does not take it ({error.code})") from error
