"""Makes the calls of the Web API; their errors become ``SlackError``. I/O: Slack, over one shared session.

The only module that calls the Web API. It paces every call within its method's budget, repeats none by itself (the
SDK's own retries post a message twice when a connection drops), and translates what went wrong into what can be done
about it.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import (
    LeaseLost,
    SlackError,
    SlackFailed,
    SlackNoAccess,
    SlackOutcomeUnknown,
    SlackRefused,
    SlackTokenInvalid,
    SlackUnavailable,
)
from bot.lease import may_show
from bot.slack.web_api.error_codes import ABOUT_THE_TOKEN, meaning_of
from bot.slack.web_api.method_limiter import Bidder, Ticket
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.web_api.request import REPEATABLE, ask
from bot.slack.web_api.second_try import first_answer
from bot.telemetry import metrics, traces
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

_CODE = re.compile(r"[\w.:,-]{0,200}", re.ASCII)
GUESS_S = 5.0
"""Slack says how long to wait; if it does not, people should not wait for half a minute."""
SHOWN = frozenset({"agents", "assistant", "chat", "reactions", "views"})
"""The groups of methods whose calls people see, unless they only read."""
WHO_AM_I = "auth.test"
TOKEN_NAME = "SLACK_BOT_TOKEN"  # noqa: S105 - the setting's name
TokenEnded = Callable[[str, str], None]
"""Called with the setting whose token Slack no longer accepts, and Slack's code: no call will work any more."""


class SlackClient:
    """``on_token_ended`` is called when Slack no longer accepts the token."""

    def __init__(
        self,
        client: AsyncWebClient,
        rate_limiter: RateLimiter,
        on_token_ended: TokenEnded = lambda *_: None,
        scopes: frozenset[str] = frozenset(),
    ) -> None:
        self._on_token_ended = on_token_ended
        self._client = client
        self.rate_limiter = rate_limiter
        self.scopes = scopes
        """The token's scopes, from the ``X-OAuth-Scopes`` header. slack:authentication/oauth-v2."""
        self.date = ""
        """Slack's clock, from its newest response."""

    def use_token(self, token: str) -> None:
        """Replaces a token that expires."""
        self._client.token = token

    async def call(self, method: str, **arguments: object) -> dict[str, Any]:
        """Waits for the method's budget, then calls once; a read that is not answered in time is sent a second time.
        Raises ``SlackError``."""
        await self._acquire(method, arguments)
        if method not in REPEATABLE:
            return await self.call_now(method, **arguments)
        return await first_answer(
            lambda: self.call_now(method, **arguments), lambda: self._call_again(method, arguments)
        )

    async def _call_again(self, method: str, arguments: dict[str, object]) -> dict[str, Any]:
        await self._acquire(method, arguments)
        log.info("slack.asked_again", method=method)
        return await self.call_now(method, **arguments)

    async def _acquire(self, method: str, arguments: dict[str, object]) -> None:
        await self.rate_limiter.acquire(method, str(arguments.get("channel", "")))

    def request(self, method: str, bidder: Bidder, channel_id: str = "") -> Ticket:
        """A ticket for ``call_now``; ``bidder`` says how urgent it is."""
        return self.rate_limiter.request(method, bidder, channel_id)

    @property
    def address(self) -> str:
        """The address of the Web API."""
        return self._client.base_url

    def edit_every_s(self) -> float:
        """How often an answer that is being shown can currently be edited."""
        return self.rate_limiter.edit_every_s()

    async def call_now(self, method: str, **arguments: object) -> dict[str, Any]:
        """Calls once. The caller holds a granted ticket. Raises ``LeaseLost`` where the call would show people
        something for a turn that may be another process's by now."""
        if _is_seen(method) and not may_show():
            raise LeaseLost
        with traces.step(method) as step:
            try:
                return await self._call_once(method, arguments)
            except SlackError as error:
                step.note(code=error.code)
                raise

    async def _call_once(self, method: str, arguments: dict[str, object]) -> dict[str, Any]:
        now_s = asyncio.get_running_loop().time
        sent_s = now_s()
        failure: SlackError | None = None
        try:
            response = await ask(self._client, method, arguments)
        except Exception as error:
            failure = slack_error(method, error)
            if failure is None:
                raise
            if isinstance(failure, SlackTokenInvalid):
                failure = await self._checked(failure)
            if failure.retry_after_s is not None:
                channel_id = str(arguments.get("channel", ""))
                self.rate_limiter.refused(method, failure.retry_after_s, channel_id)
            raise failure from (None if isinstance(error, SlackApiError) else error)  # it holds all that Slack said
        finally:
            took_s = now_s() - sent_s
            self.rate_limiter.landed(method, took_s)
            metrics.called(method, failure, took_s)
        self.date = _header(response.headers, "date")
        if scopes := _header(response.headers, "x-oauth-scopes"):
            self.scopes = frozenset(scope.strip() for scope in scopes.split(","))
        data = response.data
        return data if isinstance(data, dict) else {}

    async def _checked(self, failure: SlackTokenInvalid) -> SlackError:
        """What it means. Some codes are about one call as well as about the token: in an organisation a channel may
        belong to a workspace that the app may not enter. So ``auth.test`` has the last word, and ends the bot."""
        if failure.method == WHO_AM_I:
            self._on_token_ended(TOKEN_NAME, failure.code)
            return failure
        try:
            await self.call(WHO_AM_I)
        except SlackTokenInvalid:
            return failure
        except SlackError as error:
            log.info("slack.token_not_checked", method=failure.method, code=error.code)
            return SlackUnavailable(failure.method, failure.code)
        log.warning("slack.token_refused_once", method=failure.method, code=failure.code)
        passing = failure.code in ABOUT_THE_TOKEN
        return (SlackUnavailable if passing else SlackNoAccess)(failure.method, failure.code)


