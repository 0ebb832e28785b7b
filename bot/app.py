"""Settings go in; a running bot comes out. The only module that puts parts together.

I/O: everything that its parts do. Parts are opened in an order in which each finds what it needs, and closed in the
reverse one: Slack's deliveries first, then the turns, then what the turns need.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from bot import channels, components, health, process, stopping
from bot.derived import (
    access_policy,
    instructing,
    windows,
)
from bot.door import DiscreetNotices, Door
from bot.files.confinement import probe
from bot.logs import get_logger
from bot.prompt.drafting import Drafting
from bot.reloaded import follow
from bot.settings import Settings, secret, sqlite_in
from bot.slack.read.thread import ThreadReader
from bot.slack.receive import listeners
from bot.slack.receive.listeners import Handlers
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.identity import check_token, identify
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.web_api.session import sdk_client, slack_session
from bot.slack.write.asides import SlackAsides
from bot.store.database import Database
from bot.store.refused_files import StoredRefusedFiles
from bot.store.reply_records import StoredReplyRecords
from bot.turn import Turn
from bot.watchdog import Watchdog

log = get_logger(__name__)


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
        questions = await components.questions(settings, database, identity, instructions)
        await components.keep_limits(rate_limiter, database, identity.team_id, parts)
        names = components.names(api, parts)
        door = Door(access_policy(settings, identity.home), names, SlackAsides(api, session))
        door.warn_of_missing_scopes(api.scopes)
        reader = ThreadReader(api, names, bot_user_id=identity.bot_user_id, bot_id=identity.bot_id)
        replies = components.replies(settings, api, reader, StoredReplyRecords(database), session)

        files = await components.files(settings, api, await confined, parts)
        deleted = await components.deleted(files, database, identity.team_id, parts)
        refused_files = StoredRefusedFiles(database)
        stop_watch = components.stop_watch(database, parts)
        of_models = windows(settings, settings.bot_history_tokens_max)
        answering = await components.answering(settings, of_models, refused_files, parts)
        batch_reading = components.batch_reading(settings, answering, files)
        turn = Turn(
            threads=reader,
            drafting=Drafting(files, refused_files, batch_reading, of_models),
            batch_reading=batch_reading,
            answering=answering,
            replies=replies,
            questions=questions,
            door=door,
            usage=components.usage(database, parts),
            stop_watch=stop_watch,
            instructions=instructions.of,
            bills_shown=settings.bot_footer == "usage",
        )
        inbox = components.inbox(settings, questions, DiscreetNotices(door, replies), turn, rate_limiter, pulse)
        parts.push_async_callback(inbox.close, settings.bot_shutdown_grace_s, hurry)

        accepting = (inbox.accept, questions.replace, stop_watch.stop, components.conversations(settings, database))
        revoked = functools.partial(check_token, api)
        letting_in = (door.refusal, door.turn_away)
        handlers = Handlers(*accepting, replies.button_pressed, deleted, names.is_bot, revoked, *letting_in)
        bolt = listeners.build(client, identity, secret(settings.slack_signing_secret), handlers)
        transport = await _listening(components.transport(settings, bolt, client, stop, pulse), parts)
        inbox.start()
        log.info("bot.ready", transport=type(transport).__name__)
        yield stopped


async def _listening(transport: components.Transport, parts: AsyncExitStack) -> components.Transport:
    parts.push_async_callback(transport.close)
    parts.push_async_callback(Watchdog().close)
    await transport.start()
    return transport


def _stop(stopped: asyncio.Future[None], token_name: str, code: str) -> None:
    stopping.fail(stopped, f"{token_name}: Slack does not take it any more ({code})")
