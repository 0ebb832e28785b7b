"""Carries out a plan by posts to a command's response_url, which one person sees. I/O: Slack, over HTTPS.

Implements ``writer.Outlet``. The address needs no token and has no rate limit; the plan counts its uses. It comes with
Slack's delivery, and answers go only to Slack's own hosts.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp

from bot import addresses
from bot.errors import LeaseLost, ReplyGone, SlackOutcomeUnknown, SlackRefused, SlackUnavailable
from bot.lease import may_show
from bot.slack.web_api.client import retry_after_s
from bot.slack.web_api.method_limiter import Bidder
from bot.slack.web_api.redirects import Redirected
from bot.slack.write.content import Content
from bot.slack.write.message_arguments import NO_PREVIEWS, message
from bot.slack.write.plan import Action, Change, Respond

METHOD = "response_url"
GONE_STATUSES = frozenset({403, 404, 410})
GONE_CODES = ("used_url", "expired_url")
TAKEN_AWAY = {"delete_original": True}
ANSWER_CHARS_MAX = 200
WAIT_MAX_S = 60.0
SLACK_DOMAINS = ("slack.com", "slack-gov.com")
"""Slack's, and GovSlack's. Source: slack:govslack."""


def may_answer_at(url: str, api_url: str) -> bool:
    """Whether this is an address of Slack's, or of the server that stands in for Slack."""
    parts, api = addresses.split(url), addresses.split(api_url)
    if parts is None or parts.username is not None or parts.password is not None:
        return False
    host = parts.hostname or ""
    if api is not None and addresses.is_loopback(api.hostname) and addresses.is_loopback(host):
        return parts.scheme in {"http", "https"}
    if parts.scheme != "https":
        return False
    if api is not None and (host, addresses.port_of(parts)) == (api.hostname, addresses.port_of(api)):
        return True
    return addresses.port_of(parts) == 443 and any(host == name or host.endswith(f".{name}") for name in SLACK_DOMAINS)


class ResponseUrlOutlet:
    """``api_url``: the Web API's address; if that is your own host, its response URLs are accepted as well."""

    def __init__(self, url: str, session: aiohttp.ClientSession, api_url: str) -> None:
        self._url = url
        self._allowed = may_answer_at(url, api_url)
        self._session = session

    def edit_every_s(self) -> float:
        return 0.0

    def request(self, action: Action, bidder: Bidder) -> None:
        """Calls never have to wait."""

    async def send(self, action: Action) -> str:
        if not isinstance(action, Respond):
            raise TypeError("only responses go to a response_url")
        body = {"response_type": "ephemeral", "replace_original": action.replace}
        nothing = action.replace and action.content.empty
        try:
            await self._post(TAKEN_AWAY if nothing else {**body, **NO_PREVIEWS, **message(action.content)})
        except SlackUnavailable as error:
            if error.retry_after_s is None:
                raise
            await asyncio.sleep(min(error.retry_after_s, WAIT_MAX_S))  # there is no rate limiter to do that waiting
            raise SlackUnavailable(METHOD, error.code) from error
        return ""

    async def replace(self, content: Content | None) -> None:
        """Replaces what the acknowledgement showed by ``content``; ``None`` removes it."""
        shown = {} if content is None else {"replace_original": True, **NO_PREVIEWS, **message(content)}
        await self._post(shown or TAKEN_AWAY)

    async def post_for_all(self, content: Content, thread_ts: str) -> None:
        """Posts it for everybody in the conversation; ``thread_ts``: in that thread."""
        place = {"response_type": "in_channel", "replace_original": False}
        thread = {"thread_ts": thread_ts} if thread_ts else {}
        await self._post({**place, **thread, **NO_PREVIEWS, **message(content)})

    async def _post(self, body: dict[str, Any]) -> None:
        if not self._allowed:
            raise SlackRefused(METHOD, "foreign_host")
        if not may_show():
            raise LeaseLost
        try:
            async with self._session.post(self._url, json=body, allow_redirects=False) as response:
                status, answer = response.status, (await response.text())[:ANSWER_CHARS_MAX]
                wait_s = retry_after_s(response.headers) if status == 429 else None
        except Redirected as error:
            raise SlackRefused(METHOD, str(error)) from error
        except aiohttp.ClientConnectorError as error:
            raise SlackUnavailable(METHOD, "no_connection") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise SlackOutcomeUnknown(METHOD, type(error).__name__) from error
        if status == 429 or status >= 500:
            raise SlackUnavailable(METHOD, f"http_{status}", retry_after_s=wait_s)
        if status in GONE_STATUSES or any(code in answer for code in GONE_CODES):
            raise ReplyGone(METHOD, f"http_{status}")
        if status != 200:
            raise SlackRefused(METHOD, f"http_{status}")

    async def find(self, action: Action) -> None:
        """Such messages cannot be read."""

    async def see(self, action: Change) -> None:
        """Slack does not say what such a message shows."""

    def why_not(self, code: str) -> str:
        return f"I couldn't show you the answer to your command: Slack refused it ({code}). Please ask again."

    async def record(self, part: int, ts: str) -> None:
        """Such messages cannot be taken up again."""
