"""Settings go in; the larger parts of a bot come out, each with what it is made of, and closed with it.

I/O: what they open. ``app`` says in which order.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import asdict

import aiohttp
import httpx
from aiohttp import web
from httpx_aiohttp import HttpxAiohttpClient
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import health, metrics, open_telemetry, process, start_checks, traces
from bot.answering import Answering
from bot.costs import prices
from bot.derived import (
    counting,
    day_budgets,
    document_bounds,
    file_limits,
    looked_up,
    turn_bounds,
)
from bot.door import DiscreetNotices, Door
from bot.environment import secret
from bot.errors import StartFailed, StoreFailed
from bot.file_ports import RefusedFiles
from bot.files import office
from bot.files.confinement import Confinement
from bot.files.forgetting import Forgetting
from bot.files.reader import FileReader
from bot.files.workshop import Workshop
from bot.home import Home
from bot.home_facts import home_facts
from bot.inbox import Inbox, InboxLimits
from bot.inboxes import Inboxes
from bot.llm.watched import WatchedModel
from bot.logs import get_logger
from bot.messages import Attachment
from bot.model_link import messages_client
from bot.ops import READY, Check, Ops
from bot.ports import Claim, Outcome
from bot.prompt.batch_reading import BatchReading
from bot.prompt.instructions import Instructing
from bot.prompt.one_batch import BatchReader
from bot.prompt.window import Windows
from bot.reloaded import follow
from bot.settings import Settings
from bot.slack.read.file_objects import attachment
from bot.slack.read.thread import ThreadReader
from bot.slack.receive.http_events import HttpEvents
from bot.slack.receive.socket_mode import SocketMode
from bot.slack.web_api.client import SlackClient, Stop
from bot.slack.web_api.identity import Identity
from bot.slack.web_api.limit_keeper import LimitKeeper
from bot.slack.web_api.names import Names
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.write.home_tab import HomeTab
from bot.slack.write.private_reply import PrivateDesk
from bot.slack.write.replies import SlackReplies
from bot.slack.write.status_line import StatusSupport
from bot.slack.write.thread_outlet import ThreadServices
from bot.stops import StopWatch
from bot.store.conversations import StoredConversations
from bot.store.database import Database
from bot.store.deleted_files import StoredDeletedFiles
from bot.store.learned_limits import StoredLimits
from bot.store.private_answers import StoredPrivateAnswers
from bot.store.questions import StoredQuestions
from bot.store.queue_figures import StoredQueue
from bot.store.reply_records import StoredReplyRecords
from bot.store.stops import StoredStops
from bot.store.usage import StoredUsage
from bot.store.usage_today import StoredUsageToday
from bot.turn import Turn
from bot.web_access import WebAccess

log = get_logger(__name__)

STILL_WAITING_S = 20.0
"""A model that thinks has written its first words by then, as a rule; and people ask themselves whether anything goes
on."""
Transport = SocketMode | HttpEvents


def conversations(settings: Settings, database: Database) -> StoredConversations | None:
    return StoredConversations(database) if settings.bot_follow_ups == "on" else None


async def expire_leases(database: Database) -> None:
    """What an earlier process of a database of our own left is waiting again. Raises ``StartFailed``."""
    try:
        if not database.shared:
            await StoredQuestions(database).expire_all()
    except StoreFailed as error:
        raise StartFailed(f"DATABASE_URL: {error}") from error


def questions(
    settings: Settings, database: Database, team_id: str | None, instructions: Instructing
) -> StoredQuestions:
    """``team_id``: the one workspace that is answered in; ``None``: there are many."""
    return StoredQuestions(
        database,
        team_id=team_id,
        bounds=turn_bounds(settings),
        counting=counting(settings, instructions.model_in),
    )


def usage(database: Database, parts: AsyncExitStack) -> StoredUsage:
    usage = StoredUsage(database)
    parts.push_async_callback(usage.aclose)
    return usage


def inboxes(settings: Settings, questions: StoredQuestions, pulse: health.Pulse) -> Inboxes:
    limits = InboxLimits(turns_max=settings.bot_turns_max, lease_s=settings.bot_lease_s)
    return Inboxes(questions, process.unique_name(), limits, on_alive=pulse.beat)


def inbox(inboxes: Inboxes, team_id: str, notices: DiscreetNotices, turn: Turn, rate_limiter: RateLimiter) -> Inbox:

    async def answer(claim: Claim) -> Outcome:
        question = claim.question
        known = {"workspace": question.team_id, "channel": question.channel_id, "ts": question.ts}
        of_turn = traces.turn(**known, entry_point=question.entry_point.value, waited_s=round(claim.waited_s, 3))
        with metrics.LIVE.track_inprogress(), of_turn:
            return await turn.answer(claim)

    return inboxes.open(team_id, notices, answer, on_share=rate_limiter.set_share, spent=rate_limiter.edits_spent)


def home_tab(
    settings: Settings, api: SlackClient, identity: Identity, door: Door, names: Names, database: Database
) -> HomeTab:
    facts = home_facts(settings, day_budgets(settings), lambda: settings.messages_model)
    return HomeTab(api, Home(identity.team_id, door, names, StoredUsageToday(database), facts))


def private_desk(api: SlackClient, reader: ThreadReader, database: Database, questions: StoredQuestions) -> PrivateDesk:
    """What it adds waits for whichever process looks next."""
    add = functools.partial(questions.add, owner="", busy=False, lease_s=0.0)
    return PrivateDesk(api, StoredPrivateAnswers(database), StoredReplyRecords(database), reader.wording, add)


def replies(
    settings: Settings,
    api: SlackClient,
    reader: ThreadReader,
    session: aiohttp.ClientSession,
    desk: PrivateDesk,
) -> SlackReplies:
    services = ThreadServices(
        api, desk.records, reader.find_posted, reader.find_streamed, StatusSupport.of_app(api.scopes)
    )
    return SlackReplies(
        services,
        reader,
        session,
        desk=desk,
        native=settings.bot_streaming == "native",
        feedback=settings.bot_feedback == "on",
        file_chars=settings.bot_answer_file_chars,
    )


def limit_keeper(database: Database, parts: AsyncExitStack) -> LimitKeeper:
    keeper = LimitKeeper(StoredLimits(database), shared=database.shared)
    parts.push_async_callback(keeper.close)
    keeper.start()
    return keeper


def transport(
    settings: Settings,
    bolt: AsyncApp,
    client: AsyncWebClient,
    stop: Stop,
    pulse: health.Pulse,
    routes: Sequence[web.RouteDef],
) -> Transport:
    if settings.slack_app_token is not None:
        socket = SocketMode(bolt, client, secret(settings.slack_app_token), stop)
        pulse.hears = socket.hears
        return socket
    is_alive = functools.partial(health.is_alive, settings.bot_data_dir)
    signing_secret = secret(settings.slack_signing_secret)
    return HttpEvents(bolt, settings.bot_http_host, settings.bot_http_port, is_alive, signing_secret, routes=routes)


async def ops(settings: Settings, parts: AsyncExitStack) -> Ops:
    """It listens, where a port is set, while everything else starts and ends. Raises ``StartFailed``."""
    ops = Ops(functools.partial(health.is_alive, settings.bot_data_dir))
    if settings.bot_ops_port is not None:
        parts.push_async_callback(ops.close)
        await ops.listen(settings.bot_ops_host, settings.bot_ops_port)
    return ops


async def tracing(settings: Settings, parts: AsyncExitStack) -> None:
    if settings.otel_exporter_otlp_endpoint:
        await open_telemetry.begin(settings.otel_exporter_otlp_endpoint, parts)


def ready(ops: Ops, database: Database, pulse: health.Pulse, parts: AsyncExitStack) -> None:
    """From now on until ``parts`` begin to close."""
    queue = StoredQueue(database)

    async def figures() -> str:
        now = await queue.figures()
        metrics.WAITING.set(now.waiting)
        metrics.OLDEST.set(now.oldest_s)
        return READY

    async def slack() -> str:
        return READY if pulse.hears() else "nothing heard of Slack lately"

    checks: dict[str, Check] = {"database": figures, "slack": slack}
    ops.ready(checks)
    parts.callback(ops.stopping)


async def answering(
    settings: Settings, of_models: Windows, refused_files: RefusedFiles, parts: AsyncExitStack
) -> Answering:
    link = await parts.enter_async_context(messages_client(settings))
    model = WatchedModel(link, of_models, time.time)
    parts.push_async_callback(model.aclose)
    model.start()
    still_waiting_s = min(STILL_WAITING_S, settings.messages_first_text_timeout_s / 3)
    of_model = follow("BOT_PRICES_FILE", settings.bot_prices_file, prices.read, prices.PUBLISHED, parts)
    access = WebAccess(looked_up(settings))
    return Answering(
        model, refused_files, still_waiting_s, of_model, citations=settings.bot_citations == "on", web=access
    )


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
    """What other processes hear of is looked for from now on."""
    forgetting = Forgetting(workshop, StoredDeletedFiles(database))
    parts.push_async_callback(forgetting.aclose)
    await forgetting.start()
    return forgetting


def names(api: SlackClient, parts: AsyncExitStack) -> Names:
    known = Names(api)
    parts.push_async_callback(known.close)
    return known


def stop_watch(database: Database, parts: AsyncExitStack) -> StopWatch:
    watch = StopWatch(StoredStops(database), shared=database.shared)
    parts.push_async_callback(watch.aclose)
    return watch


def batch_reading(settings: Settings, answering: Answering, workshop: Workshop) -> BatchReading:
    batches = BatchReader(answering.model, workshop.long, answering.prices)
    return BatchReading(batches, workshop.long, document_bounds(settings))
