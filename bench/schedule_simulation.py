"""The same loads as ``live_reply`` plays, in a virtual time: seconds of answers cost milliseconds. I/O: the terminal.

    python -m bench.schedule_simulation [--loads 1,5,20,50] [--seconds 30] [--strictness 0.7] [--shape bucket]
        [--channels 1] [--replicas 3 --answers-on 1] [--spreads 20] [--again]

``--shape``: how Slack counts a minute; ``--channels``: all are asked in so many, at the same moment, instead of most in
direct messages; ``--replicas`` share the workspace, and ``--answers-on`` so many of them write. They take the questions
by turns; with ``--spreads`` each load is played so many times, and each time chance decides who takes which.
``--again``: each load once more, with what the refusals of the first time have taught.

The reply, its rate limiter and budgets are the real ones; Slack is the workspace's rate limits behind a constant
latency. The outcome is the same every time, so that two ways to spend the budget can be compared. What it leaves out:
the model link, the database, JSON and the processor's time.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from itertools import product
from math import inf
from random import Random
from typing import Any, cast

from slack_sdk.web.async_client import AsyncWebClient

from bench import live_reply
from bench.play import ASKED_WITHIN_S, IN_CHANNEL_EVERY, WRITE_EVERY_S, Load, Played, length
from bot.learned_limits import LearnedLimit
from bot.lease import Lease
from bot.messages import EntryPoint, Question
from bot.shares import Calls, Others, ProcessReport
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.status_line import StatusLine
from bot.slack.write.thread_outlet import ThreadOutlet, ThreadServices
from bot.slack.write.writer import Writer
from playground.measure.answers import answer
from playground.measure.readers import Written
from playground.measure.virtual_time import run
from playground.workspace.rate_limits import CALL_BURST, POST_BURST, RateLimits, Shape
from playground.workspace.records import Call, Revision

CHARS_PER_WRITE = int(240 * WRITE_EVERY_S)
RESTED_S = 60.0
"""From when something was learned until people ask again."""
LEASE_S, HEARTBEAT_S, HEARTBEAT_MIN_S = 20.0, 5.0, 1.0
DATABASE_S = 0.005
"""From one heartbeat to the next, and where the number of answers has changed."""


@dataclass(frozen=True, slots=True)
class _Came:
    status: int
    headers: dict[str, str]
    said: dict[str, Any]

    async def json(self) -> dict[str, Any]:
        return self.said


@dataclass(slots=True)
class _Slack:
    """As much of ``AsyncWebClient`` and of its session as ``SlackClient`` uses, and of a workspace as a reply needs."""

    limits: RateLimits
    latency_s: float
    token: str = ""
    base_url: str = ""
    proxy: None = None
    headers: dict[str, str] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)

    @property
    def session(self) -> _Slack:
        return self

    @asynccontextmanager
    async def request(self, _: str, method: str, *, json: dict[str, Any], **__: object) -> AsyncIterator[_Came]:
        now_s = asyncio.get_running_loop().time
        await asyncio.sleep(self.latency_s / 2)
        wait_s = self.limits.retry_after_s(method, json.get("channel"), now_s())
        self.calls.append(Call(method, {}, now_s(), wait_s is None, None, 429 if wait_s else 200))
        ts = str(json.get("ts") or len(self.calls))
        if wait_s is None and "blocks" in json:
            source = "\n\n".join(block["text"] for block in json["blocks"] if block["type"] == "markdown")
            root = (
                next((revision.thread_ts for revision in self.revisions if revision.ts == ts), None)
                or json["thread_ts"]
            )
            self.revisions.append(Revision(now_s(), json["channel"], ts, "edit", "", source, thread_ts=root))
        await asyncio.sleep(self.latency_s / 2)
        if wait_s is not None:
            yield _Came(429, {"Retry-After": str(wait_s)}, {})
        else:
            yield _Came(200, {}, {"ok": True, "ts": ts})


class _Records:
    async def posted(self, question: Question, part: int, ts: str) -> None:
        pass

    async def parts(self, question: Question) -> dict[int, str]:  # noqa: ARG002 - the port's
        return {}

    async def posted_in(self, team_id: str, channel_id: str) -> bool:  # noqa: ARG002 - the port's
        return True


@dataclass(frozen=True, slots=True)
class Setting:
    """Who is asked where, and how Slack counts. ``channels`` 0: as the live bench asks."""

    shape: Shape = Shape.SLIDING
    burst: float = CALL_BURST
    post_burst: float = POST_BURST
    channels: int = 0
    processes: int = 1
    answers_on: int = 0
    spread: int | None = None
    """The seed by which questions get to processes; by turns without one."""

    def asked(self, load: Load, number: int) -> tuple[float, str]:
        """When and in which channel question ``number`` is."""
        if self.channels:
            return 0.0, f"C{number % self.channels}"
        in_channel = number % IN_CHANNEL_EVERY == IN_CHANNEL_EVERY - 1
        channel = f"C{number // IN_CHANNEL_EVERY % 10}" if in_channel else f"D{number}"
        return number * ASKED_WITHIN_S / load.answers, channel

    def taken_by(self, number: int) -> int:
        """The process that writes answer ``number``."""
        writing = self.answers_on or self.processes
        return number % writing if self.spread is None else Random(f"{self.spread} {number}").randrange(writing)


class _Posts:
    """What the database knows of the posts of all processes."""

    def __init__(self) -> None:
        self._until_s: dict[str, float] = {}

    async def reserve(self, channel_id: str, at_once: float, per_s: float) -> float:
        await asyncio.sleep(DATABASE_S)
        now_s = asyncio.get_running_loop().time()
        self._until_s[channel_id] = max(now_s, self._until_s.get(channel_id, 0.0)) + 1 / per_s
        return max(0.0, self._until_s[channel_id] - now_s - at_once / per_s)


class _Process:
    """One of those that share the workspace; its heartbeats are like the inbox's."""

    def __init__(self, slack: _Slack, posts: _Posts, others: list[_Process]) -> None:
        self.limiter = RateLimiter()
        self.limiter.reserve = posts.reserve
        self.api = SlackClient(cast("AsyncWebClient", slack), self.limiter)
        self.services = ThreadServices(self.api, _Records(), _find_posted, _find_streamed, _see)
        self.answers = 0
        self.published = ProcessReport(0.0, 0, Calls(), stopping=False)
        """At the time ``ago_s``."""
        self._processes = others
        self._others = Others()
        self._changed = asyncio.Event()

    def count(self, more: int) -> None:
        self.answers += more
        self.limiter.set_share(self._others.share_beside(self.answers))
        self._changed.set()

    async def beat(self) -> None:
        while True:
            self._changed.clear()
            now_s = asyncio.get_running_loop().time()
            self.published = ProcessReport(now_s, self.answers, self.limiter.spent(), stopping=False)
            rest = [one.published for one in self._processes if one is not self]
            heard = [replace(one, ago_s=now_s - one.ago_s) for one in rest]
            self._others = Others.of(heard, self.published.spent, LEASE_S)
            self.limiter.set_share(self._others.share_beside(self.answers))
            await asyncio.sleep(HEARTBEAT_MIN_S)
            if self.answers and self._others != Others():
                continue
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), HEARTBEAT_S - HEARTBEAT_MIN_S)


