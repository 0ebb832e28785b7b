"""A streamed reply over a real workspace and a real database, with streams that grow old within a second."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from pathlib import Path

import aiohttp
import pytest

from bot.closing import Closing
from bot.lease import Lease
from bot.messages import EntryPoint, Question
from bot.slack.read.thread import ThreadReader
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.names import Names
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.native_stream import StreamTimes
from bot.slack.write.status_line import StatusLine
from bot.slack.write.streamed_reply import StreamedReply, StreamSupport
from bot.slack.write.thread_outlet import ThreadOutlet, ThreadServices
from bot.slack.write.writer import Writer
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from bot.store.reply_records import StoredReplyRecords
from playground.workspace.workspace import Workspace
from tests.repository import MANIFEST
from tests.slack_client import web_client

TIMES = StreamTimes(blank_line_s=0.3, line_s=0.8, space_s=0.9, last_s=1.0)
TOO_OLD_S = 1.4


@dataclass
class Written:
    """A reply that is being written, and what Ada sees of it."""

    workspace: Workspace
    records: StoredReplyRecords
    question: Question
    reply: Writer

    def sources(self) -> list[str]:
        channel, thread_ts = self.question.channel_id, self.question.thread_ts
        shown = self.workspace.thread(channel, thread_ts)[1:]
        return [self.workspace.origin(channel, message["ts"]).source for message in shown]

    def calls(self, method: str) -> list[float]:
        return [call.at for call in self.workspace.calls if call.method == method and call.ok]


@pytest.fixture
async def written(tmp_path: Path) -> AsyncIterator[Written]:
    database = await Database.open(f"sqlite:///{tmp_path / 'bot.sqlite3'}")
    async with Workspace(MANIFEST) as workspace, aiohttp.ClientSession() as session:
        ada = workspace.user("ada")
        channel = workspace.direct_message(ada)
        ts = workspace.seed(ada, channel, "Tell me.")
        question = Question(workspace.team_id, channel, ts, ts, ada, EntryPoint.DIRECT, "Tell me.", (), None)
        records = StoredReplyRecords(database)
        await StoredQuestions(database).add(question, "one", busy=False, lease_s=0.0)
        client = web_client(workspace, session)
        api = SlackClient(client, RateLimiter())
        names = Names(api)
        reader = ThreadReader(api, names, bot_user_id=workspace.bot_user_id, bot_id=workspace.bot_id)
        services = ThreadServices(api, records, reader.own.find_posted, reader.own.find_streamed, reader.own.see)
        status_line = StatusLine(api, services.status, question.channel_id, question.thread_ts)
        lease = Lease(time.monotonic, inf)
        reply = Writer(StreamedReply(StreamSupport(), TIMES), ThreadOutlet(question, services), lease, status_line)
        yield Written(workspace, records, question, reply)
        await names.close()
    await database.aclose()


async def test_an_answer_that_takes_long_goes_on_in_a_new_stream_before_the_old_one_dies(written: Written) -> None:
    paragraphs = [f"Paragraph {number}\nof many.\n\n" for number in range(16)]
    for paragraph in paragraphs:
        written.reply.write(paragraph)
        await asyncio.sleep(0.1)  # the pace of a model
    await written.reply.finish()

    sources = written.sources()
    assert len(sources) >= 3
    assert "\n".join(sources).split() == "".join(paragraphs).split()
    assert all(source.startswith("Paragraph") and source.endswith("many.") for source in sources)
    starts, stops = written.calls("chat.startStream"), written.calls("chat.stopStream")
    assert all(stop - start < TOO_OLD_S for start, stop in zip(starts, stops, strict=True))
    assert all(stop <= start for stop, start in zip(stops, starts[1:], strict=False))
    assert written.calls("chat.update") == []
    assert len(await written.records.parts(written.question)) == len(sources)


async def test_a_code_block_that_takes_long_is_closed_and_reopened(written: Written) -> None:
    written.reply.write("```python\n")
    for number in range(16):
        written.reply.write(f"line_{number} = {number}\n")
        await asyncio.sleep(0.1)  # the pace of a model
    written.reply.write("```\nDone.")
    await written.reply.finish()

    sources = written.sources()
    assert len(sources) >= 2
    assert all(source.startswith("```python\n") and source.count("```") == 2 for source in sources)
    lines = [line for source in sources for line in source.splitlines() if line.startswith("line_")]
    assert lines == [f"line_{number} = {number}" for number in range(16)]
    assert sources[-1].endswith("```\nDone.")


async def test_a_stream_that_finds_no_place_to_end_goes_on_by_edits_in_its_message(written: Written) -> None:
    written.reply.write("One-very-long-word")
    await written.workspace.until(lambda _: written.calls("chat.stopStream"))
    written.reply.write("-and-its-end. The rest.")
    await written.workspace.until(lambda _: written.sources() == ["One-very-long-word-and-its-end. The rest."])
    await written.reply.finish(Closing("It ends here."))

    assert written.sources() == ["One-very-long-word-and-its-end. The rest."]
    assert len(written.calls("chat.startStream")) == 1
    revisions = [revision.text for revision in written.workspace.revisions if revision.kind in ("post", "edit")]
    assert all(later.startswith(earlier) for earlier, later in pairwise(revisions))
    assert "It ends here." in revisions[-1]


async def test_an_abandoned_stream_is_left_as_an_ordinary_marked_message(written: Written) -> None:
    written.reply.write("So far")
    await written.workspace.until(lambda _: written.sources() == ["So far"])
    await written.reply.abandon()

    [message] = written.workspace.thread(written.question.channel_id, written.question.thread_ts)[1:]
    assert message["metadata"]["event_payload"] == {"question_ts": written.question.ts, "part": 0}
    assert await written.records.parts(written.question) == {0: message["ts"]}
    assert written.workspace.origin(written.question.channel_id, message["ts"]).streaming_since is None
