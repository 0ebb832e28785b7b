"""A first call to Slack goes in; its answer comes out, or the line that says which setting is wrong. I/O: Slack."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.errors import SlackError, SlackOutcomeUnknown, SlackUnavailable, StartFailed
from bot.slack.web_api.patience import patiently

PATIENCE_S = 60.0


async def call_with_retries(call: Callable[[], Awaitable[dict[str, Any]]], token_name: str) -> dict[str, Any]:
    """Raises ``StartFailed`` where Slack refuses ``token_name``, or stays out of reach."""
    try:
        return await patiently(call, PATIENCE_S)
    except (SlackUnavailable, SlackOutcomeUnknown) as error:
        raise StartFailed(f"SLACK_API_URL: Slack cannot be reached ({error.code})") from error
    except SlackError as error:
        raise StartFailed(f"{token_name}: Slack does not take it ({error.code})") from error
