"""Slack posts but does not edit, or does not answer: an answer goes on, and no word is shown twice."""

from __future__ import annotations

import asyncio

import pytest

from bot.errors import ReplyGone
from bot.ports import Reply
from playground.measure.answers import answer
from playground.measure.virtual_time import run
from tests.played_replies import Fault, Played, Way, assert_contract, chunked, play, replying

FROZEN_MAX_S = 8.0
KINDS = ["status", "status_after", "refuse", "refuse_after", "drop_before", "drop_after", "lost"]


async def written_on(reply: Reply) -> None:
    while True:
        reply.write("More words. ")
        await asyncio.sleep(0.1)


def played(*faults: Fault, chars: int = 5_000) -> Played:
    return run(play(chunked(answer(3, chars), [12]), [0.05], list(faults)))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("skip", [0, 3])
def test_an_answer_goes_on_while_every_edit_fails(kind: str, skip: int) -> None:
    shown = played(Fault(kind, "chat.update", 2, 10_000, skip))
    assert_contract(shown)
    assert shown.seen.longest_wait_s < FROZEN_MAX_S


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_goes_on_while_some_edits_fail_and_grows_by_edits_again(kind: str) -> None:
    shown = played(Fault(kind, "chat.update", 2, 9, 3), chars=20_000)
    assert_contract(shown)
    assert shown.seen.longest_wait_s < FROZEN_MAX_S


@pytest.mark.parametrize("times", [1, 2, 10_000])
@pytest.mark.parametrize("skip", [0, 3])
@pytest.mark.parametrize("listed_after_s", [0.0, 3.0])
def test_an_answer_goes_on_where_slack_does_not_find_a_message_that_stands_there(
    times: int, skip: int, listed_after_s: float
) -> None:
    lost = Fault("overlooked", "chat.update", 0, times, skip)
    shown = run(play(chunked(answer(3, 5_000), [12]), [0.05], [lost], listed_after_s=listed_after_s))
    assert_contract(shown)
    assert shown.seen.longest_wait_s < FROZEN_MAX_S


@pytest.mark.parametrize("after_s", [0.5, 20.0])
def test_an_answer_ends_soon_after_its_message_was_deleted_however_new_that_was(after_s: float) -> None:
    async def story() -> float:
        async with replying(Way.EDITS, 0.1) as (ws, reply, _):
            reply.write("The first words of an answer. ")
            await ws.until(lambda ws: ws.revisions)
            await asyncio.sleep(after_s)
            await ws.delete(ws.revisions[0].channel, ws.revisions[0].ts)
            deleted_s = asyncio.get_running_loop().time()
            with pytest.raises(ReplyGone):
                await written_on(reply)
            return asyncio.get_running_loop().time() - deleted_s

    assert run(story()) < FROZEN_MAX_S + FROZEN_MAX_S / 2


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
@pytest.mark.parametrize("times", [1, 10_000])
def test_a_stream_that_slack_does_not_find_goes_on_by_edits(method: str, times: int) -> None:
    lost = Fault("overlooked", method, 0, times, 0)
    shown = run(play(chunked(answer(3, 3_000), [12]), [0.05], [lost], way=Way.STREAMS))
    assert (shown.seen.backward_steps, shown.seen.lost_words) == (0, 0)
    assert shown.seen.curve[-1][1] == shown.seen.chars


@pytest.mark.parametrize("method", ["chat.startStream", "chat.appendStream", "chat.stopStream"])
@pytest.mark.parametrize("skip", [0, 1])
def test_a_stream_whose_call_is_answered_by_nobody_does_not_stand_still(method: str, skip: int) -> None:
    lost = Fault("answer_lost", method, 0, 1, skip)
    shown = run(play(chunked(answer(3, 3_000), [12]), [0.05], [lost], way=Way.STREAMS))
    assert (shown.seen.backward_steps, shown.seen.lost_words) == (0, 0)
    assert shown.seen.curve[-1][1] == shown.seen.chars
    assert shown.seen.longest_wait_s < FROZEN_MAX_S


def test_a_post_that_is_never_made_nor_answered_is_made_again_within_a_quarter_of_a_minute() -> None:
    shown = played(Fault("lost", "chat.postMessage", 0, 1, 0))
    assert_contract(shown)
    assert shown.seen.first_words_s < 15.0


@pytest.mark.parametrize("skip", [0, 1])
def test_a_post_that_slack_makes_a_minute_late_stands_there_once_in_the_end(skip: int) -> None:
    late = Fault("hang", "chat.postMessage", 600, 1, skip)
    shown = run(play(chunked(answer(3, 20_000), [120]), [0.05], [late]))
    assert shown.seen.lost_words == 0
    assert shown.parts == list(range(len(shown.parts))), "no part stands there twice"


def test_what_a_message_shows_is_known_by_its_words_where_slack_keeps_no_metadata() -> None:
    shown = played(
        Fault("no_metadata", "chat.postMessage", 0, 1, 0), Fault("status", "chat.update", 2, 10_000, 3), chars=9_000
    )
    assert (shown.seen.backward_steps, shown.seen.lost_words) == (0, 0)
    assert shown.parts == []
    assert shown.seen.longest_wait_s < FROZEN_MAX_S


@pytest.mark.parametrize("skip", [0, 1])
def test_a_post_whose_answer_is_lost_is_found(skip: int) -> None:
    lost, edits = Fault("answer_lost", "chat.postMessage", 0, 1, skip), Fault("status", "chat.update", 2, 10_000, 3)
    shown = played(lost, *([edits] if skip else []))
    assert_contract(shown)
    assert shown.seen.first_words_s < FROZEN_MAX_S
    assert shown.seen.longest_wait_s < FROZEN_MAX_S


@pytest.mark.parametrize("kind", ["drop_after", "status_after", "refuse_after"])
@pytest.mark.parametrize("skip", [0, 1])
@pytest.mark.parametrize("listed_after_s", [2.0, 6.0, 15.0])
def test_a_post_that_is_made_again_because_slack_does_not_list_it_yet_stands_there_once_in_the_end(
    kind: str, skip: int, listed_after_s: float
) -> None:
    lost = Fault(kind, "chat.postMessage", 0, 1, skip)
    shown = run(play(chunked(answer(3, 20_000), [120]), [0.05], [lost], listed_after_s=listed_after_s))
    assert shown.seen.lost_words == 0
    assert shown.seen.curve[-1][1] == shown.seen.chars
    assert shown.parts == list(range(len(shown.parts))), "no part stands there twice"


@pytest.mark.parametrize("seconds", [3.5, 6, 12, 25, 29])
def test_an_edit_that_comes_late_changes_nothing_that_people_read(seconds: float) -> None:
    shown = played(Fault("hang", "chat.update", int(10 * seconds), 1, 3), chars=20_000)
    assert_contract(shown)
    assert shown.seen.longest_wait_s < FROZEN_MAX_S


@pytest.mark.parametrize("seconds", [3.5, 6, 12, 25, 29])
@pytest.mark.parametrize("chars", [5_000, 20_000])
def test_what_two_edits_in_a_row_that_come_late_have_undone_is_repaired(seconds: float, chars: int) -> None:
    """The answer had gone on below, so for a moment their words stand there twice."""
    shown = played(Fault("hang", "chat.update", int(10 * seconds), 2, 3), chars=chars)
    assert shown.seen.lost_words == 0
    assert shown.seen.curve[-1][1] == shown.seen.chars
    assert shown.seen.longest_wait_s < FROZEN_MAX_S
