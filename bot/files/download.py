"""Downloads a private Slack file to disk.

I/O: HTTP with the bot token, only to Slack's own hosts; writes one file. Retries temporary failures (429, 5xx, broken
or short bodies) a bounded number of times.

Rules (slack:reference/objects/file-object; what Slack serves was observed in the wild):
- The token goes to Slack's hosts over https, or to the very host and port of ``SLACK_API_URL``, and nowhere else.
- Nor does it go to a Web API method: an app may name any address for a file, and methods, some of which post or revoke,
  accept a ``GET`` with the token in its header (slack:apis/web-api).
- No redirect is followed: Slack answers a request it may not serve with one to its login page.
- Without ``files:read`` Slack answers with its login page and HTTP 200. Other pages have other causes, and canvases,
  posts, e-mails and HTML files are pages themselves: ``web_pages`` tells them apart.
"""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from posixpath import normpath
from urllib.parse import unquote

import httpx

from bot.files import fetch_notes, notes
from bot.files.bounds import FileLimits
from bot.files.extracts import Unreadable, UnreadableNow
from bot.files.web_pages import HEAD_BYTES, leads_to_login, reason_for_page
from bot.messages import Attachment
from bot.telemetry import metrics

_DIGITS = re.compile(r"[0-9]{1,18}")
_SLACK_HOST = re.compile(r"(?:[a-z0-9-]+\.)*(?:slack\.com|slack-gov\.com)|slack-files\.com")
_METHOD = re.compile(r"\w+(?:\.\w+)+", re.ASCII)
_TRIES_MAX = 3
_WAIT_S = 0.5
_WAIT_MAX_S = 15.0
_CHUNK_BYTES = 65_536


class _TryAgain(Exception):
    """``wait_s`` is the server's own figure, if it gave one; ``reason`` is for people if this was the final try."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_s = wait_s


class Downloader:
    def __init__(self, client: httpx.AsyncClient, *, bot_token: str, slack_api_url: str, limits: FileLimits) -> None:
        self._client = client
        self._bot_token = bot_token
        self._api = httpx.URL(slack_api_url)
        self._limits = limits

    def use_token(self, bot_token: str) -> None:
        self._bot_token = bot_token

    def allows(self, url: str) -> bool:
        """Whether the token may go there."""
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            return False
        if parsed.userinfo:
            return False
        if _calls_a_method(parsed, self._api.path):
            return False
        if _origin(parsed) == _origin(self._api):
            return True
        slack = parsed.scheme == "https" and parsed.port in {None, 443}
        return slack and _SLACK_HOST.fullmatch(parsed.host) is not None

    def check(self, attachment: Attachment, url: str) -> None:
        """Raises ``Unreadable`` for what ``fetch`` would not even ask for."""
        limit = self._limits.download_bytes_max
        if not self.allows(url):
            raise Unreadable(fetch_notes.FOREIGN_ADDRESS)
        if attachment.size_bytes is not None and attachment.size_bytes > limit:
            raise Unreadable(notes.too_large(attachment.size_bytes, limit))

    async def fetch(self, attachment: Attachment, url: str, to: Path) -> None:
        """Writes the whole file to ``to``. Raises ``Unreadable``, or ``UnreadableNow`` if it may succeed later."""
        self.check(attachment, url)
        try:
            await self._tried(attachment, url, to)
        except Unreadable as error:
            metrics.DOWNLOADS.labels("not_now" if isinstance(error, UnreadableNow) else "unreadable").inc()
            raise
        metrics.DOWNLOADS.labels("ok").inc()

    async def _tried(self, attachment: Attachment, url: str, to: Path) -> None:
        for tried in range(1, _TRIES_MAX + 1):
            try:
                async with asyncio.timeout(self._limits.download_timeout_s):
                    await self._try(attachment, url, to)
            except _TryAgain as error:
                wait_s = error.wait_s if error.wait_s is not None else _WAIT_S * 2 ** (tried - 1)
                if tried == _TRIES_MAX or wait_s > _WAIT_MAX_S:
                    raise UnreadableNow(error.reason) from error
                await asyncio.sleep(wait_s)
            except TimeoutError:
                raise UnreadableNow(fetch_notes.UNAVAILABLE) from None
            else:
                return

    async def _try(self, attachment: Attachment, url: str, to: Path) -> None:
        headers = {"authorization": f"Bearer {self._bot_token}", "accept-encoding": "identity"}
        try:
            async with self._client.stream("GET", url, headers=headers, follow_redirects=False) as response:
                _check_status(response)
                await self._write(response, attachment, to)
        except httpx.RequestError as error:
            raise _TryAgain(fetch_notes.UNAVAILABLE) from error

    async def _write(self, response: httpx.Response, attachment: Attachment, to: Path) -> None:
        """Slack refuses a token with a page, not a status, so the bytes are examined once they are all there."""
        limit = self._limits.download_bytes_max
        declared = response.headers.get("content-length", "")
        expected = int(declared) if _DIGITS.fullmatch(declared) else None
        if expected is not None and expected > limit:
            raise Unreadable(notes.too_large(expected, limit))
        received = 0
        head = b""
        with to.open("wb") as file:
            async for chunk in response.aiter_bytes(_CHUNK_BYTES):
                received += len(chunk)
                if received > limit:
                    raise Unreadable(notes.too_large(None, limit))
                head += chunk[: HEAD_BYTES - len(head)]
                file.write(chunk)
        metrics.DOWNLOADED_BYTES.inc(received)
        reason = reason_for_page(attachment, response.headers.get("content-type", ""), head, received)
        if reason is not None:
            raise UnreadableNow(reason)
        if expected is None and attachment.mode == "hosted":
            expected = attachment.size_bytes
        if expected is not None and response.num_bytes_downloaded < expected:
            raise _TryAgain(fetch_notes.CUT_SHORT)


def _check_status(response: httpx.Response) -> None:
    status = response.status_code
    if "acl_fail" in response.headers.get("x-slack-meta", ""):
        raise UnreadableNow(fetch_notes.NO_PERMISSION)
    if status == 200:
        return
    if status == 429 or status >= 500:
        raise _TryAgain(fetch_notes.UNAVAILABLE, _retry_after_s(response))
    if status in {404, 410}:
        raise Unreadable(fetch_notes.DELETED)
    if 300 <= status < 400:
        to_login = leads_to_login(response.headers.get("location", ""))
        raise UnreadableNow(fetch_notes.NO_PERMISSION if to_login else fetch_notes.WEB_PAGE_INSTEAD)
    if status in {401, 403}:
        raise UnreadableNow(fetch_notes.FORBIDDEN)
    raise UnreadableNow(fetch_notes.UNAVAILABLE)


def _retry_after_s(response: httpx.Response) -> float | None:
    value = response.headers.get("retry-after", "")
    return float(value) if value.isdecimal() else None


def _calls_a_method(url: httpx.URL, api_path: str) -> bool:
    """Whether its path is a method's, however it is spelled: under ``/api/`` or, on a server that stands in for Slack,
    under its Web API's path."""
    path = url.path
    while (plain := unquote(path)) != path:
        path = plain
    steps = [step.strip().lower() for step in normpath(re.sub(r"[/\\]+", "/", path)).split("/") if step.strip()]
    base = [step.lower() for step in api_path.split("/") if step]
    if not _SLACK_HOST.fullmatch(url.host):
        return bool(_METHOD.fullmatch("/".join(steps[len(base) :]))) and steps[: len(base)] == base
    return steps[:1] == ["api"]


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    """Scheme, host and port. The port is always given, since httpx leaves out a scheme's default one."""
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)
