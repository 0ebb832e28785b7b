"""What a day's budgets mean to people who ask."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from bot import usage
from bot.settings import sqlite_in
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.reading import visible_text
from playground.workspace.workspace import Workspace
from tests.stage import Stage, TurnLog, bot_running, settings_for

ONE_A_DAY = "I've answered 1 of your questions today, which is the daily limit for one person."
AGAIN_IN_SLACK = r" Please ask again <!date\^\d+00\^\{date_short_pretty\} after \{time\}\|after midnight UTC>\."
AGAIN = " Please ask again after midnight UTC."
Running = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def running(workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> Running:
    """The bot with settings of the test's own."""

    @asynccontextmanager
    async def start(**more: int) -> AsyncIterator[Stage]:
        settings = settings_for(workspace, model.url, tmp_path, "socket", **more)
        async with bot_running(workspace, settings):
            yield Stage(workspace, model, settings, turn_log)
        logging.getLogger("bot").removeHandler(turn_log)
        assert turn_log.crashes == []

    return start


async def used(stage: Stage) -> list[str]:
    """The lines of the report, as CSV, without their days, ids, searches and dollars."""
    report = await usage.report(sqlite_in(stage.settings.bot_data_dir), "1d", csv=True)
    return [",".join(line.split(",")[5:-2]) for line in report.splitlines()[1:]]


async def until_used(stage: Stage, as_wanted: Callable[[list[str]], object]) -> None:
    """What was used is booked beside the answer, not before its end."""
    async with asyncio.timeout(20):
        while not as_wanted(await used(stage)):  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.02)


def read_by(stage: Stage) -> int:
    """The input tokens of the only turn so far."""
    (turn,) = stage.log.turns.values()
    return int(turn["input_tokens"])


async def test_people_who_have_asked_enough_are_told_in_private_when_to_ask_again(running: Running) -> None:
    async with running(bot_user_questions_per_day=1) as stage:
        assert await stage.outcome(await stage.ask("@claude hello")) == "answered"
        refused = await stage.ask("@claude hello again")
        assert await stage.outcome(refused) == "over_budget"
        assert await stage.outcome(await stage.ask("@claude hello", who="grace")) == "answered"

        assert stage.answers(refused) == []
        (message,) = stage.workspace.ephemerals(stage.general)
        assert message["ephemeral_for"] == stage.workspace.user("ada")
        assert re.fullmatch(re.escape(ONE_A_DAY) + AGAIN_IN_SLACK, message["text"])
        assert len(stage.model.requests) == 2


async def test_a_notice_goes_when_its_question_is_refused(running: Running) -> None:
    held = HeldAnswer()
    async with running(bot_user_questions_per_day=1, bot_turns_per_user_max=1) as stage:
        stage.model.script(held)
        first = await stage.ask("@claude hello")
        await held.asked.wait()
        refused = await stage.ask("@claude hello again")
        await stage.workspace.until(lambda _: stage.words(refused) == ["Queued…"])
        await held.finish()
        await stage.outcome(first)

        assert await stage.outcome(refused) == "over_budget"
        assert stage.words(refused) == []


async def test_in_a_direct_message_and_for_a_command_the_reply_says_it(running: Running) -> None:
    async with running(bot_user_questions_per_day=1) as stage:
        workspace, ada = stage.workspace, stage.workspace.user("ada")
        await stage.outcome(await stage.ask("@claude hello"))
        direct = workspace.direct_message(ada)
        refused = await stage.ask("hello", channel=direct)
        assert await stage.outcome(refused) == "over_budget"
        assert stage.words(refused, channel=direct) == [ONE_A_DAY + AGAIN]

        await workspace.command(ada, workspace.channel("random"), "/ask", "hello")
        shown = [ONE_A_DAY + AGAIN]
        await workspace.until(
            lambda ws: [visible_text(m) for m in ws.ephemerals(workspace.channel("random"), ada)] == shown
        )
        assert len(stage.model.requests) == 1


async def test_people_who_go_on_asking_read_it_once_in_a_while_for_each_way_of_asking(running: Running) -> None:
    async with running(bot_user_questions_per_day=1) as stage:
        workspace, ada = stage.workspace, stage.workspace.user("ada")
        direct = workspace.direct_message(ada)
        await stage.outcome(await stage.ask("@claude hello"))
        for _ in range(2):
            assert await stage.outcome(await stage.ask("@claude hello")) == "over_budget"
            assert await stage.outcome(await stage.ask("hello", channel=direct)) == "over_budget"
            invocation = await workspace.command(ada, workspace.channel("random"), "/ask", "hello")
            trigger = str(workspace.delivery(invocation).payload["trigger_id"])
            assert await stage.outcome(trigger) == "over_budget"

        (in_channel,) = workspace.ephemerals(stage.general, ada)
        assert in_channel["text"].startswith(ONE_A_DAY)
        own = [message for message in workspace.messages(direct) if message["user"] == workspace.bot_user_id]
        assert [visible_text(message) for message in own] == [ONE_A_DAY + AGAIN]
        shown = workspace.ephemerals(workspace.channel("random"), ada)
        assert [visible_text(message) for message in shown] == [ONE_A_DAY + AGAIN]  # no acknowledgement is left either


async def test_tokens_that_are_used_up_keep_the_next_question_from_being_answered(running: Running) -> None:
    async with running(bot_user_tokens_per_day=1_000, bot_workspace_tokens_per_day=1_500) as stage:
        stage.model.script(*(Answer("x" * 4_000) for _ in range(2)))
        for who in ("ada", "grace"):
            assert await stage.outcome(await stage.ask("@claude hello", who=who)) == "answered"
        await until_used(stage, lambda lines: [line.endswith(",1000") for line in lines] == [True, True])
        assert await stage.outcome(await stage.ask("@claude hello")) == "over_budget"
        assert await stage.outcome(await stage.ask("@claude hello", who="lars")) == "over_budget"

        told = [message["text"].partition(" Please")[0] for message in stage.workspace.ephemerals()]
        assert told == [
            "Your questions have used up the 1,000 tokens that one person may use in a day.",
            "Today's questions have used up the 1,500 tokens that this workspace may use in a day.",
        ]
        assert len(stage.model.requests) == 2


async def test_what_an_answer_used_is_counted_also_where_it_breaks_off(running: Running) -> None:
    async with running() as stage:
        stage.model.script(Answer("x" * 400), Answer(chunks=("y" * 40,) * 9, cut_after=5))
        assert await stage.outcome(await stage.ask("@claude hello")) == "answered"
        await until_used(stage, lambda lines: lines == [f"1,{read_by(stage)},0,0,0,100"])
        assert await stage.outcome(await stage.ask("@claude hello", who="grace")) == "cut"
        await until_used(stage, lambda lines: len(lines) == 2 and re.fullmatch("1,[1-9][0-9]*,0,0,0,50", lines[1]))
