"""What people say of an answer: thumbs below it, a reason where they want to give one, and who gets to read it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot import erase, usage
from bot.settings import sqlite_in
from bot.slack import buttons
from bot.slack.receive.feedback import REASON, THANKS, WHY
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.delivery import Delivery
from playground.workspace.reading import visible_text
from playground.workspace.workspace import Workspace
from tests.stage import Stage, bot_running, settings_for

WRITES = ("chat.postMessage", "chat.update", "chat.delete", "chat.postEphemeral", "response_url")


def thumbs(message: dict[str, Any]) -> bool:
    return any(block["type"] == "context_actions" for block in message.get("blocks", []))


@asynccontextmanager
async def growing(workspace: Workspace, model: PracticeModel, channel: str) -> AsyncIterator[str]:
    """The ts of a question whose answer stands there with a button that stops it; at the end it is whole."""
    held = HeldAnswer()
    model.script(held)
    ts = await workspace.say(workspace.user("ada"), channel, "@claude tell me")
    await held.asked.wait()

    def shows(words: str, *, stop: bool) -> bool:
        shown = workspace.thread(channel, ts)[1:]
        stops = any(block["type"] == "actions" for message in shown for block in message["blocks"])
        return [visible_text(message) for message in shown] == [words] and stops == stop

    await held.write("Once")
    await workspace.until(lambda _: shows("Once", stop=False))
    await held.write(" upon a time.")
    await workspace.until(lambda _: shows("Once upon a time.", stop=True))
    yield ts
    await held.finish()
    await workspace.until(lambda _: shows("Once upon a time.", stop=False))


async def vote(stage: Stage, message: dict[str, Any], value: str, *, who: str = "ada", channel: str = "") -> Delivery:
    workspace = stage.workspace
    action = {"action_id": buttons.FEEDBACK, "block_id": None, "value": value}
    id_ = workspace.people.press(workspace.user(who), channel or stage.general, message["ts"], action)
    await workspace.until(lambda ws: ws.delivery(id_).over)
    return workspace.delivery(id_)


async def counted(stage: Stage) -> str:
    return await usage.votes(sqlite_in(stage.settings.bot_data_dir), "1d", csv=True)


async def test_an_answer_can_be_voted_on_and_the_votes_are_counted(stage: Stage) -> None:
    workspace = stage.workspace
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude who was it?")
    await held.asked.wait()
    await held.write("It was")
    await workspace.until(lambda _: stage.words(ts) == ["It was"])
    assert not thumbs(stage.answers(ts)[0])
    await held.write(" the gardener.")
    await held.finish()
    await stage.outcome(ts)
    [answer] = stage.answers(ts)
    assert thumbs(answer)
    assert visible_text(answer) == "It was the gardener."

    assert (await vote(stage, answer, buttons.GOOD)).acknowledged
    await vote(stage, answer, buttons.GOOD)
    await vote(stage, answer, buttons.BAD, who="grace")
    await workspace.until(lambda ws: ws.ephemerals())
    day, lines = "", (await counted(stage)).splitlines()
    assert lines[0] == "day,workspace,person,good,bad,reasons"
    assert sorted(re.sub(r"^\S+?,", "", line) for line in lines[1:]) == sorted(
        [f"{workspace.team_id},{workspace.user('ada')},1,0,", f"{workspace.team_id},{workspace.user('grace')},0,1,"]
    ), day
    assert workspace.ephemerals()[0]["text"] == THANKS
    assert "1 good, 1 bad" in await usage.report(sqlite_in(stage.settings.bot_data_dir), "1d", csv=False)


async def test_somebody_who_finds_an_answer_bad_may_say_why(stage: Stage) -> None:
    workspace, ada = stage.workspace, stage.workspace.user("ada")
    stage.model.script(Answer("It was the butler."))
    ts = await stage.ask("@claude who was it?")
    await stage.outcome(ts)
    await vote(stage, stage.answers(ts)[0], buttons.BAD)
    modals = workspace.people.views.modals
    await workspace.until(lambda _: modals[ada])
    view = modals[ada][-1]
    assert view.json["callback_id"] == WHY
    sent = workspace.surfaces.submit(ada, view.id, {REASON.block_id: "There is no butler."})
    await workspace.until(lambda _: sent.over)

    assert modals[ada] == []
    assert (await counted(stage)).endswith(",0,1,There is no butler.\n")
    await vote(stage, stage.answers(ts)[0], buttons.GOOD)
    assert (await counted(stage)).endswith(",1,0,\n")


async def test_a_reason_is_optional(stage: Stage) -> None:
    workspace, ada = stage.workspace, stage.workspace.user("ada")
    stage.model.script(Answer("It was the butler."))
    ts = await stage.ask("@claude who was it?")
    await stage.outcome(ts)
    await vote(stage, stage.answers(ts)[0], buttons.BAD)
    modals = workspace.people.views.modals
    await workspace.until(lambda _: modals[ada])
    sent = workspace.surfaces.submit(ada, modals[ada][-1].id, {})
    await workspace.until(lambda _: sent.over)

    assert sent.acknowledged
    assert (await counted(stage)).endswith(",0,1,\n")


async def test_an_incomplete_answer_has_no_thumbs_and_later_turns_read_nothing_of_them(stage: Stage) -> None:
    stage.model.script(Answer("One, two", stop_reason="max_tokens"), Answer(", three."), Answer("Gladly."))
    ts = await stage.ask("@claude count")
    await stage.outcome(ts)
    assert not thumbs(stage.answers(ts)[0])
    cut = stage.answers(ts)[0]
    await stage.workspace.press(stage.workspace.user("ada"), stage.general, cut["ts"], "continue")
    await stage.outcome(f"{cut['ts']}1")
    assert thumbs(stage.answers(ts)[-1])
    later = await stage.ask("@claude thanks", thread_ts=ts)
    await stage.outcome(later)

    assert [text for role, text in stage.asked_texts() if role == "assistant"] == ["One, two\n\n, three."]


async def test_a_long_answer_has_them_once_below_its_end(stage: Stage) -> None:
    stage.model.script(Answer("\n\n".join(f"Paragraph {n}: " + "all the words of it. " * 20 for n in range(60))))
    ts = await stage.ask("@claude everything")
    await stage.outcome(ts)

    assert [thumbs(message) for message in stage.answers(ts)] == [False] * (len(stage.answers(ts)) - 1) + [True]


async def test_a_workspace_that_takes_no_such_block_gets_the_answer_without(stage: Stage) -> None:
    general = stage.general
    async with growing(stage.workspace, stage.model, general) as first:
        stage.workspace.faults.refuse("chat.update", "invalid_blocks")
    [shown] = stage.answers(first)
    assert [block["type"] for block in shown["blocks"]] == ["rich_text"]
    async with growing(stage.workspace, stage.model, general) as second:
        updates = [call for call in stage.workspace.calls if call.method == "chat.update" and not call.ok]

    assert len(updates) == 1
    assert not thumbs(stage.answers(second)[0])


async def test_an_answer_that_is_refused_for_other_reasons_costs_the_next_ones_nothing(stage: Stage) -> None:
    async with growing(stage.workspace, stage.model, stage.general) as first:
        stage.workspace.faults.refuse("chat.update", "invalid_blocks", times=2)
    async with growing(stage.workspace, stage.model, stage.general) as second:
        pass

    assert not thumbs(stage.answers(first)[0])
    assert thumbs(stage.answers(second)[0])


async def test_people_who_may_not_ask_have_no_vote(stage: Stage) -> None:
    stage.model.script(Answer("It was the gardener."))
    ts = await stage.ask("@claude who was it?")
    await stage.outcome(ts)
    await vote(stage, stage.answers(ts)[0], buttons.GOOD, who="mia")

    assert (await counted(stage)).count("\n") == 1


async def test_they_can_be_turned_off_and_cost_no_call(
    workspace: Workspace, model: PracticeModel, transport: str, tmp_path: Path
) -> None:
    general, calls = workspace.channel("general"), {}
    for setting in ("off", "on"):
        (tmp_path / setting).mkdir()
        settings = settings_for(workspace, model.url, tmp_path / setting, transport, bot_feedback=setting)
        async with bot_running(workspace, settings):
            async with growing(workspace, model, general) as ts:
                before = len(workspace.calls)
            calls[setting] = [call.method for call in workspace.calls[before:] if call.method in WRITES]
        assert thumbs(workspace.thread(general, ts)[1]) == (setting == "on")

    assert calls["on"] == calls["off"] == ["chat.update"]


async def test_a_person_who_is_erased_has_said_nothing(stage: Stage) -> None:
    stage.model.script(Answer("It was the gardener."))
    ts = await stage.ask("@claude who was it?")
    await stage.outcome(ts)
    await vote(stage, stage.answers(ts)[0], buttons.GOOD)
    directory = stage.settings.bot_data_dir
    lines = await erase.run(sqlite_in(directory), directory, user_id=stage.workspace.user("ada"))

    assert "votes on answers: 1" in lines
    assert (await counted(stage)).count("\n") == 1


@pytest.mark.parametrize("csv", [False, True])
async def test_a_database_without_votes_says_so(stage: Stage, csv: bool) -> None:
    shown = await usage.votes(sqlite_in(stage.settings.bot_data_dir), "1d", csv=csv)

    assert shown.startswith("day," if csv else "Nobody has voted")


@pytest.mark.parametrize("author", [{"user": "U0ELSEWHER", "bot_id": "B0ELSEWHER"}, {"user": "", "bot_id": ""}])
async def test_a_vote_counts_under_an_answer_of_ours_alone(stage: Stage, author: dict[str, str]) -> None:
    """One app has a bot in each workspace, and any process of it may be handed the presses of all."""
    workspace = stage.workspace
    ts = await stage.ask("@claude who was it?")
    await stage.outcome(ts)
    pressed = await vote(stage, stage.answers(ts)[0], buttons.GOOD)
    before = await counted(stage)
    payload = {**pressed.payload, "message": {**pressed.payload["message"], **author, "ts": "1700000000.000100"}}
    again = workspace.courier.deliver(pressed.sort, payload)
    await workspace.until(lambda _: again.over)

    assert again.acknowledged
    assert await counted(stage) == before
