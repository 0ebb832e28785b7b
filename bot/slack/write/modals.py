"""A view and the trigger of what a person just did go in; the person sees it. I/O: views.open.

A trigger serves for three seconds: what is late for it is not tried again. slack:reference/methods/views.open.
"""

from __future__ import annotations

from typing import Any

from bot.errors import SlackError
from bot.slack.web_api.client import SlackClient
from bot.telemetry.logs import get_logger

log = get_logger(__name__)


async def open_view(api: SlackClient, trigger_id: str, view: dict[str, Any]) -> bool:
    """Whether it is open. Never raises ``SlackError``."""
    try:
        await api.call("views.open", trigger_id=trigger_id, view=view)
    except SlackError as error:
        log.warning("view.not_opened", view=view.get("callback_id"), code=error.code)
        return False
    return True
