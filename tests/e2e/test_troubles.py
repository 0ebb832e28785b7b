"""What goes wrong at the model's or at Slack's end, and what people see of it."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.answering.endings import REFUSED, SILENT
from bot.answering.waiting import STILL_WAITING
from bot.errors import (
    AnswerCut,
    ModelBalanceEmpty,
    ModelKeyInvalid,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelRequestInvalid,
    ModelRequestTooLarge,
    ModelSilent,
)
from bot.slack.write.status_line import in_a_message
from playground.practice_model.grammar import Quirk
from playground.practice_model.script import Answer, HeldAnswer, HttpError, Silence
from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.stage import Stage, TurnLog, bot_running, settings_for


@pytest.fixture
def transport() -> str:
    """Nothing here depends on how events arrive."""
    return "http"


@pytest.mark.parametrize(
    ("status", "error_type", "sentence"),
    [
        (400, "invalid_request_error", ModelRequestInvalid.sentence),
        (401, "authentication_error", ModelKeyInvalid.sentence),
        (402, "billing_error", ModelBalanceEmpty.sentence),
        (404, "not_found_error", ModelNotFound.sentence),
        (413, "request_too_large", ModelRequestTooLarge.sentence),
    ],
)
async def test_an_error_that_asking_again_cannot_mend_is_told_in_the_thread(
    stage: Stage, status: int, error_type: str, sentence: str
) -> None:
    stage.model.script(HttpError.api(status, error_type))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "failed"
    assert stage.words(ts) == [sentence]


@pytest.mark.parametrize(
    ("status", "error_type", "sentence"),
    [(429, "rate_limit_error", ModelRateLimited.sentence), (529, "overloaded_error", ModelOverloaded.sentence)],
)
async def test_an_error_that_lasts_longer_than_waiting_makes_sense_is_told_in_the_thread(
    stage: Stage, status: int, error_type: str, sentence: str
) -> None:
    stage.model.script(HttpError.api(status, error_type, retry_after="3600"))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "failed"
    assert stage.words(ts) == [sentence]


async def test_an_error_that_passes_is_not_seen_at_all(stage: Stage) -> None:
    stage.model.script(HttpError.api(529, "overloaded_error", retry_after="0"))
    stage.model.script(Answer("Here I am."))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Here I am."]


async def test_a_cut_answer_keeps_its_words_and_says_that_it_is_cut(stage: Stage) -> None:
    stage.model.script(Answer(chunks=("The first ", "half"), cut_after=2))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "cut"
    assert stage.words(ts) == [f"The first half\nThe answer breaks off here: {AnswerCut.clause}"]


@pytest.mark.parametrize("error_type", ["overloaded_error", "authentication_error"])
async def test_an_answer_that_an_error_breaks_off_says_why_in_whole_sentences(stage: Stage, error_type: str) -> None:
    stage.model.script(Answer(chunks=("The first ", "half"), error_after=2, error_type=error_type))
    ts = await stage.ask("@claude hello")

    clause = {"overloaded_error": ModelOverloaded, "authentication_error": ModelKeyInvalid}[error_type].clause
    assert await stage.outcome(ts) == "cut"
    assert stage.words(ts) == [f"The first half\nThe answer breaks off here: {clause}"]


async def test_an_answer_at_its_length_limit_says_so_beside_a_button_to_go_on(stage: Stage) -> None:
    stage.model.script(Answer("So far so good", stop_reason="max_tokens"))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "cut"
    assert stage.words(ts) == ["So far so good\nThe answer reached its length limit."]


async def test_an_answer_whose_stop_reason_nobody_knows_is_whole_and_the_log_has_the_name(stage: Stage) -> None:
    stage.model.script(Answer("Paris.", stop_reason="stop"))
    ts = await stage.ask("@claude what is the capital of France?")

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Paris."]
    assert stage.log.turns[ts]["stop_reason"] == "stop"


async def test_a_wrong_key_in_place_of_a_stream_is_told_at_once(stage: Stage) -> None:
    stage.model.script(
        Answer("x", error_after=0, error_type="authentication_error", quirks=frozenset({Quirk.BARE_ERROR}))
    )
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "failed"
    assert stage.words(ts) == [ModelKeyInvalid.sentence]
    assert len(stage.model.requests) == 1


async def test_a_whole_message_in_place_of_a_stream_is_the_answer(stage: Stage) -> None:
    stage.model.script(Answer("Paris.", whole=True))
    ts = await stage.ask("@claude what is the capital of France?")

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Paris."]


class TestAModelThatNeverBegins:
    @pytest.fixture
    async def stage(
        self, workspace: Workspace, model: PracticeModel, tmp_path: Path, turn_log: TurnLog
    ) -> AsyncIterator[Stage]:
        settings = settings_for(workspace, model.url, tmp_path, "http", messages_first_text_timeout_s=1.5)
        async with bot_running(workspace, settings):
            yield Stage(workspace, model, settings, turn_log)

    async def test_it_is_waited_for_once_and_people_see_that_it_is(self, stage: Stage) -> None:
        stage.model.script(Silence(), Silence(), Silence())
        ts = await stage.ask("@claude hello")

        await stage.workspace.until(lambda _: stage.words(ts) == [in_a_message(STILL_WAITING)])
        assert await stage.outcome(ts) == "failed"
        assert stage.words(ts) == [ModelSilent.sentence]
        assert len(stage.model.requests) == 1
        assert 1_500 <= stage.log.turns[ts]["total_ms"] < 3_500

    async def test_one_that_begins_after_all_is_not_said_to_be_waited_for_any_more(self, stage: Stage) -> None:
        held = HeldAnswer()
        stage.model.script(held)
        ts = await stage.ask("@claude hello")
        await stage.workspace.until(lambda _: stage.words(ts) == [in_a_message(STILL_WAITING)])
        await held.write("Here I am.")
        await held.finish()

        assert await stage.outcome(ts) == "answered"
        assert stage.words(ts) == ["Here I am."]


async def test_a_refusal_is_withdrawn_and_stays_out_of_later_history(stage: Stage) -> None:
    stage.model.script(Answer(chunks=("Well, ", "first "), stop_reason="refusal", chunk_delay_s=0.05))
    ts = await stage.ask("@claude something bad")
    assert await stage.outcome(ts) == "refused"
    assert stage.words(ts) == [REFUSED]

    later = await stage.ask("@claude something good", thread_ts=ts)
    await stage.outcome(later)
    assert stage.asked_texts() == [("user", "ada: something good")]


async def test_an_answer_without_words_is_said_to_be_one(stage: Stage) -> None:
    stage.model.script(Answer("  \n "))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "failed"
    assert stage.words(ts) == [SILENT]


async def test_a_post_whose_connection_breaks_is_not_posted_twice(stage: Stage) -> None:
    stage.workspace.faults.drop_after("chat.postMessage")
    stage.model.script(Answer("Only once."))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Only once."]


@pytest.mark.parametrize("code", ["internal_error", "fatal_error"])
async def test_a_post_that_slack_made_and_called_a_failure_is_not_posted_twice(stage: Stage, code: str) -> None:
    stage.workspace.faults.refuse_after("chat.postMessage", code)
    stage.model.script(Answer("Only once."))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Only once."]


async def test_a_post_that_a_gateway_called_a_failure_is_not_posted_twice(stage: Stage) -> None:
    stage.workspace.faults.status_after("chat.postMessage")
    stage.model.script(Answer("Only once."))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Only once."]


async def test_a_post_that_never_arrived_is_posted_again(stage: Stage) -> None:
    stage.workspace.faults.drop_before("chat.postMessage")
    stage.model.script(Answer("Once after all."))
    ts = await stage.ask("@claude hello")

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Once after all."]


async def test_an_outage_of_slack_in_the_middle_ends_with_the_whole_text(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me")
    await held.asked.wait()
    await held.write("Before. ")
    await stage.workspace.until(lambda _: stage.words(ts) == ["Before."])
    stage.workspace.faults.outage = True
    await held.write("Meanwhile. ")
    await stage.workspace.until(lambda ws: any(call.status == 503 for call in ws.calls))
    await held.write("After.")
    await held.finish()
    stage.workspace.faults.outage = False

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Before. Meanwhile. After."]


async def test_a_rate_limit_is_obeyed(stage: Stage) -> None:
    stage.workspace.faults.rate_limit("chat.update", retry_after_s=1)
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me")
    await held.asked.wait()
    await held.write("One. ")
    await stage.workspace.until(lambda _: stage.words(ts) == ["One."])
    await held.write("Two.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["One. Two."]
    updates = [call for call in stage.workspace.calls if call.method == "chat.update"]
    assert [call.status for call in updates[:2]] == [429, 200]
    assert updates[1].at - updates[0].at >= 1


@pytest.mark.parametrize("code", ["invalid_blocks", "msg_blocks_too_long", "invalid_attachments"])
async def test_blocks_that_slack_refuses_are_sent_plainer_with_the_same_words(stage: Stage, code: str) -> None:
    stage.workspace.faults.refuse("chat.postMessage", code)
    stage.model.script(Answer("| a | b |\n|---|---|\n| <1> | 2 |"))
    ts = await stage.ask("@claude a table")

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["| a | b |\n|---|---|\n| <1> | 2 |"]


async def test_where_slack_takes_no_blocks_at_all_the_text_alone_is_sent_in_pieces(stage: Stage) -> None:
    stage.workspace.faults.refuse("chat.postMessage", "invalid_blocks", times=2)
    text = "\n\n".join(f"Paragraph {number}, " + "with words " * 50 for number in range(20))
    stage.model.script(Answer(text))
    ts = await stage.ask("@claude a lot")

    assert await stage.outcome(ts) == "answered"
    assert "\n\n".join(stage.words(ts)).split() == text.split()


async def test_where_slack_knows_no_status_a_message_says_what_goes_on(stage: Stage) -> None:
    stage.workspace.faults.refuse("assistant.threads.setStatus", "unknown_method")
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me")
    await stage.workspace.until(lambda _: stage.words(ts) == ["Thinking…"])
    await held.write("Here.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Here."]


async def test_a_reply_that_a_person_deletes_is_not_written_again(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me")
    await held.asked.wait()
    await held.write("You do not want this.")
    [reply] = await stage.workspace.until(lambda _: stage.answers(ts))
    await stage.workspace.delete(stage.general, reply["ts"])
    await held.write(" More.")
    await held.hung_up.wait()  # although the model says nothing more

    assert await stage.outcome(ts) == "gone"
    assert stage.words(ts) == []


async def test_the_asker_hears_that_the_channel_was_archived_meanwhile(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me")
    await held.asked.wait()
    stage.workspace.state.channels[stage.general].is_archived = True
    await _write_until_hung_up(held)

    assert await stage.outcome(ts) == "failed"
    ada = stage.workspace.user("ada")
    (message,) = stage.workspace.messages(stage.workspace.direct_message(ada))
    assert "it is archived" in message["text"]


async def test_names_that_slack_does_not_give_leave_the_ids(stage: Stage) -> None:
    root = await stage.ask("Hello?", who="grace")
    stage.workspace.faults.refuse("users.info", "user_not_found", times=5, skip=1)  # who asks is known
    ts = await stage.ask("@claude hello", thread_ts=root)

    assert await stage.outcome(ts) == "answered"
    assert stage.asked_texts() == [("user", f"{stage.workspace.user('grace')}: Hello?\n\nada: hello")]


async def test_a_channel_that_may_not_be_read_is_said_so(stage: Stage) -> None:
    root = await stage.ask("Hello?", who="grace")
    stage.workspace.faults.refuse("conversations.replies", "missing_scope", times=5)
    ts = await stage.ask("@claude hello", thread_ts=root)

    assert await stage.outcome(ts) == "failed"
    assert stage.words(root)[0].startswith("I can't read this conversation")


async def _write_until_hung_up(held: HeldAnswer) -> None:
    """Writes on, as a model does, until the bot closes the connection."""
    async with asyncio.timeout(10):
        while not held.hung_up.is_set():
            write = asyncio.create_task(held.write(" More."))
            hung_up = asyncio.create_task(held.hung_up.wait())
            await asyncio.wait({write, hung_up}, return_when=asyncio.FIRST_COMPLETED)
            hung_up.cancel()
            if not write.done():
                write.cancel()
            await asyncio.sleep(0.05)  # the pace of a model


async def test_an_answer_is_shown_whole_though_the_database_forgets_where(stage: Stage) -> None:
    held = HeldAnswer()
    stage.model.script(held)
    ts = await stage.ask("@claude tell me a story")
    await asyncio.wait_for(held.asked.wait(), 10)
    with closing(sqlite3.connect(stage.settings.bot_data_dir / "bot.sqlite3")) as database:
        database.execute("ALTER TABLE reply_parts RENAME TO away")
    await held.write("Once upon a time ")
    await held.write("there was a bot.")
    await held.finish()

    assert await stage.outcome(ts) == "answered"
    assert stage.words(ts) == ["Once upon a time there was a bot."]
