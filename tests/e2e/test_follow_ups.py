"""Who has mentioned the bot in a thread goes on without a mention; when people talk to each other, it keeps out."""

from __future__ import annotations

import asyncio
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.stage import TRANSPORTS, Stage, TurnLog, bot_running, settings_for

YES, NO = True, False
SCENES: list[list[tuple[int, str, bool]]] = [
    [
        (0, "@claude what is a lease?", YES),
        (0, "And who pays?", YES),
        (0, "thanks", YES),
        (1, "Good question, I wondered too", NO),
        (0, "right?", NO),
        (0, "@claude one more thing", YES),
        (0, "in short, please", YES),
    ],
    [
        (0, "Lunch at noon?", NO),
        (1, "Fine with me", NO),
        (0, "@{2} are you in?", NO),
        (2, "yes", NO),
        (1, "@claude where is the best place?", YES),
        (1, "something near by", YES),
        (0, "I like pizza", NO),
        (1, "me too", NO),
    ],
    [
        (0, "@claude draft an invitation", YES),
        (0, "make it shorter", YES),
        (0, "@{1} what do you think?", NO),
        (1, "looks good", NO),
        (0, "great", NO),
        (1, "@claude add a date", YES),
        (1, "Friday", YES),
        (0, "@claude no, Monday", YES),
        (1, "hm, why?", NO),
        (0, "holiday", NO),
    ],
    [
        (0, "@claude summarise, please", YES),
        (0, "see #general too", YES),
        (0, "@here have a look", NO),
        (0, "well?", NO),
        (2, "looking", NO),
        (2, "@claude is that right?", YES),
        (2, "really?", YES),
        (1, "I doubt it", NO),
    ],
]


@pytest.fixture
def transport(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "socket"))


over_both = pytest.mark.parametrize("transport", TRANSPORTS, indirect=True)


async def settled(stage: Stage, ts: str) -> None:
    """What was delivered of a message is acknowledged, and with that decided."""

    def decided(ws: Workspace) -> bool:
        of_it = [delivery for delivery in ws.deliveries if delivery.payload.get("event", {}).get("ts") == ts]
        return bool(of_it) and all(delivery.over for delivery in of_it)

    await stage.workspace.until(decided, timeout_s=60)


async def unanswered(stage: Stage, text: str, *, thread_ts: str | None = None, who: str = "ada") -> str:
    before = len(stage.model.requests)
    ts = await stage.ask(text, thread_ts=thread_ts, who=who)
    await settled(stage, ts)
    known = await stage.ask("@claude hello", who="lars")  # would come after it
    await stage.outcome(known)
    assert len(stage.model.requests) == before + 1
    assert ts not in stage.log.turns
    return ts


class TestManyPeople:
    @pytest.fixture
    def workspace_options(self) -> dict[str, Any]:
        """The posts of six channels at once are not what this is about."""
        return {"rate_limits": False}

    async def test_in_two_hundred_messages_it_answers_when_it_is_spoken_to_and_never_otherwise(
        self, stage: Stage
    ) -> None:
        stage.model.answers = lambda _: Answer("Yes.")
        played: dict[str, tuple[str, bool]] = {}

        async def play(scene: list[tuple[int, str, bool]], people: tuple[str, ...], channel: str) -> None:
            root: str | None = None
            for who, text, meant in scene:
                said = text.format(*people)
                ts = await stage.ask(said, channel=channel, who=people[who], thread_ts=root)
                root = root or ts
                played[ts] = (said, meant)
                if meant:
                    assert await stage.outcome(ts) == "answered"
                else:
                    await settled(stage, ts)

        casts = list(permutations(("ada", "grace", "lars")))
        places = [(scene, cast) for scene in SCENES for cast in casts]
        channels = [stage.workspace.add_channel(f"talk-{number}") for number in range(len(places))]
        await asyncio.gather(*(play(*place, channel) for place, channel in zip(places, channels, strict=True)))

        assert len(played) > 190
        assert [said for ts, (said, meant) in played.items() if meant != (ts in stage.log.turns)] == []


@over_both
async def test_a_conversation_goes_on_without_mentions(stage: Stage) -> None:
    ts = await stage.ask("@claude what is a lease?")
    await stage.outcome(ts)
    further = await stage.ask("And who pays?", thread_ts=ts)

    assert await stage.outcome(further) == "answered"
    assert stage.asked_texts()[-1] == ("user", "ada: And who pays?")


