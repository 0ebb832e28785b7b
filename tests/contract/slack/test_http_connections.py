"""The port that strangers reach: who does not come to the point is cut off, and nobody is kept waiting by them."""

from __future__ import annotations

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import pytest
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.connections import ConnectionLimits
from bot.slack.receive.bolt import bolt_app
from bot.slack.receive.http_events import HUGE_AT_ONCE, HUGE_BYTES, HttpEvents
from playground.workspace.http_delivery import sign
from tests.loopback import free_port

SECRET = "the signing secret"
SLOW_S = 0.3
"""The deadlines here; what has none would outlast ``PATIENCE_S``."""
PATIENCE_S = 5.0
LIMITS = ConnectionLimits(
    connections_max=4, headers_within_s=SLOW_S, body_within_s=SLOW_S, idle_s=60.0, lingering_s=0.1
)
"""A connection between two requests has more time, so that it is not that which cuts the others off."""
HEAD = "POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Type: application/json\r\n"
VERIFY = b'{"type": "url_verification", "challenge": "c1"}'


@dataclass
class Caller:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, text: str | bytes) -> None:
        self.writer.write(text.encode() if isinstance(text, str) else text)
        await self.writer.drain()

    async def rest(self) -> bytes:
        """Everything until the connection is closed."""
        async with asyncio.timeout(PATIENCE_S):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""

    async def answer(self) -> str:
        """The status line, the headers and the body of an answer."""
        async with asyncio.timeout(PATIENCE_S):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(line[15:]) for line in head.splitlines() if line.lower().startswith("content-length:"))
            return head + (await self.reader.readexactly(length)).decode()


@dataclass
class Port:
    number: int
    callers: list[Caller]

    async def call(self) -> Caller:
        caller = Caller(*await asyncio.open_connection("127.0.0.1", self.number))
        self.callers.append(caller)
        return caller

    async def ask(self, request: str | bytes) -> str:
        caller = await self.call()
        await caller.send(request)
        return await caller.answer()


@pytest.fixture
def idle_s() -> float:
    return LIMITS.idle_s


@pytest.fixture
async def port(idle_s: float) -> AsyncIterator[Port]:
    bolt = AsyncApp(client=AsyncWebClient(token="xoxb-1"), signing_secret=SECRET)
    port = Port(free_port(), [])
    events = HttpEvents(bolt, "127.0.0.1", port.number, lambda: True, SECRET, replace(LIMITS, idle_s=idle_s))
    await events.start()
    yield port
    for caller in port.callers:
        caller.writer.close()
    await events.close()


def signed(body: bytes, *more: str, age_s: int = 0) -> bytes:
    timestamp = str(int(time.time()) - age_s)
    signature = sign(SECRET, timestamp, body)
    lines = [f"X-Slack-Request-Timestamp: {timestamp}", f"X-Slack-Signature: {signature}", *more]
    return (HEAD + "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""])).encode() + body


@pytest.mark.parametrize("begun", ["", "POST /sl", HEAD, HEAD + "X-Slack-Signature: v0"])
async def test_half_headers_are_cut(port: Port, begun: str) -> None:
    caller = await port.call()
    await caller.send(begun)

    assert await caller.rest() == b""


async def test_headers_that_come_drop_by_drop_are_cut_all_the_same(port: Port) -> None:
    caller = await port.call()
    began_s = time.monotonic()
    with suppress(ConnectionError):
        for number in range(200):
            await caller.send(HEAD if not number else f"X-{number}: a\r\n")
            with suppress(TimeoutError):
                async with asyncio.timeout(0.05):
                    if not await caller.reader.read(1):
                        break
    await caller.rest()
    assert time.monotonic() - began_s < PATIENCE_S


async def test_half_a_body_is_cut(port: Port) -> None:
    caller = await port.call()
    await caller.send(signed(VERIFY)[:-10])

    assert b" 200 " not in await caller.rest()


async def test_half_a_body_in_chunks_is_cut(port: Port) -> None:
    timestamp = int(time.time())
    caller = await port.call()
    await caller.send(f"{HEAD}X-Slack-Request-Timestamp: {timestamp}\r\nX-Slack-Signature: v0=0\r\n")
    await caller.send("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")

    assert b" 200 " not in await caller.rest()


@pytest.mark.parametrize("idle_s", [SLOW_S])
async def test_a_connection_that_is_not_used_is_closed_and_one_that_is_used_stays(port: Port) -> None:
    caller = await port.call()
    for _ in range(3):
        await caller.send(signed(VERIFY))
        assert " 200 " in await caller.answer()

    assert await caller.rest() == b""


async def test_slack_gets_through_while_others_hold_every_connection(port: Port) -> None:
    held = [await port.call() for _ in range(3 * LIMITS.connections_max)]
    for caller in held:
        await caller.send(HEAD)
    answer = await port.ask(signed(VERIFY))

    assert "c1" in answer


async def test_slack_gets_through_while_others_send_half_a_body_each(port: Port) -> None:
    for _ in range(2 * LIMITS.connections_max):
        await (await port.call()).send(signed(VERIFY)[:-1])

    assert "c1" in await port.ask(signed(VERIFY))


async def test_there_are_no_more_connections_than_allowed(port: Port) -> None:
    """Whoever has waited longest without showing a signature makes space, long before a deadline."""
    callers = [await port.call() for _ in range(3 * LIMITS.connections_max)]
    cut = callers[: -LIMITS.connections_max]

    async with asyncio.timeout(SLOW_S / 2):
        assert [await caller.rest() for caller in cut] == [b""] * len(cut)


@pytest.fixture
async def slow() -> AsyncIterator[Port]:
    """Takes longer for an event than a stranger has for anything."""

    async def authorize(**_: object) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_token="xoxb-1")

    async def work(event: dict[str, object]) -> None:
        await asyncio.sleep(2 * SLOW_S if event else 0)

    bolt = AsyncApp(authorize=authorize, signing_secret=SECRET, process_before_response=True)
    bolt.event("app_mention")(work)
    port = Port(free_port(), [])
    events = HttpEvents(bolt, "127.0.0.1", port.number, lambda: True, SECRET, LIMITS)
    await events.start()
    yield port
    for caller in port.callers:
        caller.writer.close()
    await events.close()


