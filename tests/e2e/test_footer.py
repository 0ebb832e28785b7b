"""What a turn used: under its answer where that is wanted, and in the log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.reading import visible_text
from playground.workspace.workspace import Workspace
from tests.stage import Stage, TurnLog, bot_running, settings_for

Running = Callable[..., AbstractAsyncContextManager[Stage]]
WORDS = "A short answer, in a few words."


@pytest.fixture
def running(workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> Running:
    @asynccontextmanager
    async def start(**more: Any) -> AsyncIterator[Stage]:
        settings = settings_for(workspace, model.url, tmp_path, "socket", **more)
        logging.getLogger("bot").addHandler(turn_log)
        async with bot_running(workspace, settings):
            yield Stage(workspace, model, settings, turn_log)
        logging.getLogger("bot").removeHandler(turn_log)
        assert turn_log.crashes == []

    return start


async def answered(stage: Stage, answer: Answer = Answer(WORDS), **more: Any) -> str:  # noqa: B008 - frozen
    stage.model.script(answer)
    ts = await stage.ask("@claude hello", **more)
    await stage.outcome(ts)
    return ts


async def test_the_footer_is_a_small_line_that_the_model_never_hears_of(running: Running) -> None:
    async with running(bot_footer="usage") as stage:
        ts = await answered(stage)
        turn = stage.log.turns[ts]
        tokens = turn["input_tokens"] + turn["output_tokens"]
        line = f"{tokens} tokens, less than $0.01, claude-sonnet-5-5"
        (message,) = stage.answers(ts)
        assert [block["type"] for block in message["blocks"]] == ["rich_text", "context", "context_actions"]
        assert [element["text"] for element in message["blocks"][1]["elements"]] == [line]

        await answered(stage, thread_ts=ts)
        assert [text for role, text in stage.asked_texts() if role == "assistant"] == [WORDS]


async def answered_in_two_steps(stage: Stage) -> str:
    """The same calls each time, however long the machine takes: the first words, and one edit with the rest."""
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude hello")
    await held.asked.wait()
    await held.write("Once upon a time there was a bot. ")
    await stage.workspace.until(lambda _: any("a bot" in words for words in stage.words(ts)))
    await held.write("It had a friend.")
    await held.finish()
    await stage.outcome(ts)
    return ts


async def test_it_costs_no_call_of_its_own(running: Running) -> None:
    calls: list[int] = []
    for footer in ("off", "usage"):
        async with running(bot_footer=footer) as stage:
            await answered(stage)  # what is looked up once
            before = len(stage.workspace.state.calls)
            ts = await answered_in_two_steps(stage)
            shown = [call.method for call in stage.workspace.state.calls[before:] if call.method.startswith("chat.")]
            calls.append(len(shown))
            assert ("claude-sonnet-5-5" in stage.words(ts)[-1]) == (footer == "usage")
    assert calls[0] == calls[1]


async def test_a_command_and_a_refusal_show_what_they_used_too(running: Running) -> None:
    async with running(bot_footer="usage") as stage:
        ts = await answered(stage, Answer("No, since", stop_reason="refusal"))
        (shown,) = stage.words(ts)
        assert shown.startswith("The model declined to answer this. ")
        assert shown.endswith(" tokens, less than $0.01, claude-sonnet-5-5")
        stage.model.script(Answer(WORDS))
        ada, random = stage.workspace.user("ada"), stage.workspace.channel("random")
        await stage.workspace.command(ada, random, "/ask", "hello")
        await stage.workspace.until(
            lambda ws: any("claude-sonnet-5-5" in visible_text(message) for message in ws.ephemerals(random, ada))
        )


async def test_prices_may_come_from_a_file_and_a_model_without_one_is_said_to_have_none(
    running: Running, tmp_path: Path
) -> None:
    file = tmp_path / "prices.toml"
    file.write_text("[claude-sonnet-5-5]\ninput = 0\noutput = 1_000\n", encoding="utf-8")
    async with running(bot_footer="usage", bot_prices_file=file) as stage:
        ts = await answered(stage, Answer("x" * 400))
        assert stage.log.turns[ts]["dollars"] == 0.1
        assert stage.words(ts)[0].endswith(" tokens, about $0.10, claude-sonnet-5-5")
    async with running(bot_footer="usage", messages_model="anthropic/claude-sonnet-6") as stage:
        stage.model.answers = lambda _: None
        ts = await stage.ask("@claude hello")
        assert await stage.outcome(ts) == "failed"  # the practice model knows no such model, and nothing was used
        assert (stage.log.turns[ts]["dollars"], "tokens" in stage.words(ts)[0]) == (None, False)


async def test_what_the_cache_took_and_gave_is_told_apart(running: Running) -> None:
    held = HeldAnswer()
    read = {
        "input_tokens": 100,
        "cache_creation_input_tokens": 3_000,
        "cache_read_input_tokens": 9_000,
        "cache_creation": {"ephemeral_5m_input_tokens": 1_000, "ephemeral_1h_input_tokens": 2_000},
    }
    async with running(bot_footer="usage") as stage:
        stage.model.script(held)
        ts = await stage.ask("@claude hello")
        await held.asked.wait()
        await held.write("Yes.")
        await held.send({"type": "message_delta", "delta": {}, "usage": read | {"output_tokens": 1}})
        await held.send({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 50}})
        assert await stage.outcome(ts) == "answered"

        turn = stage.log.turns[ts]
        names = ("input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens", "output_tokens")
        assert [turn[name] for name in names] == [12_100, 9_000, 3_000, 2_000, 50]
        assert turn["dollars"] == round((100 * 2 + 9_000 * 0.2 + 1_000 * 2.5 + 2_000 * 4 + 50 * 10) / 1e6, 6)
        assert stage.words(ts)[0].endswith("12,150 tokens (9,000 from cache), about $0.01, claude-sonnet-5-5")
