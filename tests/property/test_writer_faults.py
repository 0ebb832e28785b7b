"""Whatever goes wrong between the bot and Slack, people see a text that only grows, and in the end all of it, once.

The contract of every plan: edits in a channel, Slack's own streams in a direct message, a command's answer. A real
writer writes to the workspace over real connections, in virtual time: an outage of minutes and a Retry-After of half a
minute cost nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from math import inf

import aiohttp
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.lease import Lease
from bot.messages import EntryPoint, Question
from bot.ports import Reply
from bot.slack.read.thread import ThreadReader
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.names import Names
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.replies import SlackReplies
from bot.slack.write.thread_outlet import ThreadServices
from playground.measure.answers import answer
from playground.measure.readers import Seen, Written, seen
from playground.measure.virtual_time import run
from playground.workspace.records import Revision
from playground.workspace.workspace import Workspace
from tests.repository import MANIFEST
from tests.slack_client import web_client


class Way(StrEnum):
    """The plans, by how a question came in."""

    EDITS = "edits"
    STREAMS = "streams"
    COMMAND = "command"


pytestmark = pytest.mark.slow
METHODS = st.sampled_from(["chat.update", "chat.update", "chat.postMessage", "conversations.replies", "*"])
STREAM_METHODS = st.sampled_from(["chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update", "*"])
TIMES = st.integers(1, 3)
SKIP = st.integers(0, 8)


@dataclass(frozen=True)
class Fault:
    """One trouble, by the name of the method of ``Faults`` that arranges it."""

    kind: str
    method: str
    value: int
    times: int
    skip: int

    def arrange(self, ws: Workspace) -> None:
        more = {"times": self.times, "skip": self.skip}
        match self.kind:
            case "rate_limit":
                ws.faults.rate_limit(self.method, retry_after_s=self.value, **more)
            case "status":
                ws.faults.status(self.method, 500 + self.value % 4, **more)
            case "hang":
                ws.faults.hang(self.method, self.value / 10, **more)
            case "refuse":
                code = ("internal_error", "fatal_error", "service_unavailable")[self.value % 3]
                ws.faults.refuse(self.method, code, **more)
            case "drop_before":
                ws.faults.drop_before(self.method, **more)
            case _:
                ws.faults.drop_after(self.method, **more)


KINDS = st.sampled_from(["rate_limit", "status", "hang", "refuse", "drop_before", "drop_after"])


def faults(methods: st.SearchStrategy[str]) -> st.SearchStrategy[list[Fault]]:
    return st.lists(st.builds(Fault, KINDS, methods, st.integers(1, 40), TIMES, SKIP), max_size=6)


DROPPED_EDIT = Fault("drop_after", "*", 1, 1, 2)


@dataclass(frozen=True)
class Played:
    seen: Seen
    revisions: list[Revision]
    parts: list[int]
    """The parts that the messages in the thread say they show."""


@asynccontextmanager
async def replying(way: Way, latency_s: float) -> AsyncIterator[tuple[Workspace, Reply]]:
    """A reply to a question of Ada's."""
    async with (
        Workspace(MANIFEST, latency_s=latency_s, clock=asyncio.get_running_loop().time) as ws,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session,
    ):
        client = web_client(ws, session)
        api = SlackClient(client, RateLimiter())
        reader = ThreadReader(api, Names(api), bot_user_id=ws.bot_user_id, bot_id=ws.bot_id)
        services = ThreadServices(api, Records(), reader.find_posted, reader.find_streamed)
        replies = SlackReplies(services, reader, session, native=way is Way.STREAMS)
        yield ws, await replies.open(await question(ws, way), again=False, lease=Lease(lambda: 0.0, inf))


async def question(ws: Workspace, way: Way) -> Question:
    ada = ws.user("ada")
    channel = ws.direct_message(ada) if way is Way.STREAMS else ws.channel("general")
    if way is Way.COMMAND:
        url = ws.response_urls.url(ws.response_urls.open(ada, channel))
        return Question(ws.team_id, channel, "trigger", "trigger", ada, EntryPoint.COMMAND, "What now?", (), url)
    ts = ws.seed(ada, channel, "What now?")
    entry_point = EntryPoint.DIRECT if way is Way.STREAMS else EntryPoint.MENTION
    return Question(ws.team_id, channel, ts, ts, ada, entry_point, "", (), None)


class Records:
    """What a database would remember; nothing here starts again."""

    def __init__(self) -> None:
        self._parts: dict[int, str] = {}

    async def posted(self, question: Question, part: int, ts: str) -> None:  # noqa: ARG002 - the port's
        self._parts[part] = ts

    async def parts(self, question: Question) -> dict[int, str]:  # noqa: ARG002 - the port's
        return dict(self._parts)

    async def posted_in(self, team_id: str, channel_id: str) -> bool:  # noqa: ARG002 - the port's
        return True


async def play(
    chunks: list[str],
    pauses_s: list[float],
    faults: list[Fault],
    outage_s: tuple[float, float] = (0.0, 0.0),
    latency_s: float = 0.1,
    way: Way = Way.EDITS,
) -> Played:
    """``outage_s``: from when on Slack is gone, and for how long."""
    loop = asyncio.get_running_loop()
    async with replying(way, latency_s) as (ws, reply):
        for fault in faults:
            fault.arrange(ws)
        begins_s, lasts_s = outage_s
        if lasts_s:
            loop.call_later(begins_s, setattr, ws.faults, "outage", True)
            loop.call_later(begins_s + lasts_s, setattr, ws.faults, "outage", False)
        written = Written("".join(chunks), [], [])
        reply.status("Thinking…")
        for number, chunk in enumerate(chunks):
            await asyncio.sleep(pauses_s[number % len(pauses_s)])
            reply.write(chunk)
            written.times_s.append(loop.time())
            written.lengths.append((written.lengths or [0])[-1] + len(chunk))
        await reply.finish()
        revisions = [revision for revision in ws.revisions if revision.user in (ws.bot_user_id, None)]
        metadata = [message.get("metadata", {}) for channel in ws.state.channels for message in ws.messages(channel)]
        parts = [one["event_payload"]["part"] for one in metadata if one]
        return Played(seen(written, revisions), revisions, parts)


