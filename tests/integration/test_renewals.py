"""Tokens that expire are renewed by one process and reach all, whatever the database and Slack do meanwhile.

Slack gives each refresh token's successor once.
"""

from __future__ import annotations

import asyncio
import base64

import pytest

from bot.installations import renewals
from bot.installations.installation import Installation
from bot.installations.renewals import Renewals, Tokens, rotation
from bot.installations.token_cipher import TokenCipher, keys_of
from bot.store.database import Database
from bot.store.installations import StoredInstallations
from tests.database import run_sql
from tests.logged import logged
from tests.postgres import OVER_BOTH

KEY = base64.b64encode(bytes(range(32))).decode()


@pytest.fixture
def stores(database: Database) -> list[StoredInstallations]:
    return [StoredInstallations(database, TokenCipher(keys_of(KEY))) for _ in range(3)]


@pytest.fixture
async def known(stores: list[StoredInstallations]) -> Installation:
    """Its token has expired by now; another workspace's never does."""
    await stores[0].save(Installation("T1", "", "One", "U1", "B1", "xoxe.xoxb-1", rotation=rotation("r1", 10, 0)))
    await stores[0].save(Installation("T2", "", "Two", "U1", "B1", "xoxb-for-ever"))
    found = await stores[0].find("T1")
    assert found is not None
    return found


@OVER_BOTH
async def test_one_of_several_processes_renews_and_all_have_the_new_token(
    stores: list[StoredInstallations], known: Installation
) -> None:
    exchanged: list[str] = []

    async def renew(refresh_token: str) -> Tokens:
        exchanged.append(refresh_token)
        await asyncio.sleep(0.05)  # as long as others are on their way
        return Tokens("xoxe.xoxb-2", "r2", 43_200)

    processes = [Renewals(store, renew) for store in stores]
    await asyncio.gather(*(process.look([known]) for process in processes))
    assert exchanged == ["r1"]
    found = [await process.look([known]) for process in processes]
    assert [one.bot_token for newer in found for one in newer] == ["xoxe.xoxb-2"] * 3
    assert await processes[0].look(found[0]) == []
    assert exchanged == ["r1"]


@OVER_BOTH
async def test_where_a_process_dies_with_new_tokens_another_one_asks_for_them_again_soon(
    stores: list[StoredInstallations], known: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewals, "AGAIN_S", 0.2)
    given: list[str] = []
    came = asyncio.Event()

    async def renew(refresh_token: str) -> Tokens:
        given.append(refresh_token)
        if len(given) == 1:
            came.set()
            await asyncio.Event().wait()  # Slack has answered, and nobody is there any more
        return Tokens("xoxe.xoxb-3", "r3", 43_200)

    dies = asyncio.create_task(Renewals(stores[0], renew).look([known]))
    await came.wait()
    dies.cancel()
    async with asyncio.timeout(10):
        while not (newer := await Renewals(stores[1], renew).look([known])):  # noqa: ASYNC110 - no event says so
            await asyncio.sleep(0.02)  # what is due is found by the database's clock
    assert given == ["r1", "r1"]
    assert newer[0].bot_token == "xoxe.xoxb-3"


def test_a_renewal_is_over_before_another_process_may_begin_one() -> None:
    assert renewals.CALLS_MAX * renewals.CALL_S_MAX < renewals.AGAIN_S


@OVER_BOTH
async def test_what_slack_gave_is_not_lost_where_the_database_is_away(
    stores: list[StoredInstallations], known: Installation
) -> None:
    database = stores[0]._database

    async def renew(refresh_token: str) -> Tokens:
        assert refresh_token == "r1"
        await run_sql(database, "ALTER TABLE installations RENAME TO away")
        return Tokens("xoxe.xoxb-2", "r2", 43_200)

    process = Renewals(stores[0], renew)
    with logged() as lines:
        (newer,) = await process.look([known])
        assert lines.count("installation.token_not_written") == 1
    await run_sql(database, "ALTER TABLE away RENAME TO installations")
    await process.look([newer])
    kept = await stores[1].find("T1")
    assert kept is not None
    assert (kept.bot_token, kept.rotation and kept.rotation.refresh_token) == ("xoxe.xoxb-2", "r2")


@OVER_BOTH
async def test_tokens_of_an_installation_that_was_made_anew_meanwhile_stay(
    stores: list[StoredInstallations], known: Installation
) -> None:
    async def renew(_refresh_token: str) -> Tokens:
        await stores[1].save(Installation("T1", "", "One", "U1", "B1", "xoxb-anew"))
        return Tokens("xoxe.xoxb-2", "r2", 43_200)

    await Renewals(stores[0], renew).look([])
    kept = await stores[0].find("T1")
    assert kept is not None
    assert (kept.bot_token, kept.rotation) == ("xoxb-anew", None)


def test_a_token_is_renewed_hours_before_it_ends() -> None:
    assert rotation("r1", 43_200, 1_000).renew_at_s == 1_000 + renewals.PART_OF_LIFE * 43_200
    assert renewals.PART_OF_LIFE * 43_200 > 4 * 3_600
