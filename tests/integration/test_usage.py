"""What questions use, by day, over both databases: counted once, never lost for long, and bounded."""

from __future__ import annotations

import asyncio
import time
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import usage as reports
from bot.day_budget import Budget, DayBudgets, Spent
from bot.errors import StartFailed
from bot.ports import Claim, Outcome
from bot.store.database import Database
from bot.store.questions import USAGE_DAYS, StoredQuestions
from bot.store.schema import usage
from bot.store.usage import DAY_S, Counting, StoredUsage
from bot.stream_events import Usage
from tests.asked import asked
from tests.database import run_sql
from tests.logged import logged
from tests.postgres import OVER_BOTH

LEASE_S = 20.0
MODEL = "claude-sonnet-5-5"
SOME = Usage(input=100, output=20, cache_read=3, cache_write=4, cache_write_1h=1, nano_dollars=400_000_000)


def today() -> int:
    return int(time.time() // DAY_S)


class Asked:
    """A database in which questions are asked and claimed under budgets."""

    def __init__(self, database: Database, **budgets: int) -> None:
        self.database = database
        self.questions = StoredQuestions(database, counting=Counting(lambda _: MODEL, DayBudgets(**budgets)))
        self._count = 0

    async def ask(self, user: str = "A", **more: str) -> Claim:
        """One question more, claimed."""
        self._count += 1
        question = asked(f"{user}{self._count}", user_id=user, **more)
        assert await self.questions.add(question, "one", busy=False, lease_s=0.0)
        return await self.claim()

    async def claim(self) -> Claim:
        (claim,) = await self.questions.claim("one", most=1, lease_s=LEASE_S, settled=True)
        return claim

    async def use(self, claim: Claim, more: Usage = SOME, model: str = MODEL) -> None:
        books = StoredUsage(self.database)
        books.used(claim, model, more)
        await books.aclose()

    async def a_day_passes(self) -> None:
        await run_sql(self.database, "UPDATE usage SET day = day - 1")

    async def rows(self) -> list[tuple[int, ...]]:
        """Day (from today), questions, and the four figures."""
        columns = [usage.c[name] for name in ("day", "questions", "input", "output", "cache_read", "cache_write")]
        found = await self.database.run(lambda connection: connection.execute(sa.select(*columns)).all())
        return sorted((row[0] - today(), *row[1:]) for row in found)


@OVER_BOTH
class TestCounting:
    async def test_a_question_is_counted_once_however_often_it_is_run(self, database: Database) -> None:
        asking = Asked(database)
        first = await asking.ask()
        await asking.use(first)
        assert await asking.questions.requeue(first)
        second = await asking.claim()
        await asking.use(second, Usage(input=7))
        await asking.questions.expire_all()
        third = await asking.claim()
        await asking.questions.finish(third, Outcome.FAILED)
        assert (second.id, third.id) == (first.id, first.id)
        assert await asking.rows() == [(0, 1, 107, 20, 3, 4)]

    async def test_a_denied_question_is_not_counted(self, database: Database) -> None:
        asking = Asked(database, user_questions=1)
        assert (await asking.questions.finish(await asking.ask(), Outcome.DENIED)).held
        assert await asking.rows() == []

    async def test_what_is_used_on_the_next_day_is_that_days(self, database: Database) -> None:
        asking = Asked(database)
        claim = await asking.ask()
        await asking.a_day_passes()
        await asking.use(claim)
        assert await asking.rows() == [(-1, 1, 0, 0, 0, 0), (0, 0, 100, 20, 3, 4)]

    async def test_what_the_database_does_not_take_is_written_when_it_is_back(self, database: Database) -> None:
        asking = Asked(database)
        claim = await asking.ask()
        books = StoredUsage(database)
        with logged() as lines:
            await run_sql(database, "ALTER TABLE usage RENAME TO away")
            books.used(claim, MODEL, SOME)
            await lines.until("usage.not_written")
            books.used(claim, MODEL, SOME)
            await run_sql(database, "ALTER TABLE away RENAME TO usage")
            await books.aclose()
        assert await asking.rows() == [(0, 1, 200, 40, 6, 8)]

    async def test_it_holds_ids_and_figures_and_no_text(self, database: Database) -> None:
        asking = Asked(database)
        await asking.use(await asking.ask(text="the merger is on Friday"))
        row = await database.run(lambda connection: connection.execute(sa.select(usage)).mappings().one())
        assert {name: row[name] for name in ("team_id", "user_id", "channel_id", "model")} == {
            "team_id": "T1", "user_id": "A", "channel_id": "C1", "model": MODEL,
        }  # fmt: skip
        figures = {name: value for name, value in row.items() if not name.endswith("_id") and name != "model"}
        assert {type(value) for value in figures.values()} == {int}

    async def test_it_is_forgotten_after_a_year_and_some_days(self, database: Database) -> None:
        asking = Asked(database)
        await asking.ask()
        for age, left in ((USAGE_DAYS, 1), (1, 0)):
            await run_sql(database, f"UPDATE usage SET day = day - {age}")
            await asking.questions.forget(90 * DAY_S)
            assert len(await asking.rows()) == left


@OVER_BOTH
class TestBudgets:
    async def test_a_person_may_ask_so_many_questions_in_a_day(self, database: Database) -> None:
        asking = Asked(database, user_questions=2)
        assert [(await asking.ask()).spent for _ in range(3)] == [
            None,
            None,
            Spent(Budget.USER_QUESTIONS, 2, (today() + 1) * DAY_S),
        ]
        assert (await asking.ask("B")).spent is None
        assert (await asking.ask(team_id="T2")).spent is None
        await asking.a_day_passes()
        assert (await asking.ask()).spent is None

    async def test_a_question_that_was_refused_is_not_counted(self, database: Database) -> None:
        asking = Asked(database, user_questions=1)
        await asking.ask()
        await asking.ask()
        assert await asking.rows() == [(0, 1, 0, 0, 0, 0)]

    async def test_a_persons_tokens_of_all_kinds_count_together(self, database: Database) -> None:
        asking = Asked(database, user_tokens=254)
        await asking.use(await asking.ask())
        await asking.use(await asking.ask(channel_id="D1"), model="another-model")
        spent = (await asking.ask()).spent
        assert spent is not None
        assert (spent.budget, spent.most) == (Budget.USER_TOKENS, 254)
        assert (await asking.ask("B")).spent is None

    async def test_the_workspaces_tokens_are_everybodys(self, database: Database) -> None:
        asking = Asked(database, workspace_tokens=127)
        assert (await asking.ask("C")).spent is None
        await asking.use(await asking.ask())
        spent = (await asking.ask("B")).spent
        assert spent is not None
        assert spent.budget is Budget.WORKSPACE_TOKENS
        assert (await asking.ask("B", team_id="T2")).spent is None

    async def test_a_question_that_was_begun_is_finished_whatever_is_used_up_since(self, database: Database) -> None:
        asking = Asked(database, user_questions=1, user_tokens=10)
        claim = await asking.ask()
        await asking.use(claim)
        assert await asking.questions.requeue(claim)
        assert (await asking.claim()).spent is None

    async def test_without_budgets_nobody_is_refused(self, database: Database) -> None:
        asking = Asked(database)
        claim = await asking.ask()
        await asking.use(claim, Usage(input=10**12))
        assert (await asking.ask()).spent is None


async def test_processes_that_share_a_database_never_exceed_a_persons_questions(postgres_database: str) -> None:
    databases = [await Database.open(postgres_database) for _ in range(4)]
    stores = [
        StoredQuestions(one, counting=Counting(lambda _: MODEL, DayBudgets(user_questions=5))) for one in databases
    ]
    for number in range(20):
        await stores[0].add(asked(f"{number}"), "one", busy=False, lease_s=0.0)
    found = await asyncio.gather(
        *(store.claim(f"owner {n}", most=5, lease_s=LEASE_S, settled=True) for n, store in enumerate(stores))
    )
    claims = [claim for some in found for claim in some]
    assert sum(claim.spent is None for claim in claims) == 5
    assert len(claims) == 20
    for database in databases:
        await database.aclose()


class TestReport:
    @pytest.fixture
    async def asking(self, database: Database) -> Asked:
        asking = Asked(database)
        for user, channel in (("A", "C1"), ("A", "C2"), ("B", "C1")):
            used = Usage(1_000, 200, 30, 4, 3, 1_250_000_000, web_searches=1)
            await asking.use(await asking.ask(user, channel_id=channel), used)
        await asking.a_day_passes()
        await asking.use(await asking.ask("B", channel_id="D1"))
        return asking

    @OVER_BOTH
    @pytest.mark.usefixtures("asking")
    async def test_it_says_who_used_what_each_day_while_the_bot_uses_the_database(self, address: str) -> None:
        now, before = (date(1970, 1, 1) + timedelta(days=today() - ago) for ago in (0, 1))
        figures = "questions input cache_read cache_write_5m cache_write_1h output web_searches dollars"
        names = f"day workspace person model {figures}"
        lines = (await reports.report(address, "7d", csv=False)).splitlines()
        assert [line.split() for line in lines] == [
            names.split(),
            f"{before} T1 A {MODEL} 2 2,000 60 2 6 400 2 2.50".split(),
            f"{before} T1 B {MODEL} 1 1,000 30 1 3 200 1 1.25".split(),
            f"{now} T1 B {MODEL} 1 100 3 3 1 20 0 0.40".split(),
            ["total", "4", "3,100", "93", "6", "10", "620", "3", "4.15"],
        ]
        assert len({len(line) for line in lines}) == 1, "figures stand below each other"
        assert (await reports.report(address, "1d", csv=True)).splitlines() == [
            f"day,workspace,channel,person,model,{figures.replace(' ', ',')}",
            f"{now},T1,D1,B,claude-sonnet-5-5,1,100,3,3,1,20,0,0.400000",
        ]

    @OVER_BOTH
    @pytest.mark.usefixtures("asking")
    async def test_it_says_who_cost_most_by_whatever_is_asked_for(self, address: str) -> None:
        async def lines(by: str) -> list[str]:
            report = await reports.report(address, "7d", csv=True, by=reports.details(by))
            return report.splitlines()

        assert await lines("person") == [
            "person,questions,input,cache_read,cache_write_5m,cache_write_1h,output,web_searches,dollars",
            "A,2,2000,60,2,6,400,2,2.500000",
            "B,2,1100,33,4,4,220,1,1.650000",
        ]
        assert [line.split(",")[0] for line in await lines("channel")] == ["channel", "C1", "C2", "D1"]
        assert [line.split(",")[:2] for line in await lines("model, person")] == [
            ["model", "person"], [MODEL, "A"], [MODEL, "B"],
        ]  # fmt: skip
        with pytest.raises(StartFailed, match="--by: user is none of day, workspace, channel, person, model"):
            reports.details("user")

    @OVER_BOTH
    async def test_what_has_no_price_is_tokens_and_is_said_to_be(self, database: Database, address: str) -> None:
        asking = Asked(database)
        await asking.use(await asking.ask("A"), Usage(1_000, 200), model="my-own")
        await asking.use(await asking.ask("A"), Usage(1_000, 200, nano_dollars=2_000_000_000))
        table = (await reports.report(address, "1d", csv=False, by=("model",))).splitlines()
        assert [line.split()[-1] for line in table[1:3]] == ["2.00", "?"]
        assert table[3].endswith("2.00 + ?")
        assert table[4] == "No price is known for my-own, so the dollars leave that out."
        rows = (await reports.report(address, "1d", csv=True, by=("model",))).splitlines()[1:]
        assert [row.rpartition(",")[2] for row in rows] == ["2.000000", ""]

    @pytest.mark.usefixtures("database")
    async def test_where_nothing_was_asked_it_says_so(self, address: str) -> None:
        assert await reports.report(address, "2026-01-31", csv=False) == "Nobody has asked anything since 2026-01-31.\n"

    @pytest.mark.parametrize("since", ["week", "0d", "7", "2026-13-01", "-3d", "99999d"])
    def test_a_malformed_since_is_one_line(self, since: str) -> None:
        with pytest.raises(StartFailed, match="--since"):
            reports.first_day(since, date(2026, 1, 31))

    async def test_days_are_counted_with_today(self) -> None:
        assert reports.first_day("7d", date(2026, 1, 31)) == date(2026, 1, 25)
        assert reports.first_day("2025-12-24", date(2026, 1, 31)) == date(2025, 12, 24)

    async def test_a_database_that_cannot_be_read_is_one_line_and_none_is_made(self, tmp_path: Path) -> None:
        for content, fault in ((None, "there is no"), (b"", "cannot be read"), (b"no database" * 99, "cannot be read")):
            file = tmp_path / "a #1 file?.sqlite3"
            if content is not None:
                file.write_bytes(content)
            with pytest.raises(StartFailed, match=fault) as failed:
                await reports.report(f"sqlite:///{str(file).replace('?', '%3F')}", "7d", csv=False)
            assert "\n" not in str(failed.value)
            assert file.exists() == (content is not None)
        with pytest.raises(StartFailed, match="cannot be read"):
            await reports.report("postgresql://127.0.0.1:1/name", "7d", csv=False)
