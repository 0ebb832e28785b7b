"""Settings go in; a running bot comes out. The only module that constructs things.

I/O: everything that its parts do. Parts are opened in an order in which each finds what it needs, and closed in the
reverse one: Slack's deliveries first, then the turns, then what the turns need.
"""

from __future__ import annotations

import asyncio
import functools
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import asdict
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import HttpxAiohttpClient
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import health, process, stopping
from bot.answering import Answering
from bot.batch_reading import BatchReading
from bot.derived import access_policy, allowance, counting, document_bounds, file_limits, system_prompt, turn_bounds
from bot.door import DiscreetNotices, Door
from bot.errors import StartFailed, StoreFailed
from bot.files.confinement import probe
from bot.files.forgetting import Forgetting
from bot.files.reader import FileReader
from bot.inbox import Inbox, InboxLimits
from bot.llm.client import MessagesClient
from bot.llm.patience import Patience
from bot.logs import get_logger
from bot.messages import Attachment
from bot.one_batch import BatchReader
from bot.ports import RefusedFiles
from bot.settings import ModelSettings, Settings, secret, sqlite_in
from bot.slack.read.file_objects import attachment
from bot.slack.read.thread import ThreadReader
from bot.slack.receive import listeners
from bot.slack.receive.http_events import HttpEvents
from bot.slack.receive.listeners import Handlers
from bot.slack.receive.socket_mode import SocketMode
from bot.slack.web_api.client import SlackClient, Stop
from bot.slack.web_api.deep_json import SlackResponse
from bot.slack.web_api.identity import Identity, check_token, identify
from bot.slack.web_api.limit_keeper import LimitKeeper
from bot.slack.web_api.names import Names
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.web_api.redirects import refuse_redirects
from bot.slack.write.asides import SlackAsides
from bot.slack.write.replies import SlackReplies
from bot.slack.write.status_line import StatusSupport
from bot.slack.write.thread_outlet import ThreadServices
from bot.store.database import Database
from bot.store.deleted_files import StoredDeletedFiles
from bot.store.learned_limits import StoredLimits
from bot.store.questions import StoredQuestions
from bot.store.refused_files import StoredRefusedFiles
from bot.store.reply_records import StoredReplyRecords
from bot.store.usage import StoredUsage
from bot.turn import Turn
from bot.watchdog import Watchdog

log = get_logger(__name__)

STILL_WAITING_S = 20.0
"""A model that thinks has written its first words by then, as a rule; and people ask themselves whether anything goes
on."""
Transport = SocketMode | HttpEvents
SLACK_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=10)


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
        database = await Database.open(secret(settings.database_url) or sqlite_in(settings.bot_data_dir))
        parts.push_async_callback(database.aclose)
        database.on_lost = lambda fault: stopping.fail(stopped, f"DATABASE_URL: {fault}")
        session = await parts.enter_async_context(slack_session())
        client = _slack_client(settings, session)
        api = SlackClient(client, rate_limiter := RateLimiter(), stop)
        identity = await identify(api)
        questions = await _questions(settings, database, identity)
        await _keep_limits(rate_limiter, database, identity.team_id, parts)
        names = Names(api)
        parts.push_async_callback(names.close)
        door = Door(access_policy(settings, identity.home), names, SlackAsides(api, session))
        door.warn_of_missing_scopes(api.scopes)
        reader = ThreadReader(api, names, bot_user_id=identity.bot_user_id, bot_id=identity.bot_id)
        replies = _replies(settings, api, reader, StoredReplyRecords(database), session)

        files = await _files(settings, api, parts)
        deleted = await _deleted(files, database, identity.team_id, parts)
        refused_files = StoredRefusedFiles(database)
        answering = await _answering(settings, refused_files, parts)
        turn = Turn(
            threads=reader,
            files=files,
            batch_reading=BatchReading(BatchReader(answering.model, files.long), files.long, document_bounds(settings)),
            answering=answering,
            replies=replies,
            questions=questions,
            refused_files=refused_files,
            door=door,
            usage=_usage(settings, database, parts),
            system_prompt=system_prompt(settings),
            history_tokens_max=settings.history_tokens_max,
            allowance=allowance(settings),
        )
        inbox = _inbox(settings, questions, DiscreetNotices(door, replies), turn, rate_limiter, pulse)
        parts.push_async_callback(inbox.close, settings.bot_shutdown_grace_s, hurry)

        revoked = functools.partial(check_token, api)
        pressed, may, away = replies.button_pressed, door.refusal, door.turn_away
        handlers = Handlers(inbox.accept, pressed, deleted, names.is_bot, revoked, may, away)
        bolt = listeners.build(client, identity, secret(settings.slack_signing_secret), handlers)
        transport = await _listening(_transport(settings, bolt, client, stop, pulse), parts)
        inbox.start()
        log.info("bot.ready", transport=type(transport).__name__)
        yield stopped


