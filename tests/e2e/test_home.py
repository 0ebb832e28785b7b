"""The app's home tab: what a person reads there, by who they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.slack.write import home_tab
from playground.practice_model.script import Answer
from playground.practice_model.server import PracticeModel
from playground.workspace.reading import block_text
from playground.workspace.workspace import Workspace
from tests.stage import Stage, bot_running, settings_for


async def shown(workspace: Workspace, who: str) -> str:
    """What they read after they opened the tab."""
    user = workspace.user(who)
    workspace.surfaces.open_home(user)
    await workspace.until(lambda ws: user in ws.people.views.homes)
    return text_of(workspace.people.views.homes[user].json)


def text_of(view: dict[str, Any]) -> str:
    return "\n".join(block_text(block) for block in view["blocks"]).replace("`", "").replace("*", "")


def published(workspace: Workspace) -> int:
    return sum(call.method == "views.publish" for call in workspace.calls)


async def test_it_says_what_the_bot_does_and_keeps_and_what_was_used_today(stage: Stage) -> None:
    stage.model.script(Answer("Hello."))
    await stage.outcome(await stage.ask("@claude hello", who="grace"))
    text = await shown(stage.workspace, "grace")

    assert "Mention me" in text
    assert "Summarise the thread" in text
    assert "Files prepared for the model, for 7 days after their last use" in text
    assert "You have asked 1 question, which used " in text
    assert "claude-sonnet-5-5" in text
    assert "Only admins of this workspace see this" not in text


async def test_admins_read_what_is_set_and_nobody_reads_a_secret(
    workspace: Workspace, model: PracticeModel, transport: str, tmp_path: Path
) -> None:
    settings = settings_for(
        workspace, model.url, tmp_path, transport, bot_user_questions_per_day=20, bot_denied_users="U0REMY0001"
    )
    async with bot_running(workspace, settings):
        text = await shown(workspace, "ada")
        others = await shown(workspace, "grace")

    assert "You have asked 0 of 20 questions" in text
    assert "BOT_USER_QUESTIONS_PER_DAY: 20" in text
    assert "BOT_DENIED_USERS: U0REMY0001" in text
    assert "SLACK_BOT_TOKEN: set" in text
    for secret in (workspace.bot_token, workspace.app_token, workspace.signing_secret, "practice-key", model.url):
        assert secret not in text
    assert "BOT_DENIED_USERS" not in others


@pytest.mark.parametrize("who", ["mia", "pat"])
async def test_people_who_may_not_ask_read_that_instead(stage: Stage, who: str) -> None:
    text = await shown(stage.workspace, who)

    assert text.startswith("I can't answer you\nI'm set up to answer")
    assert "Mention me" not in text


async def test_who_may_ask_in_channels_only_reads_that_first(
    workspace: Workspace, model: PracticeModel, transport: str, tmp_path: Path
) -> None:
    settings = settings_for(
        workspace, model.url, tmp_path, transport, bot_allowed_channels=workspace.channel("general")
    )
    async with bot_running(workspace, settings):
        text = await shown(workspace, "grace")

    assert text.startswith("Not in direct messages\n")
    assert "Mention me" in text


async def test_it_is_published_once_in_a_while(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace, grace = stage.workspace, stage.workspace.user("grace")
    await shown(workspace, "grace")
    workspace.surfaces.open_home(grace)
    workspace.surfaces.open_home(grace, tab="messages")
    await shown(workspace, "lars")
    assert published(workspace) == 2
    monkeypatch.setattr(home_tab, "AGAIN_AFTER_S", 0.0)
    workspace.surfaces.open_home(grace)

    await workspace.until(lambda ws: published(ws) == 3)


async def test_a_tab_that_could_not_be_shown_is_shown_the_next_time(stage: Stage) -> None:
    workspace, grace = stage.workspace, stage.workspace.user("grace")
    workspace.faults.refuse("views.publish", "internal_error")
    workspace.surfaces.open_home(grace)
    await workspace.until(lambda ws: published(ws) == 1)

    assert "Mention me" in await shown(workspace, "grace")
