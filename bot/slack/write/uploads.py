"""Uploads an answer to its thread as files. I/O: Slack.

Slack takes a file in three steps: files.getUploadURLExternal, a post of its bytes, files.completeUploadExternal. People
see only the third, so the first two are repeated as often as necessary. If nobody knows whether the third was done,
the thread is searched: an answer's files have the same names however often they are made.
Sources: slack:reference/methods/files.getUploadURLExternal, slack:reference/methods/files.completeUploadExternal.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import aiohttp

from bot.citing.marks import without_marks
from bot.errors import (
    LeaseLost,
    SlackError,
    SlackOutcomeUnknown,
    SlackRefused,
    SlackTokenInvalid,
    SlackUnavailable,
)
from bot.lease import Lease
from bot.messages import EntryPoint, Question
from bot.ports import Outcome, ReplyRecords
from bot.setup.app_scopes import UPLOADS
from bot.slack.read.own_replies import OwnReplies
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.patience import patiently
from bot.slack.web_api.redirects import Redirected
from bot.slack.write.answer_files import AnswerFile, files_of, joined, stem_of
from bot.slack.write.asides import tell
from bot.slack.write.response_url import may_answer_at
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

GET_URL, COMPLETE, POST_BYTES = "files.getUploadURLExternal", "files.completeUploadExternal", "upload"
PATIENCE_S = 60.0
TRIES_MAX = 3
POST_WITHIN_S = 60.0
LOOK_AFTER_S = 1.0
"""Slack shares a file a moment after it was told to."""
NOT_READ = "I couldn't read my answer in Slack, so I can't make a file of it. The answer itself is still in the thread."
NOTHING_THERE = "That answer is no longer there, so I can't make a file of it."
REFUSED = {
    "missing_scope": "I'm not allowed to upload files. Please ask whoever runs me to give the app the scope "
    "files:write, and to install it again.",
    "file_uploads_disabled": "File uploads are switched off in this workspace, so I can't give you that answer as a "
    "file.",
    "file_uploads_except_images_disabled": "This workspace accepts no files except images, so I can't give you that "
    "answer as a file.",
    "storage_limit_reached": "This workspace has no space left for files, so I can't give you that answer as a file.",
    "not_in_channel": "I'm not in this channel, so I can't upload a file here. Please invite me, and ask again.",
}
NOT_UPLOADED = "Slack didn't accept the file of that answer ({code}). The answer itself is still in the thread."


class AnswerUploads:
    """``session`` takes the bytes to Slack's address for them."""

    def __init__(
        self, api: SlackClient, session: aiohttp.ClientSession, own: OwnReplies, records: ReplyRecords
    ) -> None:
        self._api = api
        self._session = session
        self._own = own
        self._records = records

    @property
    def possible(self) -> bool:
        """Whether the app may upload files, as far as Slack says."""
        return UPLOADS in self._api.scopes

    async def of_press(self, question: Question, lease: Lease, *, again: bool) -> Outcome:
        """Whoever pressed the button has the files in the thread, or a sentence that says why not. ``question.text``
        is the ts of the question that was answered; ``again``: an earlier turn may have come to the end."""
        asked = replace(question, ts=question.text, entry_point=EntryPoint.in_channel(question.channel_id))
        try:
            parts = await self._own.find(asked, known=await self._records.parts(asked))
        except SlackTokenInvalid:
            raise
        except SlackError as error:
            log.warning("answer.not_read", code=error.code)
            return await self._say(question, NOT_READ)
        text = joined([without_marks(part.text) for part in parts if part.text.strip()])
        if not text.strip():
            return await self._say(question, NOTHING_THERE)
        return await self.upload(asked, text, lease, again=again, whose=question)

    async def upload(
        self, asked: Question, text: str, lease: Lease, *, again: bool, whose: Question | None = None
    ) -> Outcome:
        """``text``: the whole answer to ``asked``. Raises ``LeaseLost``, and ``SlackTokenInvalid``."""
        files = files_of(text, stem_of(asked.ts))
        try:
            if not (again and await self._stands(asked, files)):
                await self._upload(asked, files, lease)
        except SlackTokenInvalid:
            raise
        except SlackError as error:
            log.warning("answer.not_uploaded", method=error.method, code=error.code)
            code = error.code.partition(" ")[0]
            return await self._say(whose or asked, REFUSED.get(code) or NOT_UPLOADED.format(code=code))
        log.info("answer.uploaded", files=len(files), bytes=sum(len(file.data) for file in files))
        return Outcome.UPLOADED

    async def _upload(self, asked: Question, files: list[AnswerFile], lease: Lease) -> None:
        sent = [{"id": await self._sent(file, lease), "title": file.name} for file in files]
        place = {"channel_id": asked.channel_id, "thread_ts": asked.thread_ts}
        for tries in range(1, TRIES_MAX + 1):
            try:
                await self._call(lease, partial(self._api.call, COMPLETE, files=sent, **place))
            except SlackOutcomeUnknown:
                await asyncio.sleep(LOOK_AFTER_S)
                if await self._stands(asked, files):
                    return
                if tries == TRIES_MAX:
                    raise
            else:
                return

    async def _sent(self, file: AnswerFile, lease: Lease) -> str:
        """The id of the file whose bytes Slack has now. An address for them serves once."""
        for tries in range(1, TRIES_MAX + 1):
            wanted = partial(self._api.call, GET_URL, filename=file.name, length=len(file.data))
            given = await patiently(lambda wanted=wanted: self._call(lease, wanted), PATIENCE_S)  # type: ignore[misc]
            url, file_id = str(given.get("upload_url", "")), str(given.get("file_id", ""))
            if not may_answer_at(url, self._api.address):
                raise SlackRefused(GET_URL, "foreign_address")
            try:
                await self._post(url, file.data)
            except (SlackUnavailable, SlackOutcomeUnknown):
                if tries == TRIES_MAX:
                    raise
            else:
                return file_id
        raise SlackUnavailable(POST_BYTES, "no_connection")

    async def _post(self, url: str, data: bytes) -> None:
        timeout = aiohttp.ClientTimeout(total=POST_WITHIN_S)
        try:
            async with self._session.post(url, data=data, timeout=timeout, allow_redirects=False) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError, OSError, Redirected) as error:
            raise SlackUnavailable(POST_BYTES, type(error).__name__) from error
        if status >= 500 or status == 429:
            raise SlackUnavailable(POST_BYTES, f"http_{status}")
        if status != 200:
            raise SlackRefused(POST_BYTES, f"http_{status}")

    async def _call(self, lease: Lease, call: Callable[[], Awaitable[dict[str, object]]]) -> dict[str, object]:
        if not lease.held():
            raise LeaseLost
        return await call()

    async def _stands(self, asked: Question, files: list[AnswerFile]) -> bool:
        return files[0].name in await self._own.find_uploaded(asked)

    async def _say(self, question: Question, sentence: str) -> Outcome:
        await tell(self._api, replace(question, entry_point=EntryPoint.in_channel(question.channel_id)), sentence)
        return Outcome.FAILED
