"""Sends payloads as signed HTTP requests to the app's address; 2xx answers in time are acks.

I/O: HTTP on loopback. Sources: slack:authentication/verifying-requests-from-slack (v0 signature), slack:apis/events-api
(retry headers, x-slack-no-retry), slack:interactivity/implementing-slash-commands (form posts).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from urllib.parse import urlencode

import aiohttp

from playground.workspace.delivery import Delivery, Outcome, Sort
from playground.workspace.records import Json

RETRY_REASON_OF_STATUS = "http_error"


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """``X-Slack-Signature``: v0 and the HMAC-SHA256 of ``v0:timestamp:body``."""
    digest = hmac.new(secret.encode(), b":".join((b"v0", timestamp.encode(), body)), hashlib.sha256)
    return f"v0={digest.hexdigest()}"


class HttpDelivery:
    """One address takes everything: events, commands and interactivity, as Bolt's one endpoint does."""

    def __init__(self, secret: str, *, ack_within_s: float, wall_clock: Callable[[], float]) -> None:
        self.ack_within_s = ack_within_s
        self._secret = secret
        self._wall_clock = wall_clock
        self._session: aiohttp.ClientSession | None = None

    async def send(self, url: str, delivery: Delivery, retry_num: int, retry_reason: str) -> Outcome:
        headers: dict[str, str] = {}
        if retry_num:
            headers = {"X-Slack-Retry-Num": str(retry_num), "X-Slack-Retry-Reason": retry_reason}
        body, content_type = _encoded(delivery)
        return await self.post(url, body, content_type, headers)

    async def verify_url(self, url: str, challenge: str) -> Outcome:
        """What Slack asks when the Request URL is entered; the outcome's ``answer`` holds the echo."""
        body = json.dumps({"token": "t", "type": "url_verification", "challenge": challenge})
        return await self.post(url, body.encode(), "application/json", {})

    async def check_certificate(self, url: str) -> Outcome:
        """What Slack asks now and then of a command's address, and does not sign."""
        form = "application/x-www-form-urlencoded"
        unsigned = {"X-Slack-Signature": "", "X-Slack-Request-Timestamp": ""}
        return await self.post(url, b"ssl_check=1&token=t", form, unsigned)

    async def post(self, url: str, body: bytes, content_type: str, headers: dict[str, str]) -> Outcome:
        """One signed request; ``headers`` win over the signed ones, for tests that forge."""
        timestamp = str(int(self._wall_clock()))
        signed = {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": sign(self._secret, timestamp, body),
            **headers,
        }
        try:
            async with (
                asyncio.timeout(self.ack_within_s),
                self._client().post(url, data=body, headers=signed, allow_redirects=False) as response,
            ):
                text = await response.text()
                if not 200 <= response.status < 300:
                    no_retry = response.headers.get("X-Slack-No-Retry") == "1"
                    return Outcome(acknowledged=False, reason=RETRY_REASON_OF_STATUS, may_retry=not no_retry)
                return Outcome(acknowledged=True, answer=_answer(text))
        except TimeoutError:
            return Outcome(acknowledged=False, reason="http_timeout")
        except aiohttp.ClientConnectionError:
            return Outcome(acknowledged=False, reason="connection_failed")
        except aiohttp.ClientError:
            return Outcome(acknowledged=False, reason="unknown_error")

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(trust_env=False)
        return self._session


def _encoded(delivery: Delivery) -> tuple[bytes, str]:
    if delivery.sort is Sort.EVENT:
        return json.dumps(delivery.payload).encode(), "application/json"
    form = delivery.payload if delivery.sort is Sort.COMMAND else {"payload": json.dumps(delivery.payload)}
    return urlencode(form).encode(), "application/x-www-form-urlencoded"


def _answer(text: str) -> Json | None:
    """A command may be answered with JSON or with plain text in the ack."""
    if not text.strip():
        return None
    try:
        value = json.loads(text)
    except ValueError:
        return {"text": text}
    return value if isinstance(value, dict) else {"text": text}
