"""Settings go in; a running bot comes out. The only module that constructs things.

I/O: everything that its parts do. Parts are opened in an order in which each finds what it needs, and closed in the
reverse one: Slack's deliveries first, then the turns, then what the turns need.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import HttpxAiohttpClient
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import channels, health, prices, process, stopping
from bot.answering import Answering
from bot.derived import access_policy, allowance, counting, file_limits, instructing, turn_bounds, windows
from bot.door import DiscreetNotices, Door
from bot.errors import StartFailed, StoreFailed
from bot.file_ports import RefusedFiles
from bot.files.confinement import Confinement, probe
from bot.files.forgetting import Forgetting
from bot.files.reader import FileReader
from bot.inbox import Inbox, InboxLimits
from bot.instructions import Instructing
from bot.llm.watched import WatchedModel
from bot.logs import get_logger
from bot.messages import Attachment
from bot.model_link import messages_client
from bot.reloaded import follow
from bot.settings import Settings, secret, sqlite_in
from bot.slack.read.file_objects import attachment
from bot.slack.read.thread import ThreadReader
from bot.slack.receive import listeners
from bot.slack.receive.http_events import HttpEvents
from bot.slack.receive.listeners import Handlers
from bot.slack.receive.socket_mode import SocketMode
from bot.slack.web_api.client import SlackClient, Stop
from bot.slack.web_api.identity import Identity, check_token, identify
from bot.slack.web_api.limit_keeper import LimitKeeper
from bot.slack.web_api.names import Names
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.web_api.session import sdk_client, slack_session
from bot.slack.write.asides import SlackAsides
from bot.slack.write.replies import SlackReplies
from bot.slack.write.status_line import StatusSupport
from bot.slack.write.thread_outlet import ThreadServices
from bot.stops import StopWatch
from bot.store.conversations import StoredConversations
from bot.store.database import Database
from bot.store.deleted_files import StoredDeletedFiles
from bot.store.learned_limits import StoredLimits
from bot.store.questions import StoredQuestions
from bot.store.refused_files import StoredRefusedFiles
from bot.store.reply_records import StoredReplyRecords
from bot.store.stops import StoredStops
from bot.store.usage import StoredUsage
from bot.turn import Turn
from bot.watchdog import Watchdog
from bot.window import Windows

log = get_logger(__name__)

STILL_WAITING_S = 20.0
"""A model that thinks has written its first words by then, as a rule; and people ask themselves whether anything goes
on."""
Transport = SocketMode | HttpEvents


async def run(settings: Settings) -> None:
    """Runs the bot until SIGTERM or SIGINT, also while it starts. Raises ``StartFailed``."""
    process.keep_secrets()
    hurry = asyncio.Event()
    serving = asyncio.create_task(_serve(settings, hurry))
    # A second signal ends the grace; none cuts off how the parts are closed.
    stopping.while_it_runs(serving.cancel, hurry.set)
    with suppress(asyncio.CancelledError):
        await serving


async def _serve(settings: Settings, hurry: asyncio.Event) -> None:
    async with running(settings, hurry) as stopped:
        try:
            await stopped
        finally:
            log.info("bot.stopping")


@asynccontextmanager
async def running(settings: Settings, hurry: asyncio.Event | None = None) -> AsyncIterator[asyncio.Future[None]]:
    """The bot, connected, until the block ends; ``hurry`` ends the grace. Raises ``StartFailed``.

    The future is done, with ``StartFailed``, when the bot cannot go on since Slack takes a token no longer.
    """
    stopped: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    stop = functools.partial(_stop, stopped)
    async with AsyncExitStack() as parts:
        pulse = health.Pulse(settings.bot_data_dir)
        confined = asyncio.create_task(probe())  # takes as long, in a process of its own, as what comes before its use
        parts.push_async_callback(asyncio.wait, {confined})
        database = await Database.open(secret(settings.database_url) or sqlite_in(settings.bot_data_dir))
        parts.push_async_callback(database.aclose)
        database.on_lost = lambda fault: stopping.fail(stopped, f"DATABASE_URL: {fault}")
        session = await parts.enter_async_context(slack_session())
        client = sdk_client(secret(settings.slack_bot_token), settings.slack_api_url, session)
        api = SlackClient(client, rate_limiter := RateLimiter(), stop)
        identity = await identify(api)
        by_channel = follow("BOT_CHANNELS_FILE", settings.bot_channels_file, channels.read, channels.NONE, parts)
        instructions = instructing(settings, by_channel)
        questions = await _questions(settings, database, identity, instructions)
        await _keep_limits(rate_limiter, database, identity.team_id, parts)
        names = Names(api)
        parts.push_async_callback(names.close)
        door = Door(access_policy(settings, identity.home), names, SlackAsides(api, session))
        door.warn_of_missing_scopes(api.scopes)
        reader = ThreadReader(api, names, bot_user_id=identity.bot_user_id, bot_id=identity.bot_id)
        replies = _replies(settings, api, reader, StoredReplyRecords(database), session)

        files = await _files(settings, api, await confined, parts)
        deleted = await _deleted(files, database, identity.team_id, parts)
        refused_files = StoredRefusedFiles(database)
        stop_watch = StopWatch(StoredStops(database))
        parts.push_async_callback(stop_watch.aclose)
        of_models = windows(settings, settings.bot_history_tokens_max)
        turn = Turn(
            threads=reader,
            files=files,
            answering=await _answering(settings, of_models, refused_files, parts),
            replies=replies,
            questions=questions,
            refused_files=refused_files,
            door=door,
            usage=_usage(database, parts),
            stop_watch=stop_watch,
            instructions=instructions.of,
            windows=of_models,
            bills_shown=settings.bot_footer == "usage",
        )
        inbox = _inbox(settings, questions, DiscreetNotices(door, replies), turn, rate_limiter, pulse)
        parts.push_async_callback(inbox.close, settings.bot_shutdown_grace_s, hurry)

        accepting = (inbox.accept, questions.replace, stop_watch.stop, _conversations(settings, database))
        revoked = functools.partial(check_token, api)
        letting_in = (door.refusal, door.turn_away)
        handlers = Handlers(*accepting, replies.button_pressed, deleted, names.is_bot, revoked, *letting_in)
        bolt = listeners.build(client, identity, secret(settings.slack_signing_secret), handlers)
        transport = await _listening(_transport(settings, bolt, client, stop, pulse), parts)
        inbox.start()
        log.info("bot.ready", transport=type(transport).__name__)
        yield stopped


def _conversations(settings: Settings, database: Database) -> StoredConversations | None:
    return StoredConversations(database) if settings.bot_follow_ups == "on" else None


async def _listening(transport: Transport, parts: AsyncExitStack) -> Transport:
    parts.push_async_callback(transport.close)
    parts.push_async_callback(Watchdog().close)
    await transport.start()
    return transport


async def _questions(
    settings: Settings, database: Database, identity: Identity, instructions: Instructing
) -> StoredQuestions:
    questions = StoredQuestions(
        database,
        team_id=identity.team_id,
        bounds=turn_bounds(settings),
        counting=counting(settings, instructions.model_in),
    )
    try:
        if not database.shared:
            await questions.expire_all()
    except StoreFailed as error:
        raise StartFailed(f"DATABASE_URL: {error}") from error
    return questions


def _usage(database: Database, parts: AsyncExitStack) -> StoredUsage:
    usage = StoredUsage(database)
    parts.push_async_callback(usage.aclose)
    return usage


def _inbox(
    settings: Settings,
    questions: StoredQuestions,
    notices: DiscreetNotices,
    turn: Turn,
    rate_limiter: RateLimiter,
    pulse: health.Pulse,
) -> Inbox:
    return Inbox(
        questions,
        notices,
        turn.answer,
        process.unique_name(),
        InboxLimits(turns_max=settings.bot_turns_max, lease_s=settings.bot_lease_s),
        on_alive=pulse.beat,
        on_share=rate_limiter.set_share,
        spent=rate_limiter.edits_spent,
    )


def _stop(stopped: asyncio.Future[None], token_name: str, code: str) -> None:
    stopping.fail(stopped, f"{token_name}: Slack does not take it any more ({code})")


def _replies(
    settings: Settings,
    api: SlackClient,
    reader: ThreadReader,
    records: StoredReplyRecords,
    session: aiohttp.ClientSession,
) -> SlackReplies:
    services = ThreadServices(api, records, reader.find_posted, reader.find_streamed, StatusSupport.of_app(api.scopes))
    return SlackReplies(services, reader, session, native=settings.bot_streaming == "native")


async def _keep_limits(rate_limiter: RateLimiter, database: Database, team_id: str, parts: AsyncExitStack) -> None:
    keeper = LimitKeeper(rate_limiter, StoredLimits(database), team_id, shared=database.shared)
    parts.push_async_callback(keeper.close)
    await keeper.start()


def _transport(
    settings: Settings, bolt: AsyncApp, client: AsyncWebClient, stop: Stop, pulse: health.Pulse
) -> Transport:
    if settings.slack_app_token is not None:
        socket = SocketMode(bolt, client, secret(settings.slack_app_token), stop)
        pulse.hears = socket.hears
        return socket
    is_alive = functools.partial(health.is_alive, settings.bot_data_dir)
    signing_secret = secret(settings.slack_signing_secret)
    return HttpEvents(bolt, settings.bot_http_host, settings.bot_http_port, is_alive, signing_secret)


async def _answering(
    settings: Settings, of_models: Windows, refused_files: RefusedFiles, parts: AsyncExitStack
) -> Answering:
    link = await parts.enter_async_context(messages_client(settings))
    model = WatchedModel(link, of_models, time.time)
    parts.push_async_callback(model.aclose)
    model.start()
    still_waiting_s = min(STILL_WAITING_S, settings.messages_first_text_timeout_s / 3)
    of_model = follow("BOT_PRICES_FILE", settings.bot_prices_file, prices.read, prices.PUBLISHED, parts)
    return Answering(model, refused_files, still_waiting_s, of_model, citations=settings.bot_citations == "on")


async def _files(settings: Settings, api: SlackClient, confinement: Confinement, parts: AsyncExitStack) -> FileReader:
    client = await parts.enter_async_context(HttpxAiohttpClient(timeout=httpx.Timeout(30.0), follow_redirects=False))

    async def file_info(file_id: str) -> Attachment:
        answer = await api.call("files.info", file=file_id)
        return attachment(answer["file"])

    health.report_confinement(settings.bot_data_dir, str(confinement))
    limits = file_limits(settings, confinement, pdf_pages_max=allowance(settings).pages_max)
    level = logging.WARNING if limits.office_refused or not confinement.landlock_abi else logging.INFO
    log.log(level, "confinement", office_refused=limits.office_refused, **asdict(confinement))
    files = FileReader(
        client=client,
        bot_token=secret(settings.slack_bot_token),
        slack_api_url=settings.slack_api_url,
        file_info=file_info,
        cache_dir=settings.bot_data_dir / "files",
        limits=limits,
    )
    parts.push_async_callback(files.aclose)
    await files.start()
    return files


async def _deleted(
    files: FileReader, database: Database, team_id: str, parts: AsyncExitStack
) -> Callable[[str], Coroutine[Any, Any, None]]:
    """What to do when Slack says that a file was deleted; what other processes hear of is looked for from now on."""
    forgetting = Forgetting(files, StoredDeletedFiles(database))
    parts.push_async_callback(forgetting.aclose)
    await forgetting.start()
    return functools.partial(forgetting.deleted, team_id)
