"""A file that was deleted in Slack leaves the cache of every process, whichever one heard of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.file_ports import EVERY_FILE
from bot.files import fetch_notes
from bot.files.cache import Cache, key_of
from bot.files.extracts import NoteExtract, Unreadable
from bot.files.forgetting import AT_ONCE_MAX, Forgetting
from bot.messages import Attachment
from bot.store.database import Database
from bot.store.deleted_files import StoredDeletedFiles

ONE, OTHER = Attachment.bare("F1", "contract.pdf"), Attachment.bare("F2", "photo.png")


class Replica:
    """A process's cache, and how it hears of deleted files."""

    def __init__(self, directory: Path, database: Database) -> None:
        self.times = 0
        self.cache = Cache(directory, bytes_max=1_000_000, age_max_s=1_000.0)
        self.forgetting = Forgetting(self, StoredDeletedFiles(database), look_every_s=0.02)

    async def forget(self, *file_ids: str) -> None:
        self.times += 1
        await asyncio.to_thread(self.cache.forget, *file_ids)

    async def remove_older(self, at_s: float) -> int:
        return (await asyncio.to_thread(self.cache.remove_older, at_s))[1]

    def keep(self, attachment: Attachment) -> object:
        """Its use."""
        begun = self.cache.begin(0)
        return self.cache.commit(begun, key_of(attachment, "x"), [NoteExtract("is empty.")], set()).use

    def has(self, attachment: Attachment) -> bool:
        return self.cache.load(key_of(attachment, "x")) is not None


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - a disk tells nobody
            await asyncio.sleep(0.01)


async def test_a_file_that_one_process_hears_is_deleted_leaves_the_others_too(
    postgres_database: str, tmp_path: Path
) -> None:
    databases = [await Database.open(postgres_database) for _ in range(2)]
    heard, other = (Replica(tmp_path / str(number), one) for number, one in enumerate(databases))
    for replica in (heard, other):
        replica.keep(ONE)
        replica.keep(OTHER)
        await replica.forgetting.start()

    await heard.forgetting.deleted("T1", "F1")

    assert not heard.has(ONE)
    await until(lambda: not other.has(ONE))
    assert heard.has(OTHER)
    assert other.has(OTHER)
    for replica, database in zip((heard, other), databases, strict=True):
        await replica.forgetting.aclose()
        await database.aclose()


async def test_what_was_deleted_while_a_process_did_not_run_goes_before_it_serves_anything(
    database: Database, tmp_path: Path
) -> None:
    replica = Replica(tmp_path / "files", database)
    replica.keep(ONE)
    await StoredDeletedFiles(database).add(("T1", "F1"))

    await replica.forgetting.start()

    assert not replica.has(ONE)
    assert [path.name for path in (tmp_path / "files").iterdir() if path.is_dir()] == []
    await replica.forgetting.aclose()


async def test_thousands_of_files_that_somebody_deletes_are_forgotten_in_a_few_steps(
    database: Database, tmp_path: Path
) -> None:
    """Otherwise other people's questions would wait for the database after each of them."""
    replica = Replica(tmp_path / "files", database)
    replica.keep(ONE)
    numbers = range(5 * AT_ONCE_MAX)

    await asyncio.gather(*(replica.forgetting.deleted("T1", f"F{number}") for number in numbers))

    assert not replica.has(ONE)
    assert set(await StoredDeletedFiles(database).since(0.0)) == {f"F{number}" for number in numbers}
    assert replica.times <= 7


async def test_a_file_that_is_deleted_while_it_is_prepared_is_not_kept(database: Database, tmp_path: Path) -> None:
    replica = Replica(tmp_path / "files", database)
    begun = replica.cache.begin(0)

    await replica.forgetting.deleted("T1", "F1")

    with pytest.raises(Unreadable) as gone:
        replica.cache.commit(begun, key_of(ONE, "x"), [NoteExtract("is empty.")], set())
    assert gone.value.reason == fetch_notes.DELETED
    assert not replica.has(ONE)


async def test_all_files_go_when_somebody_is_erased_but_what_is_used_goes_when_it_no_longer_is(
    database: Database, tmp_path: Path
) -> None:
    replica = Replica(tmp_path / "files", database)
    replica.keep(ONE)
    use = replica.keep(OTHER)
    await replica.forgetting.start()

    await StoredDeletedFiles(database).add(("", EVERY_FILE))

    await until(lambda: not replica.has(ONE))
    assert (tmp_path / "files" / key_of(OTHER, "x")).exists()
    del use
    await until(lambda: not (tmp_path / "files" / key_of(OTHER, "x")).exists())
    later = replica.keep(OTHER)
    assert later
    await replica.forgetting._look()
    assert replica.has(OTHER)
    await replica.forgetting.aclose()


def test_what_was_begun_before_the_erasure_and_kept_after_it_goes_too(tmp_path: Path) -> None:
    cache = Cache(tmp_path, bytes_max=1_000_000, age_max_s=1_000.0)
    begun = cache.begin(0)
    erased_at_s = time.time()
    cache.commit(begun, key_of(ONE, "x"), [NoteExtract("is empty.")], set())

    assert cache.remove_older(erased_at_s) == (1, 0)
    assert cache.load(key_of(ONE, "x")) is None
