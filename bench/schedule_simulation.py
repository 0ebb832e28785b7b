"""The same loads as ``live_reply`` plays, in a virtual time: seconds of answers cost milliseconds. I/O: the terminal.

    python -m bench.schedule_simulation [--loads 1,5,20,50] [--seconds 30] [--strictness 0.7]

The reply, its rate limiter and budgets are the real ones; Slack is the workspace's rate limits behind a constant
latency. The outcome is the same every time, so that two ways to spend the budget can be compared. What it leaves out:
the model link, the database, JSON and the processor's time.
"""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from math import inf
from types import SimpleNamespace
from typing import Any, cast

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bench import live_reply
from bench.play import ASKED_WITHIN_S, IN_CHANNEL_EVERY, WRITE_EVERY_S, Load, Played, length
from bot.lease import Lease
from bot.messages import EntryPoint, Question
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.status_line import StatusLine
from bot.slack.write.thread_outlet import ThreadOutlet, ThreadServices
from bot.slack.write.writer import Writer
from playground.measure.answers import answer
from playground.measure.readers import Written
from playground.measure.virtual_time import run
from playground.workspace.rate_limits import RateLimits
from playground.workspace.records import Call, Revision

CHARS_PER_WRITE = int(240 * WRITE_EVERY_S)


@dataclass(slots=True)
class _Slack:
    """As much of ``AsyncWebClient`` as ``SlackClient`` uses, and of a workspace as a reply needs."""

    limits: RateLimits
    latency_s: float
    calls: list[Call] = field(default_factory=list)
    revisions: list[Revision] = field(default_factory=list)

    async def api_call(self, method: str, json: dict[str, Any]) -> SimpleNamespace:
        now_s = asyncio.get_running_loop().time
        await asyncio.sleep(self.latency_s / 2)
        wait_s = self.limits.retry_after_s(method, json.get("channel"), now_s())
        self.calls.append(Call(method, {}, now_s(), wait_s is None, None, 429 if wait_s else 200))
        ts = str(json.get("ts") or len(self.calls))
        if wait_s is None and method.startswith("chat."):
            source = "\n\n".join(block["text"] for block in json["blocks"] if block["type"] == "markdown")
            root = (
                next((revision.thread_ts for revision in self.revisions if revision.ts == ts), None)
                or json["thread_ts"]
            )
            self.revisions.append(Revision(now_s(), json["channel"], ts, "edit", "", source, thread_ts=root))
        await asyncio.sleep(self.latency_s / 2)
        if wait_s is not None:
            response = SimpleNamespace(status_code=429, headers={"Retry-After": str(wait_s)}, data={})
            raise SlackApiError("ratelimited", response)  # type: ignore[no-untyped-call]  # the SDK's
        return SimpleNamespace(data={"ok": True, "ts": ts}, headers={})


class _Records:
    async def posted(self, question: Question, part: int, ts: str) -> None:
        pass

    async def parts(self, question: Question) -> dict[int, str]:  # noqa: ARG002 - the port's
        return {}

    async def posted_in(self, team_id: str, channel_id: str) -> bool:  # noqa: ARG002 - the port's
        return True


async def simulate(load: Load) -> Played:
    slack = _Slack(RateLimits(strictness=load.strictness), load.latency_s)
    api = SlackClient(cast("AsyncWebClient", slack), RateLimiter())

    async def find_posted(question: Question, part: int, text: str, *, in_thread: bool) -> str | None:  # noqa: ARG001 - the port's
        return None

    async def find_streamed(question: Question) -> list[str]:  # noqa: ARG001 - the port's
        return []

    services = ThreadServices(api, _Records(), find_posted, find_streamed)

    async def one(number: int) -> Written:
        await asyncio.sleep(number * ASKED_WITHIN_S / load.answers)
        in_channel = number % IN_CHANNEL_EVERY == IN_CHANNEL_EVERY - 1
        channel = f"C{number // IN_CHANNEL_EVERY % 10}" if in_channel else f"D{number}"
        question = Question("T", channel, f"root{number}", f"root{number}", "U", EntryPoint.DIRECT, "", (), None)
        status_line = StatusLine(api, services.status, channel, question.thread_ts)
        reply = Writer(LiveReply(), ThreadOutlet(question, services), Lease(lambda: 0.0, inf), status_line)
        reply.status("Thinking…")
        await asyncio.sleep(0.3)
        written = Written(answer(number, length(load, number)), [], [])
        for end in range(CHARS_PER_WRITE, len(written.text) + CHARS_PER_WRITE, CHARS_PER_WRITE):
            written.times_s.append(asyncio.get_running_loop().time())
            written.lengths.append(min(end, len(written.text)))
            reply.write(written.text[end - CHARS_PER_WRITE : end])
            await asyncio.sleep(WRITE_EVERY_S)
        await reply.finish()
        return written

    written = list(await asyncio.gather(*map(one, range(load.answers))))
    revisions = [
        [revision for revision in slack.revisions if revision.thread_ts == f"root{number}"]
        for number in range(load.answers)
    ]
    return Played(load, written, revisions, slack.calls, 0, 0.0)


def main() -> int:
    options = live_reply.options()
    results = [
        live_reply.result(run(simulate(Load(answers, options.seconds, options.strictness))))[0]
        for answers in options.loads
    ]
    print(live_reply.table(results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
