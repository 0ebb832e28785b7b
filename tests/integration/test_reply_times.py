"""When people see an answer, and when its turn ends, in a workspace with Slack's limits. Time is virtual."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import pairwise
from math import inf

import aiohttp
import pytest
from aiohttp import web

from bot.errors import SlackUnavailable
from bot.lease import Lease
from bot.messages import EntryPoint, Question
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.content import Content
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.plan import Respond
from bot.slack.write.response_url import ResponseUrlOutlet
from bot.slack.write.status_line import CLOSE_WITHIN_S, StatusLine, StatusWay
from bot.slack.write.thread_outlet import ThreadOutlet, ThreadServices
from bot.slack.write.writer import Writer
from playground.measure.virtual_time import run
from playground.workspace.workspace import Workspace
from tests.loopback import answering
from tests.repository import MANIFEST
from tests.slack_client import web_client

CALL_S = 0.1


class Records:
    async def posted(self, question: Question, part: int, ts: str) -> None:
        pass

    async def parts(self, question: Question) -> dict[int, str]:  # noqa: ARG002 - the port's
        return {}

    async def posted_in(self, team_id: str, channel_id: str) -> bool:  # noqa: ARG002 - the port's
        return True


@dataclass
class Bot:
    """As much of it as writes replies."""

    workspace: Workspace
    rate_limiter: RateLimiter
    services: ThreadServices

    def reply(self) -> tuple[Writer, str]:
        """To a question that is asked now, with its ts."""
        channel = self.workspace.channel("general")
        ts = self.workspace.seed(self.workspace.user("ada"), channel, "What now?")
        question = Question("T", channel, ts, ts, "U", EntryPoint.MENTION, "", (), None)
        status_line = StatusLine(self.services.api, self.services.status, channel, ts)
        outlet = ThreadOutlet(question, self.services)
        return Writer(LiveReply(), outlet, Lease(lambda: 0.0, inf), status_line), ts

    def shown_s(self, thread_ts: str) -> list[float]:
        """When the bot's messages of a thread changed."""
        return [one.at for one in self.workspace.revisions if one.thread_ts == thread_ts]

    def messages(self, thread_ts: str) -> int:
        return len({one.ts for one in self.workspace.revisions if one.thread_ts == thread_ts})


@asynccontextmanager
async def bot_in_a_workspace() -> AsyncIterator[Bot]:
    async with (
        Workspace(MANIFEST, latency_s=CALL_S, clock=now_s) as workspace,
        aiohttp.ClientSession() as session,
    ):
        rate_limiter = RateLimiter()
        api = SlackClient(web_client(workspace, session), rate_limiter)
        yield Bot(
            workspace, rate_limiter, ThreadServices(api, Records(), nothing_found, nothing_streamed, nothing_seen)
        )


async def nothing_found(question: Question, part: int, text: str, *, in_thread: bool) -> str | None:
    return None


async def nothing_seen(question: Question, ts: str, *, in_thread: bool) -> None:
    pass


async def nothing_streamed(question: Question) -> list[str]:
    return []


def now_s() -> float:
    return asyncio.get_running_loop().time()


@pytest.mark.parametrize(("words", "every_s"), [(90, 0.65), (90, 1.0), (400, 0.15)])
def test_a_model_that_writes_word_by_word_has_one_message_that_is_never_silent_for_two_seconds(
    words: int, every_s: float
) -> None:
    async def story() -> None:
        async with bot_in_a_workspace() as bot:
            reply, ts = bot.reply()
            for number in range(words):
                reply.write(f"word{number} ")
                await asyncio.sleep(every_s)
            await reply.finish()
            assert bot.messages(ts) == 1
            assert max(after - before for before, after in pairwise(bot.shown_s(ts))) <= 2.0
            assert all(call.ok for call in bot.workspace.calls)

    run(story())


def test_a_turn_ends_with_its_answer_whatever_status_calls_still_wait() -> None:
    async def story() -> None:
        async with bot_in_a_workspace() as bot:
            bot.rate_limiter.refused(StatusWay.LINE.value, 57)
            late_s = await asyncio.gather(*(answer(bot) for _ in range(32)))
            assert max(late_s) <= CLOSE_WITHIN_S + CALL_S

    async def answer(bot: Bot) -> float:
        """How long after its final words stood a turn went on."""
        reply, ts = bot.reply()
        reply.status("is thinking…")
        await asyncio.sleep(0.5)
        reply.status("is reading…")
        reply.write("Forty-two.")
        await reply.finish()
        return now_s() - bot.shown_s(ts)[-1]

    run(story())


@pytest.mark.parametrize("status_s", [0.0, 0.01, 0.05, 0.1, 0.5])
@pytest.mark.parametrize("answer_s", [0.0, 1.0])
def test_no_status_stands_beside_an_answer_whichever_of_both_calls_lands_last(status_s: float, answer_s: float) -> None:
    async def story() -> None:
        async with bot_in_a_workspace() as bot:
            bot.workspace.faults.hang_after("chat.postMessage", answer_s)
            reply, _ = bot.reply()
            reply.write("Forty-two.")
            await asyncio.sleep(status_s)
            reply.status("is thinking…")
            await reply.finish()
            assert bot.workspace.statuses() == []

    run(story())


def test_a_status_whose_answer_was_lost_and_that_lands_after_the_whole_answer_is_taken_away() -> None:
    async def story() -> None:
        async with bot_in_a_workspace() as bot:
            bot.workspace.faults.drop_before(StatusWay.LINE.value)  # whoever called only knows that no answer came
            reply, ts = bot.reply()
            reply.status("is thinking…")
            await asyncio.sleep(0.5)
            reply.write("Forty-two.")
            await bot.workspace.until(lambda _: bot.messages(ts) == 1)
            bot.workspace.state.set_status(bot.workspace.channel("general"), ts, "is thinking…")
            await reply.finish()
            assert bot.workspace.statuses() == []

    run(story())


@pytest.mark.parametrize("early_s", [0.0, 0.000_001, 0.05, 0.1])
def test_an_answer_that_ends_at_the_moment_when_its_wait_for_an_edit_does_is_shown_whole(early_s: float) -> None:
    """``MOVES_EVERY_S`` and ``FINAL_PATIENCE_S`` run out, and the call is recalled, in any order."""

    async def story() -> None:
        async with bot_in_a_workspace() as bot:
            bot.rate_limiter.method("chat.update").refused(20)
            replies = [bot.reply() for _ in range(3)]
            for reply, _ in replies:
                reply.write("First words, " * 10)
            await asyncio.sleep(1)
            for number, (reply, _) in enumerate(replies):
                reply.write(f"more of answer {number}.")
            await asyncio.sleep(4.5 - early_s)
            for reply, _ in replies:
                await reply.finish()
            for number, (_, ts) in enumerate(replies):
                sources = {one.ts: one.source for one in bot.workspace.revisions if one.thread_ts == ts}
                assert " ".join(sources.values()).endswith(f"more of answer {number}.")

    run(story())


def test_writing_to_a_response_url_waits_as_long_as_slack_says() -> None:
    async def busy(_request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "7"})

    async def story() -> None:
        async with answering(busy) as origin, aiohttp.ClientSession() as session:
            with pytest.raises(SlackUnavailable):
                await ResponseUrlOutlet(origin, session, origin).send(Respond(Content("Forty-two."), replace=False))
            assert 7.0 <= now_s() < 8.0

    run(story())
