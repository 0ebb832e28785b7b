"""An answer says which pages it rests on: marks in its words, a list below them, and none of it goes to the model."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.answering.endings import REFUSED, STOPPED
from bot.citing.marks import JOINER
from bot.closing import Button
from bot.slack.own_messages import press_ts
from bot.stream_events import StopReason
from playground.practice_model.received import Received
from playground.practice_model.script import Answer, Cite, HeldAnswer, HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests import made_files
from tests.repository import SAMPLES
from tests.stage import TRANSPORTS, Stage, TurnLog, bot_running, settings_for

AGREEMENT = ("supply-agreement.pdf", (SAMPLES / "supply-agreement.pdf").read_bytes())
OTHER = ("plan.pdf", made_files.pdf())
CITING = Answer.citing(
    "Prices are fixed until 31 December 2026", Cite(0, 2), Cite(1, 1), ". **Liability is limited.**", Cite(0, 2, 3),
    "\n\n| what | when |\n|---|---|\n| notice | 3 months |", Cite(0, 2), "\n\nSo do *sign*", Cite(7, 1), " it.",
)  # fmt: skip


@pytest.fixture
def transport() -> str:
    """Where it matters how events arrive, a test says so."""
    return "socket"


def seen(stage: Stage, ts: str, *, channel: str | None = None) -> list[str]:
    """The bot's messages as people see them: nobody sees the joiner."""
    return [words.replace(JOINER, "") for words in stage.words(ts, channel=channel)]


def asked_to_cite(stage: Stage, number: int = -1) -> list[bool]:
    """For each document of a request, whether it was to be cited."""
    blocks = [block for message in stage.model.requests[number].body["messages"] for block in message["content"]]
    return [block.get("citations") == {"enabled": True} for block in blocks if block["type"] == "document"]


@pytest.mark.parametrize("transport", TRANSPORTS)
async def test_marks_stand_in_the_answer_and_the_pages_below_it_and_a_later_turn_has_neither(stage: Stage) -> None:
    stage.model.script(CITING, Answer("You are welcome."))
    ts = await stage.ask("@claude what does it say?", files=[AGREEMENT, OTHER])
    assert await stage.outcome(ts) == "answered"
    later = await stage.ask("@claude thank you", thread_ts=ts)
    await stage.outcome(later)

    answer = seen(stage, ts)[0]
    assert "Prices are fixed until 31 December 2026⁽¹⁾⁽²⁾. Liability is limited.⁽³⁾" in answer
    assert "3 months⁽¹⁾" in answer
    assert answer.endswith("So do sign it.\n📄 supply-agreement.pdf, pp. 2 ⁽¹⁾, 2–3 ⁽³⁾\n📄 plan.pdf, p. 1 ⁽²⁾")
    assert asked_to_cite(stage, 0) == asked_to_cite(stage, 1) == [True, True]
    role, history = stage.asked_texts()[1]
    assert role == "assistant"
    assert "⁽" not in history
    assert JOINER not in history
    assert ".pdf" not in history
    assert "Prices are fixed until 31 December 2026. **Liability is limited.**" in history


async def test_the_practice_model_cites_the_pages_that_it_quotes(stage: Stage) -> None:
    ts = await stage.ask("@claude what does it say?", files=[AGREEMENT])
    await stage.outcome(ts)

    [answer] = seen(stage, ts)
    assert "begins “3. Price and payment" in answer
    assert answer.endswith("📄 supply-agreement.pdf, pp. 1 ⁽¹⁾, 2 ⁽²⁾, 3 ⁽³⁾")


async def test_an_answer_that_reached_its_limit_has_its_sources_and_goes_on_without_them(stage: Stage) -> None:
    begun = Answer.citing("It ends in `May", Cite(0, 1), stop_reason="max_tokens")
    stage.model.script(begun, Answer.citing(" 2027` at last", Cite(0, 3), "."))
    ts = await stage.ask("@claude when?", files=[AGREEMENT])
    await stage.outcome(ts)
    user, message = stage.workspace.user("ada"), stage.answers(ts)[0]
    await stage.workspace.press(user, stage.general, message["ts"], "continue")
    await stage.outcome(press_ts(message["ts"], Button.CONTINUE))

    limit = STOPPED[StopReason.MAX_TOKENS]
    assert seen(stage, ts) == [
        f"It ends in `May⁽¹⁾\n{limit} 📄 supply-agreement.pdf, p. 1 ⁽¹⁾",
        "2027` at last.⁽¹⁾\n📄 supply-agreement.pdf, p. 3 ⁽¹⁾",
    ]
    assert stage.asked_texts()[1] == ("assistant", "It ends in `May")


