"""Prepares attachments: ``FileReader`` implements ``file_ports.Files``.

I/O: downloads, worker processes, the cache directory. One file's problem is a note about that file and affects no
other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from uuid import uuid4
from weakref import WeakValueDictionary

import httpx

from bot.errors import SlackError, SlackOutcomeUnknown, SlackUnavailable
from bot.file_ports import Fetch, Intake, Progress
from bot.files import blocks, fetch_notes, notes
from bot.files.cache import Entry, key_of
from bot.files.conversion import files_of
from bot.files.download import Downloader
from bot.files.extracts import NoteExtract, Unreadable, UnreadableNow
from bot.files.names import safe_name
from bot.files.said import FileInfo, said
from bot.files.slots import for_one_question
from bot.files.workshop import Workshop
from bot.messages import Attachment, PreparedFile, SlackWords
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

TRANSCRIPT_BYTES = 1_000_000
"""The longest transcript to expect, in bytes: an hour of talk takes a tenth of it."""

_MODES_REFUSED = {
    "tombstone": fetch_notes.DELETED,
    "hidden_by_limit": fetch_notes.HIDDEN_BY_LIMIT,
    "external": fetch_notes.EXTERNAL,
}


class FileReader:
    """The files of one workspace, read with its token. ``client`` and ``workshop`` belong to the caller."""

    def __init__(
        self,
        workshop: Workshop,
        *,
        client: httpx.AsyncClient,
        bot_token: str,
        slack_api_url: str,
        file_info: FileInfo,
    ) -> None:
        self.workshop = workshop
        self._limits = limits = workshop.limits
        self._file_info = file_info
        self._downloader = Downloader(client, bot_token=bot_token, slack_api_url=slack_api_url, limits=limits)
        self._conversion = workshop.conversion
        self._cache = workshop.cache
        self._slots = workshop.slots
        self._each_max = workshop.each_max
        self._preparing: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def use_token(self, bot_token: str) -> None:
        """Replaces a token that expires."""
        self._downloader.use_token(bot_token)

    async def prepare(
        self, attachments: Sequence[Attachment], intake: Intake, progress: Progress, person: str = ""
    ) -> list[PreparedFile]:
        """One result per attachment, in order; the newest are fetched first, and only those that ``intake`` wants.

        People take turns, and so do the questions of each ``person``.

        ``progress`` is called for those that are not in the cache.
        """
        begun = 0

        def begins(name: str) -> None:
            nonlocal begun
            begun += 1
            progress(begun, len(attachments), name)

        async def one(number: int) -> None:
            results[number] = await self._prepare_one(attachments[number], begins)
            intake.add(results[number])

        results: dict[int, PreparedFile] = {}
        running: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            with for_one_question(person):
                for number in reversed(range(len(attachments))):
                    while len(running) >= self._each_max:
                        _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    while (fetch := intake.fetch(attachments[number])) is Fetch.LATER:
                        _, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                    if fetch is Fetch.NOW:
                        running.add(group.create_task(one(number)))
                    else:
                        results[number] = intake.left_out(attachments[number])
        return [results[number] for number in range(len(attachments))]

    async def _prepare_one(self, attachment: Attachment, begins: Callable[[str], None]) -> PreparedFile:
        try:
            attachment = await self._completed(attachment)
            if attachment.words is not None and (file := await self._said(attachment, attachment.words)):
                return file
            return await self._known_or_read(attachment, begins)
        except Unreadable as unreadable:
            return blocks.refused(attachment.id, attachment.name, unreadable.reason)
        except Exception:
            log.exception("file.not_prepared", file=attachment.id)
            return blocks.refused(attachment.id, attachment.name, notes.FAULT)

    async def _completed(self, attachment: Attachment) -> Attachment:
        """Completes a stub by files.info; others stay as they are. Raises ``Unreadable`` depending on the mode."""
        addressless = not (attachment.url or attachment.words) and attachment.mode not in _MODES_REFUSED
        if attachment.mode == "file_access" or addressless:
            attachment = await self._looked_up(attachment)
        if attachment.mode == "tombstone":
            await asyncio.to_thread(self._cache.forget, attachment.id)
        if attachment.mode in _MODES_REFUSED:
            raise Unreadable(_MODES_REFUSED[attachment.mode])
        return attachment

    async def _looked_up(self, attachment: Attachment) -> Attachment:
        """For files from Slack Connect, events contain only the id; for others they may leave out the URL."""
        try:
            attachment = replace(await self._file_info(attachment.id), id=attachment.id)
        except (SlackUnavailable, SlackOutcomeUnknown) as error:
            raise UnreadableNow(fetch_notes.UNAVAILABLE) from error
        except SlackError as error:
            if "deleted" in error.code:
                raise Unreadable(fetch_notes.DELETED) from error
            raise Unreadable(
                fetch_notes.NOT_SHARED if attachment.mode == "file_access" else fetch_notes.NO_ADDRESS
            ) from error
        if attachment.mode == "file_access":
            raise Unreadable(fetch_notes.NOT_SHARED)
        return attachment

    async def _said(self, attachment: Attachment, words: SlackWords) -> PreparedFile | None:
        begun = await asyncio.to_thread(self._cache.begin, TRANSCRIPT_BYTES)
        try:
            beside, chars_max = begun / "transcript", self._limits.convert.text_chars_max
            return await said(attachment, words, self._file_info, self._fetch_beside, beside, chars_max=chars_max)
        finally:
            await asyncio.to_thread(self._cache.discard, begun)

    async def _fetch_beside(self, attachment: Attachment, url: str, to: Path) -> None:
        """Another file that Slack made from ``attachment``, of any size."""
        await self._downloader.fetch(replace(attachment, size_bytes=None, mimetype=""), url, to)

    async def _known_or_read(self, attachment: Attachment, begins: Callable[[str], None]) -> PreparedFile:
        key = key_of(attachment, self._conversion.fingerprint)
        lock = self._preparing.setdefault(key, asyncio.Lock())
        async with lock:  # the same file requested twice at once is read once
            entry = await asyncio.to_thread(self._cache.load, key)
            if entry is None:
                async with self._slots.one():
                    begins(safe_name(attachment.name))
                    entry = await self._read(attachment, key)
        return await asyncio.to_thread(
            blocks.prepared, attachment.id, attachment.name, entry.extracts, entry.directory, entry.use
        )

    async def _read(self, attachment: Attachment, key: str) -> Entry:
        """Downloads, converts and stores; a refusal because of the file itself is stored as well.

        A result that may be better next time is stored under a different key, where it is not looked for.
        """
        if not attachment.url:
            raise Unreadable(fetch_notes.NO_ADDRESS)
        self._downloader.check(attachment, attachment.url)
        begun = await asyncio.to_thread(self._cache.begin, attachment.size_bytes or 0)
        source = begun / "source"
        try:
            await self._downloader.fetch(attachment, attachment.url, source)
            spare_pdf = partial(self._fetch_converted_pdf, attachment)
            extracts = await self._conversion.convert(source, attachment.name, attachment.filetype, begun, spare_pdf)
            if any(isinstance(extract, NoteExtract) and extract.passing for extract in extracts):
                key = f"{key}-{uuid4().hex}"
            return await asyncio.to_thread(self._cache.commit, begun, key, extracts, files_of(extracts))
        finally:
            await asyncio.to_thread(self._cache.discard, begun)

    async def _fetch_converted_pdf(self, attachment: Attachment, to: Path) -> None:
        """Slack's own rendering of an Office file, made some time after the upload: files.info says when."""
        url = attachment.converted_pdf_url
        if url is None:
            try:
                url = (await self._file_info(attachment.id)).converted_pdf_url
            except SlackError as error:
                raise Unreadable(fetch_notes.UNAVAILABLE) from error
        if url is None:
            raise Unreadable(fetch_notes.NO_ADDRESS)
        await self._fetch_beside(attachment, url, to)
