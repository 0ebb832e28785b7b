"""What an operator erases is gone from every table, and what cannot go yet goes with its turn."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.erase import WORDS as WORDS_OF_TABLES
from bot.file_ports import EVERY_FILE
from bot.ports import Claim, Outcome, Vitals
from bot.stops import StopWish
from bot.store.database import Database
from bot.store.deleted_files import StoredDeletedFiles
from bot.store.erasure import Erased, Whose, _of, erase
from bot.store.questions import StoredQuestions
from bot.store.refused_files import StoredRefusedFiles
from bot.store.reply_records import StoredReplyRecords
from bot.store.schema import metadata, questions
from bot.store.stops import StoredStops
from tests.asked import asked
from tests.postgres import OVER_BOTH

WORDS = "the merger is on Friday"


async def ask(database: Database, ts: str, user_id: str, team_id: str = "T1") -> None:
    question = asked(ts, user_id=user_id, team_id=team_id, text=WORDS, response_url="https://hooks.slack.com/x")
    await StoredQuestions(database).add(question, "one", busy=False, lease_s=0.0)


async def claim(database: Database) -> list[Claim]:
    return await StoredQuestions(database).claim("one", most=9, lease_s=20.0, settled=True)


async def answer_all(database: Database) -> None:
    for claimed in await claim(database):
        await StoredReplyRecords(database).posted(claimed.question, 0, f"{claimed.question.ts}9")
        await StoredQuestions(database).finish(claimed, Outcome.ANSWERED)


async def erased(database: Database, **whose: str) -> Erased:
    return await database.run(lambda connection: erase(connection, Whose(**whose)))


async def left(database: Database) -> dict[str, int]:
    def work(connection: Connection) -> dict[str, int]:
        tables = metadata.sorted_tables
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in tables
        }

    return await database.run(work)


def test_every_table_is_known_to_be_somebodys() -> None:
    """A new table is either found by its columns, or has to be named."""
    for table in metadata.sorted_tables:
        whose_columns = {"user_id", "team_id"} & {column.name for column in table.columns}
        for whose in (Whose(user_id="U1"), Whose(team_id="T1")):
            _of(table, whose)  # raises LookupError where nobody has said whose it is
        assert "user_id" not in whose_columns or "user_id" in str(_of(table, Whose(user_id="U1"))), table.name


def test_an_operator_who_erases_reads_what_every_table_holds() -> None:
    assert WORDS_OF_TABLES.keys() == metadata.tables.keys()


def test_a_table_without_an_erasure_rule_stops_the_erasure() -> None:
    with pytest.raises(LookupError, match="diary"):
        _of(sa.Table("diary", sa.MetaData(), sa.Column("words", sa.Text)), Whose(user_id="U1"))


def row(table: sa.Table, number: int) -> dict[str, object]:
    """Of person U1 in workspace T1, or U2 in T2; whatever else a table wants."""
    whose = {"user_id": f"U{number}", "team_id": f"T{number}", "id": number, "question_id": number}
    given = {column.name: whose[column.name] for column in table.columns if column.name in whose}
    for column in table.columns:
        if column.name not in given and not column.nullable:
            given[column.name] = number if isinstance(column.type, sa.Integer | sa.Float) else f"{column.name}{number}"
        if isinstance(column.type, sa.Boolean):
            given[column.name] = False
        if isinstance(column.type, sa.LargeBinary):
            given[column.name] = b"x"
    return {**given, "state": "finished"} if table is questions else given


@OVER_BOTH
class TestErasing:
    @pytest.mark.parametrize("whose", [{"user_id": "U1"}, {"team_id": "T1"}], ids=["person", "workspace"])
    async def test_nothing_of_theirs_is_left_in_any_table(self, database: Database, whose: dict[str, str]) -> None:
        ((column, value),) = whose.items()
        of = [table for table in metadata.sorted_tables if column in table.c]

        def fill(connection: Connection) -> None:
            for table in metadata.sorted_tables:
                connection.execute(table.insert(), [row(table, 1), row(table, 2)])

        def count(connection: Connection) -> dict[str, list[str]]:
            return {table.name: sorted(connection.execute(sa.select(table.c[column])).scalars()) for table in of}

        await database.run(fill)
        theirs = {table.name: [value, value.replace("1", "2")] for table in of}
        assert await database.run(count) == theirs
        await erased(database, **whose)
        left_over = await database.run(count)
        assert {name: values for name, values in left_over.items() if value in values and name != "deleted_files"} == {}
        assert all(value.replace("1", "2") in values for values in left_over.values())

    async def test_the_id_of_whoever_ended_somebody_elses_answer_is_erased(self, database: Database) -> None:
        """In no column of any table, whatever its name; also of a question that an earlier version kept it for."""
        id_columns = [
            column for table in metadata.sorted_tables for column in table.c if column.type.python_type is str
        ]

        def stopped(connection: Connection) -> None:
            connection.execute(questions.insert(), [{**row(questions, 2), "stopped_by": "U1"}])

        def found(connection: Connection) -> list[str]:
            rows = {str(each): connection.execute(sa.select(each).where(each == "U1")).all() for each in id_columns}
            return [name for name, values in rows.items() if values]

        await database.run(stopped)
        assert await database.run(found) == ["questions.stopped_by"]
        await erased(database, user_id="U1")
        assert await database.run(found) == []
        assert (await left(database))["questions"] == 1

    async def test_the_id_of_whoever_ended_an_answer_is_not_kept(self, database: Database) -> None:
        await ask(database, "1.0", "U2")
        claims = await claim(database)
        assert await StoredStops(database).wish(StopWish("T1", "C1", "1.0", "U1")) == 1
        by = sa.select(questions.c.stopped_by)
        assert await database.run(lambda connection: connection.execute(by).scalars().all()) == ["U1"]
        await StoredQuestions(database).finish(claims[0], Outcome.STOPPED)
        assert await database.run(lambda connection: connection.execute(by).scalars().all()) == [None]

    async def test_a_person_is_erased_and_others_stay(self, database: Database) -> None:
        for ts, user_id in (("1.0", "U1"), ("2.0", "U2"), ("3.0", "U1")):
            await ask(database, ts, user_id)
        await answer_all(database)
        await StoredRefusedFiles(database).add("T1", ["F1"], 1.0)
        await StoredDeletedFiles(database).add(("T1", "F2"))

        found = await erased(database, user_id="U1")

        assert {table: count for table, count in found.rows.items() if count} == {
            "questions": 2,
            "reply_parts": 2,
            "refused_files": 1,
            "deleted_files": 1,
        }
        assert found.unfinished == 0
        kept = {table: count for table, count in (await left(database)).items() if count}
        assert kept == {"questions": 1, "reply_parts": 1, "deleted_files": 1}
        assert list(await StoredDeletedFiles(database).since(0.0)) == [EVERY_FILE]
        assert (await erased(database, user_id="U1")).rows["questions"] == 0

    async def test_a_workspace_is_erased_and_others_stay(self, database: Database) -> None:
        for ts, team_id in (("1.0", "T1"), ("2.0", "T2")):
            await ask(database, ts, "U1", team_id)
            await StoredRefusedFiles(database).add(team_id, ["F1"], 1.0)
        await answer_all(database)

        found = await erased(database, team_id="T1")

        assert {table: count for table, count in found.rows.items() if count} == {
            "questions": 1,
            "reply_parts": 1,
            "refused_files": 1,
        }
        assert (await left(database))["refused_files"] == 1
        assert (await left(database))["questions"] == 1

    async def test_a_question_that_waits_loses_its_words_and_is_ended_by_its_turn(self, database: Database) -> None:
        await ask(database, "1.0", "U1")

        assert (await erased(database, user_id="U1")).unfinished == 1
        payloads = await database.run(
            lambda connection: connection.execute(sa.select(questions.c.payload)).scalars().all()
        )
        assert payloads == [None]
        (claimed,) = await claim(database)
        assert claimed.erased
        assert (claimed.question.text, claimed.question.response_url) == ("", None)
        assert (await StoredQuestions(database).finish(claimed, Outcome.ERASED)).held
        assert (await left(database))["questions"] == 0

    async def test_a_question_that_runs_hears_of_it_with_the_next_heartbeat(self, database: Database) -> None:
        for ts, user_id in (("1.0", "U1"), ("2.0", "U2")):
            await ask(database, ts, user_id)
        claims = await claim(database)

        await erased(database, user_id="U1")
        await StoredQuestions(database).heartbeat("one", Vitals(claims), lease_s=20.0)

        assert [claimed.lease.erased for claimed in claims] == [True, False]
        assert all(claimed.lease.held() for claimed in claims)
        for claimed in claims:
            assert (await StoredQuestions(database).finish(claimed, Outcome.ANSWERED)).held
        assert (await left(database))["questions"] == 1