async def test_an_answer_that_is_taken_back_takes_its_sources_along(stage: Stage) -> None:
    stage.model.script(Answer.citing("It ends in May", Cite(0, 1), stop_reason="refusal"))
    ts = await stage.ask("@claude when?", files=[AGREEMENT])

    assert await stage.outcome(ts) == "refused"
    assert stage.words(ts) == [REFUSED]


async def test_a_broken_answer_keeps_the_marks_and_sources_of_what_came(stage: Stage) -> None:
    stage.model.script(Answer.citing("It ends in May", Cite(0, 1), " and ", "begins", error_after=12))
    ts = await stage.ask("@claude when?", files=[AGREEMENT])

    assert await stage.outcome(ts) == "cut"
    assert seen(stage, ts)[0].startswith("It ends in May⁽¹⁾ and")
    assert "📄 supply-agreement.pdf, p. 1 ⁽¹⁾" in seen(stage, ts)[0]


@pytest.mark.parametrize(
    "message",
    [
        "messages.0.content.1.document.citations: Extra inputs are not permitted",
        "Extra inputs are not permitted",
        "This model does not support citations.",
    ],
)
async def test_where_the_api_refuses_citations_it_is_asked_without_and_remembered(stage: Stage, message: str) -> None:
    def refuses(received: Received) -> HttpError | None:
        return HttpError.api(400, "invalid_request_error", message) if received.citing else None

    stage.model.refuses = refuses
    stage.model.script(Answer("In May."), Answer("In May, I said."))
    ts = await stage.ask("@claude when?", files=[AGREEMENT])
    assert await stage.outcome(ts) == "answered"
    later = await stage.ask("@claude really?", thread_ts=ts)
    assert await stage.outcome(later) == "answered"

    assert stage.words(ts) == ["In May.", "In May, I said."]
    assert [asked_to_cite(stage, number) for number in range(len(stage.model.requests))] == [[True], [False], [False]]


async def test_what_refuses_the_request_for_another_reason_is_asked_to_cite_the_next_time(stage: Stage) -> None:
    stage.model.script(*[HttpError.api(400, "invalid_request_error", "No citations, and no documents.")] * 9)
    ts = await stage.ask("@claude when?", files=[AGREEMENT])
    await stage.outcome(ts)
    later = await stage.ask("@claude when?", files=[OTHER])
    await stage.outcome(later)

    assert asked_to_cite(stage, 0) == [True]
    first = next(n for n, r in enumerate(stage.model.requests) if "plan.pdf" in str(r.body["messages"][-1]))
    assert asked_to_cite(stage, first) == [True]


async def test_by_a_setting_nothing_is_cited(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
) -> None:
    settings = settings_for(workspace, model.url, tmp_path, "socket", bot_citations="off")
    async with bot_running(workspace, settings):
        stage = Stage(workspace, model, settings, turn_log)
        ts = await stage.ask("@claude when?", files=[AGREEMENT])
        await stage.outcome(ts)

    assert asked_to_cite(stage) == [False]
    assert "📄" not in stage.words(ts)[0]


async def native(workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog) -> AsyncIterator[Stage]:
    settings = settings_for(workspace, model.url, tmp_path, "http", bot_streaming="native")
    async with bot_running(workspace, settings):
        yield Stage(workspace, model, settings, turn_log)
    logging.getLogger("bot").removeHandler(turn_log)


native_stage = pytest.fixture(native)


async def test_a_stream_of_slacks_own_has_marks_and_sources_too(native_stage: Stage) -> None:
    stage, held = native_stage, HeldAnswer()
    stage.model.script(held)
    direct = stage.workspace.direct_message(stage.workspace.user("ada"))
    ts = await stage.ask("When?", channel=direct, files=[AGREEMENT])
    await held.asked.wait()
    await held.write("It ends in May ")
    await stage.workspace.until(lambda _: seen(stage, ts, channel=direct) == ["It ends in May"])
    await held.cite(Cite(0, 1))
    await held.write("2027, I think")
    await stage.workspace.until(lambda _: any("2027" in words for words in seen(stage, ts, channel=direct)))
    await held.cite(Cite(0, 2))
    await held.write(".")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert seen(stage, ts, channel=direct) == [
        "It ends in May⁽¹⁾ 2027, I think⁽²⁾.\n📄 supply-agreement.pdf, pp. 1 ⁽¹⁾, 2 ⁽²⁾"
    ]
