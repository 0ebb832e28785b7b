"""Makes the HTTP session and the SDK's client for calls of the Web API.

I/O: none before the first call.
"""

from __future__ import annotations

import logging
from urllib.request import getproxies

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.web_api.deep_json import SlackResponse
from bot.slack.web_api.redirects import refuse_redirects
from bot.telemetry.logs import SDK

TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)


def slack_session() -> aiohttp.ClientSession:
    """For the Web API and response URLs. ``trust_env`` makes aiohttp look for proxies at each request, on a thread."""
    proxied = bool(getproxies())
    return aiohttp.ClientSession(
        timeout=TIMEOUT, trust_env=proxied, middlewares=(refuse_redirects,), response_class=SlackResponse
    )


def sdk_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Without the SDK's retries: after a broken connection they would post twice."""
    return AsyncWebClient(
        token=token,
        base_url=api_url.rstrip("/") + "/",
        session=session,
        logger=logging.getLogger(SDK),
        retry_handlers=[],
    )
