"""Hears which deliveries of Slack's arrive.

I/O: a file that the running bot writes; if none is running, a socket of the doctor's own. Beside a running bot no
socket is opened: Slack would send some of what people write to the doctor instead. The bot itself records what reached
it.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import aiohttp

from bot.configuration.environment import secret
from bot.doctor.finding import Finding, mind, ok, untried, wrong
from bot.errors import StartFailed
from bot.operations import health
from bot.settings import Settings
from bot.slack.receive.one_socket import OneSocket
from bot.slack.receive.socket_mode import address_for
from bot.slack.web_api.identity import Identity
from bot.slack.web_api.session import sdk_client

LOOKS_EVERY_S = 0.1


class Ear(Protocol):
    async def arrived(self, kind: str, since_s: float, within_s: float) -> bool:
        """Whether an event of that kind comes in time; ``since_s`` is the clock's when it was caused."""


class BesideBot:
    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir

    async def arrived(self, kind: str, since_s: float, within_s: float) -> bool:
        ends_s = time.monotonic() + within_s
        while health.heard(self._data_dir).get(kind, 0.0) < since_s:
            if time.monotonic() > ends_s:
                return False
            await asyncio.sleep(LOOKS_EVERY_S)
        return True


async def open_ear(
    settings: Settings, identity: Identity, session: aiohttp.ClientSession, parts: AsyncExitStack, *, beside: bool
) -> tuple[Ear | None, Finding]:
    """Closed with ``parts``; ``beside``: a bot runs here. The finding is about what deliveries come over."""
    socket = settings.slack_app_token is not None
    if beside:
        return BesideBot(settings.bot_data_dir), ok("transport", f"{_named(socket)}, at the bot that runs here")
    if not socket:
        words = (
            f"signed HTTP on {settings.bot_http_host}:{settings.bot_http_port}, and no bot is running here to "
            f"receive it"
        )
        return None, untried("transport", f"{words}. Please start the bot, and run this again while it is running.")
    client = sdk_client(secret(settings.slack_bot_token), settings.slack_api_url, session)
    try:
        address = await address_for(client, secret(settings.slack_app_token))
        ear = await parts.enter_async_context(OneSocket(address, identity))
    except StartFailed as error:
        return None, wrong("transport", error.faults[0])
    except (OSError, TimeoutError, aiohttp.ClientError) as error:
        mend = "Please check the network, the firewall and the proxy: WebSockets (wss://) have to get through."
        return None, wrong("transport", f"Slack's socket cannot be opened ({type(error).__name__}). {mend}")
    if ear.connections > 1:
        words = f"Socket Mode; {ear.connections - 1} other connection(s) of the app are open, which may get the events"
        return ear, mind("transport", f"{words}: is the bot running elsewhere?")
    return ear, ok("transport", _named(socket))


def _named(socket: bool) -> str:
    return "Socket Mode" if socket else "signed HTTP"
