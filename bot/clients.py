"""Settings go in; the clients of the links to Slack and to the model come out. I/O: what the clients do."""

from __future__ import annotations

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.llm.client import MessagesClient
from bot.llm.patience import Patience
from bot.settings import ModelSettings, Settings, secret
from bot.slack.web_api.deep_json import SlackResponse
from bot.slack.web_api.redirects import refuse_redirects

SLACK_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)


def slack_session() -> aiohttp.ClientSession:
    """For the Web API and response URLs."""
    return aiohttp.ClientSession(
        timeout=SLACK_TIMEOUT, trust_env=True, middlewares=(refuse_redirects,), response_class=SlackResponse
    )


def slack_client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(
        token=secret(settings.slack_bot_token),
        base_url=settings.slack_api_url.rstrip("/") + "/",
        session=session,
        retry_handlers=[],
    )


def messages_client(settings: ModelSettings) -> MessagesClient:
    return MessagesClient(
        api_url=settings.messages_api_url,
        api_key=secret(settings.yourouter_api_key),
        vendor=settings.messages_vendor,
        model=settings.messages_model,
        max_tokens=settings.messages_max_tokens,
        patience=Patience(
            first_event_timeout_s=settings.messages_first_text_timeout_s,
            idle_timeout_s=settings.messages_idle_timeout_s,
        ),
    )
