"""Makes all checks, in the order in which a newcomer needs them.

I/O: what the checks do. A check that depends on a failed one is left out.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from typing import TypeVar

from bot.configuration.environment import secret
from bot.configuration.model_settings import ModelSettings
from bot.doctor import events, features, machine, model, setup_checks, slack_app
from bot.doctor.database import RUNS, installed, of_database, of_process, of_rotation
from bot.doctor.finding import Finding, State, untried, wrong
from bot.doctor.reception import Ear, open_ear
from bot.errors import SlackError, StartFailed, StoreFailed
from bot.files.confinement import probe
from bot.operations import health
from bot.settings import Settings, data_dir, storage
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.identity import Identity, who_it_is
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.web_api.session import sdk_client, slack_session
from bot.store.checkup import live_processes

T = TypeVar("T", bound=ModelSettings)
MANY = "the app is installed in many workspaces (SLACK_CLIENT_ID). Please name one: --workspace T…"
PATIENCE_S = 10.0
"""How long to try to reach Slack: somebody is waiting for the doctor."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """``channel_id``: one that the bot should be in, and that a test message may go to; ``posts``: whether it may post
    one at all; ``team_id``: the workspace, where the app is installed in many; ``within_s``: how long events are
    waited for; ``others``: processes beside the bot that runs here, which share its app."""

    channel_id: str = ""
    team_id: str = ""
    posts: bool = True
    within_s: float = events.WITHIN_S
    others: int = 0


async def examine(wishes: Wishes) -> AsyncIterator[Finding]:
    settings, faults = _loaded(Settings)
    for finding in (*setup_checks.of_settings(settings, faults), *setup_checks.of_names()):
        yield finding
    model_settings = settings or _loaded(ModelSettings)[0]
    async for finding in _of_machine(model_settings):
        yield finding
    if settings is not None:
        async for finding in _of_workspace(settings, wishes):
            yield finding
    if model_settings is not None:
        async for finding in _of_model(model_settings):
            yield finding


def _loaded(kind: type[T]) -> tuple[T | None, tuple[str, ...]]:
    try:
        return kind.load(), ()
    except StartFailed as error:
        return None, error.faults


async def _of_machine(settings: ModelSettings | None) -> AsyncIterator[Finding]:
    try:
        directory = data_dir()
        address, _ = storage()
    except StartFailed:  # a fault of the settings, which are reported already
        return
    for finding in (*machine.of_directory(directory), *machine.of_disk(directory), *machine.of_proxies()):
        yield finding
    async for finding in of_database(address):
        yield finding
    if settings is not None:
        confined = await probe()
        for finding in machine.of_confinement(settings, confined):
            yield finding
        yield await machine.of_archives()
        async for finding in machine.of_office(settings, confined):
            yield finding


async def _of_workspace(settings: Settings, wishes: Wishes) -> AsyncIterator[Finding]:
    """The workspace of the bot token; if the app is installed in many, the requested one."""
    token = secret(settings.slack_bot_token)
    if settings.slack_client_id is not None:
        if not wishes.team_id:
            yield untried("Slack", MANY)
            return
        try:
            installation = await installed(settings, storage()[0], wishes.team_id)
        except (StartFailed, StoreFailed) as error:
            yield wrong("Slack", str(error))
            return
        token = installation.bot_token
        if installation.rotation is not None:
            yield of_rotation(installation.rotation, time.time())
    async for finding in _of_slack(settings, token, wishes):
        yield finding


async def _of_slack(settings: Settings, token: str, wishes: Wishes) -> AsyncIterator[Finding]:
    async with AsyncExitStack() as parts:
        session = await parts.enter_async_context(slack_session())
        client = sdk_client(token, settings.slack_api_url, session)
        api = SlackClient(client, RateLimiter())
        try:
            identity = await who_it_is(api, PATIENCE_S)
        except StartFailed as error:
            yield wrong("Slack", error.faults[0])
            return
        for finding in slack_app.of_token(api, identity, by_address=bool(settings.bot_allowed_email_domains)):
            yield finding
        process = await of_process(settings, storage()[0])
        yield process
        beside = process.words == RUNS
        ear, heard_over = await open_ear(settings, identity, session, parts, beside=beside)
        yield heard_over
        others = await live_processes(storage()[0], settings.bot_lease_s) - 1 if beside else 0
        async for finding in _of_events(settings, api, identity, ear, replace(wishes, others=max(0, others))):
            yield finding


async def _of_events(
    settings: Settings, api: SlackClient, identity: Identity, ear: Ear | None, wishes: Wishes
) -> AsyncIterator[Finding]:
    try:
        joined = await slack_app.joined(api)
    except SlackError as error:
        yield untried("channels", f"Slack does not say where the bot is ({error.code})")
        joined = []
    else:
        async for finding in slack_app.of_channels(api, identity, joined, wishes.channel_id):
            yield finding
    wanted = [channel for channel in joined if wishes.channel_id in {"", channel.id}]
    tried: set[str] = set()
    if ear is not None and wishes.posts:
        async for finding in events.of_deliveries(api, ear, wanted, wishes.within_s, wishes.others):
            tried.add(finding.check.removeprefix("event "))
            yield finding
    for finding in events.of_others(health.heard(settings.bot_data_dir), tried, time.time(), wishes.others):
        yield finding


async def _of_model(settings: ModelSettings) -> AsyncIterator[Finding]:
    works = True
    async for finding in model.of_model(settings):
        works = works and not (finding.check == "model" and finding.state is State.WRONG)
        yield finding
    if works:
        async for finding in features.of_features(settings):
            yield finding
