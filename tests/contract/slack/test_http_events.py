"""The endpoint for Slack's signed requests: who has no signature stays out, and no request makes it stumble."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.receive.bolt import bolt_app
from bot.slack.receive.deliveries import Deliveries
from bot.slack.receive.http_events import HttpEvents
from bot.slack.receive.listeners import Listeners
from bot.slack.shapes import Json
from bot.slack.web_api.identity import Identity
from playground.workspace.http_delivery import sign
from tests.handlers import handlers
from tests.logged import logged
from tests.loopback import free_port

SECRET = "the signing secret"


@dataclass
class Endpoint:
    url: str
    session: aiohttp.ClientSession
    alive: bool = True
    hears: Callable[[], bool] = lambda: True

    async def post(self, body: bytes, *, signed: bool = True, off_s: int = 0, **headers: str) -> tuple[int, str]:
        """``off_s``: how much Slack's clock is ahead of this one."""
        timestamp = str(int(time.time()) + off_s)
        signature = sign(SECRET, timestamp, body)
        sent = {
            "Content-Type": "application/json",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature if signed else "v0=" + "0" * 64,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(f"{self.url}/slack/events", data=body, headers=sent) as response:
            return response.status, await response.text()


@dataclass
class _OneWorkspace:
    its_listeners: Listeners

    async def listeners(self, _body: Json) -> Listeners:
        return self.its_listeners


@pytest.fixture
async def endpoint(session: aiohttp.ClientSession) -> AsyncIterator[Endpoint]:
    port = free_port()
    listeners = Listeners(Identity("T1", "U1", "B1"), handlers())
    take = Deliveries(_OneWorkspace(listeners)).handle
    bolt = bolt_app(AsyncWebClient(token="xoxb-1"), take, SECRET)
    endpoint = Endpoint(f"http://127.0.0.1:{port}", session)
    events = HttpEvents(bolt, "127.0.0.1", port, lambda: endpoint.alive, SECRET)
    endpoint.hears = events.hears
    await events.start()
    yield endpoint
    await events.close()


async def test_slack_may_verify_the_address(endpoint: Endpoint) -> None:
    status, text = await endpoint.post(b'{"type": "url_verification", "challenge": "c1", "token": "t"}')

    assert (status, "c1" in text) == (200, True)


async def test_nobody_else_has_the_address_answer_for_them(endpoint: Endpoint) -> None:
    """Otherwise a stranger learns that an address is ours, and has it say what they like."""
    status, text = await endpoint.post(b'{"type": "url_verification", "challenge": "c1", "token": "t"}', signed=False)

    assert (status, "c1" in text) == (401, False)


async def test_slack_may_check_the_certificate_and_signs_nothing_for_it(endpoint: Endpoint) -> None:
    """slack:interactivity/implementing-slash-commands: ``ssl_check=1`` and a token are all there is in the form."""
    form = {"ssl_check": "1", "token": "x"}
    async with endpoint.session.post(f"{endpoint.url}/slack/events", data=form) as response:
        assert response.status == 200


@pytest.mark.parametrize("form", [{"ssl_check": "0"}, {"command": "/ask", "text": "hi"}, {}])
async def test_no_other_form_goes_unsigned(endpoint: Endpoint, form: dict[str, str]) -> None:
    async with endpoint.session.post(f"{endpoint.url}/slack/events", data=form) as response:
        assert response.status == 401


async def test_a_wrong_signature_is_turned_away(endpoint: Endpoint) -> None:
    assert (await endpoint.post(b"{}", signed=False))[0] == 401


@pytest.mark.parametrize("timestamp", ["", "soon", "1e9", "9" * 400, "-5", "1"])
async def test_a_malformed_or_old_timestamp_is_turned_away(endpoint: Endpoint, timestamp: str) -> None:
    assert (await endpoint.post(b"{}", X_Slack_Request_Timestamp=timestamp))[0] == 401


@pytest.mark.parametrize(("off_s", "side"), [(3_600, "behind"), (-3_600, "ahead of")])
async def test_a_clock_that_differs_from_slacks_is_said_and_is_no_good_health(
    endpoint: Endpoint, off_s: int, side: str
) -> None:
    with logged() as lines:
        assert [(await endpoint.post(b"{}", off_s=off_s + number))[0] for number in range(3)] == [401] * 3
        await lines.until("http.clock_off")

    [said] = [line for line in lines.lines if line["event"] == "http.clock_off"]
    assert f"s {side} Slack's time" in said["mend"]
    assert not endpoint.hears()
    await endpoint.post(b"{}")
    assert endpoint.hears()


async def test_a_recorded_request_and_one_without_a_valid_signature_say_nothing_of_the_clock(
    endpoint: Endpoint,
) -> None:
    recorded = str(int(time.time()) - 3_600)
    for _ in range(3):
        signature = sign(SECRET, recorded, b"{}")
        await endpoint.post(b"{}", X_Slack_Request_Timestamp=recorded, X_Slack_Signature=signature)
    for number in range(3):
        assert (await endpoint.post(b"{}", signed=False, off_s=3_600 + number))[0] == 401

    assert endpoint.hears()


@pytest.mark.parametrize("body", [b'{"a":', b"[1, 2]", b"null", b'"words"'])
async def test_a_signed_body_that_is_no_event_is_refused_without_a_stumble(endpoint: Endpoint, body: bytes) -> None:
    assert (await endpoint.post(body))[0] in {400, 404}


async def test_bytes_that_are_no_text_are_refused_without_a_stumble(endpoint: Endpoint) -> None:
    assert (await endpoint.post(b"\xff\xfe"))[0] == 400
    assert (await endpoint.post(b"\xff\xfe", signed=False))[0] == 401


async def test_a_signed_form_that_is_no_event_is_refused_without_a_stumble(endpoint: Endpoint) -> None:
    status, _ = await endpoint.post(b"payload={x", Content_Type="application/x-www-form-urlencoded")

    assert status in {400, 404}


async def test_the_process_says_whether_it_lives(endpoint: Endpoint) -> None:
    for endpoint.alive, status in ((True, 200), (False, 503)):
        async with endpoint.session.get(f"{endpoint.url}/healthz") as response:
            assert (response.status, await response.json()) == (status, {"ok": endpoint.alive})
