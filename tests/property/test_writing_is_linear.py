"""Whatever the model writes, to show it costs about what any text of that length costs, also piece by piece.

Measured is the whole way from the words to the arguments of Slack's methods, as often as words come, which is far more
often than Slack is called. What hostile text costs is compared with what ordinary words cost on the same machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import count

import pytest

from bot.closing import Closing
from bot.slack.write.command_answer import CommandAnswer
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.markdown.cut import COMMAND, MARKDOWN, Cutter, cut, cut_all
from bot.slack.write.markdown.open_line import OpenLine
from bot.slack.write.markdown.shown import ShownMarkdown
from bot.slack.write.markdown.tables import later_tables_as_code
from bot.slack.write.message_arguments import message
from bot.slack.write.plan import Action, Plan, Respond, Show
from bot.slack.write.streamed_reply import StreamedReply, StreamSupport
from tests.growth import grows_linearly, seconds
from tests.hostile_texts import NAMES, hostile

CHARS = 14_000
"""More than one message holds."""
DELTA_CHARS = 60
TIMES_MAX = 12.0
ORDINARY = "The quick brown fox jumps over the lazy dog. "
PLANS: dict[str, Callable[[], Plan]] = {
    "edits": LiveReply,
    "native": lambda: StreamedReply(StreamSupport()),
    "command": lambda: CommandAnswer(fresh=True),
}


def show(plan: Plan, text: str) -> None:
    """Slack does at once whatever is wanted."""
    ids = count()

    def act(now_s: float) -> Action | None:
        action = plan.next_action(now_s, 1.2)
        if action is not None:
            if isinstance(action, Show | Respond):
                message(action.content)
            plan.done(action, getattr(action, "ts", None) or f"1.{next(ids)}", now_s)
        return action

    for number, start in enumerate(range(0, len(text), DELTA_CHARS)):
        plan.write(text[start : start + DELTA_CHARS], number * 0.01)
        act(number * 0.01)
    plan.finish(Closing(), 10.0)
    for _ in range(len(text)):
        if act(10.0) is None and plan.settled:
            return
    raise AssertionError("there is always something to do")


@cache
def ordinary_s(way: str) -> float:
    text = (ORDINARY * CHARS)[:CHARS]
    return seconds(lambda: show(PLANS[way](), text))


@pytest.mark.parametrize("way", PLANS)
@pytest.mark.parametrize("name", NAMES)
def test_an_answer_that_grows(name: str, way: str) -> None:
    text = hostile(name, CHARS)
    most_s = max(0.1, TIMES_MAX * ordinary_s(way))
    took_s = seconds(lambda: show(PLANS[way](), text), runs=1)
    if took_s > most_s:  # a look for garbage may have fallen into it
        took_s = seconds(lambda: show(PLANS[way](), text))
    assert took_s < most_s


@pytest.mark.parametrize("name", ["# a\n", "```\n", "words ", "\n", "[", "a. "])
def test_an_answer_of_many_messages_is_written_in_linear_time(name: str) -> None:
    grows_linearly(lambda chars: show(LiveReply(), hostile(name, chars)), 15_000)


@pytest.mark.parametrize("name", NAMES)
def test_a_whole_answer_is_written_in_linear_time(name: str) -> None:
    def work(chars: int) -> None:
        text = hostile(name, chars)
        cut_all(text, COMMAND)
        later_tables_as_code(text)
        shown = ShownMarkdown()
        shown.feed(text)
        shown.close()

    grows_linearly(work)


@pytest.mark.parametrize("name", NAMES)
def test_pictures_and_blocks_are_looked_for_in_an_answer_that_grows(name: str) -> None:
    def work(chars: int) -> None:
        text, shown = hostile(name, chars), ShownMarkdown()
        for start in range(0, len(text), 20):
            shown.feed(text[start : start + 20])
        shown.close()

    grows_linearly(work, 4_000)


@pytest.mark.parametrize("chars", [1_500, 2_000, 40_000, 200_000])
@pytest.mark.parametrize("name", ["[", " ", "words behind brackets", "sentences in a link", "a second table's rule"])
def test_one_message_is_cut_at_once_however_much_there_is(name: str, chars: int) -> None:
    text = hostile(name, chars)
    assert seconds(lambda: cut(text, 0, limits=MARKDOWN)) < 0.05


@pytest.mark.parametrize("name", ["a. ", "**a**. ", "[a](b). ", "a", "`a`. "])
def test_a_line_that_grows_is_not_searched_again_for_the_end_of_a_sentence(name: str) -> None:
    def work(chars: int) -> None:
        text, line = hostile(name, chars), OpenLine(0, MARKDOWN.weigh)
        for end in range(20, chars, 20):
            line.sentences(text[:end])

    grows_linearly(work, 15_000)


def test_what_is_read_is_not_read_again() -> None:
    """Steps are counted: a growing answer is weighed once and a little, not anew with each word."""
    read = 0

    def weigh(text: str) -> int:
        nonlocal read
        read += len(text)
        return MARKDOWN.weigh(text)

    text = hostile("[", 10_900)
    cutter = Cutter(0, limits=replace(MARKDOWN, weigh=weigh))
    for end in range(20, len(text) + 20, 20):
        cutter.read(text[:end])
    assert read < 3 * len(text) + 300 * 1_000
