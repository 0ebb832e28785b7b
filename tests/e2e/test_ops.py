"""Whoever runs the bot sees by a port of their own whether it lives, whether it is ready, and what it does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.assembly.slack import REFUSED_FOR_THEIR_TIME
from bot.errors import StartFailed
from bot.ports import Outcome
from bot.slack import buttons
from bot.telemetry import metrics
from playground.practice_model.script import Answer, HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.http_delivery import sign
from playground.workspace.workspace import Workspace
from tests.figures import OpsPort, series_of
from tests.loopback import free_port
from tests.promql import asked_by, expressions
from tests.stage import Stage, TurnLog, bot_running, settings_for

OF_SCRAPES = {"job", "instance"}
"""What Prometheus itself adds."""
LABELS_OF = {
    family.name: set(figure._labelnames)
    for figure in vars(metrics).values()
    if hasattr(figure, "_labelnames")
    for family in figure.describe()
}
VALUES = {
    "outcome": {outcome.value for outcome in Outcome},
    "event": set(metrics.WATCHED),
    "kind": metrics.MODEL_FAILURES,
    "result": {"ok", "rate_limited", "unreadable", "not_now", "died"},
}
"""Of the labels that alerts and panels name single values of."""
WHOLE = {"process": "ready", "database": "ready", "slack": "ready"}


@pytest.fixture
def transport() -> str:
    return "socket"


@pytest.fixture
def ops() -> OpsPort:
    return OpsPort(free_port())


@pytest.fixture
async def stage(
    workspace: Workspace, model: PracticeModel, transport: str, tmp_path: Path, turn_log: TurnLog, ops: OpsPort
) -> AsyncIterator[Stage]:
    settings = settings_for(workspace, model.url, tmp_path, transport, bot_ops_port=ops.port)
    async with bot_running(workspace, settings):
        yield Stage(workspace, model, settings, turn_log)


async def test_a_turn_shows_in_the_figures_and_nobody_s_name_or_words_do(stage: Stage, ops: OpsPort) -> None:
    """The figures are the process's: others' tests may have run in it before."""
    before = await ops.figures()
    stage.model.script(Answer(chunks=("Some ", "words.")))
    asked = await stage.ask("@claude a secret question", files=[("quarterly secrets.txt", b"what is in it")])
    assert await stage.outcome(asked) == "answered"
    after = await ops.figures()

    def grew(name: str, **labels: str) -> float:
        return after.value(name, **labels) - before.value(name, **labels)

    assert grew("slackbot_turns_total", entry_point="mention", outcome="answered") == 1
    assert grew("slackbot_first_words_seconds_count", entry_point="mention") == 1
    assert grew("slackbot_question_wait_seconds_count") == 1
    assert grew("slackbot_staleness_seconds_count") >= 1
    assert grew("slackbot_slack_calls_total", method="chat.postMessage", result="ok") >= 1
    assert grew("slackbot_slack_call_seconds_count", method="chat.postMessage") >= 1
    assert grew("slackbot_model_tokens_total", kind="input") > 0
    assert grew("slackbot_model_tokens_total", kind="output") > 0
    assert grew("slackbot_model_cost_dollars_total") > 0
    assert grew("slackbot_downloads_total", result="ok") == 1
    assert grew("slackbot_downloaded_bytes_total") == len(b"what is in it")
    assert grew("slackbot_conversion_seconds_count", kind="text", result="ok") >= 1
    assert grew("slackbot_database_transaction_seconds_count") >= 2
    assert grew("slackbot_turn_errors_total") == 0
    assert after.value("slackbot_answers_live") == before.value("slackbot_answers_live") == 0
    assert all(after.value("slackbot_part_ready", part=part) == 1 for part in WHOLE)
    private = {asked, stage.general, stage.workspace.user("ada"), "secret", "quarterly", "what is in it", "Some words"}
    assert [words for words in private if words in after.text] == []


async def test_what_slack_and_the_model_refuse_shows_by_kind(stage: Stage, ops: OpsPort) -> None:
    before = await ops.figures()
    stage.model.script(HttpError.api(401, "authentication_error"))
    asked = await stage.ask("@claude a question")
    assert await stage.outcome(asked) == "failed"
    after = await ops.figures()
    name = "slackbot_turn_errors_total"
    assert after.value(name, kind="model_key_invalid") - before.value(name, kind="model_key_invalid") == 1
    warned = "slackbot_warnings_total"
    assert after.value(warned, event="model.failed") - before.value(warned, event="model.failed") == 1


async def test_what_people_press_below_an_answer_is_counted(stage: Stage, ops: OpsPort) -> None:
    before = (await ops.figures()).value("slackbot_feedback_total", vote="good")
    asked = await stage.ask("@claude a question")
    await stage.outcome(asked)
    [answer] = stage.answers(asked)
    thumb = {"action_id": buttons.FEEDBACK, "block_id": None, "value": buttons.GOOD}
    press = stage.workspace.people.press(stage.workspace.user("ada"), stage.general, answer["ts"], thumb)
    await stage.workspace.until(lambda ws: ws.delivery(press).over)
    assert (await ops.figures()).value("slackbot_feedback_total", vote="good") == before + 1


@pytest.mark.usefixtures("stage")
async def test_a_bot_that_has_started_is_alive_and_ready(ops: OpsPort) -> None:
    assert await ops.get("/healthz") == (200, {"alive": True})
    assert await ops.get("/readyz") == (200, {"ready": True, "parts": WHOLE})


async def test_a_bot_whose_database_is_away_is_alive_and_not_ready(stage: Stage, ops: OpsPort) -> None:
    (stage.settings.bot_data_dir / "bot.sqlite3").rename(stage.settings.bot_data_dir / "away")
    status, body = await ops.get("/readyz")
    assert (status, body["parts"]) == (503, WHOLE | {"database": "no answer"})
    assert (await ops.get("/healthz"))[0] == 200
    assert (await ops.figures()).value("slackbot_part_ready", part="database") == 0


async def test_a_bot_that_drains_says_so_until_its_answers_have_ended(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog, ops: OpsPort
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "socket", bot_ops_port=ops.port, bot_shutdown_grace_s=60)
    model.script(Answer(chunks=("word ",) * 200, chunk_delay_s=0.01))
    end = asyncio.Event()

    async def until_it_is_stopped() -> None:
        async with bot_running(workspace, settings):
            started.set()
            await end.wait()

    started = asyncio.Event()
    running = asyncio.create_task(until_it_is_stopped())
    await started.wait()
    stage = Stage(workspace, model, settings, turn_log)
    asked = await stage.ask("@claude a long answer, please")
    await workspace.until(lambda _: stage.answers(asked))
    assert (await ops.figures()).value("slackbot_answers_live") == 1
    end.set()
    async with asyncio.timeout(10):
        while (said := await ops.get("/readyz"))[0] == 200:  # noqa: ASYNC110 - a port tells nobody
            await asyncio.sleep(0)
    assert said == (503, {"ready": False, "parts": WHOLE | {"process": "stopping"}})
    assert (await ops.get("/healthz"))[0] == 200
    await running
    assert await stage.outcome(asked) == "answered"


async def test_the_public_port_says_nothing_of_it(workspace: Workspace, model: PracticeModel, tmp_path: Path) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "http")
    public = OpsPort(settings.bot_http_port)
    async with bot_running(workspace, settings):
        assert [(await public.get(path))[0] for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]


async def test_a_port_that_is_in_use_is_one_line(workspace: Workspace, model: PracticeModel, tmp_path: Path) -> None:
    in_use = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    port = in_use.sockets[0].getsockname()[1]
    settings: Any = settings_for(workspace, model.url, tmp_path, "socket", bot_ops_port=port)
    async with in_use:
        with pytest.raises(StartFailed) as failed:
            async with bot_running(workspace, settings):
                raise AssertionError("it has started")
    assert failed.value.faults == (f"BOT_OPS_PORT: cannot listen on 127.0.0.1:{port} (Address already in use)",)


async def test_every_alert_and_panel_asks_for_what_a_running_bot_counts(stage: Stage, ops: OpsPort) -> None:
    asked = await stage.ask("@claude a question", files=[("notes.txt", b"some notes")])
    assert await stage.outcome(asked) == "answered"
    families = (await ops.figures()).families
    counted = {name: family for family in families for name in series_of(family)}
    unknown: list[tuple[str, ...]] = []
    for title, expression in expressions():
        series, groups = asked_by(expression)
        for one in series:
            if one.name == "up":
                continue
            if one.name not in counted:
                unknown.append((title, one.name))
                continue
            labels = LABELS_OF.get(counted[one.name].name, set()) | OF_SCRAPES | {"le"}
            unknown += [(title, one.name, label) for label in (groups | one.labels.keys()) - labels]
            unknown += [
                (title, one.name, value)
                for label, values in one.labels.items()
                for value in values
                if label in VALUES and value not in VALUES[label]
            ]
    assert unknown == []


@pytest.mark.parametrize("transport", ["http"])
async def test_a_wrong_clock_by_which_every_delivery_is_refused_shows(
    stage: Stage, ops: OpsPort, session: aiohttp.ClientSession
) -> None:
    for number in range(2):
        signed_at = str(int(time.time()) - 3_600 + number)
        headers = {
            "X-Slack-Request-Timestamp": signed_at,
            "X-Slack-Signature": sign(stage.workspace.signing_secret, signed_at, b"{}"),
        }
        address = f"http://127.0.0.1:{stage.settings.bot_http_port}/slack/events"
        async with session.post(address, data=b"{}", headers=headers) as refused:
            assert refused.status == 401

    assert await ops.get("/readyz") == (503, {"ready": False, "parts": WHOLE | {"slack": REFUSED_FOR_THEIR_TIME}})
    await stage.outcome(await stage.ask("@claude hello"))
    assert await ops.get("/readyz") == (200, {"ready": True, "parts": WHOLE})
