"""A question that its author edits is answered as it is now, as long as nobody has read words of its answer."""

from __future__ import annotations

import pytest

from bot.edits import AGAIN_MAX
from playground.practice_model.script import Answer, HeldAnswer
from tests.stage import Stage


@pytest.fixture
def transport() -> str:
    return "socket"


async def edit(stage: Stage, channel: str, ts: str, text: str) -> None:
    mention = "" if channel.startswith("D") else f"<@{stage.workspace.bot_user_id}> "
    await stage.workspace.edit(channel, ts, f"{mention}{text}")


@pytest.mark.parametrize("where", ["a channel", "a thread", "a direct message"])
async def test_while_the_model_thinks_the_question_is_asked_anew(stage: Stage, where: str) -> None:
    direct = where == "a direct message"
    channel = stage.workspace.direct_message(stage.workspace.user("ada")) if direct else stage.general
    root = stage.workspace.seed(stage.workspace.user("ada"), channel, "Sums.") if where == "a thread" else None
    thinks = HeldAnswer()
    stage.model.script(thinks, Answer("Six."))
    ts = await stage.ask("2 and 2?" if direct else "@claude 2 and 2?", channel=channel, thread_ts=root)
    await thinks.asked.wait()
    await edit(stage, channel, ts, "3 and 3?")

    assert await stage.outcome(ts) == "answered"
    assert stage.words(root or ts, channel=channel) == ["Six."]
    assert [texts[-1][1].rpartition("ada: ")[2] for texts in map(stage.asked_texts, (0, 1))] == ["2 and 2?", "3 and 3?"]


async def test_an_answer_that_people_read_already_goes_on(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude 2 and 2?")
    await held.write("That is ")
    await stage.workspace.until(lambda _: any("That" in words for words in stage.words(ts)))
    await edit(stage, stage.general, ts, "3 and 3?")
    await held.write("four.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["That is four."]
    assert len(stage.model.requests) == 1


async def test_edits_without_end_are_not_followed_without_end(stage: Stage) -> None:
    held = [HeldAnswer() for _ in range(AGAIN_MAX + 1)]
    stage.model.script(*held)
    ts = await stage.ask("@claude number 0?")
    for number, answer in enumerate(held, start=1):
        await answer.asked.wait()
        await edit(stage, stage.general, ts, f"number {number}?")
    await held[-1].write("Enough.")
    await held[-1].finish()

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Enough."]
    assert len(stage.model.requests) == AGAIN_MAX + 1


async def test_one_that_is_edited_and_then_stopped_ends(stage: Stage) -> None:
    first, second = HeldAnswer(), HeldAnswer()
    stage.model.script(first, second)
    ts = await stage.ask("@claude 2 and 2?")
    await first.asked.wait()
    await edit(stage, stage.general, ts, "3 and 3?")
    await second.asked.wait()
    await stage.ask("stop", thread_ts=ts)

    assert await stage.outcome(ts) == "stopped"
    assert stage.words(ts) == ["ada stopped this answer."]
