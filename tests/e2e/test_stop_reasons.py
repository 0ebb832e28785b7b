"""However the API says that an answer ended, people read a whole sentence, and may do what helps."""

from __future__ import annotations

from typing import Any

import pytest

from bot.answering import endings
from bot.answering.waiting import STILL_THINKING, STILL_WAITING
from playground.practice_model.script import Answer, HeldAnswer
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.stage import Stage, TurnLog, bot_running, settings_for

WHOLE = "All of it."
STOPPED = endings.STOPPED
CASES: list[tuple[str, str | None, str, list[str], str]] = [
    ("end_turn", WHOLE, "answered", [WHOLE], ""),
    ("end_turn", "", "failed", [endings.SILENT], "Ask again"),
    ("end_turn", " \n", "failed", [endings.SILENT], "Ask again"),
    ("stop_sequence", WHOLE, "answered", [WHOLE], ""),
    ("max_tokens", WHOLE, "cut", [WHOLE, STOPPED["max_tokens"]], "Continue"),
    ("max_tokens", "", "failed", [endings.ONLY_THOUGHT], "Ask again"),
    ("tool_use", WHOLE, "cut", [WHOLE, STOPPED["tool_use"]], ""),
    ("tool_use", "", "cut", [STOPPED["tool_use"]], ""),
    ("pause_turn", WHOLE, "cut", [WHOLE, STOPPED["pause_turn"]], "Continue"),
    ("pause_turn", "", "failed", [endings.SILENT], "Ask again"),
    ("refusal", WHOLE, "refused", [endings.REFUSED], ""),
    ("refusal", "", "refused", [endings.REFUSED], ""),
    ("model_context_window_exceeded", WHOLE, "cut", [WHOLE, STOPPED["model_context_window_exceeded"]], ""),
    ("model_context_window_exceeded", "", "cut", [STOPPED["model_context_window_exceeded"]], ""),
    ("", WHOLE, "answered", [WHOLE], ""),
    ("", "", "failed", [endings.SILENT], "Ask again"),
    ("a_new_one", WHOLE, "answered", [WHOLE], ""),
    ("a_new_one", "", "failed", [endings.SILENT], "Ask again"),
]


@pytest.fixture
def transport() -> str:
    return "socket"


async def test_every_stop_reason_ends_in_words_that_people_can_act_on(stage: Stage) -> None:
    for reason, text, outcome, words, button in CASES:
        details = {"type": "refusal", "category": "cyber", "explanation": "Because."} if reason == "refusal" else None
        stage.model.script(Answer(text or "", stop_reason=reason or None, stop_details=details))
        ts = await stage.ask("@claude hello")
        assert await stage.outcome(ts) == outcome, (reason, text)
        assert "\n".join(stage.words(ts)).split("\n") == words, (reason, text)
        assert buttons(stage, ts) == ([button] if button else []), (reason, text)
        assert stage.log.turns[ts]["refusal"] == ("cyber" if details else "")


async def test_a_refused_question_stays_out_of_what_the_model_hears_later(stage: Stage) -> None:
    stage.model.script(Answer("First I", stop_reason="refusal"), Answer(WHOLE))
    ts = await stage.ask("@claude hello")
    refused = await stage.ask("@claude something bad", thread_ts=ts)
    for question in (ts, refused):
        await stage.outcome(question)
    await stage.outcome(await stage.ask("@claude something good", thread_ts=ts))
    heard = "\n".join(text for _, text in stage.asked_texts())
    assert "something good" in heard
    assert "hello" not in heard


def buttons(stage: Stage, ts: str) -> list[str]:
    blocks = [block for message in stage.answers(ts) for block in message["blocks"] if block["type"] == "actions"]
    return [element["text"]["text"] for block in blocks for element in block["elements"]]


async def test_thinking_is_a_status_that_is_true_and_is_neither_shown_nor_sent_again(
    workspace: Workspace, model: PracticeModel, tmp_path: Any, turn_log: TurnLog
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "socket", messages_first_text_timeout_s=3)
    held = HeldAnswer()
    async with bot_running(workspace, settings):
        stage = Stage(workspace, model, settings, turn_log)
        model.script(held)
        direct = workspace.direct_message(workspace.user("ada"))
        ts = await stage.ask("hello", channel=direct)
        await held.asked.wait()
        thinking = {"type": "thinking", "thinking": "", "signature": ""}
        await held.send({"type": "content_block_start", "index": 2, "content_block": thinking})
        delta = {"type": "thinking_delta", "thinking": "the merger is on Friday"}
        await held.send({"type": "content_block_delta", "index": 2, "delta": delta})
        await workspace.until(lambda ws: STILL_THINKING in statuses(ws))
        await held.send({"type": "content_block_stop", "index": 2})
        await workspace.until(lambda ws: STILL_WAITING in statuses(ws))
        await held.write(WHOLE)
        await held.finish()
        assert await stage.outcome(ts) == "answered"
        await stage.outcome(await stage.ask("and?", channel=direct, thread_ts=ts))

    assert "the merger" not in str(model.requests[-1].body)
    assert all("the merger" not in revision.text for revision in workspace.revisions)


def statuses(workspace: Workspace) -> list[str]:
    return [revision.text for revision in workspace.revisions if revision.kind == "status"]