def chunked(text: str, sizes: list[int]) -> list[str]:
    chunks: list[str] = []
    at = 0
    while at < len(text):
        size = sizes[len(chunks) % len(sizes)]
        chunks.append(text[at : at + size])
        at += size
    return chunks


def assert_contract(played: Played) -> None:
    assert played.seen.backward_steps == 0
    assert played.seen.lost_words == 0
    assert played.seen.curve[-1][1] == played.seen.chars
    assert played.parts == list(range(len(played.parts))), "no part is posted twice, none is left out"


SIZES = st.lists(st.integers(1, 900), min_size=1, max_size=6)
PAUSES_S = st.lists(st.sampled_from([0.0, 0.05, 0.5, 3.0]), min_size=1, max_size=5)
OUTAGE_S = st.tuples(st.floats(0, 20), st.sampled_from([0.0, 0.0, 5.0, 180.0]))
LATENCY_S = st.sampled_from([0.0, 0.1, 1.5])
QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def few_chunks(text: str, sizes: list[int]) -> list[str]:
    return chunked(text, [max(size, len(text) // 400 + 1) for size in sizes])


@QUICK
@given(
    number=st.integers(0, 50),
    chars=st.sampled_from([60, 900, 5_000, 14_000]),
    sizes=SIZES,
    pauses_s=PAUSES_S,
    troubles=faults(METHODS),
    outage_s=OUTAGE_S,
    latency_s=LATENCY_S,
)
@example(1, 5_000, [40], [0.15], [Fault("drop_after", "chat.postMessage", 1, 3, 0)], (0.0, 0.0), 0.1)
@example(2, 9_000, [12], [0.05], [Fault("rate_limit", "chat.update", 40, 2, 5)], (0.0, 0.0), 0.1)
@example(0, 5_000, [13], [0.0], [Fault("rate_limit", "chat.update", 6, 1, 1), DROPPED_EDIT], (0.0, 0.0), 0.0)
def test_edits_keep_the_contract(
    number: int,
    chars: int,
    sizes: list[int],
    pauses_s: list[float],
    troubles: list[Fault],
    outage_s: tuple[float, float],
    latency_s: float,
) -> None:
    chunks = few_chunks(answer(number, chars), sizes)
    assert_contract(run(play(chunks, pauses_s, troubles, outage_s, latency_s)))


@QUICK
@given(
    number=st.integers(0, 50),
    chars=st.sampled_from([60, 900, 5_000, 14_000]),
    sizes=SIZES,
    pauses_s=PAUSES_S,
    troubles=faults(STREAM_METHODS),
    outage_s=OUTAGE_S,
    latency_s=LATENCY_S,
)
@example(1, 5_000, [40], [0.15], [Fault("drop_after", "chat.startStream", 1, 1, 0)], (0.0, 0.0), 0.1)
@example(1, 5_000, [40], [0.15], [Fault("drop_after", "chat.appendStream", 1, 1, 3)], (0.0, 0.0), 0.1)
@example(18, 900, [67, 40, 460], [0.5], [Fault("drop_after", "chat.appendStream", 3, 1, 3)], (0.0, 0.0), 0.0)
def test_streams_keep_the_contract(
    number: int,
    chars: int,
    sizes: list[int],
    pauses_s: list[float],
    troubles: list[Fault],
    outage_s: tuple[float, float],
    latency_s: float,
) -> None:
    chunks = few_chunks(answer(number, chars), sizes)
    assert_contract(run(play(chunks, pauses_s, troubles, outage_s, latency_s, Way.STREAMS)))


@QUICK
@given(
    number=st.integers(0, 50),
    chars=st.sampled_from([60, 900, 5_000, 14_000]),
    sizes=SIZES,
    pauses_s=st.lists(st.sampled_from([0.0, 0.05, 0.5]), min_size=1, max_size=5),
    latency_s=LATENCY_S,
)
def test_commands_keep_the_contract(
    number: int, chars: int, sizes: list[int], pauses_s: list[float], latency_s: float
) -> None:
    chunks = few_chunks(answer(number, chars), sizes)
    assert_contract(run(play(chunks, pauses_s, [], latency_s=latency_s, way=Way.COMMAND)))


def test_a_connection_that_drops_after_the_post_does_not_post_twice() -> None:
    drop = Fault("drop_after", "chat.postMessage", 1, 1, 0)
    played = run(play(["First words, ", "and the last."], [1.0], [drop]))
    assert played.parts == [0]
    assert played.revisions[-1].source == "First words, and the last."


def test_a_growing_answer_moves_on_while_slack_takes_no_edits() -> None:
    limit = Fault("rate_limit", "chat.update", 40, 1, 3)
    played = run(play(chunked(answer(3, 9_000), [12]), [0.05], [limit]))
    assert played.seen.longest_wait_s < 12
    assert played.seen.messages > 3


def test_an_outage_of_minutes_ends_with_the_whole_text() -> None:
    played = run(play(chunked(answer(4, 5_000), [12]), [0.05], [], (5.0, 240.0)))
    assert played.seen.lost_words == 0
    assert played.seen.curve[-1][1] == played.seen.chars
    assert played.seen.curve[-1][0] > 245
