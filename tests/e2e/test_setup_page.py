"""docs/setup.md, as somebody follows it who has nothing yet: the commands and the words are the page's."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from playground.practice_model.server import PracticeModel
from playground.workspace.reading import visible_text
from playground.workspace.workspace import Workspace
from tests.repository import ROOT, text_of, tracked

PAGE = text_of("docs/setup.md")
LIBRARIES_ARE_THERE = "make --assume-old=.venv/run "
WITHIN_S = 60.0


def blocks(heading: str) -> list[str]:
    """What a section of the page shows as typed or filled in."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert section, heading
    return re.findall(r"^```\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)


@dataclass
class Newcomer:
    """Somebody with a shell in a clone of the repository, and an empty home."""

    clone: Path
    environment: dict[str, str]

    def types(self, command: str) -> str:
        done = subprocess.run(
            ["bash", "-euc", command], cwd=self.clone, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def fills_in(self, lines: str, values: dict[str, str]) -> None:
        """The lines that the page shows, with values, in the place of the empty ones of ``.env``."""
        text = (self.clone / ".env").read_text(encoding="utf-8")
        for name in re.findall(r"^([A-Z_]+)=", lines, flags=re.MULTILINE):
            empty = f"\n{name}=\n"
            assert text.count(empty) == 1, name
            text = text.replace(empty, f"\n{name}={values[name]}\n")
        (self.clone / ".env").write_text(text, encoding="utf-8")

    @asynccontextmanager
    async def runs(self, command: str) -> AsyncIterator[asyncio.subprocess.Process]:
        """In a terminal of its own, until Ctrl-C, which reaches all that was started there."""
        process = await asyncio.create_subprocess_exec(
            "bash", "-c", command, cwd=self.clone, env=self.environment, stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        try:
            yield process
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGINT)
                async with asyncio.timeout(WITHIN_S):
                    await process.communicate()


@pytest.fixture
def newcomer(workspace: Workspace, model: PracticeModel, tmp_path: Path) -> Newcomer:
    clone, home = tmp_path / "slack-claude-bot", tmp_path / "home"
    for name in tracked():
        if name.startswith("bot/") or "/" not in name:
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, clone / name)
    (clone / ".venv").symlink_to(sys.prefix)
    home.mkdir()
    addresses = {"SLACK_API_URL": workspace.api_url, "MESSAGES_API_URL": model.url}
    return Newcomer(clone, {"HOME": str(home), "PATH": os.environ["PATH"], **addresses})


async def test_whoever_follows_the_page_is_answered_and_reads_what_it_says(
    newcomer: Newcomer, workspace: Workspace, model: PracticeModel
) -> None:
    copy, lines = blocks("3. The settings")
    newcomer.types(copy)
    tokens = {"SLACK_BOT_TOKEN": workspace.bot_token, "SLACK_APP_TOKEN": workspace.app_token}
    newcomer.fills_in(lines, {**tokens, "YOUROUTER_API_KEY": model.api_key})
    [start] = blocks("4. Start it")
    async with newcomer.runs(start.replace("make ", LIBRARIES_ARE_THERE)) as process:
        await until_said(process, {"bot.ready", "model.reached"})
        [(invite, question)] = re.findall(r"In a channel write `(/invite @claude)`, then `(@claude [^`]+)`", PAGE)
        ada, channel = workspace.user("ada"), workspace.channel("elsewhere")
        await workspace.command(ada, channel, *invite.split())
        ts = await workspace.say(ada, channel, question)
        await workspace.until(lambda ws: any(visible_text(m) for m in ws.thread(channel, ts)[1:]), timeout_s=WITHIN_S)
        [doctor] = blocks("6. If there is no answer")
        said = await asyncio.to_thread(newcomer.types, doctor)
    assert "ok      event app_mention" in said
    assert said.endswith("Nothing is wrong.\n")


async def until_said(process: asyncio.subprocess.Process, events: set[str]) -> None:
    assert process.stderr is not None
    said: list[str] = []
    async with asyncio.timeout(WITHIN_S):
        while events - {word for line in said for word in line.split()}:
            line = (await process.stderr.readline()).decode()
            assert line, "".join(said)
            said.append(line)


def test_without_the_three_lines_the_start_says_which_are_missing_and_ends(newcomer: Newcomer) -> None:
    copy, lines = blocks("3. The settings")
    newcomer.types(copy)
    [start] = blocks("4. Start it")
    command = f"({start.strip().replace('make ', LIBRARIES_ARE_THERE)}) 2>&1 || echo code $?"
    said = newcomer.types(command).splitlines()
    names = re.findall(r"^([A-Z_]+)=", lines, flags=re.MULTILINE)
    assert [line.partition(": is not set.")[0] for line in said[:3]] == names
    assert "Error 2" in said[3]


def test_the_manifest_for_http_has_the_address_that_the_page_names(newcomer: Newcomer) -> None:
    [command, *_] = blocks("Signed HTTP in place of Socket Mode")
    made = yaml.safe_load(newcomer.types(command))
    address = re.findall(r"`(https://your\.host/\S+)`", PAGE)[0]
    asked = {made["settings"][part]["request_url"] for part in ("event_subscriptions", "interactivity")}
    assert asked | {command["url"] for command in made["features"]["slash_commands"]} == {address}
    assert made["settings"]["socket_mode_enabled"] is False


def test_the_manifest_for_many_workspaces_has_the_addresses_that_its_page_names(newcomer: Newcomer) -> None:
    page = text_of("docs/many_workspaces.md")
    [command] = re.findall(r"^ +(\.venv/bin/python -m bot manifest .*)$", page, flags=re.MULTILINE)
    [make_key] = re.findall(r"`(openssl [^`]+)`", page)
    newcomer.environment |= {
        "SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_SIGNING_SECRET": "0" * 32,
        "BOT_TOKEN_KEY": newcomer.types(make_key).strip(), "YOUROUTER_API_KEY": "k",
    }  # fmt: skip
    made = yaml.safe_load(newcomer.types(command))
    host = "https://bot.example.com"
    assert made["oauth_config"]["redirect_urls"] == [f"{host}/slack/oauth_redirect"]
    assert made["settings"]["event_subscriptions"]["request_url"] == f"{host}/slack/events"
    assert {f"{host}/slack/install", "/slack/events", "/slack/oauth_redirect"} <= set(re.findall(r"`([^`\n]+)`", page))