async def test_what_is_said_while_the_bot_answers_is_answered_in_order(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude what is a lease?")
    await held.asked.wait()
    second = await stage.ask("And who pays?", thread_ts=ts)
    third = await stage.ask("And when?", thread_ts=ts)
    await stage.workspace.until(lambda _: "Queued behind 2 questions…" in stage.words(ts))
    await held.write("A contract.")
    await held.finish()

    assert [await stage.outcome(each) for each in (second, third)] == ["answered", "answered"]
    assert [stage.asked_texts(number)[-1][1] for number in (1, 2)] == ["ada: And who pays?", "ada: And when?"]


async def test_the_word_stop_needs_no_mention_either(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me a long story")
    await held.asked.wait()
    await stage.ask("stop", thread_ts=ts, who="grace")

    assert await stage.outcome(ts) == "stopped"
    await held.hung_up.wait()


async def test_a_file_without_a_word_is_a_follow_up_too(stage: Stage) -> None:
    ts = await stage.ask("@claude I have a file for you")
    await stage.outcome(ts)
    further = await stage.ask("", thread_ts=ts, files=[("notes.txt", b"The meeting is on Friday.")])

    assert await stage.outcome(further) == "answered"
    assert "The meeting is on Friday." in stage.asked_texts()[-1][1]


async def test_at_top_level_nothing_is_a_follow_up(stage: Stage) -> None:
    ts = await stage.ask("@claude what is a lease?")
    await stage.outcome(ts)

    await unanswered(stage, "And who pays?")


async def test_a_guest_who_joins_in_ends_it_too_and_is_not_answered(stage: Stage) -> None:
    ts = await stage.ask("@claude what is a lease?")
    await stage.outcome(ts)
    await unanswered(stage, "me too", thread_ts=ts, who="mia")

    await unanswered(stage, "And who pays?", thread_ts=ts)
    assert stage.workspace.ephemerals() == []


async def test_a_late_redelivery_of_what_ended_a_conversation_does_not_end_the_next(stage: Stage) -> None:
    ts = await stage.ask("@claude what is a lease?")
    await stage.outcome(ts)
    wondering = await stage.ask("I wonder too", thread_ts=ts, who="grace")
    await settled(stage, wondering)
    (interruption,) = [each for each in stage.workspace.deliveries if each.payload["event"].get("ts") == wondering]
    again = await stage.ask("@claude who pays?", thread_ts=ts)
    await stage.outcome(again)
    stage.workspace.redeliver(interruption)
    await settled(stage, wondering)
    further = await stage.ask("And when?", thread_ts=ts)

    assert await stage.outcome(further) == "answered"


async def test_an_edit_that_adds_a_mention_asks(stage: Stage) -> None:
    root = await stage.ask("What is a lease?", who="grace")
    ts = await stage.ask("I would know, too", thread_ts=root)
    await settled(stage, ts)
    await stage.workspace.edit(stage.general, ts, "@claude I would like to know, too")

    assert await stage.outcome(ts) == "answered"


async def test_they_can_be_switched_off(ws: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> None:
    settings = settings_for(ws, model.url, tmp_path, "socket", bot_follow_ups="off")
    async with bot_running(ws, settings):
        stage = Stage(ws, model, settings, turn_log)
        ts = await stage.ask("@claude what is a lease?")
        await stage.outcome(ts)
        await unanswered(stage, "And who pays?", thread_ts=ts)


async def test_nothing_is_logged_of_other_peoples_threads(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    root = await stage.ask("Salaries", who="grace")
    caplog.clear()
    for _ in range(3):
        await settled(stage, await stage.ask("are secret", thread_ts=root, who="grace"))

    assert caplog.records == []


async def test_a_follow_up_is_answered_though_slack_cannot_say_in_time_who_wrote_it(
    ws: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    settings = settings_for(ws, model.url, tmp_path, "socket")
    stage = Stage(ws, model, settings, turn_log)
    async with bot_running(ws, settings):
        ts = await stage.ask("@claude what is a lease?")
        await stage.outcome(ts)
    ws.faults.status("users.info", 503, times=1_000)
    async with bot_running(ws, settings):  # which knows nobody yet
        further = await stage.ask("And who pays?", thread_ts=ts)
        await settled(stage, further)
        ws.faults.clear()

        assert await stage.outcome(further) == "answered"
