"""Checks whether the database answers and fits this version. I/O: the database, only reading."""

from __future__ import annotations

from collections.abc import AsyncIterator

from bot.configuration.environment import secret
from bot.doctor.finding import Finding, ok, wrong
from bot.errors import StartFailed
from bot.installations.installation import Installation, Rotation
from bot.installations.renewals import advice
from bot.installations.token_cipher import TokenCipher, keys_of
from bot.operations import health
from bot.settings import Settings
from bot.store import checkup
from bot.store.database import Database
from bot.store.installations import StoredInstallations

RUNS = "a bot runs here"


LATE_S = 2.0


async def of_process(settings: Settings, address: str) -> Finding:
    """Whether a bot is running here. Its heartbeat stays for a while after it was stopped; a database for one process
    alone knows better."""
    try:
        runs = await checkup.runs_with(address)
    except StartFailed:
        runs = None
    if runs is None:
        runs = health.is_alive(settings.bot_data_dir, settings.bot_lease_s / 4 + LATE_S)
    return ok("process", RUNS if runs else "no bot runs here now")


async def installed(settings: Settings, address: str, team_id: str) -> Installation:
    """The app in that workspace. Raises ``StartFailed`` and ``StoreFailed``."""
    found = await checkup.check(address)
    if found.schema != found.wanted:  # opening it would migrate it, which is up to a start
        raise StartFailed(f"the database has version {found.schema or 'none'} of the schema: please start the bot once")
    database = await Database.open(address, beside=True)
    try:
        cipher = TokenCipher(keys_of(secret(settings.bot_token_key)))
        installation = await StoredInstallations(database, cipher).find(team_id)
    finally:
        await database.aclose()
    if installation is None:
        raise StartFailed(f"the app is not installed in {team_id}: docs/many_workspaces.md says how to do that")
    return installation


def of_rotation(rotation: Rotation, now_s: float) -> Finding:
    """Of a token that expires."""
    if rotation.fault:
        return wrong("token", f"it expires, and Slack gives no new one ({rotation.fault}): {advice(rotation.fault)}.")
    hours = max(0.0, rotation.renew_at_s - now_s) / 3600
    return ok("token", f"expires, and is renewed before then; the next renewal is in {hours:.1f} h")


async def of_database(address: str) -> AsyncIterator[Finding]:
    try:
        found = await checkup.check(address)
    except StartFailed as error:
        for fault in error.faults:
            yield wrong("database", fault)
        return
    if not found.schema:
        yield ok("database", f"{found.kind}: empty, or not there yet; the start makes its tables")
        return
    yield ok("database", f"{found.kind}: a round trip takes {1000 * found.round_trip_s:.1f} ms")
    if found.schema > found.wanted:
        newer = f"version {found.schema} is newer than this bot, which knows {found.wanted}"
        yield wrong("schema", f"{newer}. Please run the newer bot, or restore an older backup.")
    elif found.schema < found.wanted:
        yield ok("schema", f"version {found.schema}; the next start brings it to {found.wanted}")
    else:
        yield ok("schema", f"version {found.schema}")
