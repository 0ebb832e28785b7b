"""An answer to a slash command goes in; one person sees it grow through its ``response_url``. I/O: Slack, over HTTPS.

Slack lets the address be used five times in half an hour, so the answer is shown at growing distances, and as many uses
are kept as its length needs to be shown whole. The first sight of it is the acknowledgement of the command itself.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import aiohttp

from bot.errors import ReplyGone, SlackError, SlackOutcomeUnknown, SlackRefused, SlackUnavailable
from bot.limits import RESPONSE_URL_LIFETIME_S, RESPONSE_URL_USES_MAX
from bot.logs import get_logger
from bot.messages import Note, Question
from bot.ports import Button
from bot.slack.write.content import Content, Form
from bot.slack.write.markdown_cut import COMMAND, Piece, cut_all
from bot.slack.write.message_arguments import message
from bot.slack.write.tables import later_tables_as_code

log = get_logger(__name__)

METHOD = "response_url"
SIGHTS_AFTER_S = (0.5, 3.0, 10.0)
"""Seconds between the first words and each sight of the unfinished answer."""
TRIES_MAX = 5
SHORTENED = "The answer is longer than a slash command can show. Mention me in a channel to get all of it."


class CommandReply:
    """Implements ``ports.Reply``. ``fresh``: no earlier process can have used the address."""

    def __init__(self, question: Question, session: aiohttp.ClientSession, *, fresh: bool) -> None:
        self._url = question.response_url or ""
        self._session = session
        self._uses_left = RESPONSE_URL_USES_MAX if fresh else 2
        self._live = fresh
        self._until_s = time.monotonic() + RESPONSE_URL_LIFETIME_S
        self._text = ""
        self._replaces = True
        self._failure: SlackError | None = None
        self._over = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None

    def status(self, text: str) -> None:
        """The acknowledgement has said it; no use is spent on it."""

    def write(self, text: str) -> None:
        if self._failure is not None:
            raise self._failure
        self._text += text
        if self._writer is None and self._live and self._text.strip():
            self._writer = asyncio.create_task(self._show_growing())

    async def finish(
        self,
        ending: str = "",
        notes: Sequence[Note] = (),
        *,
        withdraw: bool = False,
        button: Button | None = None,  # noqa: ARG002 - a command has no thread to go on in
    ) -> None:
        await self._settle()
        if self._failure is not None:
            raise self._failure
        if withdraw:
            self._text = ""
        pieces = [piece for piece in cut_all(self._text, COMMAND) if piece.markdown(self._text)]
        if len(pieces) > self._uses_left:
            pieces, ending = pieces[: self._uses_left], " ".join(filter(None, (ending, SHORTENED)))
        closing = Content(footer=(ending,) if ending else (), notes=tuple(notes))
        for number, piece in enumerate(pieces or [Piece(0, None, 0)]):
            last = number >= len(pieces) - 1
            await self._send(replace(closing if last else Content(), markdown=self._markdown(piece)))
            self._replaces = False

    async def abandon(self) -> None:
        await self._settle()

    async def _settle(self) -> None:
        """Lets a sight that is on its way arrive, so that none comes after what is sent next."""
        self._over.set()
        if self._writer is not None:
            await self._writer

    def _markdown(self, piece: Piece) -> str:
        return later_tables_as_code(piece.markdown(self._text))

    async def _show_growing(self) -> None:
        try:
            for pause_s in SIGHTS_AFTER_S:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._over.wait(), pause_s)
                    return
                pieces = cut_all(self._text, COMMAND)
                if len(pieces) + 1 >= self._uses_left:
                    return
                await self._send(Content(self._markdown(pieces[0]), ("Still writing…",)))
        except ReplyGone as error:
            self._failure = error
        except SlackError as error:
            log.info("command.sight_lost", code=error.code)

    async def _send(self, content: Content) -> None:
        """Shows ``content``, in a plainer form where Slack refuses it. Raises ``SlackError``."""
        for form in (Form.MARKDOWN, Form.SECTIONS):
            try:
                await self._post(replace(content, form=form))
            except SlackRefused as error:
                log.warning("reply.plainer", code=error.code)
            else:
                return
        await self._post(replace(content, form=Form.TEXT))

    async def _post(self, content: Content) -> None:
        """Slack's own failures count no use, so they are tried again."""
        body = {"response_type": "ephemeral", "replace_original": self._replaces, **message(content)}
        for number in range(TRIES_MAX):
            if time.monotonic() > self._until_s or self._uses_left <= 0:
                raise ReplyGone(METHOD, "used_up")
            try:
                await self._once(body)
            except (SlackUnavailable, SlackOutcomeUnknown):
                if number == TRIES_MAX - 1:
                    raise
                await asyncio.sleep(2**number * 0.5)
            else:
                return

    async def _once(self, body: dict[str, Any]) -> None:
        try:
            async with self._session.post(self._url, json=body, allow_redirects=False) as response:
                status, answer = response.status, (await response.text())[:200]
        except aiohttp.ClientConnectorError as error:
            raise SlackUnavailable(METHOD, "no_connection") from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._uses_left -= 1
            raise SlackOutcomeUnknown(METHOD, type(error).__name__) from error
        if status == 429 or status >= 500:
            raise SlackUnavailable(METHOD, f"http_{status}")
        self._uses_left -= 1
        if status in {403, 404, 410} or "used_url" in answer or "expired_url" in answer:
            raise ReplyGone(METHOD, f"http_{status}")
        if status != 200:
            raise SlackRefused(METHOD, f"http_{status}")
