"""Makes Slack's own client for a workspace, configured like the bot's."""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from playground.workspace.workspace import Workspace


def web_client(workspace: Workspace, session: aiohttp.ClientSession) -> AsyncWebClient:
    """With the bot's token, and without the SDK's own retries, which would hide what the workspace answered."""
    return AsyncWebClient(token=workspace.bot_token, base_url=workspace.api_url, session=session, retry_handlers=[])
