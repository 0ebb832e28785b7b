"""A token and an address go in; what makes calls to Slack comes out: the session, and the SDK's client over it.

I/O: none until a call is made.
"""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.web_api.deep_json import SlackResponse
from bot.slack.web_api.redirects import refuse_redirects

TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)


def slack_session() -> aiohttp.ClientSession:
    """For the Web API and response URLs."""
    return aiohttp.ClientSession(
        timeout=TIMEOUT, trust_env=True, middlewares=(refuse_redirects,), response_class=SlackResponse
    )


def web_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """The SDK's own retries are off: after a broken connection they would post twice."""
    return AsyncWebClient(token=token, base_url=api_url.rstrip("/") + "/", session=session, retry_handlers=[])
