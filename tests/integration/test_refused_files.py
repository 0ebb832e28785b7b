"""The memory of files that the API does not take, over both databases."""

from __future__ import annotations

import asyncio
import time

import pytest

from bot.errors import StoreFailed
from bot.store.database import Database
from bot.store.questions import StoredQuestions
from bot.store.refused_files import StoredRefusedFiles
from tests.postgres import OVER_BOTH

pytestmark = OVER_BOTH


@pytest.fixture
def store(database: Database) -> StoredRefusedFiles:
    return StoredRefusedFiles(database)


async def test_what_was_refused_is_known_in_its_workspace_alone(store: StoredRefusedFiles) -> None:
    await store.add("T1", ["F1", "F2"], 1.0)
    assert await store.among("T1", ["F2", "F3"]) == {"F2"}
    assert await store.among("T2", ["F1", "F2"]) == frozenset()
    assert await store.among("T1", []) == frozenset()


async def test_it_may_be_refused_twice_and_by_several_at_once(store: StoredRefusedFiles) -> None:
    await asyncio.gather(*(store.add("T1", ["F1", "F2"], float(number)) for number in range(8)))
    await store.add("T1", ["F2", "F3"], 9.0)
    assert await store.among("T1", ["F1", "F2", "F3"]) == {"F1", "F2", "F3"}


async def test_it_is_forgotten_with_old_questions(store: StoredRefusedFiles, database: Database) -> None:
    await store.add("T1", ["old"], 1.0)
    await store.add("T1", ["new"], 3.0)
    await StoredQuestions(database).forget(time.time() - 2.0)
    assert await store.among("T1", ["old", "new"]) == {"new"}


async def test_a_database_that_does_not_take_it_says_so(store: StoredRefusedFiles) -> None:
    unfit = None
    with pytest.raises(StoreFailed):
        await store.add("T1", ["F1"], unfit)  # type: ignore[arg-type]  # what no column takes
