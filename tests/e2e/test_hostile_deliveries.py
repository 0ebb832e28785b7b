"""Whatever stands in what Slack delivers, it is acknowledged and breaks nothing, and the next question is answered."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from bot.slack.receive import feedback
from playground.workspace.delivery import Delivery, Sort
from tests.postgres import postgres
from tests.stage import ACK_WITHIN_S, QUICK_RETRIES_S, Stage

Json = dict[str, Any]
VALUES: dict[str, Any] = {
    "half a character": "\ud800",
    "a NUL": "a\0b",
    "invisible characters": "\u202e\u2066\u200b\u0301\u0489" * 200,
    "very long": "U" * 30_000,
    "longer than an id": "U" * 60,
    "line ends": "a\r\n\u2028\u2029\x85b",
    "nothing": None,
    "an object": {"a": [1]},
}
NUMBER = 10**30
OF_A_MESSAGE = ("text", "user", "channel", "ts", "thread_ts", "user_team", "bot_id")
OF_A_FILE = ("id", "name", "url_private", "size")


@pytest.fixture(params=["http"])
def transport(request: pytest.FixtureRequest) -> str:
    """How it arrives makes no difference to what it holds."""
    return str(request.param)


@pytest.fixture
def workspace_options() -> dict[str, Any]:
    return {"retry_delays_s": QUICK_RETRIES_S, "ack_within_s": ACK_WITHIN_S, "rate_limits": False}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with postgres() as address:
        yield address.format(name="postgres")


@pytest.fixture(params=["sqlite", "postgresql"])
def settings_options(request: pytest.FixtureRequest) -> dict[str, Any]:
    shared = {"database_url": request.getfixturevalue("server")} if request.param == "postgresql" else {}
    return {"bot_turns_per_user_max": 100, "bot_turns_per_channel_max": 100, "bot_turns_max": 100, **shared}


def mention(stage: Stage, number: int, **more: Any) -> Json:
    said = {
        "type": "app_mention",
        "user": stage.workspace.user("ada"),
        "channel": stage.general,
        "ts": f"1790000000.{number:06}",
        "text": f"<@{stage.workspace.bot_user_id}> hello",
        **more,
    }
    return {"type": "event_callback", "team_id": stage.workspace.team_id, "event_id": f"Ev{number}", "event": said}


def hostile(stage: Stage) -> list[Json]:
    file = {
        "id": "F1",
        "name": "a.txt",
        "filetype": "text",
        "mode": "hosted",
        "size": 3,
        "url_private": "https://a.io/a",
    }
    with_value = [{key: value} for value in VALUES.values() for key in OF_A_MESSAGE]
    with_value += [{"files": [{**file, key: value}]} for value in VALUES.values() for key in OF_A_FILE]
    with_value += [{"text": NUMBER}, {"ts": NUMBER}, {"files": [{**file, "size": NUMBER, "id": NUMBER}]}]
    with_value.append({"files": [{**file, "id": f"F{number}"} for number in range(3_000)]})
    return [mention(stage, number, **more) for number, more in enumerate(with_value)]


def presses(stage: Stage, number: int, value: Any) -> list[Json]:
    own, user = {"user": stage.workspace.bot_user_id, "ts": "1790000001.000001"}, {"id": stage.workspace.user("ada")}
    whole = {"message": own, "user": user, "channel": {"id": stage.general}, "trigger_id": "1.2.3"}
    of = [{"message": {**own, "ts": value}}, {"user": {"id": value}}, {"channel": {"id": value}}]
    actions = [
        {"action_id": name, "block_id": "button", "type": "button", "value": value} for name in ("ask_again", "stop")
    ]
    team = {"team": {"id": stage.workspace.team_id}}
    return [
        {"type": "block_actions", **team, **whole, **more, "actions": [action]} for more in of for action in actions
    ]


def reason(stage: Stage, words: str) -> Json:
    view = {
        "id": "V1",
        "type": "modal",
        "callback_id": feedback.WHY,
        "private_metadata": json.dumps({"channel": stage.general, "ts": "1790000001.000001"}),
        "state": {"values": {feedback.REASON.block_id: {feedback.REASON.action_id: {"value": words}}}},
    }
    who = {"user": {"id": stage.workspace.user("ada")}, "team": {"id": stage.workspace.team_id}}
    return {"type": "view_submission", **who, "view": view}


async def test_whatever_stands_in_a_delivery(stage: Stage) -> None:
    sent: list[Delivery] = []
    for payload in hostile(stage):
        sent.append(stage.workspace.courier.deliver(Sort.EVENT, payload))
        if len(sent) % 10 == 0:
            await stage.workspace.until(lambda _: all(delivery.over for delivery in sent), timeout_s=30)
    for number, value in enumerate(VALUES.values()):
        sent += [stage.workspace.courier.deliver(Sort.INTERACTIVE, press) for press in presses(stage, number, value)]
    vote = presses(stage, 0, "bad")[0] | {"actions": [{"action_id": "feedback", "value": "bad"}]}
    sent += [stage.workspace.courier.deliver(Sort.INTERACTIVE, vote | {"message": {"ts": "1790000001.000001"}})]
    words = [value for value in VALUES.values() if isinstance(value, str)]
    sent += [stage.workspace.courier.deliver(Sort.INTERACTIVE, reason(stage, each)) for each in words]
    await stage.workspace.until(lambda _: all(delivery.over for delivery in sent), timeout_s=30)
    assert [each.payload for each in sent if not each.outcomes[-1].acknowledged] == []
    # A busy machine may take longer than Slack waits, and then has it once more; an error is never the answer.
    assert {outcome.reason for each in sent for outcome in each.outcomes} <= {"", "http_timeout"}

    privately = stage.workspace.direct_message(stage.workspace.user("grace"))
    assert await stage.outcome(await stage.ask("Are you still there?", who="grace", channel=privately)) == "answered"
