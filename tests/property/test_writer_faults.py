"""Whatever goes wrong between the bot and Slack, people see a text that only grows, and in the end all of it, once.

The contract of every plan: edits in a channel, Slack's own streams in a direct message, a command's answer. A real
writer writes to the workspace over real connections, in virtual time: an outage of minutes and a Retry-After of half a
minute cost nothing.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from playground.measure.answers import answer
from playground.measure.virtual_time import run
from tests.played_replies import Fault, Way, assert_contract, chunked, play

pytestmark = pytest.mark.slow
METHODS = st.sampled_from(["chat.update", "chat.update", "chat.postMessage", "conversations.replies", "*"])
STREAM_METHODS = st.sampled_from(["chat.startStream", "chat.appendStream", "chat.stopStream", "chat.update", "*"])
TIMES = st.integers(1, 3)
SKIP = st.integers(0, 8)


KINDS = st.sampled_from(
    ["rate_limit", "status", "status_after", "hang", "refuse", "refuse_after", "drop_before", "drop_after"]
)


def faults(methods: st.SearchStrategy[str]) -> st.SearchStrategy[list[Fault]]:
    return st.lists(st.builds(Fault, KINDS, methods, st.integers(1, 40), TIMES, SKIP), max_size=6)


DROPPED_EDIT = Fault("drop_after", "*", 1, 1, 2)


SIZES = st.lists(st.integers(1, 900), min_size=1, max_size=6)
PAUSES_S = st.lists(st.sampled_from([0.0, 0.05, 0.5, 3.0]), min_size=1, max_size=5)
OUTAGE_S = st.tuples(st.floats(0, 20), st.sampled_from([0.0, 0.0, 5.0, 180.0]))
LATENCY_S = st.sampled_from([0.0, 0.1, 1.5])
QUICK = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def few_chunks(text: str, sizes: list[int]) -> list[str]:
    return chunked(text, [max(size, len(text) // 400 + 1) for size in sizes])


@QUICK
@given(
    number=st.integers(0, 50),
    chars=st.sampled_from([60, 900, 5_000, 14_000]),
    sizes=SIZES,
    pauses_s=PAUSES_S,
    troubles=faults(METHODS),
    outage_s=OUTAGE_S,
    latency_s=LATENCY_S,
)
@example(1, 5_000, [40], [0.15], [Fault("drop_after", "chat.postMessage", 1, 3, 0)], (0.0, 0.0), 0.1)
@example(2, 9_000, [12], [0.05], [Fault("rate_limit", "chat.update", 40, 2, 5)], (0.0, 0.0), 0.1)
@example(0, 5_000, [13], [0.0], [Fault("rate_limit", "chat.update", 6, 1, 1), DROPPED_EDIT], (0.0, 0.0), 0.0)
def test_edits_keep_the_contract(
    number: int,
    chars: int,
    sizes: list[int],
    pauses_s: list[float],
    troubles: list[Fault],
    outage_s: tuple[float, float],
    latency_s: float,
) -> None:
    chunks = few_chunks(answer(number, chars), sizes)
    assert_contract(run(play(chunks, pauses_s, troubles, outage_s, latency_s)))


@QUICK
@given(
    number=st.integers(0, 50),
    chars=st.sampled_from([60, 900, 5_000, 14_000]),
    sizes=SIZES,
    pauses_s=PAUSES_S,
    troubles=faults(STREAM_METHODS),
    outage_s=OUTAGE_S,
    latency_s=LATENCY_S,
)
@example(1, 5_000, [40], [0.15], [Fault("drop_after", "chat.startStream", 1, 1, 0)], (0.0, 0.0), 0.1)
@example(1, 5_000, [40], [0.15], [Fault("drop_after", "chat.appendStream", 1, 1, 3)], (0.0, 0.0), 0.1)
@example(18, 900, [67, 40, 460], [0.5], [Fault("drop_after", "chat.appendStream", 3, 1, 3)], (0.0, 0.0), 0.0)
def test_streams_keep_the_contract(
    number: int,
    chars: int,
    sizes: list[int],
    pauses_s: list[float],
    troubles: list[Fault],
    outage_s: tuple[float, float],
    latency_s: float,
) -> None:
    chunks = few_chunks(answer(number, chars), sizes)
    assert_contract(run(play(chunks, pauses_s, troubles, outage_s, latency_s, Way.STREAMS)))


@QUICK
@given(
    number=st.integers(0, 50),
    chars=st.sampled_from([60, 900, 5_000, 14_000]),
    sizes=SIZES,
    pauses_s=st.lists(st.sampled_from([0.0, 0.05, 0.5]), min_size=1, max_size=5),
    latency_s=LATENCY_S,
)
def test_commands_keep_the_contract(
    number: int, chars: int, sizes: list[int], pauses_s: list[float], latency_s: float
) -> None:
    chunks = few_chunks(answer(number, chars), sizes)
    assert_contract(run(play(chunks, pauses_s, [], latency_s=latency_s, way=Way.COMMAND)))


def test_a_connection_that_drops_after_the_post_does_not_post_twice() -> None:
    drop = Fault("drop_after", "chat.postMessage", 1, 1, 0)
    played = run(play(["First words, ", "and the last."], [1.0], [drop]))
    assert played.parts == [0]
    assert played.revisions[-1].source == "First words, and the last."


def test_a_growing_answer_moves_on_while_slack_takes_no_edits() -> None:
    limit = Fault("rate_limit", "chat.update", 40, 1, 3)
    played = run(play(chunked(answer(3, 9_000), [12]), [0.05], [limit]))
    assert played.seen.longest_wait_s < 12
    assert played.seen.messages > 3


def test_an_outage_of_minutes_ends_with_the_whole_text() -> None:
    played = run(play(chunked(answer(4, 5_000), [12]), [0.05], [], (5.0, 240.0)))
    assert played.seen.lost_words == 0
    assert played.seen.curve[-1][1] == played.seen.chars
    assert played.seen.curve[-1][0] > 245
