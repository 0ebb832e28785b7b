"""Plays an answer: a real writer writes to the workspace over real connections, in virtual time, while things go wrong.

An outage of minutes and a Retry-After of half a minute cost nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from math import inf

import aiohttp

from bot.lease import Lease
from bot.messages import EntryPoint, Question
from bot.ports import Reply
from bot.slack.read.thread import ThreadReader
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.names import Names
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.replies import SlackReplies
from bot.slack.write.thread_outlet import ThreadServices
from playground.measure.readers import Seen, Written, seen
from playground.workspace.records import Revision
from playground.workspace.workspace import Workspace
from tests.repository import MANIFEST
from tests.slack_client import web_client


class Way(StrEnum):
    """The plans, by how a question came in."""

    EDITS = "edits"
    STREAMS = "streams"
    COMMAND = "command"


CODES = {"no_metadata": "invalid_metadata_format", "overlooked": "message_not_found"}


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
            case "hang" | "lost":
                ws.faults.hang(self.method, self.value / 10 if self.kind == "hang" else 600.0, **more)
            case "refuse":
                code = ("internal_error", "fatal_error", "service_unavailable")[self.value % 3]
                ws.faults.refuse(self.method, code, **more)
            case "no_metadata" | "overlooked":
                ws.faults.refuse(self.method, CODES[self.kind], **more)
            case "answer_lost":
                ws.faults.hang_after(self.method, 600.0, **more)
            case "status_after":
                ws.faults.status_after(self.method, **more)
            case "refuse_after":
                ws.faults.refuse_after(self.method, "internal_error", **more)
            case "drop_before":
                ws.faults.drop_before(self.method, **more)
            case _:
                ws.faults.drop_after(self.method, **more)


@dataclass(frozen=True)
class Played:
    seen: Seen
    revisions: list[Revision]
    parts: list[int]
    """The parts that the messages in the thread say they show."""


@asynccontextmanager
async def replying(
    way: Way, latency_s: float, *, queued: bool = False
) -> AsyncIterator[tuple[Workspace, Reply, Lease]]:
    """A reply to a question of Ada's. ``queued``: a notice says that it waits."""
    async with (
        Workspace(MANIFEST, latency_s=latency_s, clock=asyncio.get_running_loop().time) as ws,
        aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session,
    ):
        client = web_client(ws, session)
        api = SlackClient(client, RateLimiter())
        reader = ThreadReader(api, Names(api), bot_user_id=ws.bot_user_id, bot_id=ws.bot_id)
        services = ThreadServices(
            api,
            Records(),
            reader.own.find_posted,
            reader.own.find_streamed,
            reader.own.see,
            find_marked=reader.own.find_marked,
        )
        replies = SlackReplies(services, reader, session, native=way is Way.STREAMS)
        lease = Lease(lambda: 0.0, inf)
        asked = await question(ws, way)
        if queued:
            await replies.queued(asked, 0, lease, asyncio.Event().wait)
        yield ws, await replies.open(asked, again=False, lease=lease), lease


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


SETTLED_S = 400.0
"""By then every edit that was still to be made has been made."""


async def play(
    chunks: list[str],
    pauses_s: list[float],
    faults: list[Fault],
    outage_s: tuple[float, float] = (0.0, 0.0),
    latency_s: float = 0.1,
    way: Way = Way.EDITS,
    listed_after_s: float = 0.0,
) -> Played:
    """``outage_s``: from when on Slack is gone, and for how long; ``listed_after_s``: of a workspace's dialect."""
    loop = asyncio.get_running_loop()
    async with replying(way, latency_s) as (ws, reply, lease):
        ws.dialect.listed_after_s = listed_after_s
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
        lease.ended = True
        await asyncio.sleep(SETTLED_S)
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
