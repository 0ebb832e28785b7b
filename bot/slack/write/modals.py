"""Opens a modal for what a person has just done. I/O: views.open.

A trigger lives for three seconds, so there are no retries. slack:reference/methods/views.open.
"""

from __future__ import annotations

from typing import Any

from bot.errors import SlackError
from bot.slack.web_api.client import SlackClient
from bot.telemetry.logs import get_logger

log = get_logger(__name__)


async def open_view(api: SlackClient, trigger_id: str, view: dict[str, Any]) -> bool:
    """Returns whether it is open. Never raises ``SlackError``."""
    try:
        await api.call("views.open", trigger_id=trigger_id, view=view)
    except SlackError as error:
        log.warning("view.not_opened", view=view.get("callback_id"), code=error.code)
        return False
    return True
