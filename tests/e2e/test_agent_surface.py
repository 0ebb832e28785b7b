"""The app as an agent: suggestions, titles and Slack's own Stop; and nothing of it where the app is none."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.answering.endings import STOPPED_BY
from bot.setup import manifest
from bot.setup.manifest import PROMPTS, Wanted
from bot.slack.write.agent_surface import DISCLAIMER
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.agents import Agents
from playground.workspace.manifest import Manifest
from playground.workspace.workspace import Workspace
from tests.stage import ACK_WITHIN_S, QUICK_RETRIES_S, TRANSPORTS, Stage, TurnLog, bot_running, settings_for


async def staged(
    wanted: Wanted, transport: str, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> AsyncIterator[Stage]:
    app = Manifest.parse(manifest.data(wanted))
    app = replace(app, events=app.events | {"assistant_thread_started"})
    async with Workspace(app, retry_delays_s=QUICK_RETRIES_S, ack_within_s=ACK_WITHIN_S) as workspace:
        settings = settings_for(workspace, model.url, tmp_path, transport)
        async with bot_running(workspace, settings):
            yield Stage(workspace, model, settings, turn_log)
    logging.getLogger("bot").removeHandler(turn_log)
    assert turn_log.crashes == []


@pytest.fixture(params=TRANSPORTS)
async def agent(
    request: pytest.FixtureRequest, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> AsyncIterator[Stage]:
    async for stage in staged(Wanted(agent=True), str(request.param), model, tmp_path, turn_log):
        yield stage


@pytest.fixture
async def no_agent(model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> AsyncIterator[Stage]:
    async for stage in staged(Wanted(), "socket", model, tmp_path, turn_log):
        yield stage


def calls(stage: Stage, method: str) -> int:
    return sum(call.method == method for call in stage.workspace.calls)


async def test_people_who_open_the_agent_read_suggestions_and_that_it_makes_mistakes(agent: Stage) -> None:
    user = agent.workspace.user("ada")
    direct = agent.workspace.direct_message(user)
    for _ in range(3):
        Agents(agent.workspace.state).open_messages(user, direct)
    await agent.workspace.until(lambda ws: ws.state.prompts)

    title, prompts = agent.workspace.state.prompts[direct]
    assert title == DISCLAIMER
    assert [prompt["title"] for prompt in prompts] == [title for title, _ in PROMPTS]
    await agent.outcome(await agent.ask("hello", channel=direct))
    assert calls(agent, "assistant.threads.setSuggestedPrompts") == 1


async def test_a_thread_of_the_older_surface_has_them_too(agent: Stage) -> None:
    user = agent.workspace.user("ada")
    direct = agent.workspace.direct_message(user)
    ts = await agent.ask("hello", channel=direct)
    await agent.outcome(ts)
    Agents(agent.workspace.state).start_thread(user, direct, ts)
    await agent.workspace.until(lambda ws: ws.state.prompts)

    [call] = [call for call in agent.workspace.calls if call.method == "assistant.threads.setSuggestedPrompts"]
    assert call.args["thread_ts"] == ts


async def test_a_session_is_called_by_its_question_without_a_call_more(agent: Stage) -> None:
    direct = agent.workspace.direct_message(agent.workspace.user("ada"))
    ts = await agent.ask("When does the *museum* open? " + "word " * 40, channel=direct)
    await agent.outcome(ts)
    later = await agent.ask("And on Mondays?", channel=direct, thread_ts=ts)
    await agent.outcome(later)

    [title] = agent.workspace.state.titles.values()
    assert title.startswith("When does the museum open? word")
    assert len(title) <= 60
    titled = [call for call in agent.workspace.calls if call.args.get("title")]
    assert [call.method for call in titled] == ["agents.sessions.setStatus"]
    assert calls(agent, "assistant.threads.setTitle") == calls(agent, "agents.sessions.rename") == 0


async def test_slacks_own_stop_ends_the_answer_and_the_session_is_idle(agent: Stage) -> None:
    held = HeldAnswer()
    agent.model.script(held)
    user = agent.workspace.user("ada")
    direct = agent.workspace.direct_message(user)
    ts = await agent.ask("Tell me a story", channel=direct)
    await held.asked.wait()
    await held.write("Once upon a time ")
    await agent.workspace.until(lambda _: agent.words(ts, channel=direct))
    Agents(agent.workspace.state).stop(user, direct, ts)
    await held.hung_up.wait()

    assert await agent.outcome(ts) == "stopped"
    assert STOPPED_BY.format(name="ada") in agent.words(ts, channel=direct)[-1]
    statuses = [call.args["status"] for call in agent.workspace.calls if call.method == "agents.sessions.setStatus"]
    assert statuses == ["processing", "active"]


async def test_people_who_may_not_ask_end_no_answer_with_slacks_own_stop(agent: Stage) -> None:
    held = HeldAnswer()
    agent.model.script(held)
    workspace = agent.workspace
    direct = workspace.direct_message(workspace.user("ada"))
    ts = await agent.ask("Tell me a story", channel=direct)
    await held.asked.wait()
    await held.write("Once upon a time ")
    before = len(workspace.deliveries)
    Agents(workspace.state).stop(workspace.user("mia"), direct, ts)
    await workspace.until(lambda ws: len(ws.deliveries) > before and all(one.over for one in ws.deliveries))
    await held.write("there was a bot.")
    await held.finish()

    assert await agent.outcome(ts) == "answered"


async def test_a_session_that_nobody_works_on_is_ended_by_a_stop(agent: Stage) -> None:
    user = agent.workspace.user("ada")
    direct = agent.workspace.direct_message(user)
    ts = await agent.ask("hello", channel=direct)
    await agent.outcome(ts)
    before = calls(agent, "agents.sessions.setStatus")
    Agents(agent.workspace.state).stop(user, direct, ts)
    await agent.workspace.until(lambda _: calls(agent, "agents.sessions.setStatus") == before + 1)


async def test_an_app_that_is_not_an_agent_makes_none_of_its_calls(no_agent: Stage) -> None:
    no_agent.model.script(Answer("Hello."))
    direct = no_agent.workspace.direct_message(no_agent.workspace.user("ada"))
    await no_agent.outcome(await no_agent.ask("hello", channel=direct))

    assert no_agent.workspace.state.titles == {}
    assert not [call.method for call in no_agent.workspace.calls if "Prompts" in call.method or "title" in call.args]
