"""Makes the parts that remember; they are closed with ``parts``. I/O: the database."""

from __future__ import annotations

from contextlib import AsyncExitStack

from bot.assembly.derived import counting, turn_bounds
from bot.errors import StartFailed, StoreFailed
from bot.prompt.instructions import Instructing
from bot.settings import Settings
from bot.stops import StopWatch
from bot.store.conversations import StoredConversations
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from bot.store.stops import StoredStops
from bot.store.usage import StoredUsage


def questions(
    settings: Settings, database: Database, team_id: str | None, instructions: Instructing
) -> StoredQuestions:
    """``team_id``: the only workspace that is served; ``None`` if there are many."""
    return StoredQuestions(
        database,
        team_id=team_id,
        bounds=turn_bounds(settings),
        counting=counting(settings, instructions.model_in),
    )


def conversations(settings: Settings, database: Database) -> StoredConversations | None:
    return StoredConversations(database) if settings.bot_follow_ups == "on" else None


def usage(database: Database, parts: AsyncExitStack) -> StoredUsage:
    usage = StoredUsage(database)
    parts.push_async_callback(usage.aclose)
    return usage


def stop_watch(database: Database, parts: AsyncExitStack) -> StopWatch:
    watch = StopWatch(StoredStops(database), shared=database.shared)
    parts.push_async_callback(watch.aclose)
    return watch


async def expire_leases(database: Database) -> None:
    """Makes questions of an earlier process wait again, if the database is ours alone. Raises ``StartFailed``."""
    try:
        if not database.shared:
            await StoredQuestions(database).expire_all()
    except StoreFailed as error:
        raise StartFailed(f"DATABASE_URL: {error}") from error
