"""Who waits to call Slack, and in which order they go. Time is virtual: a minute of waiting costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.learned_limits import LearnedLimit
from bot.limits import POSTS_PER_WORKSPACE_PER_MIN, STATUS_CALLS_PER_MIN
from bot.shares import ALL, Share
from bot.slack.web_api.call_budget import Bid, Urgency
from bot.slack.web_api.channel_posts import BURST, POST_EVERY_S
from bot.slack.web_api.client import retry_after_s
from bot.slack.web_api.method_limiter import Bidder
from bot.slack.web_api.rate_limiter import CHANNELS, STATUS, RateLimiter
from bot.slack.write.timing import MOVES_EVERY_S
from playground.measure.virtual_time import run
from playground.workspace.rate_limits import RateLimits

EDIT, POST = "chat.update", "chat.postMessage"
EDITS_PER_MIN = 50


@dataclass
class Calls:
    """Who was granted which call when."""

    rate_limiter: RateLimiter
    made: list[tuple[float, str]] = field(default_factory=list)

    async def call(self, name: str, bidder: Bidder, method: str = EDIT, channel_id: str = "C") -> None:
        assert await self.rate_limiter.request(method, bidder, channel_id).granted()
        self.made.append((now_s(), name))

    @property
    def names(self) -> list[str]:
        return [name for _, name in self.made]

    def times(self, name: str = "") -> list[float]:
        return [at_s for at_s, made in self.made if name in ("", made)]


def now_s() -> float:
    return asyncio.get_running_loop().time()


def bid(urgency: Urgency, since_s: float = 0.0) -> Bidder:
    """As a reply bids: where edits are short, live words wait for ``MOVES_EVERY_S`` and then do not keep the pace."""

    def bidder(edit_every_s: float) -> Bid:
        if urgency is Urgency.LIVE and edit_every_s > MOVES_EVERY_S:
            return Bid(Urgency.OVERDUE, since_s, since_s + MOVES_EVERY_S)
        return Bid(urgency, since_s)

    return bidder


def edits_short(limiter: RateLimiter) -> bool:
    return limiter.edit_every_s() > MOVES_EVERY_S


def played(script: Callable[[Calls], Coroutine[Any, Any, None]]) -> Calls:
    async def play() -> Calls:
        calls = Calls(RateLimiter())
        await script(calls)
        return calls

    return run(play())


async def use_up(calls: Calls, number: int = EDITS_PER_MIN) -> None:
    for _ in range(number):
        await calls.call("used up", bid(Urgency.FIRST))
    calls.made.clear()


def test_first_words_come_first_then_last_ones_then_whoever_is_furthest_behind() -> None:
    async def script(calls: Calls) -> None:
        await use_up(calls)
        await asyncio.gather(
            calls.call("behind", bid(Urgency.LIVE, 1.0)),
            calls.call("furthest behind", bid(Urgency.LIVE, 0.0)),
            calls.call("last", bid(Urgency.FINAL, 9.0)),
            calls.call("first", bid(Urgency.FIRST, 9.0)),
        )

    assert played(script).names == ["first", "last", "furthest behind", "behind"]


def test_a_rank_counts_as_it_is_when_a_place_is_given_away() -> None:
    async def script(calls: Calls) -> None:
        urgency = Urgency.LIVE
        await use_up(calls)
        waiting = [
            asyncio.create_task(calls.call("was live", lambda _: Bid(urgency, 5.0))),
            asyncio.create_task(calls.call("live", bid(Urgency.LIVE, 0.0))),
        ]
        await asyncio.sleep(1)
        urgency = Urgency.FINAL
        await asyncio.gather(*waiting)

    assert played(script).names == ["was live", "live"]


def test_an_answer_that_is_alone_is_edited_for_as_long_as_it_takes_and_never_silent_for_two_seconds() -> None:
    async def script(calls: Calls) -> None:
        answer = bid(Urgency.LIVE)
        while now_s() < 600:
            await calls.call("edit", answer)

    times_s = played(script).times()
    gaps_s = [after - before for before, after in pairwise(times_s)]
    assert max(gaps_s) < 2.0
    assert max(gaps_s[:20]) < 1.0, "most answers are short"


def test_several_answers_are_edited_at_an_even_pace() -> None:
    async def script(calls: Calls) -> None:
        async def answer() -> None:
            since_s = 0.0

            def bidder(_: float) -> Bid:
                return Bid(Urgency.LIVE, since_s)

            while now_s() < 18:
                await calls.call("edit", bidder)
                since_s = now_s()
                await asyncio.sleep(0.1)  # the call itself: meanwhile the other waits alone

        await asyncio.gather(answer(), answer())

    gaps_s = [round(after - before, 3) for before, after in pairwise(played(script).times())]
    assert set(gaps_s[1:]) == {0.61}


def test_the_last_edit_does_not_wait_for_the_pace_and_finds_a_place_kept() -> None:
    async def script(calls: Calls) -> None:
        live = asyncio.create_task(edit_for_ever(calls))
        await asyncio.sleep(50)
        await calls.call("last", bid(Urgency.FINAL, now_s()))
        live.cancel()

    assert played(script).times("last") == [50.0]


async def edit_for_ever(calls: Calls) -> None:
    while True:
        await calls.call("live", bid(Urgency.LIVE, now_s()))


def test_answers_share_the_edits_evenly_as_long_as_there_are_enough_for_all() -> None:
    async def script(calls: Calls) -> None:
        async def answer(name: str) -> None:
            while now_s() < 25:
                await calls.call(name, bid(Urgency.LIVE, now_s()))

        await asyncio.gather(*(answer(f"answer {number}") for number in range(5)))

    calls = played(script)
    counts = [len(calls.times(f"answer {number}")) for number in range(5)]
    assert max(counts) - min(counts) <= 1


def test_edits_are_short_when_all_who_wait_would_move_too_seldom() -> None:
    async def script(calls: Calls) -> None:
        assert not edits_short(calls.rate_limiter)
        waiting = [asyncio.create_task(calls.call("live", bid(Urgency.LIVE, now_s()))) for _ in range(20)]
        await asyncio.sleep(1)
        assert edits_short(calls.rate_limiter)
        await asyncio.gather(*waiting)
        assert not edits_short(calls.rate_limiter)

    calls = played(script)
    assert max(calls.times()) < MOVES_EVERY_S + 20 * 0.61, "then an edit goes as soon as its readers have waited"


@pytest.mark.parametrize(("used", "short"), [(30, False), (45, True)])
def test_edits_are_short_when_too_few_are_left_for_all_who_wait(used: int, *, short: bool) -> None:
    """However soon the next one comes: the others would wait for it in vain."""

    async def script(calls: Calls) -> None:
        await use_up(calls, used)
        waiting = [asyncio.create_task(calls.call("live", lambda _: Bid(not_before_s=9.0))) for _ in range(6)]
        await asyncio.sleep(1)
        assert edits_short(calls.rate_limiter) == short
        for one in waiting:
            one.cancel()

    played(script)


def test_edits_are_short_while_slack_makes_everybody_wait() -> None:
    async def script(calls: Calls) -> None:
        calls.rate_limiter.method(EDIT).refused(30)
        assert edits_short(calls.rate_limiter)
        await asyncio.sleep(31)
        assert not edits_short(calls.rate_limiter)

    played(script)


def test_nobody_is_granted_a_call_before_they_want_it() -> None:
    async def script(calls: Calls) -> None:
        await asyncio.gather(
            calls.call("later", lambda _: Bid(Urgency.LIVE, 0.0, MOVES_EVERY_S), POST),
            calls.call("now", bid(Urgency.LIVE), POST, "C2"),
        )

    calls = played(script)
    assert (calls.times("later"), calls.times("now")) == ([MOVES_EVERY_S], [0.0])


def test_a_ticket_that_is_recalled_or_overdue_is_granted_nothing() -> None:
    async def script(calls: Calls) -> None:
        await use_up(calls)
        overdue = calls.rate_limiter.request(EDIT, bid(Urgency.FIRST))
        assert not await overdue.granted(within_s=2)
        assert now_s() == 2.0
        recalled = calls.rate_limiter.request(EDIT, bid(Urgency.FIRST))
        asyncio.get_running_loop().call_later(1, recalled.recall)
        assert not await recalled.granted(within_s=5)
        assert now_s() == 3.0

    played(script)


def test_retry_after_holds_everyone_back_who_calls_that_method_and_nobody_else() -> None:
    async def script(calls: Calls) -> None:
        calls.rate_limiter.method(EDIT).refused(30)
        await asyncio.gather(
            calls.call("edit", bid(Urgency.FIRST)),
            calls.call("last edit", bid(Urgency.FINAL)),
            calls.call("post", bid(Urgency.FIRST), POST),
        )

    calls = played(script)
    assert calls.times("post") == [0.0]
    assert min(calls.times("edit") + calls.times("last edit")) >= 30.0


def test_retry_after_holds_back_those_who_wait_already() -> None:
    async def script(calls: Calls) -> None:
        await calls.call("first", bid(Urgency.LIVE, 0.0))
        waiting = asyncio.create_task(calls.call("waiting", bid(Urgency.LIVE, 0.0)))
        await asyncio.sleep(0.1)
        calls.rate_limiter.method(EDIT).refused(20)
        await waiting

    assert played(script).times("waiting")[0] >= 20.1


def test_somebody_who_gives_up_waiting_takes_no_place_and_holds_nobody_up() -> None:
    async def script(calls: Calls) -> None:
        await use_up(calls)
        given_up = asyncio.create_task(calls.call("given up", bid(Urgency.FIRST)))
        waiting = asyncio.create_task(calls.call("waiting", bid(Urgency.FINAL)))
        await asyncio.sleep(1)
        given_up.cancel()
        await waiting
        before_s = now_s()
        for number in range(EDITS_PER_MIN - 1):
            await calls.call(f"after {number}", bid(Urgency.FIRST))
        assert now_s() - before_s < 0.1

    assert "given up" not in played(script).names


async def spend_burst(calls: Calls, channel_id: str = "C1") -> None:
    for _ in range(int(BURST)):
        await calls.call("burst", bid(Urgency.FIRST), POST, channel_id)


def test_a_post_that_waits_for_its_channel_lets_other_channels_pass() -> None:
    async def script(calls: Calls) -> None:
        await spend_burst(calls)
        await asyncio.gather(
            calls.call("same channel", bid(Urgency.FIRST, 0.0), POST, "C1"),
            calls.call("other channel", bid(Urgency.LIVE, -10.0), POST, "C2"),
        )

    calls = played(script)
    assert calls.names[-2:] == ["other channel", "same channel"]
    assert calls.times("same channel")[0] > 1.0


def test_five_who_ask_in_one_channel_see_first_words_at_once() -> None:
    async def script(calls: Calls) -> None:
        await asyncio.gather(*(calls.call("first", bid(Urgency.FIRST), POST, "C1") for _ in range(5)))

    assert played(script).times("first") == [0.0] * 5


def test_a_burst_is_for_first_words_and_other_posts_leave_some_of_it() -> None:
    async def script(calls: Calls) -> None:
        further = [asyncio.create_task(calls.call("further", bid(Urgency.LIVE), POST, "C1")) for _ in range(2)]
        await asyncio.sleep(0)
        for _ in range(3):
            await calls.call("first", bid(Urgency.FIRST), POST, "C1")
        await asyncio.gather(*further)

    calls = played(script)
    assert calls.times("first") == [0.0] * 3
    assert calls.times("further") == [0.0, pytest.approx(2 * POST_EVERY_S)], "the first came before any first words"


@pytest.mark.parametrize("burst", [1, 2, 3, 4])
def test_each_post_of_a_burst_that_is_refused_makes_bursts_shorter_in_all_channels(burst: int) -> None:
    workspace, refused = RateLimits(post_burst=burst), []

    async def script(calls: Calls) -> None:
        async def post(channel_id: str) -> None:
            await calls.call("first", bid(Urgency.FIRST), POST, channel_id)
            await asyncio.sleep(0.05)
            if (wait_s := workspace.retry_after_s(POST, channel_id, now_s())) is not None:
                refused.append(channel_id)
                calls.rate_limiter.refused(POST, wait_s, channel_id)
                await post(channel_id)

        for channel_id in ("C1", "C1", "C2", "C3"):
            await asyncio.gather(*(post(channel_id) for _ in range(5)))
            await asyncio.sleep(20)

    played(script)
    assert set(refused) == {"C1"}
    assert len(refused) <= 5


def test_a_post_that_is_refused_alone_says_nothing_of_bursts() -> None:
    async def script(calls: Calls) -> None:
        await calls.call("refused", bid(Urgency.FIRST), POST, "C1")
        calls.rate_limiter.refused(POST, 1, "C1")
        await asyncio.sleep(10)
        await asyncio.gather(*(calls.call("first", bid(Urgency.FIRST), POST, "C1") for _ in range(5)))

    assert played(script).times("first") == [10.0] * 5


def test_what_was_learned_is_handed_on_by_the_name_of_its_limit() -> None:
    learned: dict[str, LearnedLimit] = {}

    async def script(calls: Calls) -> None:
        calls.rate_limiter.on_learned = learned.__setitem__
        await use_up(calls, 36)
        calls.rate_limiter.refused(EDIT, 50)
        await spend_burst(calls)
        calls.rate_limiter.refused(POST, 1, "C1")
        other = Calls(RateLimiter())
        for name, limit in learned.items():
            other.rate_limiter.adopt(name, limit)
        await spend_burst(other)
        assert other.times()[-2:] == [0.0, pytest.approx(POST_EVERY_S)]

    played(script)
    assert learned.keys() == {EDIT, CHANNELS}
    assert learned[CHANNELS].burst == BURST - 1


def test_posts_that_waited_for_the_workspace_do_not_flood_their_channel() -> None:
    async def script(calls: Calls) -> None:
        calls.rate_limiter.method(POST).refused(30)
        await asyncio.gather(*(calls.call("post", bid(Urgency.LIVE), POST, "C1") for _ in range(5)))

    times_s = played(script).times("post")
    gaps_s = [after - before for before, after in pairwise(times_s)]
    assert max(gaps_s[:2]) < 0.3, "of the burst; two are left for first words"
    assert min(gaps_s[2:]) > 0.7
    assert times_s[4] - times_s[0] > 2 * POST_EVERY_S - 0.01


def test_first_words_find_room_however_many_answers_go_on_in_further_messages() -> None:
    async def script(calls: Calls) -> None:
        async def post_for_ever(channel_id: str) -> None:
            while True:
                await calls.call("further", bid(Urgency.LIVE, now_s() - 60), POST, channel_id)

        flood = [asyncio.create_task(post_for_ever(f"C{number}")) for number in range(50)]
        await asyncio.sleep(45)
        await asyncio.gather(*(calls.call("first", bid(Urgency.FIRST), POST, f"D{number}") for number in range(20)))
        for one in flood:
            one.cancel()

    assert played(script).times("first") == [45.0] * 20


def test_a_smaller_share_counts_at_once_and_a_larger_one_lets_those_in_who_wait() -> None:
    async def script(calls: Calls) -> None:
        calls.rate_limiter.set_share(Share(ALL._replace(edits=0.5)))
        await use_up(calls, EDITS_PER_MIN // 2)
        waiting = asyncio.create_task(calls.call("waiting", bid(Urgency.FINAL)))
        await asyncio.sleep(10)
        assert not waiting.done()
        calls.rate_limiter.set_share(Share())
        await waiting

    assert played(script).times("waiting") == [10.0]


WISHES = st.lists(
    st.tuples(
        st.floats(0, 3),
        st.sampled_from(list(Urgency)),
        st.sampled_from([EDIT, POST]),
        st.sampled_from(["C1", "C2", "C3"]),
        st.booleans(),
    ),
    max_size=250,
)


@settings(max_examples=40, deadline=None)
@given(WISHES)
def test_whatever_is_wished_for_slack_refuses_nothing_and_nobody_waits_for_ever(
    wishes: list[tuple[float, Urgency, str, str, bool]],
) -> None:
    workspace = RateLimits()
    refused: list[str] = []

    async def script(calls: Calls) -> None:
        async def wish(number: int) -> None:
            _, urgency, method, channel_id, patient = wishes[number]
            call = calls.call(str(number), bid(urgency, now_s()), method, channel_id)
            try:
                await asyncio.wait_for(call, None if patient else 0.5)
            except TimeoutError:
                return
            if workspace.retry_after_s(method, channel_id, now_s()) is not None:
                refused.append(method)

        waiting = []
        for number, (gap_s, *_) in enumerate(wishes):
            await asyncio.sleep(gap_s)
            waiting.append(asyncio.create_task(wish(number)))
        await asyncio.gather(*waiting)

    calls = played(script)
    assert not refused
    patient = {str(number) for number, one in enumerate(wishes) if one[-1]}
    assert patient <= set(calls.names)
    assert max(calls.times(), default=0.0) < sum(one[0] for one in wishes) + 60 * (2 + len(wishes) // EDITS_PER_MIN)


def test_a_status_is_taken_away_at_once_however_many_are_to_be_shown() -> None:
    async def script(calls: Calls) -> None:
        shown = [asyncio.create_task(calls.call("shown", bid(Urgency.LIVE), STATUS)) for _ in range(200)]
        await asyncio.sleep(30)
        await calls.call("taken away", bid(Urgency.FINAL), STATUS)
        await asyncio.gather(*shown)

    calls = played(script)
    assert calls.times("taken away") == [pytest.approx(30, abs=0.2)]
    assert STATUS_CALLS_PER_MIN - 15 <= sum(at_s < 30 for at_s in calls.times("shown")) < STATUS_CALLS_PER_MIN


def test_the_workspaces_posts_are_the_limit_where_there_are_many_channels() -> None:
    async def script(calls: Calls) -> None:
        posts = (calls.call("post", bid(Urgency.FIRST), POST, f"C{number}") for number in range(400))
        await asyncio.gather(*posts)

    times_s = played(script).times("post")
    assert sum(at_s < 60 for at_s in times_s) == POSTS_PER_WORKSPACE_PER_MIN


def test_first_words_do_not_wait_for_what_refusals_of_further_messages_have_taught() -> None:
    """Of fifty answers that begin at once in a stricter workspace; what went ahead is paid back by further messages."""

    async def script(calls: Calls) -> None:
        calls.rate_limiter.adopt(POST, LearnedLimit(calls=200, burst=8))
        further = asyncio.create_task(calls.call("further", bid(Urgency.LIVE), POST, "D0"))
        await asyncio.gather(*(calls.call("first", bid(Urgency.FIRST), POST, f"D{number}") for number in range(50)))
        await further

    times = played(script)
    assert times.times("first") == [0.0] * 50
    assert times.times("further")[0] > 10.0


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [({"Retry-After": "12"}, 12.0), ({"retry-after": "0"}, 1.0), ({}, 5.0), ({"Retry-After": ""}, 5.0)],
)
def test_a_refusal_that_does_not_say_for_how_long_holds_nobody_up_for_long(
    headers: dict[str, str], wait_s: float
) -> None:
    assert retry_after_s(headers) == wait_s