async def _listening(transport: Transport, parts: AsyncExitStack) -> Transport:
    parts.push_async_callback(transport.close)
    parts.push_async_callback(Watchdog().close)
    await transport.start()
    return transport


async def _questions(settings: Settings, database: Database, identity: Identity) -> StoredQuestions:
    questions = StoredQuestions(
        database, team_id=identity.team_id, bounds=turn_bounds(settings), counting=counting(settings)
    )
    try:
        if not database.shared:
            await questions.expire_all()
    except StoreFailed as error:
        raise StartFailed(f"DATABASE_URL: {error}") from error
    return questions


def _usage(settings: Settings, database: Database, parts: AsyncExitStack) -> StoredUsage:
    usage = StoredUsage(database, settings.messages_model)
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


def slack_session() -> aiohttp.ClientSession:
    """For the Web API and response URLs."""
    return aiohttp.ClientSession(
        timeout=SLACK_TIMEOUT, trust_env=True, middlewares=(refuse_redirects,), response_class=SlackResponse
    )


async def _keep_limits(rate_limiter: RateLimiter, database: Database, team_id: str, parts: AsyncExitStack) -> None:
    keeper = LimitKeeper(rate_limiter, StoredLimits(database), team_id, shared=database.shared)
    parts.push_async_callback(keeper.close)
    await keeper.start()


def _slack_client(settings: Settings, session: aiohttp.ClientSession) -> AsyncWebClient:
    return AsyncWebClient(
        token=secret(settings.slack_bot_token),
        base_url=settings.slack_api_url.rstrip("/") + "/",
        session=session,
        retry_handlers=[],
    )


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


async def _answering(settings: Settings, refused_files: RefusedFiles, parts: AsyncExitStack) -> Answering:
    model = await parts.enter_async_context(messages_client(settings))
    still_waiting_s = min(STILL_WAITING_S, settings.messages_first_text_timeout_s / 3)
    return Answering(model, refused_files, still_waiting_s)


def messages_client(settings: ModelSettings) -> MessagesClient:
    return MessagesClient(
        api_url=settings.messages_api_url,
        api_key=secret(settings.yourouter_api_key),
        vendor=settings.messages_vendor,
        model=settings.messages_model,
        max_tokens=settings.messages_max_tokens,
        patience=Patience(
            first_event_timeout_s=settings.messages_first_text_timeout_s,
            idle_timeout_s=settings.messages_idle_timeout_s,
        ),
    )


async def _files(settings: Settings, api: SlackClient, parts: AsyncExitStack) -> FileReader:
    client = await parts.enter_async_context(HttpxAiohttpClient(timeout=httpx.Timeout(30.0), follow_redirects=False))

    async def file_info(file_id: str) -> Attachment:
        answer = await api.call("files.info", file=file_id)
        return attachment(answer["file"])

    confinement = await probe()
    health.report_confinement(settings.bot_data_dir, str(confinement))
    limits = file_limits(settings, confinement)
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
