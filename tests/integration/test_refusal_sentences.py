"""Nobody reads the same refusal again for a while, whichever process says it, and also while the database is away."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from bot.access.control import AccessControl
from bot.access.rules import SENTENCES, SILENT_NOT_NOW_S, SILENT_S, OwnWorkspace, Person, Policy, Reason
from bot.messages import Question
from bot.store.database import Database
from bot.store.erasure import Whose, erase
from bot.store.questions import FORGET_SENTENCES_S, StoredQuestions
from bot.store.refusal_sentences import StoredSentences
from tests.asked import asked
from tests.clocks import StandingClock
from tests.database import run_sql
from tests.logged import logged
from tests.postgres import OVER_BOTH

ONE_SAID = [SENTENCES[Reason.GUEST]]


@dataclass
class Slack:
    """What people were told, and that all of them are guests."""

    said: list[str] = field(default_factory=list)

    async def person(self, user_id: str, *, within_s: float) -> Person | None:  # noqa: ARG002 - as ``access.control.People`` has it
        return Person(is_guest=True)

    async def decline(self, question: Question, sentence: str) -> None:  # noqa: ARG002 - as ``access.control.Asides`` has it
        if sentence:
            self.said.append(sentence)


@pytest.fixture
def slack() -> Slack:
    return Slack()


def access(slack: Slack, database: Database, clock: StandingClock | None = None) -> AccessControl:
    return AccessControl(
        Policy(own=OwnWorkspace("T1")), slack, slack, StoredSentences(database), clock or StandingClock()
    )


async def turned_away(
    *controls: AccessControl, reason: Reason = Reason.GUEST, user_id: str = "U1", team_id: str = "T1"
) -> None:
    question = asked("1.0", user_id=user_id, team_id=team_id)
    await asyncio.gather(*(one.turn_away(question, reason) for one in controls))


async def ago(database: Database, seconds: float) -> None:
    """All that was said was said so much longer ago."""
    await run_sql(database, f"UPDATE refusal_sentences SET at = at - {seconds}")


async def kept(database: Database) -> int:
    return int(await run_sql(database, "SELECT count(*) FROM refusal_sentences"))


@OVER_BOTH
class TestOverBothDatabases:
    async def test_a_sentence_is_said_once_in_a_while(self, database: Database, slack: Slack) -> None:
        for passed_s, said in ((0, 1), (SILENT_S - 60, 1), (60, 2), (1, 2)):
            await ago(database, passed_s)
            await turned_away(access(slack, database))
            assert len(slack.said) == said, passed_s

    async def test_each_person_each_reason_and_each_workspace_has_its_own(
        self, database: Database, slack: Slack
    ) -> None:
        for _ in range(2):
            await turned_away(access(slack, database))
            await turned_away(access(slack, database), reason=Reason.USER_DENIED)
            await turned_away(access(slack, database), user_id="U2")
            await turned_away(access(slack, database), team_id="T2")
        assert len(slack.said) == 4

    async def test_people_who_were_asked_to_try_again_in_a_minute_are_answered_when_they_do(
        self, database: Database, slack: Slack
    ) -> None:
        for passed_s, said in ((0, 1), (10, 1), (SILENT_NOT_NOW_S, 2)):
            await ago(database, passed_s)
            await turned_away(access(slack, database), reason=Reason.NOT_NOW)
            assert len(slack.said) == said, passed_s

    async def test_a_clock_that_was_set_back_silences_nobody(self, database: Database, slack: Slack) -> None:
        await turned_away(access(slack, database))
        await ago(database, -365 * 86_400)
        await turned_away(access(slack, database))
        assert len(slack.said) == 2

    async def test_it_is_forgotten_soon_and_erased_with_the_person(self, database: Database, slack: Slack) -> None:
        for user_id in ("U1", "U2"):
            await turned_away(access(slack, database), user_id=user_id)
        found = await database.run(lambda connection: erase(connection, Whose(user_id="U1")))
        assert (found.rows["refusal_sentences"], await kept(database)) == (1, 1)
        await ago(database, FORGET_SENTENCES_S + 1)
        await StoredQuestions(database).forget(90 * 86_400.0)
        assert await kept(database) == 0

    async def test_a_database_that_fails_lets_nobody_in_and_keeps_nobody_from_hearing_why(
        self, database: Database, slack: Slack, clock: StandingClock
    ) -> None:
        """What this process has said itself still counts."""
        one = access(slack, database, clock)
        await run_sql(database, "ALTER TABLE refusal_sentences RENAME TO away")
        try:
            with logged() as lines:
                for _ in range(2):
                    assert await one.denial(asked("1.0", team_id="T1")) is Reason.GUEST
                    await turned_away(one)
            assert (slack.said, lines.count("access.sentence_not_recorded")) == (ONE_SAID, 2)
            clock.now += SILENT_S
            await turned_away(one)
            assert len(slack.said) == 2
        finally:
            await run_sql(database, "ALTER TABLE away RENAME TO refusal_sentences")


async def test_only_one_of_the_processes_that_share_a_database_says_it(postgres_database: str, slack: Slack) -> None:
    """At the same moment, and later."""
    databases = [await Database.open(postgres_database) for _ in range(4)]
    for _ in range(2):
        await turned_away(*(access(slack, database) for database in databases for _ in range(5)))
    assert slack.said == ONE_SAID
    for database in databases:
        await database.aclose()
