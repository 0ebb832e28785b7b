"""While an answer grows, people see no markup that is still open, as long as there are other words to show."""

from __future__ import annotations

import pytest

from bot.closing import Closing
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.plan import Show

OPEN = {
    "This is **a very important": "This is",
    "This is *quite": "This is",
    "Say ~~never": "Say",
    "Call `print(a": "Call",
    "See [the long": "See",
    "See [the manual](https://example.com/a": "See",
    "See ([the": "See (",
    "这是 **非常": "这是",
    "A **first** and **a second": "A **first** and",
}
NOT_OPEN = (
    "It is 2 * 3 and",
    "Use a_b and",
    "A list [1] and",
    "- [ ] do this",
    "* one item",
    "A **bold** word",
    "A `code` word",
    "See [it](https://example.com/a) and",
    "Really!** it",
)


def shown(live: LiveReply, text: str) -> str:
    """What the next call shows once ``text`` was written; empty where there is none."""
    live.write(text, 0.0)
    action = live.next_action(0.0, 0.0)
    if action is None:
        return ""
    assert isinstance(action, Show)
    live.done(action, "1", 0.0)
    return action.content.markdown


@pytest.mark.parametrize(("text", "seen"), [*OPEN.items(), *((text, text) for text in NOT_OPEN)])
def test_open_markup_waits_while_there_are_other_words(text: str, seen: str) -> None:
    assert shown(LiveReply(), f"First.\n{text} th") == f"First.\n{seen}"


def test_what_is_open_is_shown_where_there_is_nothing_else() -> None:
    live = LiveReply()
    assert shown(live, "**a very important thi") == "**a very important"
    assert shown(live, "ng that goes o") == "**a very important thing that goes"
    assert shown(live, "n** and on and [he") == "**a very important thing that goes on** and on and"


def test_what_was_shown_open_is_never_taken_back() -> None:
    live = LiveReply()
    before = shown(live, "**one ")
    for word in ("two ", "three ", "four** ", "five ", "`six ", "seven ", "eight` ", "nine "):
        now = shown(live, word) or before
        assert now.startswith(before)
        before = now


def test_at_the_end_all_is_shown() -> None:
    live = LiveReply()
    shown(live, "This is **a very important ")
    live.finish(Closing(), 1.0)
    action = live.next_action(1.0, 0.0)
    assert isinstance(action, Show)
    assert action.content.markdown == "This is **a very important"


def test_what_is_open_for_long_is_shown() -> None:
    live = LiveReply()
    text = "This is **" + "important " * 40
    assert shown(live, text).endswith("important important")
