"""Books what questions use, by day, and decides whether the daily budgets allow one more. I/O: the database.

A question is counted when it is first claimed, however often it runs after that. If a budget is used up by then, it is
not answered; nothing that happens later stops it. Tokens are added while the model writes. A row belongs to one
question on one day with one model, so that no two processes write the same one; it holds ids and figures, no text, and
outlives the question. The cost is stored with it, by the prices of that time. Days are UTC, by the database's clock.
Implements ``ports.UsageRecords``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, RowMapping

from bot.day_budget import Budget, DayBudgets, Spent
from bot.errors import StoreFailed
from bot.messages import EntryPoint, Question
from bot.ports import Claim
from bot.store.database import Database
from bot.store.schema import questions, usage
from bot.stream_events import Usage
from bot.telemetry.logs import get_logger, of_nobody

log = get_logger(__name__)

DAY_S = 86_400
PAUSE_S = 2.0
CLOSE_PATIENCE_S = 5.0
"""How long to wait for a database that does not answer while the process ends."""
MODEL_CHARS_MAX = 128
TOKENS = ("input", "output", "cache_read", "cache_write")
"""All that was processed."""
FIGURES = (*TOKENS, "cache_write_1h", "web_searches")
NO_BUDGETS = DayBudgets()
NOTHING_ASKED = frozenset({EntryPoint.FILE, EntryPoint.SHARE})
"""Presses that ask the model nothing: they are in the queue, but in no budget."""


@dataclass(frozen=True, slots=True)
class Counting:
    """How ``StoredQuestions`` counts usage when it claims. ``model_in``: the model of a channel, by its id."""

    model_in: Callable[[str], str]
    budgets: DayBudgets = NO_BUDGETS

    def admit(self, connection: Connection, claimed: Sequence[RowMapping]) -> dict[int, Spent]:
        """Counts the questions that were just ``claimed``; returns, by id, those that are over a budget and not
        counted.

        Only one process claims at a time, so no budget is exceeded by two that count at the same moment.
        """
        ids = [row["id"] for row in claimed if row["fence"] > 1]  # the others are claimed for the first time
        known = set(connection.execute(_COUNTED, {"ids": ids}).scalars()) if ids else set[int]()
        refused: dict[int, Spent] = {}
        for row in claimed:
            if row["id"] in known or row["entry_point"] in NOTHING_ASKED:
                continue
            day = int(row["claimed_at"] // DAY_S)
            spent = self._spent(connection, row, day)
            if spent is not None:
                refused[row["id"]] = spent
                continue
            key = {name: row[name] for name in ("team_id", "user_id", "channel_id")}
            model = self.model_in(row["channel_id"])[:MODEL_CHARS_MAX]
            first = {"day": day, "question_id": row["id"], "model": model, "questions": 1}
            connection.execute(_COUNT, {**key, **first, **dict.fromkeys(FIGURES, 0)})
        return refused

    def _spent(self, connection: Connection, row: RowMapping, day: int) -> Spent | None:
        budgets = self.budgets
        if budgets == DayBudgets():
            return None
        in_team = sa.and_(usage.c.team_id == row["team_id"], usage.c.day == day)
        theirs = sa.and_(in_team, usage.c.user_id == row["user_id"])
        tokens = sum((usage.c[name] for name in TOKENS[1:]), start=usage.c[TOKENS[0]])
        bounds = (
            (Budget.USER_QUESTIONS, budgets.user_questions, usage.c.questions, theirs),
            (Budget.USER_TOKENS, budgets.user_tokens, tokens, theirs),
            (Budget.WORKSPACE_TOKENS, budgets.workspace_tokens, tokens, in_team),
        )
        for budget, most, figure, whose in bounds:
            if most is not None and _sum(connection, figure, whose) >= most:
                return Spent(budget, most, (day + 1) * DAY_S)
        return None


def _sum(connection: Connection, figure: sa.ColumnElement[int], whose: sa.ColumnElement[bool]) -> int:
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.sum(figure), 0)).where(whose)).scalar_one())


class StoredUsage:
    """What cannot be written at once is kept, and written when the database is back."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._count = _add_to((postgresql if database.shared else sqlite).insert(usage))
        there = questions.c.id.in_(sa.bindparam("ids", expanding=True))
        self._there = sa.select(questions.c.id, database.now().label("now")).where(there)
        self._owed: dict[tuple[int, str], tuple[Question, Usage]] = {}
        self._writing: asyncio.Task[None] | None = None

    def used(self, claim: Claim, model: str, more: Usage) -> None:
        self._owe((claim.id, model[:MODEL_CHARS_MAX]), claim.question, more)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), context=of_nobody())

    async def aclose(self) -> None:
        """Waits until all is written, for a while."""
        if (writing := self._writing) is not None:
            await asyncio.wait({writing}, timeout=CLOSE_PATIENCE_S)
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
        if self._owed:
            log.warning("usage.lost", questions=len(self._owed))

    def _owe(self, what: tuple[int, str], question: Question, more: Usage) -> None:
        _, before = self._owed.get(what, (question, Usage()))
        self._owed[what] = question, before + more

    async def _write(self) -> None:
        try:
            while self._owed:
                owed, self._owed = self._owed, {}
                try:
                    await self._database.run(partial(self._add, owed=owed), durable=False, soon=True)
                except StoreFailed as error:
                    log.warning("usage.not_written", error=str(error), questions=len(owed))
                    for what, (question, figures) in owed.items():
                        self._owe(what, question, figures)
                    await asyncio.sleep(PAUSE_S)
        finally:
            self._writing = None

    def _add(self, connection: Connection, owed: Mapping[tuple[int, str], tuple[Question, Usage]]) -> None:
        """An operator may have erased some of the questions meanwhile."""
        ids = {question_id for question_id, _ in owed}
        there = {row.id: int(row.now // DAY_S) for row in connection.execute(self._there, {"ids": list(ids)})}
        rows = [
            {
                "day": there[question_id],
                "question_id": question_id,
                "model": model,
                "team_id": question.team_id,
                "user_id": question.user_id,
                "channel_id": question.channel_id,
                "questions": 0,
                "nano_dollars": used.nano_dollars,
                **{name: getattr(used, name) for name in FIGURES},
            }
            for (question_id, model), (question, used) in owed.items()
            if question_id in there
        ]
        if rows:
            connection.execute(self._count, rows)


_COUNTED = sa.select(usage.c.question_id).where(usage.c.question_id.in_(sa.bindparam("ids", expanding=True)))
_COUNT = usage.insert()


def _add_to(row: postgresql.Insert | sqlite.Insert) -> postgresql.Insert | sqlite.Insert:
    """Usage without a known price adds nothing to the cost of the rest."""
    more, dollars = row.excluded.nano_dollars, usage.c.nano_dollars
    added: dict[str, sa.ColumnElement[int]] = {name: usage.c[name] + row.excluded[name] for name in FIGURES}
    added["nano_dollars"] = sa.case((more.is_(None), dollars), else_=sa.func.coalesce(dollars, 0) + more)
    return row.on_conflict_do_update(index_elements=[usage.c.question_id, usage.c.day, usage.c.model], set_=added)
