"""Makes the client of the Messages API, and the probe of it. I/O: none before they are used."""

from __future__ import annotations

from bot.configuration.environment import secret
from bot.configuration.model_settings import ModelSettings
from bot.llm.client import MessagesClient
from bot.llm.patience import Patience
from bot.llm.probe import Probe


def messages_client(settings: ModelSettings) -> MessagesClient:
    return MessagesClient(
        api_url=settings.messages_api_url,
        api_key=secret(settings.yourouter_api_key),
        vendor=settings.messages_vendor,
        auth=settings.messages_auth,
        model=settings.messages_model,
        max_tokens=settings.messages_max_tokens,
        patience=Patience(
            first_event_timeout_s=settings.messages_first_text_timeout_s,
            idle_timeout_s=settings.messages_idle_timeout_s,
        ),
    )


def probe_of(settings: ModelSettings) -> Probe:
    return Probe(
        api_url=settings.messages_api_url,
        api_key=secret(settings.yourouter_api_key),
        vendor=settings.messages_vendor,
        auth=settings.messages_auth,
        model=settings.messages_model,
    )
