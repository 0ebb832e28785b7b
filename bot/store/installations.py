"""Stores installations by workspace, with their tokens encrypted. I/O: the database.

Implements ``installations.installation.Installations``. Slack's own library has stores for this, but they write tokens
in plain text and open a second connection pool and schema beside the bot's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from bot.errors import StoreFailed
from bot.installations.installation import Installation, Rotation
from bot.installations.token_cipher import NotReadable, TokenCipher
from bot.ports import Outcome
from bot.store.database import Database
from bot.store.schema import FINISHED, RUNNING, WAITING, installations, questions
from bot.store.statements import NO_LEASE

FAULT_CHARS = 64
"""Slack's codes are shorter."""


class StoredInstallations:
    def __init__(self, database: Database, cipher: TokenCipher) -> None:
        self._database = database
        self._cipher = cipher
        self._now = database.now()

    async def save(self, installation: Installation) -> None:
        row = {
            "enterprise_id": installation.enterprise_id,
            "name": installation.name,
            "bot_user_id": installation.bot_user_id,
            "bot_id": installation.bot_id,
            "scopes": ",".join(sorted(installation.scopes)),
            "at": self._now,
            **self._tokens(installation),
        }

        def work(connection: Connection) -> None:
            mine = installations.c.team_id == installation.team_id
            if not connection.execute(installations.update().where(mine).values(row)).rowcount:
                connection.execute(installations.insert().values(team_id=installation.team_id, **row))

        await self._database.run(work)

    async def find(self, team_id: str) -> Installation | None:
        query = sa.select(installations).where(installations.c.team_id == team_id)
        row = await self._database.run(
            lambda connection: connection.execute(query).mappings().first(), durable=False, soon=True
        )
        return self._installation(row) if row is not None else None

    async def remove(self, team_id: str, bot_token: str) -> bool:
        mine = installations.c.team_id == team_id
        left = sa.and_(questions.c.team_id == team_id, questions.c.state != FINISHED)
        ended = {"state": FINISHED, "outcome": Outcome.FAILED.value, "finished_at": self._now}

        def work(connection: Connection) -> bool:
            row = connection.execute(sa.select(installations).where(mine)).mappings().first()
            if row is None or self._installation(row).bot_token != bot_token:
                return False
            connection.execute(installations.delete().where(mine, installations.c.token == row["token"]))
            connection.execute(questions.update().where(left).values(ended | {"payload": None} | NO_LEASE))
            return True

        removed = await self._database.run(work)
        self._database.scrub_soon()
        return removed

    async def due_for_renewal(self) -> Sequence[str]:
        due = sa.select(installations.c.team_id).where(installations.c.renew_at <= self._now)
        return await self._database.run(lambda connection: connection.execute(due).scalars().all(), durable=False)

    async def begin_renewal(self, team_id: str, within_s: float) -> Installation | None:
        due = sa.and_(installations.c.team_id == team_id, installations.c.renew_at <= self._now)
        begin = installations.update().where(due).values(renew_at=self._now + within_s).returning(installations)
        row = await self._database.run(lambda connection: connection.execute(begin).mappings().first())
        return self._installation(row) if row is not None else None

    async def renewed(self, before: Installation, after: Installation) -> bool:
        return await self._change(before, {"renewal_fault": None, **self._tokens(after)})

    async def renewal_refused(self, installation: Installation, code: str, again_s: float) -> None:
        await self._change(installation, {"renewal_fault": code[:FAULT_CHARS], "renew_at": self._now + again_s})

    async def _change(self, before: Installation, values: dict[str, Any]) -> bool:
        """Does nothing if it is a different installation by now."""
        mine = installations.c.team_id == before.team_id

        def work(connection: Connection) -> bool:
            row = connection.execute(sa.select(installations).where(mine)).mappings().first()
            if row is None or self._installation(row).bot_token != before.bot_token:
                return False
            change = installations.update().where(mine, installations.c.token == row["token"]).values(values)
            return connection.execute(change).rowcount > 0

        return await self._database.run(work)

    def _tokens(self, installation: Installation) -> dict[str, Any]:
        rotation = installation.rotation
        return {
            "token": self._cipher.encrypt(installation.bot_token),
            "refresh_token": self._cipher.encrypt(rotation.refresh_token) if rotation else None,
            "renew_at": rotation.renew_at_s if rotation else None,
            "renewal_fault": rotation.fault or None if rotation else None,
        }

    async def count(self) -> int:
        """Raises ``StoreFailed`` also if the newest cannot be decrypted with this key."""
        newest = sa.select(installations).order_by(installations.c.at.desc()).limit(1)
        total = sa.select(sa.func.count()).select_from(installations)

        def work(connection: Connection) -> tuple[RowMapping | None, int]:
            return connection.execute(newest).mappings().first(), connection.execute(total).scalar_one()

        row, number = await self._database.run(work, durable=False)
        if row is not None:
            self._installation(row)
        return number

    async def with_open_questions(self) -> frozenset[str]:
        query = sa.select(questions.c.team_id).where(questions.c.state.in_((WAITING, RUNNING))).distinct()
        return frozenset(
            await self._database.run(lambda connection: connection.execute(query).scalars().all(), durable=False)
        )

    def _installation(self, row: RowMapping) -> Installation:
        try:
            token = self._cipher.decrypt(row["token"])
            refresh_token = self._cipher.decrypt(row["refresh_token"]) if row["refresh_token"] else ""
        except NotReadable as error:
            raise StoreFailed(f"the token of {row['team_id']} was encrypted with another key") from error
        return Installation(
            team_id=row["team_id"],
            enterprise_id=row["enterprise_id"],
            name=row["name"],
            bot_user_id=row["bot_user_id"],
            bot_id=row["bot_id"],
            bot_token=token,
            scopes=frozenset(filter(None, row["scopes"].split(","))),
            rotation=Rotation(refresh_token, row["renew_at"], row["renewal_fault"] or "") if refresh_token else None,
        )
