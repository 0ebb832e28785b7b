"""A workspace, a practice model and the real bot are started; a short conversation is played and shown in the terminal.

I/O: two servers on 127.0.0.1, the bot as a process of its own with its ordinary settings, the terminal. The bot is told
nothing but addresses and tokens, so what is seen here is what it does in Slack.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings, SettingsConfigDict

from playground import conversation
from playground.conversation import Step
from playground.practice_model.server import PracticeModel
from playground.terminal import Terminal, of_this_process
from playground.workspace.manifest import Manifest
from playground.workspace.workspace import Workspace

MANIFEST = Path(__file__).parents[1] / "manifest.yml"
SAMPLES = Path(__file__).parent / "samples"
PRACTICE_KEY = "practice"
START_WITHIN_S = 30.0
ANSWER_WITHIN_S = 180.0
STOP_WITHIN_S = 30.0


async def play(*, once: bool, http: bool, agent: bool, port: int) -> int:
    """0 if every answer was complete. Without ``once`` the page stays open until Ctrl-C or SIGTERM.

    ``agent``: the app is declared as one. ``port`` of the page, which is free, or 0.
    """
    real_model = _model_key() is not None
    playing = asyncio.current_task()
    if playing is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, playing.cancel)
    terminal = of_this_process(os.environ)
    manifest = await _agent() if agent else MANIFEST
    async with (
        PracticeModel(api_key=PRACTICE_KEY, answers=conversation.answer_to_visitor) as model,
        conversation.furnished(manifest, port=port, real_model=real_model) as workspace,
        bot_process(workspace, None if real_model else model.url, http=http) as bot,
    ):
        complete = await bot.connected()
        if complete:
            terminal.say("Everything below runs on this machine: a Slack workspace, " + _model_words(real_model))
            terminal.say(f"The workspace's page: {workspace.url}\n")
            thread_ts = ""
            for step in conversation.CONVERSATION:
                thread_ts, answered = await _step(step, workspace, bot, terminal, thread_ts)
                if step is conversation.CONVERSATION[0]:
                    workspace.state.invitation["front"] = [workspace.channel(step.where), thread_ts]
                complete = complete and answered
        if not complete:
            terminal.say(f"\nNot every answer was complete. The bot's log:\n{bot.log_tail()}")
        if complete and not once:
            terminal.say(f"Now it is your turn: {workspace.url}   (Ctrl-C ends the demo)")
            await bot.ended()
    return 0 if complete else 1


async def _step(step: Step, workspace: Workspace, bot: Bot, terminal: Terminal, thread_ts: str) -> tuple[str, bool]:
    """Returns the thread's ts and whether the answer is complete."""
    user = workspace.user(step.who)
    channel = workspace.channel(step.where) if step.where else workspace.direct_message(user)
    place = f"#{step.where}" if step.where else "direct message"
    terminal.person(step.who, f"{place}, in the thread" if step.follows else place, step.text, step.files)
    seen = len(workspace.revisions)
    if step.text.startswith("/"):
        command, _, text = step.text.partition(" ")
        invocation = await workspace.command(user, channel, command, text)
        ts, thread_ts = str(workspace.delivery(invocation).payload["trigger_id"]), ""
    else:
        files = [(name, (SAMPLES / name).read_bytes()) for name in step.files]
        ts = await workspace.say(user, channel, step.text, thread_ts=thread_ts if step.follows else None, files=files)
        thread_ts = thread_ts if step.follows else ts
    shower = asyncio.create_task(_show(workspace, channel, seen, terminal))
    outcome = await bot.turn(ts)
    shower.cancel()
    await asyncio.gather(shower, return_exceptions=True)
    terminal.answered(outcome)
    return thread_ts, outcome == "answered"


async def _show(workspace: Workspace, channel: str, seen: int, terminal: Terminal) -> None:
    """Writes what changes in ``channel`` to the terminal, until it is cancelled."""
    while True:
        count = await workspace.until(partial(_more_than, seen), timeout_s=ANSWER_WITHIN_S)
        for revision in workspace.revisions[seen:count]:
            if revision.user in (None, workspace.bot_user_id) and revision.channel == channel:
                terminal.answer(revision.ts, revision.kind, revision.source or revision.text)
        seen = count


def _more_than(seen: int, workspace: Workspace) -> int:
    return len(workspace.revisions) if len(workspace.revisions) > seen else 0


