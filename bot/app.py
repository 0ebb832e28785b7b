"""Builds the bot from its settings and runs it. Parts are put together only here and in ``workspace``.

I/O: everything that its parts do. Parts are opened in the order in which they need each other and closed in reverse:
first Slack's deliveries, then the turns, then what the turns need.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from bot import channels
from bot.assembly import credentials, files, model, operations, queue, slack, start_checks, store
from bot.assembly.derived import install_settings, instructing, windows
from bot.configuration.environment import secret
from bot.configuration.reloaded import follow
from bot.errors import StartFailed
from bot.files.confinement import Confinement, probe
from bot.installations.renewals import Renewals
from bot.installations.token_cipher import TokenCipher, keys_of
from bot.operations import health, process, stopping
from bot.operations.watchdog import Watchdog
from bot.settings import Settings, sqlite_in
from bot.setup import where
from bot.slack.receive import deliveries
from bot.slack.receive.install_pages import InstallPages
from bot.slack.web_api import startup
from bot.slack.web_api.client import TokenEnded
from bot.slack.web_api.renewal import TokenRenewal
from bot.slack.web_api.session import sdk_client, slack_session
from bot.store.database import Database
from bot.store.installations import StoredInstallations
from bot.store.left_replies import StoredLeftReplies
from bot.store.refused_files import StoredRefusedFiles
from bot.telemetry.logs import get_logger
from bot.workspace import OneWorkspace, Shared, connect, open_installed, open_workspace
from bot.workspaces import InstalledWorkspaces

log = get_logger(__name__)


async def run(settings: Settings) -> None:
    """Runs the bot until SIGTERM or SIGINT, even if one comes during the start. Raises ``StartFailed``."""
    process.keep_secrets()
    hurry = asyncio.Event()
    serving = asyncio.create_task(_serve(settings, hurry))
    # A second signal ends the grace period; no signal interrupts the closing of the parts.
    stopping.while_it_runs(serving.cancel, hurry.set)
    with suppress(asyncio.CancelledError):
        await serving


async def _serve(settings: Settings, hurry: asyncio.Event) -> None:
    async with AsyncExitStack() as parts:
        stopped = await parts.enter_async_context(running(settings, hurry))
        parts.callback(log.info, "bot.stopping")
        process.collect_now()
        try:
            await stopped
        finally:
            await parts.aclose()
            log.info("bot.stopped")


@asynccontextmanager
async def running(settings: Settings, hurry: asyncio.Event | None = None) -> AsyncIterator[asyncio.Future[None]]:
    """The connected bot, for as long as the block runs; ``hurry`` ends the grace period. Raises ``StartFailed``.

    The future ends with ``StartFailed`` when the bot cannot go on: a token was revoked, or the database is lost.
    """
    stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    async with AsyncExitStack() as parts:
        pulse = health.Pulse(settings.bot_data_dir)
        probing = start_checks.begin(settings, stopped, parts)
        try:
            await _start(settings, stopped, hurry, pulse, parts)
        except StartFailed as error:
            raise StartFailed(*await credentials.every_fault(settings, error.faults, probing)) from error
        yield stopped


async def _start(
    settings: Settings,
    stopped: asyncio.Future[None],
    hurry: asyncio.Event | None,
    pulse: health.Pulse,
    parts: AsyncExitStack,
) -> None:
    on_token_ended = functools.partial(_token_ended, stopped)
    ops = await operations.ops(settings, parts)
    await operations.tracing(settings, parts)
    confined = asyncio.create_task(probe())  # in a separate process, and done by the time it is needed
    parts.push_async_callback(asyncio.wait, {confined})
    database = await _database(settings, stopped, parts)
    session = await parts.enter_async_context(slack_session())
    serve = _one_workspace if settings.slack_client_id is None else _many_workspaces
    serving = await serve(Opening(settings, pulse, database, session, confined, on_token_ended, hurry), parts)
    client = sdk_client(secret(settings.slack_bot_token), settings.slack_api_url, session)
    handle = deliveries.Deliveries(serving.workspaces, pulse.arrived).handle
    stopping.go_on(stopped)
    transport = slack.transport(settings, handle, client, on_token_ended, pulse, serving.routes)
    parts.push_async_callback(transport.close)
    parts.push_async_callback(Watchdog().close)
    await transport.start()
    serving.start()
    operations.ready(ops, database, pulse, parts)
    start_checks.ready(settings, serving.described)


@dataclass(frozen=True, slots=True)
class Opening:
    """What exists when workspaces are opened."""

    settings: Settings
    pulse: health.Pulse
    database: Database
    session: aiohttp.ClientSession
    confined: asyncio.Task[Confinement]
    on_token_ended: TokenEnded
    hurry: asyncio.Event | None


@dataclass(frozen=True, slots=True)
class Serving:
    """The workspaces that are served. ``start`` is called once deliveries come in; ``routes`` are for browsers."""

    workspaces: deliveries.Workspaces
    start: Callable[[], None]
    described: Mapping[str, object] = field(repr=False)
    routes: Sequence[web.RouteDef] = ()


async def _one_workspace(opening: Opening, parts: AsyncExitStack) -> Serving:
    """Serves the one workspace whose bot token is in the settings."""
    token = secret(opening.settings.slack_bot_token)
    api, identity = await connect(opening.settings, opening.session, token, opening.on_token_ended)
    shared = await _shared(opening, identity.team_id, parts)
    workspace = await open_workspace(shared, api, identity, token, parts, opening.hurry)
    parts.push_async_callback(shared.inboxes.close, opening.settings.bot_shutdown_grace_s, opening.hurry)
    return Serving(OneWorkspace(workspace), shared.inboxes.start, start_checks.described(identity))


async def _many_workspaces(opening: Opening, parts: AsyncExitStack) -> Serving:
    """Serves all workspaces that have installed the app."""
    settings = opening.settings
    shared = await _shared(opening, None, parts)
    cipher = TokenCipher(keys_of(secret(settings.bot_token_key)))
    installations = StoredInstallations(opening.database, cipher)
    open_one = functools.partial(open_installed, shared, opening.hurry)
    client = sdk_client("", settings.slack_api_url, opening.session)
    install = install_settings(settings)
    renewal = TokenRenewal(client, install.client_id, install.client_secret)
    workspaces = InstalledWorkspaces(installations, open_one, Renewals(installations, renewal))
    parts.push_async_callback(workspaces.close)
    parts.push_async_callback(shared.inboxes.close, settings.bot_shutdown_grace_s, opening.hurry)
    count = await workspaces.start()
    pages = InstallPages(install, client, installations, cipher, renewal.uninstall)
    return Serving(workspaces, shared.inboxes.start, {"installations": count}, pages.routes())


async def _database(settings: Settings, stopped: asyncio.Future[None], parts: AsyncExitStack) -> Database:
    database = await Database.open(secret(settings.database_url) or sqlite_in(settings.bot_data_dir))
    parts.push_async_callback(database.aclose)
    database.on_lost = lambda fault: stopping.fail(stopped, f"DATABASE_URL: {fault}")
    await store.expire_leases(database)
    return database


async def _shared(opening: Opening, team_id: str | None, parts: AsyncExitStack) -> Shared:
    """``team_id``: as in ``store.questions``."""
    settings, database = opening.settings, opening.database
    by_channel = follow("BOT_CHANNELS_FILE", settings.bot_channels_file, channels.read, channels.NONE, parts)
    of_models = windows(settings, settings.bot_history_tokens_max)
    refused_files = StoredRefusedFiles(database)
    workshop = await files.workshop(settings, await opening.confined, parts)
    answering = await model.answering(settings, of_models, refused_files, parts)
    instructions = instructing(settings, by_channel)
    questions = store.questions(settings, database, team_id, instructions)
    return Shared(
        settings=settings,
        database=database,
        session=opening.session,
        downloads=await files.downloads(parts),
        workshop=workshop,
        forgetting=await files.forgetting(workshop, database, parts),
        refused_files=refused_files,
        answering=answering,
        batch_reading=model.batch_reading(settings, answering, workshop),
        windows=of_models,
        instructions=instructions,
        stop_watch=store.stop_watch(database, parts),
        usage=store.usage(database, parts),
        questions=questions,
        inboxes=queue.inboxes(settings, questions, StoredLeftReplies(database), opening.pulse),
        limit_keeper=slack.limit_keeper(database, parts),
    )


def _token_ended(stopped: asyncio.Future[None], token_name: str, code: str) -> None:
    advice = f"{startup.ADVICE.get(code, startup.AGAIN)} {where.OF[token_name]}"
    stopping.fail(stopped, f"{token_name}: Slack no longer accepts it ({code}). {advice}")
