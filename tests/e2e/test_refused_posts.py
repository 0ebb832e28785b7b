"""Where Slack does not let the bot write, or read, as it would: the person hears of it, and nothing is paid for."""

from __future__ import annotations

import re

import pytest

from bot.answering.endings import NO_ACCESS
from playground.practice_model.script import Answer, HeldAnswer
from tests.stage import Stage

MAY_NOT_POST = (
    "restricted_action", "restricted_action_read_only_channel", "restricted_action_thread_locked", "not_in_channel",
    "is_archived", "ekm_access_denied", "channel_not_found", "messages_tab_disabled", "posting_to_channel_denied",
)  # fmt: skip
NO_THREAD = ("cannot_reply_to_message", "restricted_action_non_threadable_channel", "thread_not_found")
PASSING = ("team_added_to_org", "service_unavailable", "internal_error", "request_timeout", "message_limit_exceeded")
NOT_EDITABLE = ("edit_window_closed", "cant_update_message", "is_inactive")
READS_FAIL = ("internal_error", "fatal_error", "service_unavailable", "429", "500", "503", "reset")
FOREVER = 1_000


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how events arrive."""
    return "socket"


def told(stage: Stage, who: str = "ada") -> list[str]:
    """What only that person sees in #general."""
    user = stage.workspace.user(who)
    return [str(m["text"]) for m in stage.workspace.ephemerals(stage.general, user)]


@pytest.mark.parametrize("code", MAY_NOT_POST)
async def test_the_asker_hears_that_the_bot_may_not_post_before_the_model_is_asked(stage: Stage, code: str) -> None:
    stage.workspace.faults.refuse("chat.postMessage", code, times=FOREVER)
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "failed"
    (sentence,) = told(stage)
    assert re.fullmatch(r"I couldn't post my answer in <#C\w+>: .*\.", sentence)
    assert not stage.model.requests


async def test_where_an_ephemeral_message_is_refused_too_it_is_a_direct_message(stage: Stage) -> None:
    stage.workspace.faults.refuse("chat.postMessage", "not_in_channel", times=1)
    stage.workspace.faults.refuse("chat.postEphemeral", "not_in_channel", times=FOREVER)
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "failed"
    ada = stage.workspace.user("ada")
    (message,) = stage.workspace.messages(stage.workspace.direct_message(ada))
    assert "/invite" in message["text"]


@pytest.mark.parametrize("code", NO_THREAD)
async def test_where_there_is_no_thread_the_answer_stands_at_top_level(stage: Stage, code: str) -> None:
    stage.workspace.faults.refuse("chat.postMessage", code)
    stage.model.script(Answer("Here is the answer."))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "answered"
    assert stage.answers(ts) == []
    (answer,) = [m for m in stage.workspace.messages(stage.general) if m.get("user") == stage.workspace.bot_user_id]
    assert answer["blocks"]
    assert "thread_ts" not in answer
    assert not stage.workspace.statuses(), "nothing else takes the status away from a thread without a reply"


@pytest.mark.parametrize("code", PASSING)
async def test_what_passes_is_waited_out(stage: Stage, code: str) -> None:
    stage.workspace.faults.refuse("chat.postMessage", code)
    stage.model.script(Answer("Here is the answer."))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Here is the answer."]


@pytest.mark.parametrize("code", NOT_EDITABLE)
async def test_an_answer_whose_message_takes_no_edits_goes_on_in_a_new_one(stage: Stage, code: str) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude hello")
    await held.asked.wait()
    await held.write("The first words. ")
    await stage.workspace.until(lambda _: stage.words(ts) == ["The first words."])
    stage.workspace.faults.refuse("chat.update", code, times=FOREVER)
    await held.write("And the rest of it.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["The first words.", "And the rest of it."]


@pytest.mark.parametrize(
    "trouble", ["internal_error", "fatal_error", "service_unavailable", "429", "500", "503", "reset"]
)
async def test_a_thread_that_could_not_be_read_at_once_is_read_and_answered(stage: Stage, trouble: str) -> None:
    root = await stage.ask("What is the capital of France?", who="grace")
    faults = stage.workspace.faults
    if trouble == "429":
        faults.rate_limit("conversations.replies", retry_after_s=1)
    elif trouble == "reset":
        faults.drop_after("conversations.replies")
    elif trouble.isdecimal():
        faults.status("conversations.replies", int(trouble))
    else:
        faults.refuse("conversations.replies", trouble)
    ts = await stage.ask("@claude what she said", thread_ts=root)

    assert await stage.outcome(ts) == "answered"
    assert "capital of France" in stage.asked_texts()[0][1]


async def test_a_thread_that_may_not_be_read_says_what_to_do(stage: Stage) -> None:
    root = await stage.ask("Hello?", who="grace")
    stage.workspace.faults.refuse("conversations.replies", "not_in_channel", times=FOREVER)
    ts = await stage.ask("@claude hello", thread_ts=root)

    assert await stage.outcome(ts) == "failed"
    assert stage.words(root)[-1] == NO_ACCESS
    assert not stage.model.requests