def _model_key() -> str | None:
    """The key of the real model, found where the bot's process will find it: in the environment or in ``.env``."""

    class Key(BaseSettings):
        model_config = SettingsConfigDict(env_file=".env", extra="ignore", env_ignore_empty=True)
        yourouter_api_key: str | None = None

    return Key().yourouter_api_key


def _model_words(real_model: bool) -> str:
    if real_model:
        return "and the bot. The answers come from the real model."
    return (
        "a practice model, and the bot.\nThe model does not think: its answers about the agreement are written down, "
        "and to all else it says what it received.\nSet YOUROUTER_API_KEY to talk to the real model instead."
    )


async def _agent() -> Manifest:
    """As whoever runs the bot gets it: by the command that prints it."""
    command = (sys.executable, "-m", "bot", "manifest", "--agent", "--json")
    printing = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    printed, _ = await printing.communicate()
    return Manifest.parse(json.loads(printed))


def free_port(wanted: int) -> int:
    """``wanted``, or any for 0; raises ``OSError`` where it cannot be had."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", wanted))
        return int(probe.getsockname()[1])


class Bot:
    """The bot's process. Its log tells what became of each question."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._outcomes: dict[str, asyncio.Future[str]] = {}
        self._tail: list[str] = []
        self._reader = asyncio.create_task(self._read())

    async def connected(self) -> bool:
        with suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(self._ready), START_WITHIN_S)
        return False

    async def turn(self, ts: str) -> str:
        """The outcome of the question ``ts``, ``""`` where there is none in time."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(self._outcome(ts)), ANSWER_WITHIN_S)
        return ""

    async def ended(self) -> None:
        await self._process.wait()

    def log_tail(self) -> str:
        return "\n".join(self._tail[-20:])

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(self._process.wait(), STOP_WITHIN_S)
            except TimeoutError:
                self._process.kill()
                await self._process.wait()
        await self._reader

    def _outcome(self, ts: str) -> asyncio.Future[str]:
        return self._outcomes.setdefault(ts, asyncio.get_running_loop().create_future())

    async def _read(self) -> None:
        if self._process.stderr is None:
            return
        async for raw in self._process.stderr:
            line = raw.decode(errors="replace").rstrip()
            self._tail = [*self._tail[-200:], line]
            event = _parsed(line)
            if event.get("event") == "bot.ready" and not self._ready.done():
                self._ready.set_result(True)
            outcome = self._outcome(str(event["ts"])) if event.get("event") == "turn.done" else None
            if outcome is not None and not outcome.done():
                outcome.set_result(str(event["outcome"]))
        if not self._ready.done():
            self._ready.set_result(False)
        for outcome in self._outcomes.values():
            if not outcome.done():
                outcome.set_result("")


def _parsed(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


@asynccontextmanager
async def bot_process(workspace: Workspace, model_url: str | None, *, http: bool) -> AsyncIterator[Bot]:
    with tempfile.TemporaryDirectory(prefix="demo-") as directory:
        environment = {
            **os.environ,
            "SLACK_BOT_TOKEN": workspace.bot_token,
            "SLACK_APP_TOKEN": "" if http else workspace.app_token,
            "SLACK_SIGNING_SECRET": workspace.signing_secret if http else "",
            "SLACK_API_URL": workspace.api_url,
            "DATABASE_URL": "",
            "BOT_DATA_DIR": directory,
            "BOT_LOG_FORMAT": "json",
            "BOT_LOG_LEVEL": "INFO",
            "BOT_SHUTDOWN_GRACE_S": "1",
        }
        if model_url is not None:
            environment |= {"YOUROUTER_API_KEY": PRACTICE_KEY, "MESSAGES_API_URL": model_url}
            environment |= {"BOT_WEB": os.environ.get("BOT_WEB") or "search+fetch"}  # it makes up what it finds
        if http:
            bot_port = free_port(0)
            environment |= {"BOT_HTTP_HOST": "127.0.0.1", "BOT_HTTP_PORT": str(bot_port)}
            workspace.events_url = f"http://127.0.0.1:{bot_port}/slack/events"
        process = await asyncio.create_subprocess_exec(
            *_command(),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
            # Ctrl-C goes to the demo, which then stops the bot in good order.
            start_new_session=True,
            limit=1 << 20,
        )
        bot = Bot(process)
        try:
            yield bot
        finally:
            await bot.stop()


def _command() -> Sequence[str]:
    return (sys.executable, "-m", "bot", "run")
