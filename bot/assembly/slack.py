"""Makes the parts that read and write in Slack.

I/O: what they open; whatever takes ``parts`` is closed with them.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from contextlib import AsyncExitStack

import aiohttp
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.access.control import AccessControl
from bot.assembly.derived import day_budgets
from bot.assembly.home_facts import home_facts
from bot.configuration.environment import secret
from bot.home import Home
from bot.operations import health
from bot.settings import Settings
from bot.slack.read.thread import ThreadReader
from bot.slack.receive.bolt import bolt_app
from bot.slack.receive.deliveries import HandleDelivery
from bot.slack.receive.http_events import HttpEvents
from bot.slack.receive.socket_mode import SocketMode
from bot.slack.web_api.client import SlackClient, TokenEnded
from bot.slack.web_api.identity import Identity
from bot.slack.web_api.limit_keeper import LimitKeeper
from bot.slack.web_api.names import Names
from bot.slack.write.home_tab import HomeTab
from bot.slack.write.private_reply import PrivateServices
from bot.slack.write.replies import SlackReplies
from bot.slack.write.status_line import StatusSupport
from bot.slack.write.thread_outlet import ThreadServices, Tidied
from bot.store.database import Database
from bot.store.learned_limits import StoredLimits
from bot.store.private_answers import StoredPrivateAnswers
from bot.store.questions import StoredQuestions
from bot.store.reply_records import StoredReplyRecords
from bot.store.usage_today import StoredUsageToday

Transport = SocketMode | HttpEvents


def names(api: SlackClient, parts: AsyncExitStack) -> Names:
    known = Names(api)
    parts.push_async_callback(known.close)
    return known


def private_services(
    api: SlackClient, reader: ThreadReader, database: Database, questions: StoredQuestions
) -> PrivateServices:
    """Questions that it adds wait for whichever process looks next."""
    add = functools.partial(questions.add, owner="", busy=False, lease_s=0.0)
    return PrivateServices(api, StoredPrivateAnswers(database), StoredReplyRecords(database), reader.wording, add)


def replies(
    settings: Settings,
    api: SlackClient,
    reader: ThreadReader,
    session: aiohttp.ClientSession,
    private: PrivateServices,
    tidied: Tidied,
) -> SlackReplies:
    services = ThreadServices(
        api,
        private.records,
        reader.own.find_posted,
        reader.own.find_streamed,
        reader.own.see,
        StatusSupport.of_app(api.scopes),
        find_marked=reader.own.find_marked,
        tidied=tidied,
    )
    return SlackReplies(
        services,
        reader,
        session,
        private=private,
        native=settings.bot_streaming == "native",
        feedback=settings.bot_feedback == "on",
        file_chars=settings.bot_answer_file_chars,
    )


def home_tab(
    settings: Settings, api: SlackClient, identity: Identity, access: AccessControl, names: Names, database: Database
) -> HomeTab:
    facts = home_facts(settings, day_budgets(settings), lambda: settings.messages_model)
    return HomeTab(api, Home(identity.team_id, access, names, StoredUsageToday(database), facts))


def limit_keeper(database: Database, parts: AsyncExitStack) -> LimitKeeper:
    keeper = LimitKeeper(StoredLimits(database), shared=database.shared)
    parts.push_async_callback(keeper.close)
    keeper.start()
    return keeper


REFUSED_FOR_THEIR_TIME = "Slack's deliveries are refused for their time: this machine's clock is wrong"


def transport(
    settings: Settings,
    handle: HandleDelivery,
    client: AsyncWebClient,
    on_token_ended: TokenEnded,
    pulse: health.Pulse,
    routes: Sequence[web.RouteDef],
) -> Transport:
    if settings.slack_app_token is not None:
        socket = SocketMode(handle, client, secret(settings.slack_app_token), on_token_ended)
        pulse.hears = socket.hears
        return socket
    is_alive = functools.partial(health.is_alive, settings.bot_data_dir)
    signing_secret = secret(settings.slack_signing_secret)
    bolt = bolt_app(client, handle, signing_secret)
    http = HttpEvents(bolt, settings.bot_http_host, settings.bot_http_port, is_alive, signing_secret, routes=routes)
    pulse.hears, pulse.deaf = http.hears, REFUSED_FOR_THEIR_TIME
    return http
