"""What a reply leaves in Slack that is no part of it goes all the same, if need be after its process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from bot.errors import ReplyGone
from bot.inbox import InboxLimits
from bot.inboxes import Inboxes
from bot.messages import EntryPoint, Question
from bot.ports import Claim, Outcome
from bot.slack.own_messages import NOTICE
from bot.slack.read.thread import ThreadReader
from bot.slack.shapes import Json
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.names import Names
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.content import Content
from bot.slack.write.replies import SlackReplies
from bot.slack.write.thread_outlet import ThreadServices, post_arguments
from bot.store.database import Database
from bot.store.left_replies import StoredLeftReplies
from bot.store.questions import StoredQuestions
from bot.store.reply_records import StoredReplyRecords
from playground.measure.virtual_time import run
from playground.workspace.workspace import Workspace
from tests.database import pass_time
from tests.played_replies import SETTLED_S, Way, replying
from tests.postgres import OVER_BOTH
from tests.repository import MANIFEST
from tests.slack_client import web_client

LATER_S = 120.0


class Answered:
    """A question whose answer is whole, and whose process died right after that."""

    posts: tuple[tuple[int, str, bool], ...] = (
        (NOTICE, "Queued…", True),
        (0, "The first part.", False),
        (0, "The first part.", True),
        (1, "The second part.", True),
        (2, "The last part.", False),
    )
    """Part, words, and whether there is a record; a record may be lost with the machine."""

    def __init__(self, workspace: Workspace, database: Database, session: aiohttp.ClientSession) -> None:
        self.workspace, self.database = workspace, database
        self.api = SlackClient(web_client(workspace, session), RateLimiter())
        self.records = StoredReplyRecords(database)
        self.left = StoredLeftReplies(database)
        reader = ThreadReader(self.api, Names(self.api), bot_user_id=workspace.bot_user_id, bot_id=workspace.bot_id)
        own = reader.own
        services = ThreadServices(self.api, self.records, own.find_posted, own.find_streamed, own.see)
        self.replies = SlackReplies(services, reader, session)
        ada, channel = workspace.user("ada"), workspace.channel("general")
        ts = workspace.seed(ada, channel, "What now?")
        self.question = Question(workspace.team_id, channel, ts, ts, ada, EntryPoint.MENTION, "What now?", (), None)

    async def post(self, part: int, words: str, *, recorded: bool) -> None:
        arguments = post_arguments(self.question, part, Content(markdown=words))
        posted = await self.api.call("chat.postMessage", **arguments)
        if recorded:
            await self.records.posted(self.question, part, str(posted["ts"]))

    async def end(self, *, untidy: bool) -> None:
        questions = StoredQuestions(self.database)
        await questions.add(self.question, "dead", busy=False, lease_s=0.0)
        (claim,) = await questions.claim("dead", most=1, lease_s=20.0, settled=True)
        claim.lease.untidy = untidy
        for part, words, recorded in self.posts:
            await self.post(part, words, recorded=recorded)
        await questions.finish(claim, Outcome.ANSWERED)

    def words(self) -> list[str]:
        own = self.workspace.bot_user_id
        return [one["text"] for one in self.workspace.messages(self.question.channel_id) if one.get("user") == own]

    @asynccontextmanager
    async def next_process(self) -> AsyncIterator[None]:
        async def answer(_: Claim) -> Outcome:
            return Outcome.ANSWERED

        inboxes = Inboxes(StoredQuestions(self.database), "next", InboxLimits(), left=self.left)
        inboxes.open(self.question.team_id, self.replies, answer, tidy=self.replies.tidy)
        inboxes.start()
        try:
            yield
        finally:
            await inboxes.close(0.0)

    async def until_tidy(self) -> None:
        async with asyncio.timeout(30):
            while await self.left.left([self.question.team_id]):  # noqa: ASYNC110 - nothing says when
                await asyncio.sleep(0.01)


@pytest.fixture
async def answered(database: Database) -> AsyncIterator[Answered]:
    async with Workspace(MANIFEST) as workspace, aiohttp.ClientSession() as session:
        yield Answered(workspace, database, session)


@OVER_BOTH
async def test_the_next_process_takes_away_a_notice_and_what_stands_there_twice(answered: Answered) -> None:
    await answered.end(untidy=True)
    assert await answered.left.left([answered.question.team_id]) == [], "its own process sees to that at first"
    await pass_time(answered.database, LATER_S)
    async with answered.next_process():
        await answered.until_tidy()

    assert answered.words() == ["The first part.", "The second part.", "The last part."]


@OVER_BOTH
async def test_while_slack_does_not_let_it_it_is_tried_again(answered: Answered) -> None:
    await answered.end(untidy=True)
    await pass_time(answered.database, LATER_S)
    answered.workspace.faults.status("chat.delete", 503, times=1)
    assert not await answered.replies.tidy(answered.question)
    async with answered.next_process():
        await answered.until_tidy()

    assert answered.words() == ["The first part.", "The second part.", "The last part."]


@OVER_BOTH
async def test_an_answer_of_which_nothing_is_left_costs_no_call(answered: Answered) -> None:
    await answered.end(untidy=False)
    await pass_time(answered.database, LATER_S)

    assert await answered.left.left([answered.question.team_id]) == []


def test_a_notice_that_slack_cannot_delete_for_long_goes_after_the_answer() -> None:
    async def story() -> tuple[list[str], bool]:
        async with replying(Way.EDITS, 0.1, queued=True) as (ws, reply, lease):
            ws.faults.status("chat.delete", 503, times=11)
            reply.write("An answer.")
            await reply.finish()
            lease.ended = True
            await asyncio.sleep(SETTLED_S)
            return own_words(ws), lease.untidy

    assert run(story()) == (["An answer."], True)


def test_a_notice_goes_though_the_answer_was_deleted() -> None:
    async def story() -> list[str]:
        async with replying(Way.EDITS, 0.1, queued=True) as (ws, reply, lease):
            ws.faults.status("chat.delete", 503, times=1)
            reply.write("An answer.")
            await asyncio.sleep(10)
            (answer,) = [one["ts"] for one in own_messages(ws) if one["text"] == "An answer."]
            await ws.delete(ws.channel("general"), answer)
            with pytest.raises(ReplyGone):
                await reply.finish()
            lease.ended = True
            await asyncio.sleep(SETTLED_S)
            return own_words(ws)

    assert run(story()) == []


def own_messages(ws: Workspace) -> list[Json]:
    return [one for one in ws.messages(ws.channel("general")) if one.get("user") == ws.bot_user_id]


def own_words(ws: Workspace) -> list[str]:
    return [str(one["text"]) for one in own_messages(ws)]