def _is_seen(method: str) -> bool:
    shown = method.partition(".")[0] in SHOWN or method == "files.completeUploadExternal"
    return shown and method not in REPEATABLE


def slack_error(method: str, error: Exception) -> SlackError | None:
    """What ``error`` means to the caller of ``method``; ``None`` if the call did not fail in a known way."""
    if isinstance(error, SlackApiError):
        return _from_response(method, error)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.InvalidURL):
        return SlackUnavailable(method, "no_connection")
    if isinstance(error, asyncio.TimeoutError | aiohttp.ClientError | OSError):
        return SlackOutcomeUnknown(method, type(error).__name__)
    if isinstance(error, SlackClientError):
        return SlackRefused(method, type(error).__name__)
    return None


def _from_response(method: str, error: SlackApiError) -> SlackError:
    response = error.response
    status, headers, data = response.status_code, response.headers, response.data
    code = _word(data.get("error", "")) if isinstance(data, dict) else ""
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        return SlackUnavailable(method, "ratelimited", retry_after_s=retry_after_s(headers))
    if status >= 500 or not code:
        return SlackFailed(method, code or f"http_{status}")
    needed = _word(data.get("needed") or "") if code == "missing_scope" else None
    return meaning_of(method, code)(method, f"{code} ({needed})" if needed else code)


def _word(value: object) -> str:
    """A code or a list of scopes; nothing else goes into a log, whatever Slack sends in its place."""
    text = str(value)
    return text if _CODE.fullmatch(text) else "no_code"


def retry_after_s(headers: Any) -> float:  # noqa: ANN401 - the SDK passes on whatever mapping its transport made
    """``Retry-After`` in seconds; a guess if it is missing."""
    text = _header(headers, "retry-after")
    return max(1.0, float(text)) if text.replace(".", "", 1).isdigit() else GUESS_S


def _header(headers: Any, wanted: str) -> str:  # noqa: ANN401 - likewise
    for name, value in dict(headers or {}).items():
        if name.lower() == wanted:
            return str(value[0] if isinstance(value, list) else value)
    return ""