async def test_slacks_own_request_has_the_time_that_its_answer_takes_whoever_else_calls(slow: Port) -> None:
    event = {"type": "event_callback", "team_id": "T1", "event": {"type": "app_mention", "user": "U1"}}
    caller = await slow.call()
    await caller.send(signed(json.dumps(event).encode()))
    await asyncio.sleep(0.05)  # it is signed by now
    for _ in range(2 * LIMITS.connections_max):
        await slow.call()

    assert " 200 " in await caller.answer()


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded"])
async def test_what_is_not_signed_is_refused_before_it_is_read(port: Port, content_type: str) -> None:
    head = f"POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Type: {content_type}\r\n"

    assert " 401 " in await port.ask(f"{head}Content-Length: 4000000\r\n\r\n")


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[" * 200_000,
        b"\xff\xfe",
        b"payload=" + b"[" * 200_000,
        b'{"type": "url_verification", "challenge": "c1"',
    ],
)
async def test_what_is_signed_wrongly_is_refused_before_it_is_parsed(port: Port, body: bytes) -> None:
    """Whoever parses it first finds that it is no JSON, and says so with 400."""
    assert " 401 " in await port.ask(signed(body).replace(b"v0=", b"v0=0", 1))


async def test_a_large_form_is_not_looked_at_for_what_slack_does_not_sign(port: Port) -> None:
    body = "ssl_check=1&token=" + "a" * 5_000
    head = "POST /slack/events HTTP/1.1\r\nHost: bot\r\nContent-Type: application/x-www-form-urlencoded\r\n"

    assert " 401 " in await port.ask(f"{head}Content-Length: {len(body)}\r\n\r\n{body}")
    assert " 200 " in await port.ask(f"{head}Content-Length: 11\r\n\r\nssl_check=1")


async def test_more_than_a_megabyte_is_refused_whether_it_says_so_or_not(port: Port) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c" * 1_100_000}).encode()
    said = signed(body)
    length = f"Content-Length: {len(body)}\r\n".encode()
    chunked = said.replace(length + b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(body)) + b"\r\n0\r\n\r\n"

    assert " 413 " in await port.ask(said[: len(said) - len(body)])
    assert " 413 " in await port.ask(chunked)


async def test_a_megabyte_that_is_packed_is_not_unpacked(port: Port) -> None:
    packed = gzip.compress(b" " * 50_000_000)

    assert " 400 " in await port.ask(signed(packed, "Content-Encoding: gzip"))


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 150_000 + b"1" + b"}" * 150_000])
async def test_json_that_is_nested_without_end_is_a_bad_request(port: Port, body: bytes) -> None:
    assert " 400 " in await port.ask(signed(body))


