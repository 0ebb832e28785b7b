"""The port for whoever runs the bot says of each part how it is, also of one that gives no answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.errors import StoreFailed
from bot.operations import ops as module
from bot.operations.ops import READY, Ops
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from bot.store.queue_figures import QueueFigures, StoredQueue
from tests.asked import asked
from tests.figures import OpsPort
from tests.loopback import free_port


@pytest.fixture
def alive() -> list[bool]:
    return [True]


@pytest.fixture
def port() -> OpsPort:
    return OpsPort(free_port())


@pytest.fixture
async def ops(alive: list[bool], port: OpsPort) -> AsyncIterator[Ops]:
    ops = Ops(lambda: alive[-1])
    await ops.listen("127.0.0.1", port.port)
    yield ops
    await ops.close()


async def ready() -> str:
    return READY


async def deaf() -> str:
    return "nothing heard from Slack lately"


async def broken() -> str:
    raise StoreFailed("OperationalError")


async def silent() -> str:
    await asyncio.Event().wait()
    return READY


@pytest.mark.usefixtures("ops")
async def test_a_bot_that_starts_is_alive_and_not_ready(port: OpsPort) -> None:
    assert await port.get("/healthz") == (200, {"alive": True})
    assert await port.get("/readyz") == (503, {"ready": False, "parts": {"process": "starting"}})
    assert (await port.get("/metrics"))[0] == 200


@pytest.mark.usefixtures("ops")
async def test_a_bot_without_a_heartbeat_is_not_alive(alive: list[bool], port: OpsPort) -> None:
    alive.append(False)
    assert await port.get("/healthz") == (503, {"alive": False})


@pytest.mark.usefixtures("ops")
@pytest.mark.parametrize("name", ["evil.example", "evil.example:9464", "127.0.0.1.evil.example", "", "0x7f.1", "a@b"])
async def test_a_browser_that_a_strangers_name_led_here_learns_nothing(port: OpsPort, name: str) -> None:
    for path in ("/healthz", "/readyz", "/metrics", "/x"):
        assert await port.get(path, host=name) == (421, {"error": "not a name of this machine"})


@pytest.mark.usefixtures("ops")
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost:9464", "[::1]:9464", "127.0.0.1:1"])
async def test_a_caller_who_uses_this_machines_address_is_answered(port: OpsPort, name: str) -> None:
    assert await port.get("/healthz", host=name) == (200, {"alive": True})


async def test_where_the_network_may_reach_it_names_are_the_networks_matter(port: OpsPort) -> None:
    ops = Ops(lambda: True)
    await ops.listen("0.0.0.0", port.port)
    assert await port.get("/healthz", host="bot-ops.monitoring.svc") == (200, {"alive": True})
    await ops.close()


@pytest.mark.usefixtures("ops")
async def test_those_who_hold_every_connection_make_space(port: OpsPort) -> None:
    held = [await asyncio.open_connection("127.0.0.1", port.port) for _ in range(module.LIMITS.connections_max + 10)]
    assert await port.get("/healthz") == (200, {"alive": True})
    assert await asyncio.wait_for(held[0][0].read(), 5) == b""
    for _, writer in held:
        writer.close()


async def test_one_part_that_is_not_ready_is_named_and_enough(
    ops: Ops, port: OpsPort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHECK_WITHIN_S", 0.05)
    ops.ready({"a": ready, "b": deaf, "c": broken, "d": silent})
    states = {
        "process": "ready",
        "a": "ready",
        "b": "nothing heard from Slack lately",
        "c": "no answer",
        "d": "no answer",
    }
    assert await port.get("/readyz") == (503, {"ready": False, "parts": states})
    figures = await port.figures()
    assert [figures.value("slackbot_part_ready", part=part) for part in states] == [1, 1, 0, 0, 0]


async def test_the_queue_is_measured_by_what_waits_in_all_of_it(database: Database) -> None:
    """A question that runs does not wait; a process that is dead serves none."""
    now_s = [1_000.0]
    questions = StoredQuestions(database, clock=lambda: now_s[0])
    queue = StoredQueue(database, clock=lambda: now_s[0])
    assert await queue.figures() == QueueFigures(0, 0.0)
    for number in range(3):
        assert await questions.add(asked(f"{number}.0"), "one", busy=True, lease_s=0)
        now_s[0] += 10
    assert await queue.figures() == QueueFigures(3, 30.0)
    await questions.claim("one", most=1, lease_s=20, settled=True)
    assert await queue.figures() == QueueFigures(2, 20.0)
