"""The line beside a thread that says what the bot is doing, as the workspace shows it. Time is virtual."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
import pytest

from bot.lease import Lease, work_under
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.status_line import REFRESH_S, StatusLine, StatusSupport, StatusWay, in_a_message
from playground.measure.virtual_time import run
from playground.workspace.manifest import Manifest
from playground.workspace.workspace import Workspace
from tests.repository import MANIFEST
from tests.slack_client import web_client

LINE, SESSION = StatusWay.LINE.value, StatusWay.SESSION.value


def instead() -> None:
    raise AssertionError("the workspace takes one of the ways")


@asynccontextmanager
async def status_line(*, agent: bool = False) -> AsyncIterator[tuple[Workspace, RateLimiter, StatusLine]]:
    app = replace(Manifest.read(MANIFEST), agent=agent)
    async with (
        Workspace(app, latency_s=0.1, clock=asyncio.get_running_loop().time) as ws,
        aiohttp.ClientSession() as session,
    ):
        client = web_client(ws, session)
        rate_limiter = RateLimiter()
        support = StatusSupport.of_app({"assistant:write"} if agent else ())
        ts = ws.seed(ws.user("ada"), ws.channel("general"), "What now?")
        yield (
            ws,
            rate_limiter,
            StatusLine(SlackClient(client, rate_limiter), support, ws.channel("general"), ts),
        )


def sent(ws: Workspace) -> list[str]:
    return [str(call.args["status"]) for call in ws.calls if call.method == LINE and call.ok]


def test_the_newest_status_is_shown_and_taken_away_at_the_end() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.show("is reading a.pdf, 1 of 2…", instead)
            status.show("is reading b.pdf, 2 of 2…", instead)
            await asyncio.sleep(1)
            assert [one.status for one in ws.statuses()] == ["is reading b.pdf, 2 of 2…"]
            await status.close()
            assert ws.statuses() == []

    run(story())


def test_a_status_stays_for_as_long_as_the_work_lasts() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.show("is thinking…", instead)
            await asyncio.sleep(4 * REFRESH_S - 1)
            assert [one.status for one in ws.statuses()] == ["is thinking…"]
            await status.close()

    run(story())


def test_a_status_that_was_overtaken_while_it_waited_is_never_sent_and_holds_nobody_up() -> None:
    async def story() -> None:
        async with status_line() as (ws, rate_limiter, status):
            rate_limiter.method(LINE).refused(45)
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            status.replaced(in_thread=True, sent_s=asyncio.get_running_loop().time())
            await status.close()
            assert asyncio.get_running_loop().time() < 2
            assert sent(ws) == []

    run(story())


@pytest.mark.parametrize("answered_first", ["status", "post"])
def test_a_status_that_slack_shows_after_the_message_that_was_posted_meanwhile_is_taken_away(
    answered_first: str,
) -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            sent_s = asyncio.get_running_loop().time()
            status.show("is thinking…", instead)
            await asyncio.sleep(0.05)  # both are on their way, and Slack takes the post first
            ws.seed_bot_message(ws.channel("general"), "First words", thread_ts=status._thread["thread_ts"])
            await asyncio.sleep(1.0 if answered_first == "status" else 0.0)
            status.replaced(in_thread=True, sent_s=sent_s)
            await status.close()
            assert (sent(ws), ws.statuses()) == (["is thinking…", ""], [])

    run(story())


def test_a_message_in_the_thread_takes_the_status_away_without_another_call() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            sent_s = asyncio.get_running_loop().time()
            channel, thread_ts = status._thread.values()
            await status._api.call("chat.postMessage", channel=channel, thread_ts=thread_ts, text="First words")
            status.replaced(in_thread=True, sent_s=sent_s)
            await status.close()
            assert (sent(ws), ws.statuses()) == (["is thinking…"], [])

    run(story())


@pytest.mark.parametrize("trouble", ["503", "reset", "internal_error"])
def test_a_status_is_taken_away_though_slack_fails_at_first(trouble: str) -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            fail(ws, trouble, times=2)
            await status.close()
            assert ws.statuses() == []

    run(story())


def test_a_status_that_may_or_may_not_be_shown_is_taken_away() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            ws.faults.drop_after(LINE)
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            assert len(ws.statuses()) == 1
            await status.close()
            assert ws.statuses() == []

    run(story())


def test_a_status_that_a_killed_process_left_beside_its_message_is_taken_away() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            killed = StatusLine(status._api, status._support, *status._thread.values())
            killed.show("is thinking…", instead)
            await asyncio.sleep(1)
            assert len(ws.statuses()) == 1
            killed._task.cancel()  # type: ignore[union-attr]  # it dies
            status.inherit(beside_message=True)
            await status.close()
            assert ws.statuses() == []

    run(story())


def test_a_status_that_a_killed_process_left_is_taken_away_though_nothing_is_ever_posted() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            left_by_another(ws, status)
            status.inherit(beside_message=False)
            await status.close()
            assert ws.statuses() == []

    run(story())


def test_a_status_of_a_killed_process_that_lands_after_the_first_words_of_the_next_is_taken_away() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.inherit(beside_message=False)
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            sent_s = asyncio.get_running_loop().time()
            ws.seed_bot_message(ws.channel("general"), "First words", thread_ts=status_thread(ws))
            left_by_another(ws, status)
            status.replaced(in_thread=True, sent_s=sent_s)
            await status.close()
            assert ws.statuses() == []

    run(story())


def test_a_status_that_an_earlier_process_showed_in_the_other_way_is_taken_away_in_that_one() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status._support.ways = [StatusWay.SESSION, StatusWay.LINE]
            left_by_another(ws, status)
            status.inherit(beside_message=True)
            await status.close()
            assert ws.statuses() == []

    run(story())


def test_an_agents_session_that_a_killed_process_may_have_begun_is_begun_anew() -> None:
    async def story() -> None:
        async with status_line(agent=True) as (ws, _, status):
            status.inherit(beside_message=False)
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            assert [one.status for one in ws.statuses()] == ["is working…"]
            await status.close()
            assert ws.statuses() == []

    run(story())


@pytest.mark.parametrize("agent", [False, True], ids=["line", "session"])
def test_a_status_that_slack_cannot_take_away_for_long_goes_after_the_turn(agent: bool) -> None:
    async def story() -> None:
        now_s = asyncio.get_running_loop().time
        async with status_line(agent=agent) as (ws, _, status):
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            fail(ws, "503", times=5, method=SESSION if agent else LINE)
            begun_s = now_s()
            await status.close()
            assert now_s() - begun_s == pytest.approx(2.0)
            assert len(ws.statuses()) == 1
            await asyncio.sleep(20)
            assert ws.statuses() == []

    run(story())


def test_a_status_that_was_left_makes_way_for_the_next_turns() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            fail(ws, "503", times=4)
            await status.close()
            following = StatusLine(status._api, status._support, *status._thread.values())
            following.show("is reading a.pdf…", instead)
            await asyncio.sleep(20)
            assert [one.status for one in ws.statuses()] == ["is reading a.pdf…"]
            await following.close()
            assert ws.statuses() == []

    run(story())


def test_a_turn_that_another_process_goes_on_with_takes_no_status_away_later() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            fail(ws, "503", times=4)
            await status.close(abandoned=True)
            calls = len(ws.calls)
            await asyncio.sleep(20)
            assert len(ws.calls) == calls

    run(story())


def test_a_status_of_a_turn_that_lost_its_lease_is_left_to_the_process_that_has_it() -> None:
    async def story() -> None:
        complaints: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
        async with status_line() as (ws, _, status):
            lease = Lease(lambda: 0.0, 1.0)
            work_under(lease)
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            fail(ws, "503", times=4)
            await status.close()
            lease.lose()
            await asyncio.sleep(20)
            assert sent(ws) == ["is thinking…"]
        del status
        gc.collect()
        assert complaints == []

    run(story())


def test_what_is_left_when_the_bot_stops_is_not_waited_for_long() -> None:
    async def story() -> None:
        now_s = asyncio.get_running_loop().time
        async with status_line() as (ws, _, status):
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            fail(ws, "503", times=10)
            await status.close()
            begun_s = now_s()
            await status._support.left.close()
            assert now_s() - begun_s == pytest.approx(2.0)

    run(story())


def left_by_another(ws: Workspace, status: StatusLine) -> None:
    ws.state.set_status(status._thread["channel_id"], status._thread["thread_ts"], "is thinking…")


def fail(ws: Workspace, trouble: str, *, times: int, method: str = LINE) -> None:
    """The next so many calls of a way to show a status."""
    for _ in range(times):
        match trouble:
            case "503":
                ws.faults.status(method, 503)
            case "reset":
                ws.faults.drop_before(method)
            case code:
                ws.faults.refuse(method, code)


def test_an_agents_session_works_until_the_turn_ends_and_knows_no_other_words() -> None:
    async def story() -> None:
        async with status_line(agent=True) as (ws, _, status):
            status.show("is reading the thread…", instead)
            await asyncio.sleep(1)
            status.show("is thinking…", instead)
            await asyncio.sleep(REFRESH_S + 1)
            ws.seed_bot_message(ws.channel("general"), "First words", thread_ts=status_thread(ws))
            status.replaced(in_thread=True, sent_s=asyncio.get_running_loop().time())
            await asyncio.sleep(1)
            assert [one.status for one in ws.statuses()] == ["is working…"]
            await status.close()
            assert ws.statuses() == []
            assert [call.args["status"] for call in ws.calls if call.method == SESSION] == ["processing", "active"]

    run(story())


def test_a_way_that_is_refused_for_good_is_not_tried_again_by_any_reply() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            ws.faults.refuse(LINE, "method_deprecated")
            said: list[str] = []
            status.show("is reading the thread…", lambda: said.append("a message"))
            await asyncio.sleep(1)
            refused = [(call.method, call.error) for call in ws.calls if not call.ok]
            assert refused == [(LINE, "method_deprecated"), (SESSION, "feature_disabled")]
            assert (said, status.possible) == (["a message"], False)
            await status.close()

    run(story())


def test_an_app_that_is_no_agent_has_no_call_refused() -> None:
    async def story() -> None:
        async with status_line() as (ws, _, status):
            status.show("is thinking…", instead)
            await asyncio.sleep(1)
            await status.close()
            assert all(call.ok for call in ws.calls)

    run(story())


def test_a_thread_that_takes_no_status_says_nothing_of_the_others() -> None:
    support = StatusSupport()
    support.refused(StatusWay.LINE, "invalid_thread_ts")
    assert support.ways == [StatusWay.LINE, StatusWay.SESSION]
    support.refused(StatusWay.LINE, "method_deprecated")
    assert support.ways == [StatusWay.SESSION]


def test_a_status_reads_well_after_the_apps_name_and_in_a_message_of_its_own() -> None:
    assert in_a_message("is reading contract.pdf…") == "Reading contract.pdf…"


def status_thread(ws: Workspace) -> str:
    return next(iter(ws.state.statuses))[1]
