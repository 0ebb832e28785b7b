"""An answer that is withdrawn while a message of it is on its way to Slack: nothing of it stays."""

from __future__ import annotations

import pytest

from bot.closing import Closing
from bot.errors import SlackOutcomeUnknown, SlackRefused
from bot.slack.write.content import Form
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.plan import Next, Remove, Show
from bot.slack.write.timing import MOVES_EVERY_S

REFUSED = Closing("The model declined to answer this.", withdraw=True)


@pytest.fixture
def on_its_way() -> tuple[LiveReply, Show]:
    """A reply with its first message in Slack, and the post of its second one."""
    live = LiveReply()
    live.write("A line that is long enough to stand alone.\n\n" * 20 + "And more.", 0.0)
    first = live.next_action(0.0, MOVES_EVERY_S + 1)
    assert isinstance(first, Show)
    live.done(first, "1", 0.0)
    second = live.next_action(0.0, 0.0)
    assert isinstance(second, Show)
    assert (second.part, second.ts) == (1, None)
    return live, second


def test_a_message_that_arrives_all_the_same_is_removed(on_its_way: tuple[LiveReply, Show]) -> None:
    live, second = on_its_way
    live.finish(REFUSED, 1.0)
    live.done(second, "2", 2.0)
    ending = live.next_action(0.0, 0.0)
    assert isinstance(ending, Show)
    assert (ending.ts, ending.content.markdown, ending.content.footer) == ("1", "", (REFUSED.ending,))
    live.done(ending, "1", 3.0)
    assert live.next_action(0.0, 0.0) == Remove("2")
    live.done(Remove("2"), "2", 4.0)
    assert live.settled


def test_a_message_that_is_found_later_is_removed(on_its_way: tuple[LiveReply, Show]) -> None:
    live, second = on_its_way
    live.finish(REFUSED, 1.0)
    assert live.failed(second, SlackOutcomeUnknown("chat.postMessage", "timeout"), 2.0) is Next.AFTER_A_LOOK
    live.found(second, "2", 2.0)
    ending = live.next_action(0.0, 0.0)
    assert isinstance(ending, Show)
    live.done(ending, "1", 3.0)
    assert live.next_action(0.0, 0.0) == Remove("2")


def test_a_message_that_is_refused_is_forgotten(on_its_way: tuple[LiveReply, Show]) -> None:
    live, second = on_its_way
    live.finish(REFUSED, 1.0)
    assert live.failed(second, SlackRefused("chat.postMessage", "invalid_blocks"), 2.0) is Next.AT_ONCE
    ending = live.next_action(0.0, 0.0)
    assert isinstance(ending, Show)
    assert ending.content.form is Form.MARKDOWN
    live.done(ending, "1", 3.0)
    assert live.settled
