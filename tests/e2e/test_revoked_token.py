"""Where Slack takes the bot's token no longer, the bot says so once and ends; it does not go on failing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.errors import StartFailed
from playground.practice_model.server import PracticeModel
from playground.workspace.delivery import Sort
from playground.workspace.workspace import Workspace
from tests.stage import bot_running, settings_for

WITHIN_S = 30.0
FOREVER = 1_000
UNINSTALLED = {"type": "app_uninstalled"}
REVOKED = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}}


def auth_tests(workspace: Workspace) -> int:
    return sum(call.method == "auth.test" for call in workspace.calls)


@pytest.mark.parametrize("event", [UNINSTALLED, REVOKED], ids=lambda event: event["type"])
async def test_it_ends_when_it_hears_of_that(
    workspace: Workspace, model: PracticeModel, transport: str, tmp_path: Path, event: dict[str, object]
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, transport)
    async with bot_running(workspace, settings) as stopped:
        workspace.faults.refuse("auth.test", "account_inactive", times=FOREVER)
        workspace.courier.deliver(Sort.EVENT, {"type": "event_callback", "event_id": "Ev1", "event": event})

        with pytest.raises(StartFailed, match=r"SLACK_BOT_TOKEN.*account_inactive"):
            await asyncio.wait_for(stopped, WITHIN_S)


async def test_news_of_an_installation_before_this_one_ends_nothing(
    workspace: Workspace, model: PracticeModel, transport: str, tmp_path: Path
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, transport)
    async with bot_running(workspace, settings) as stopped:
        known = auth_tests(workspace)
        workspace.courier.deliver(Sort.EVENT, {"type": "event_callback", "event_id": "Ev1", "event": UNINSTALLED})

        await workspace.until(lambda ws: auth_tests(ws) > known)
        assert not stopped.done()


@pytest.mark.parametrize("code", ["token_revoked", "token_expired"])
async def test_it_ends_when_a_call_says_so(
    workspace: Workspace, model: PracticeModel, transport: str, tmp_path: Path, code: str
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, transport)
    async with bot_running(workspace, settings) as stopped:
        # Whichever reads the message first; ``auth.test`` has the last word.
        for method in ("conversations.history", "conversations.replies", "auth.test"):
            workspace.faults.refuse(method, code, times=FOREVER)
        await workspace.say(workspace.user("ada"), workspace.channel("general"), "@claude hello")

        with pytest.raises(StartFailed, match=rf"SLACK_BOT_TOKEN.*{code}"):
            await asyncio.wait_for(stopped, WITHIN_S)


async def test_one_channel_that_the_token_may_not_enter_does_not_end_it_for_everybody_else(
    workspace: Workspace, model: PracticeModel, transport: str, tmp_path: Path
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, transport)
    ada, general = workspace.user("ada"), workspace.channel("general")
    async with bot_running(workspace, settings) as stopped:
        workspace.faults.refuse("chat.postMessage", "team_access_not_granted", times=1)
        await workspace.say(ada, general, "@claude are you there?")
        await workspace.until(lambda ws: any(call.error == "team_access_not_granted" for call in ws.calls))
        asked = await workspace.say(ada, general, "@claude and now?")

        await workspace.until(
            lambda ws: any(one.get("thread_ts") == asked != one["ts"] for one in ws.messages(general))
        )
        assert not stopped.done()
