"""An answer that is withdrawn while a message of it is on its way to Slack: nothing of it stays."""

from __future__ import annotations

import pytest

from bot.slack.write.content import Closing, Form
from bot.slack.write.live_reply import LiveReply, Remove, Show

REFUSED = Closing("The model declined to answer this.")


@pytest.fixture
def on_its_way() -> tuple[LiveReply, Show]:
    """A reply of which the first message stands, and the post of its second one."""
    live = LiveReply()
    live.write("A line that is long enough to stand alone.\n\n" * 20 + "And more.", 0.0)
    live.end_part()
    first = live.next_action()
    assert isinstance(first, Show)
    live.took(first, "1", 0.0)
    second = live.next_action()
    assert isinstance(second, Show)
    assert (second.part, second.ts) == (1, None)
    return live, second


def test_a_message_that_arrives_all_the_same_is_removed(on_its_way: tuple[LiveReply, Show]) -> None:
    live, second = on_its_way
    live.finish(REFUSED, 1.0, withdraw=True)
    live.took(second, "2", 2.0)
    ending = live.next_action()
    assert isinstance(ending, Show)
    assert (ending.ts, ending.content.markdown, ending.content.footer) == ("1", "", (REFUSED.ending,))
    live.took(ending, "1", 3.0)
    assert live.next_action() == Remove("2")
    live.took(Remove("2"), "2", 4.0)
    assert live.done


def test_a_message_that_is_found_later_is_removed(on_its_way: tuple[LiveReply, Show]) -> None:
    live, second = on_its_way
    live.finish(REFUSED, 1.0, withdraw=True)
    live.unsure(second)
    live.found(second.part, "2")
    ending = live.next_action()
    assert isinstance(ending, Show)
    live.took(ending, "1", 3.0)
    assert live.next_action() == Remove("2")


def test_a_message_that_is_refused_is_forgotten(on_its_way: tuple[LiveReply, Show]) -> None:
    live, second = on_its_way
    live.finish(REFUSED, 1.0, withdraw=True)
    assert live.refused(second)
    ending = live.next_action()
    assert isinstance(ending, Show)
    assert ending.content.form is Form.MARKDOWN
    live.took(ending, "1", 3.0)
    assert live.done
