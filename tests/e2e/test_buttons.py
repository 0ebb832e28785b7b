"""What a person can do about an answer that is not whole: a button, and what happens when it is pressed."""

from __future__ import annotations

import pytest

from bot.answering.endings import STOPPED
from bot.closing import Button
from bot.slack.buttons import WORDS
from bot.stream_events import StopReason
from playground.practice_model.script import Answer, HttpError
from tests.stage import Stage


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how presses arrive; test_story has both."""
    return "socket"


async def press(stage: Stage, thread_ts: str, action_id: str) -> str:
    """Presses the button of the last answer in the thread; returns the ts of the question that it asks."""
    message = stage.answers(thread_ts)[-1]
    await stage.workspace.press(stage.workspace.user("grace"), stage.general, message["ts"], action_id)
    return str(message["ts"]) + {"continue": "1", "ask_again": "2"}[action_id]


def buttons(stage: Stage, thread_ts: str) -> list[str]:
    blocks = [block for message in stage.answers(thread_ts) for block in message["blocks"]]
    return [element["text"]["text"] for block in blocks if block["type"] == "actions" for element in block["elements"]]


async def test_an_answer_at_its_length_limit_goes_on_at_the_press_of_a_button(stage: Stage) -> None:
    stage.model.script(Answer("One, two", stop_reason="max_tokens"), Answer(", three, four."))
    ts = await stage.ask("@claude count")
    await stage.outcome(ts)
    assert buttons(stage, ts) == ["Continue"]
    more = await press(stage, ts, "continue")

    assert await stage.outcome(more) == "answered"
    assert stage.words(ts) == [f"One, two\n{STOPPED[StopReason.MAX_TOKENS]}", ", three, four."]
    assert stage.asked_texts() == [
        ("user", "ada: count"),
        ("assistant", "One, two"),
        ("user", f"grace: {WORDS[Button.CONTINUE]}"),
    ]
    await stage.workspace.until(lambda _: not buttons(stage, ts))


async def test_a_failed_question_is_asked_again_at_the_press_of_a_button(stage: Stage) -> None:
    stage.model.script(HttpError.api(529, "overloaded_error", retry_after="3600"), Answer("Here I am."))
    ts = await stage.ask("@claude hello")
    await stage.outcome(ts)
    assert buttons(stage, ts) == ["Ask again"]
    again = await press(stage, ts, "ask_again")

    assert await stage.outcome(again) == "answered"
    assert stage.words(ts)[-1] == "Here I am."
    assert stage.asked_texts()[0][1].startswith("ada: hello")


async def test_a_button_that_is_pressed_twice_asks_once(stage: Stage) -> None:
    stage.model.script(Answer("One, two", stop_reason="max_tokens"))
    ts = await stage.ask("@claude count")
    await stage.outcome(ts)
    more = await press(stage, ts, "continue")
    stage.workspace.redeliver(stage.workspace.deliveries[-1])
    await stage.outcome(more)
    later = await stage.ask("@claude thanks", thread_ts=ts)
    await stage.outcome(later)

    assert len(stage.model.requests) == 3


async def test_what_asking_again_cannot_mend_offers_nothing(stage: Stage) -> None:
    stage.model.script(HttpError.api(413, "request_too_large"))
    ts = await stage.ask("@claude hello")
    await stage.outcome(ts)

    assert buttons(stage, ts) == []
