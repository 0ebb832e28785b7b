"""One person who presses, votes and opens things without end costs the others nothing but their own few calls."""

from __future__ import annotations

import asyncio

import pytest

from bot.loop_share import beside
from bot.slack import buttons
from bot.slack.receive.after_the_ack import AT_ONCE_MAX
from bot.slack.receive.shortcuts import ASK_ABOUT
from playground.workspace.delivery import Delivery
from tests.stage import Stage

TIMES = 60
HANG_S = 3.0


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how presses arrive."""
    return "http"


async def again_and_again(stage: Stage, delivery: Delivery) -> None:
    """Each with a trigger of its own, as fast as they go."""
    courier, sent = stage.workspace.courier, list[Delivery]()
    for number in range(TIMES):
        sent.append(courier.deliver(delivery.sort, {**delivery.payload, "trigger_id": f"1.2.{number}"}))
    await stage.workspace.until(lambda _: all(each.over for each in sent), timeout_s=60)
    assert [each for each in sent if not each.acknowledged] == []


def told(stage: Stage) -> list[str]:
    """Who was told something alone, once for each time."""
    return [str(call.args["user"]) for call in stage.workspace.calls if call.method == "chat.postEphemeral"]


async def test_somebody_who_votes_without_end_is_thanked_a_few_times_and_others_are_thanked_meanwhile(
    stage: Stage,
) -> None:
    workspace = stage.workspace
    ts = await stage.ask("@claude who was it?")
    await stage.outcome(ts)
    action = {"action_id": buttons.FEEDBACK, "block_id": None, "value": buttons.GOOD}
    [answer] = stage.answers(ts)
    workspace.faults.hang("chat.postEphemeral", HANG_S, times=10_000)
    voted = workspace.people.press(workspace.user("ada"), stage.general, answer["ts"], action)
    await workspace.until(lambda ws: ws.delivery(voted).over)
    await again_and_again(stage, workspace.delivery(voted))
    workspace.people.press(workspace.user("grace"), stage.general, answer["ts"], action)
    await workspace.until(lambda _: workspace.user("grace") in told(stage))

    assert told(stage).count(workspace.user("ada")) == AT_ONCE_MAX


async def test_somebody_who_opens_windows_without_end_opens_a_few(stage: Stage) -> None:
    workspace = stage.workspace
    ts = await stage.ask("@claude who was it?")
    await stage.outcome(ts)
    workspace.faults.hang("views.open", HANG_S, times=10_000)
    used = workspace.surfaces.shortcut(workspace.user("ada"), stage.general, ts, ASK_ABOUT)
    await workspace.until(lambda _: used.over)
    await again_and_again(stage, used)
    workspace.surfaces.shortcut(workspace.user("grace"), stage.general, ts, ASK_ABOUT)
    await workspace.until(lambda _: workspace.user("grace") in told(stage))  # that it took too long

    assert sum(call.method == "views.open" for call in workspace.calls) <= AT_ONCE_MAX + 1
    assert told(stage).count(workspace.user("ada")) <= AT_ONCE_MAX


async def test_long_messages_are_read_one_by_one(stage: Stage) -> None:
    """Each thread that computes takes turns from the loop, and from everybody who is to be acknowledged."""
    running, most = 0, 0

    def read() -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        sum(range(100_000))
        running -= 1

    await asyncio.gather(*(beside(read) for _ in range(20)))

    assert most == 1