async def test_only_a_few_huge_bodies_are_held_at_a_time_and_others_get_through_meanwhile() -> None:
    """Each is tens of thousands of objects, and all of them together would hold the loop for seconds."""
    within, most, enough, go_on = 0, 0, asyncio.Event(), asyncio.Event()

    async def take(body: dict[str, Any]) -> dict[str, Any]:
        nonlocal within, most
        if "pad" in body:
            within += 1
            most = max(most, within)
            enough.set() if within == HUGE_AT_ONCE else None
            await go_on.wait()
            within -= 1
        return {"text": "taken"}

    bolt = bolt_app(AsyncWebClient(token="xoxb-1"), take, SECRET)
    port = Port(free_port(), [])
    limits = replace(LIMITS, connections_max=50)
    events = HttpEvents(bolt, "127.0.0.1", port.number, lambda: True, SECRET, limits)
    await events.start()
    huge = json.dumps({"pad": ["x" * 100] * (HUGE_BYTES // 100)}).encode()
    answers = [asyncio.create_task(port.ask(signed(huge))) for _ in range(3 * HUGE_AT_ONCE)]
    async with asyncio.timeout(PATIENCE_S):
        await enough.wait()
        assert "taken" in await port.ask(signed(b'{"type": "event_callback"}'))
        go_on.set()
        assert [answer for answer in await asyncio.gather(*answers) if "taken" not in answer] == []
    for caller in port.callers:
        caller.writer.close()
    await events.close()
    assert most == HUGE_AT_ONCE


def in_chunks(body: bytes, bytes_each: int) -> bytes:
    head, _, _ = signed(body).partition(b"Content-Length")
    pieces = (body[start : start + bytes_each] for start in range(0, len(body), bytes_each))
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"


async def test_a_body_in_thousands_of_crumbs_is_cut_and_one_in_a_few_chunks_is_read(port: Port) -> None:
    """Each costs what a whole read costs, and comes before its signature can be looked at."""
    padded = json.dumps({"type": "url_verification", "challenge": "c1", "pad": "x" * 200_000}).encode()
    caller = await port.call()
    with suppress(ConnectionError):
        await caller.send(in_chunks(padded, 1))

    assert await caller.rest() == b""
    assert " 200 " in await port.ask(in_chunks(padded, 1_024))


async def test_a_request_that_was_recorded_is_refused_later(port: Port) -> None:
    assert " 200 " in await port.ask(signed(VERIFY, age_s=200))
    assert " 401 " in await port.ask(signed(VERIFY, age_s=301))


@pytest.mark.parametrize("age_s", [301, 86_400, -301])
async def test_a_request_of_another_time_is_refused_before_it_is_parsed(port: Port, age_s: int) -> None:
    """However rightly it is signed: whoever parses it first finds that it is no JSON, and says so with 400."""
    assert " 400 " in await port.ask(signed(b"{"))
    assert " 401 " in await port.ask(signed(b"{", age_s=age_s))


@pytest.mark.parametrize(
    "request_",
    [
        signed(VERIFY),
        "GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n",
        "GET /x HTTP/1.1\r\nHost: bot\r\n\r\n",
        HEAD + "\r\n",
    ],
)
async def test_no_answer_says_what_software_gives_it(port: Port, request_: str | bytes) -> None:
    assert "\r\nServer:" not in await port.ask(request_)


@pytest.mark.parametrize("path", ["/healthz", "/x"])
async def test_a_browser_may_do_nothing_with_an_answer_but_show_it(port: Port, path: str) -> None:
    answer = await port.ask(f"GET {path} HTTP/1.1\r\nHost: bot\r\n\r\n")

    for line in (
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        "X-Frame-Options: DENY",
        "Cross-Origin-Resource-Policy: same-origin",
    ):
        assert f"\r\n{line}\r\n" in answer
    assert "frame-ancestors 'none'" in answer
    assert "Content-Security-Policy: default-src 'none';" in answer
    assert "Access-Control" not in answer


async def test_what_is_no_http_learns_nothing(port: Port) -> None:
    caller = await port.call()
    await caller.send("GET / HTTP/1.1\r\nnonsense\r\n\r\n")
    answer = (await caller.rest()).decode()

    assert " 400 " in answer
    assert "ython" not in answer
    assert "nonsense" not in answer