async def _find_posted(question: Question, part: int, text: str, *, in_thread: bool) -> str | None:  # noqa: ARG001 - the port's
    return None


async def _see(question: Question, ts: str, *, in_thread: bool) -> None:
    """Nothing."""


async def _find_streamed(question: Question) -> list[str]:  # noqa: ARG001 - the port's
    return []


async def _one(process: _Process, load: Load, number: int, channel: str) -> Written:
    process.count(1)
    question = Question("T", channel, f"root{number}", f"root{number}", "U", EntryPoint.DIRECT, "", (), None)
    status_line = StatusLine(process.api, process.services.status, channel, question.thread_ts)
    outlet = ThreadOutlet(question, process.services)
    reply = Writer(LiveReply(), outlet, Lease(lambda: 0.0, inf), status_line)
    reply.status("Thinking…")
    await asyncio.sleep(0.3)
    written = Written(answer(number, length(load, number)), [], [])
    for end in range(CHARS_PER_WRITE, len(written.text) + CHARS_PER_WRITE, CHARS_PER_WRITE):
        written.times_s.append(asyncio.get_running_loop().time())
        written.lengths.append(min(end, len(written.text)))
        reply.write(written.text[end - CHARS_PER_WRITE : end])
        await asyncio.sleep(WRITE_EVERY_S)
    await reply.finish()
    process.count(-1)
    return written


async def simulate(
    load: Load, setting: Setting | None = None, learned: dict[str, LearnedLimit] | None = None
) -> Played:
    """``learned`` is kept to from the beginning, and what refusals teach is added to it."""
    setting, learned = setting or Setting(), {} if learned is None else learned
    rest_s = RESTED_S if learned else 0.0
    limits = RateLimits(
        strictness=load.strictness, shape=setting.shape, burst=setting.burst, post_burst=setting.post_burst
    )
    slack = _Slack(limits, load.latency_s)
    processes: list[_Process] = []
    posts = _Posts()
    processes += [_Process(slack, posts, processes) for _ in range(setting.processes)]
    for process in processes:
        for name, limit in learned.items():
            process.limiter.adopt(name, limit)
        process.limiter.on_learned = learned.__setitem__
    beats = [asyncio.create_task(process.beat()) for process in processes]

    async def ask(number: int) -> Written:
        at_s, channel = setting.asked(load, number)
        await asyncio.sleep(rest_s + at_s)
        return await _one(processes[setting.taken_by(number)], load, number, channel)

    written = list(await asyncio.gather(*map(ask, range(load.answers))))
    for beat in beats:
        beat.cancel()
    revisions = [
        [revision for revision in slack.revisions if revision.thread_ts == f"root{number}"]
        for number in range(load.answers)
    ]
    return Played(load, written, revisions, slack.calls, 0, 0.0)


def main() -> int:
    parser = live_reply.parser("python -m bench.schedule_simulation", __doc__.split("\n", 1)[0])
    parser.add_argument("--shape", type=Shape, choices=list(Shape), default=Shape.SLIDING)
    parser.add_argument("--burst", type=float, default=CALL_BURST, help="what a bucket holds")
    parser.add_argument("--post-burst", type=float, default=POST_BURST, help="posts that a channel takes at once")
    parser.add_argument("--channels", type=int, default=0)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("--spreads", type=int, default=0)
    chosen = parser.parse_args()
    setting = Setting(
        chosen.shape, chosen.burst, chosen.post_burst, chosen.channels, chosen.replicas, chosen.answers_on
    )
    results = []
    for answers, spread in product(chosen.loads, range(chosen.spreads) if chosen.spreads else [None]):
        learned: dict[str, LearnedLimit] = {}
        for _ in range(1 + chosen.again):
            load = Load(answers, chosen.seconds, chosen.strictness)
            played = run(simulate(load, replace(setting, spread=spread), learned))
            results.append(live_reply.result(played)[0])
    print(live_reply.table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
