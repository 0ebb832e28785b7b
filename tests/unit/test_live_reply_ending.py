"""How an answer ends whose edits are short: its last words join the message before them, or have one of their own."""

from __future__ import annotations

import pytest

from bot.closing import NOTHING, Closing
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.plan import Action, Remove, Show
from bot.slack.write.timing import MOVES_EVERY_S

SCARCE_S = 2 * MOVES_EVERY_S
LINES = "".join(f"Line {number} of an answer that is edited only now and then.\n" for number in range(20))


def next_show(live: LiveReply, now_s: float) -> Show:
    action = live.next_action(now_s, SCARCE_S)
    assert isinstance(action, Show)
    return action


def going_on(text: str) -> tuple[LiveReply, Show]:
    """An answer whose first message has been ended by an edit, and the post that goes on with ``text``."""
    live = LiveReply()
    live.write("First words. ", 0.0)
    live.done(next_show(live, 0.0), "1", 0.0)
    live.write(LINES, 1.0)
    edit = next_show(live, 10.0)
    assert edit.ts == "1"
    assert edit.piece.end is not None
    live.done(edit, "1", 10.0)
    live.write(text, 11.0)
    post = next_show(live, 20.0)
    assert post.ts is None
    return live, post


def as_shown(live: LiveReply, now_s: float) -> list[str]:
    """What each message shows at last; none is deleted on the way."""
    messages = dict[str, str]()
    for _ in range(9):
        action = live.next_action(now_s, SCARCE_S)
        if action is None:
            return list(messages.values())
        assert not isinstance(action, Remove), "people have read it"
        assert isinstance(action, Show)
        ts = action.ts or "3"
        messages[ts] = action.content.markdown
        live.done(action, ts, now_s)
    raise AssertionError("it never ends")


def test_few_last_words_join_the_message_before_them() -> None:
    live, _ = going_on("Last words.")
    live.finish(NOTHING, 21.0)
    (message,) = as_shown(live, 21.0)
    assert message.endswith("Last words.")
    assert message.startswith("First words. Line 0")


@pytest.mark.parametrize("lost_for_a_moment", [False, True])
def test_but_not_while_their_own_message_is_on_its_way(lost_for_a_moment: bool) -> None:
    """It would appear, and be deleted a moment later."""
    live, post = going_on("Last words.")
    live.finish(NOTHING, 21.0)
    if lost_for_a_moment:
        live.found(post, "2", 21.1)
    else:
        live.done(post, "2", 21.1)
    assert as_shown(live, 21.2) == ["Last words."], "the first message shows what it should"


def test_and_a_message_for_words_that_were_withdrawn_is_deleted() -> None:
    live, post = going_on("Last words.")
    live.finish(Closing(withdraw=True), 21.0)
    live.done(post, "2", 21.1)
    actions: list[Action] = []
    while (action := live.next_action(22.0, SCARCE_S)) is not None and len(actions) < 9:
        actions.append(action)
        live.done(action, "1", 22.0)
    assert Remove("2") in actions
