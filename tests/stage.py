"""The stage of the stories: a workspace, a practice model, and the real bot between them, all on 127.0.0.1."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bot import app
from bot.settings import Settings
from playground.practice_model.server import PracticeModel
from playground.workspace.reading import visible_text
from playground.workspace.workspace import Workspace
from tests.loopback import free_port

QUICK_RETRIES_S = (0.05, 0.1, 0.2)
ACK_WITHIN_S = 20.0
"""Slack waits for three seconds, and delivers a press or a command once. A machine can stand still for longer while all
tests run: how soon the bot acknowledges is shown by benches."""
TRANSPORTS = ("socket", "http")
TURN_S_MAX = 90
"""Ends a test that would hang. Ten office files take half a minute where others use the machine too."""
DATELINE = re.compile(r"\[The next message was written on [^\]\n]*\]\n\n")


class TurnLog(logging.Handler):
    """The lines of the bot's log that say how turns ended, by the ts of their questions."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: dict[str, dict[str, Any]] = {}
        self.crashes: list[str] = []
        self._changed = asyncio.Condition()

    def emit(self, record: logging.LogRecord) -> None:
        line = record.msg if isinstance(record.msg, dict) else {}
        if line.get("event") == "turn.done":
            self.turns[line["ts"]] = line
            asyncio.get_running_loop().create_task(self._notify())
        if record.levelno >= logging.ERROR:
            self.crashes.append(str(line or record.getMessage()))

    async def until_done(self, ts: str) -> dict[str, Any]:
        async with asyncio.timeout(TURN_S_MAX), self._changed:
            await self._changed.wait_for(lambda: ts in self.turns)
        return self.turns[ts]

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@dataclass
class Stage:
    """What a test acts on and looks at."""

    workspace: Workspace
    model: PracticeModel
    settings: Settings
    log: TurnLog

    @property
    def general(self) -> str:
        return self.workspace.channel("general")

    async def ask(
        self,
        text: str,
        *,
        channel: str | None = None,
        who: str = "ada",
        thread_ts: str | None = None,
        files: Sequence[tuple[str, bytes]] = (),
    ) -> str:
        """A person writes; returns the ts. ``channel`` is #general unless given."""
        place = channel or self.general
        return await self.workspace.say(self.workspace.user(who), place, text, thread_ts=thread_ts, files=files)

    async def outcome(self, ts: str) -> str:
        """Waits until the question's turn is done."""
        return str((await self.log.until_done(ts))["outcome"])

    def answers(self, thread_ts: str, *, channel: str | None = None) -> list[dict[str, Any]]:
        """The bot's messages in a thread, as Slack returns them."""
        own = self.workspace.bot_user_id
        return [m for m in self.workspace.thread(channel or self.general, thread_ts) if m.get("user") == own]

    def words(self, thread_ts: str, *, channel: str | None = None) -> list[str]:
        """What a reader sees of each of the bot's messages in a thread."""
        return [visible_text(message) for message in self.answers(thread_ts, channel=channel)]

    def asked_texts(self, number: int = -1) -> list[tuple[str, str]]:
        """Role and text of each message of a request that the model received, without the lines that say the day."""
        messages = self.model.requests[number].body["messages"]
        shown = [(m["role"], "".join(b.get("text", f"\n<{b['type']}>\n") for b in m["content"])) for m in messages]
        return [(role, DATELINE.sub("", text)) for role, text in shown]


def settings_for(workspace: Workspace, model_url: str, data_dir: Path, transport: str, **more: Any) -> Settings:
    """The ordinary settings, and nothing from this machine's environment but what the bot would read anyway."""
    values: dict[str, Any] = {
        "slack_bot_token": workspace.bot_token,
        "slack_app_token": workspace.app_token if transport == "socket" else "",
        "slack_signing_secret": workspace.signing_secret if transport == "http" else "",
        "slack_api_url": workspace.api_url,
        "yourouter_api_key": "practice-key",
        "messages_api_url": model_url,
        "bot_data_dir": data_dir,
        "bot_http_port": free_port(),
        "bot_shutdown_grace_s": 0,
        "bot_start_probe": "off",  # tests count what the model is asked
        **more,
    }
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]  # pydantic-settings' own argument


@asynccontextmanager
async def bot_running(workspace: Workspace, settings: Settings) -> AsyncIterator[asyncio.Future[None]]:
    """What ``app.running`` yields."""
    async with app.running(settings) as stopped:
        if settings.slack_app_token is None:
            workspace.events_url = f"http://127.0.0.1:{settings.bot_http_port}/slack/events"
        else:
            await workspace.until(lambda ws: ws.connections)
        yield stopped


async def healthy(settings: Settings) -> int:
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{settings.bot_http_port}/healthz") as response,
    ):
        return response.status
