"""Makes the parts that fetch and read files; they are closed with ``parts``. I/O: what they open."""

from __future__ import annotations

import logging
from contextlib import AsyncExitStack
from dataclasses import asdict

import httpx
from httpx_aiohttp import HttpxAiohttpClient

from bot.assembly import start_checks
from bot.assembly.derived import file_limits
from bot.files import office
from bot.files.confinement import Confinement
from bot.files.forgetting import Forgetting
from bot.files.reader import FileReader
from bot.files.workshop import Workshop
from bot.messages import Attachment
from bot.operations import health
from bot.settings import Settings
from bot.slack.read.file_objects import attachment
from bot.slack.web_api.client import SlackClient
from bot.store.database import Database
from bot.store.deleted_files import StoredDeletedFiles
from bot.telemetry import metrics
from bot.telemetry.logs import get_logger

log = get_logger(__name__)


async def workshop(settings: Settings, confinement: Confinement, parts: AsyncExitStack) -> Workshop:
    health.report_confinement(settings.bot_data_dir, str(confinement))
    limits = file_limits(settings, confinement)
    level = logging.WARNING if limits.office_refused or not confinement.landlock_abi else logging.INFO
    log.log(level, "confinement", office_refused=limits.office_refused, **asdict(confinement))
    start_checks.of_office(settings, confinement, installed=office.installed())
    workshop = Workshop(settings.bot_data_dir / "files", limits)
    parts.push_async_callback(workshop.aclose)
    metrics.CACHE_BYTES.set_function(workshop.cache.size_bytes)
    await workshop.start()
    return workshop


async def downloads(parts: AsyncExitStack) -> httpx.AsyncClient:
    return await parts.enter_async_context(HttpxAiohttpClient(timeout=httpx.Timeout(30.0), follow_redirects=False))


def file_reader(
    settings: Settings, workshop: Workshop, downloads: httpx.AsyncClient, api: SlackClient, token: str
) -> FileReader:
    async def file_info(file_id: str) -> Attachment:
        answer = await api.call("files.info", file=file_id)
        return attachment(answer["file"])

    return FileReader(
        workshop, client=downloads, bot_token=token, slack_api_url=settings.slack_api_url, file_info=file_info
    )


async def forgetting(workshop: Workshop, database: Database, parts: AsyncExitStack) -> Forgetting:
    """Starts looking for deletions that other processes hear of."""
    forgetting = Forgetting(workshop, StoredDeletedFiles(database))
    parts.push_async_callback(forgetting.aclose)
    await forgetting.start()
    return forgetting
