"""The app rotates its tokens: they are renewed while people are answered, by one process, and nobody can read them."""

from __future__ import annotations

import asyncio

import pytest

from bot import workspaces
from bot.doctor.database import installed, of_rotation
from bot.doctor.finding import Finding, State
from bot.settings import sqlite_in
from playground.workspace.rotation import Rotation
from tests import made_files
from tests.e2e.test_many_workspaces import KEY, Apps, apps  # noqa: F401 - a fixture
from tests.logged import logged

LIFE_S = 2.0
WITHIN_S = 30.0


@pytest.fixture
def rotating(apps: Apps, monkeypatch: pytest.MonkeyPatch) -> Apps:  # noqa: F811 - as pytest has it
    apps.distribution.rotation = Rotation(LIFE_S)
    monkeypatch.setattr(workspaces, "LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(workspaces, "EXPIRED_REST_S", 0.2)
    return apps


def rotated(apps: Apps) -> Rotation:  # noqa: F811
    assert apps.distribution.rotation is not None
    return apps.distribution.rotation


async def until_renewed(apps: Apps, times: int) -> None:  # noqa: F811
    async with asyncio.timeout(WITHIN_S):
        while len(rotated(apps).renewals) < times:  # noqa: ASYNC110 - Slack tells nobody
            await asyncio.sleep(0.02)


async def test_people_are_answered_for_longer_than_a_token_lives(rotating: Apps) -> None:
    async with rotating.running():
        status, page = await rotating.install(rotating.first)
        assert (status, "Thank you" in page) == (200, True)
        assert rotating.first.bot_token.startswith("xoxe.xoxb-")
        assert await rotating.answer(rotating.first, "@claude hello")
        await until_renewed(rotating, 3)
        answer = await rotating.answer(rotating.first, "@claude and this?", files=[("plan.pdf", made_files.pdf())])
        assert "1 page" in answer
    assert [call.error for call in rotating.first.calls if call.error] == []
    kept = b"".join(file.read_bytes() for file in rotating.data_dir.glob("bot.sqlite3*"))
    assert rotating.first.team_id.encode() in kept
    assert b"xoxe" not in kept


async def test_a_token_that_ended_while_no_bot_ran_is_renewed_and_what_waited_is_answered(rotating: Apps) -> None:
    async with rotating.running():
        await rotating.install(rotating.first)
    rotating.first.tokens.rotated = dict.fromkeys(rotating.first.tokens.rotated, 0.0)
    async with rotating.running():
        assert await rotating.answer(rotating.first, "@claude hello")


async def test_new_tokens_that_never_arrived_are_asked_for_again_while_slack_still_gives_them(rotating: Apps) -> None:
    rotated(rotating).grace_s = 30.0
    async with rotating.running():
        await rotating.install(rotating.first)
        with logged() as lines:
            rotated(rotating).lost = 1
            await lines.until("installation.token_renewed")
        assert await rotating.answer(rotating.first, "@claude are you there?")
    assert lines.count("installation.renewal_repeated") == 1
    assert lines.count("installation.token_refused") == 0


async def test_a_refused_renewal_is_said_in_words_and_an_installation_mends_it(rotating: Apps) -> None:
    async with rotating.running():
        await rotating.install(rotating.first)
        with logged() as lines:
            rotated(rotating).refused = "invalid_refresh_token"
            await lines.until("installation.token_refused")
        line = next(line for line in lines.lines if line["event"] == "installation.token_refused")
        assert (line["workspace"], line["code"]) == (rotating.first.team_id, "invalid_refresh_token")
        assert line["todo"] == "please install the app there again, at /slack/install"
        finding = await doctor(rotating)
        assert finding.state is State.WRONG
        assert finding.words.startswith(
            "it expires, and Slack gives no new one (invalid_refresh_token): please install"
        )

        rotated(rotating).refused = ""
        rotating.first.tokens.rotated = dict.fromkeys(rotating.first.tokens.rotated, 0.0)
        with logged() as lines:
            ts = await rotating.first.say(
                rotating.first.user("ada"), rotating.first.channel("general"), "@claude are you there?"
            )
            await lines.until("installation.token_expired")
            await rotating.install(rotating.first)
            assert (await rotating.log.until_done(ts))["outcome"] == "answered"
        assert (await doctor(rotating)).state is State.OK


async def doctor(apps: Apps) -> Finding:  # noqa: F811
    installation = await installed(apps.settings(), sqlite_in(apps.data_dir), apps.first.team_id)
    assert installation.rotation is not None
    return of_rotation(installation.rotation, 0.0)
