"""Removes what the bot keeps of a person or a workspace, and reports what that was, line by line.

I/O: the database and the cache of prepared files, whether or not the bot is running. A running bot ends what it is
answering for that person, and removes files in use once they no longer are.
"""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from bot.errors import StartFailed, StoreFailed
from bot.files.cache import Cache
from bot.store.database import Database
from bot.store.erasure import Erased, Whose, erase

WORDS = {
    "channel_posts": "times of the bot's posts in channels",
    "conversations": "records of who is talking with the bot in a thread",
    "deleted_files": "records of deleted files",
    "installations": "installations of the app, without which the bot no longer answers there",
    "feedback": "votes on answers",
    "learned_limits": "Slack limits that were learned",
    "private_answers": "private answers that could still be posted",
    "processes": "heartbeats of processes",
    "questions": "answered questions",
    "refusal_sentences": "records of who was told why they are not answered",
    "refused_files": "records of files that the model's API refused",
    "reply_parts": "records of the messages of replies",
    "thread_settings": "settings chosen in threads",
    "usage": "usage figures of questions",
}
"""What each table holds."""


async def run(address: str, data_dir: Path, *, user_id: str = "", team_id: str = "") -> list[str]:
    """For one of the two. Raises ``StartFailed`` if there is nothing to erase from, or if it was not possible."""
    if not await asyncio.to_thread(data_dir.is_dir):
        raise StartFailed(f"BOT_DATA_DIR: there is no directory {data_dir}")
    whose = Whose(user_id, team_id)
    database = await Database.open(address, beside=True)
    try:
        erased = await database.run(lambda connection: erase(connection, whose))
        scrubbed = await database.scrub()
    except StoreFailed as error:
        raise StartFailed(f"DATABASE_URL: nothing was erased, the database failed ({error})") from error
    finally:
        await database.aclose()
    files = await asyncio.to_thread(_remove_files, data_dir / "files")
    return [*_lines(erased), files, *([] if scrubbed else [NOT_SCRUBBED])]


NOT_SCRUBBED = "the database's log is in use: what was erased leaves the disk when the bot answers its next question"


def _remove_files(directory: Path) -> str:
    """Removes all files, since a file is prepared for whoever asks about it."""
    if not directory.is_dir():
        return "prepared files: 0"
    cache = Cache(directory, bytes_max=0, age_max_s=0.0)
    try:
        if cache.is_shared():
            return "prepared files: the running bot removes all of them within seconds"
        return f"prepared files: {cache.remove_older(time.time())[0]}"
    finally:
        cache.close()


def _lines(erased: Erased) -> list[str]:
    """Lines with something come first; the others show that nothing was forgotten."""
    lines = [f"{WORDS[table]}: {count}" for table, count in sorted(erased.rows.items(), key=lambda row: -row[1])]
    if erased.unfinished:
        lines.append(
            f"unanswered questions: {erased.unfinished}, whose text is erased; the bot says so where they were "
            f"asked, and then removes the rest of them"
        )
    return lines
