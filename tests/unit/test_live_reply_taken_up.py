"""A reply that an earlier process began: its messages keep their place, and no text in them gets shorter."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.closing import Closing
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.plan import Remove, Show
from bot.slack.write.reply_part import Inherited

OLD = [Inherited("1.0", 1_000), Inherited("1.1", 1_200), Inherited("1.2", 400)]
TEXT = "\n\n".join(f"Paragraph {number} with some words to it." for number in range(120))


def grown(text: str, step: int, old: Sequence[Inherited] = OLD, *, edit_every_s: float = 0.0) -> dict[str, list[str]]:
    """What each message showed, one content after the other, while ``text`` was written anew; deletions are ""."""
    live, now_s = LiveReply(old), 0.0
    shown: dict[str, list[str]] = {}
    for start in range(0, len(text) + step, step):
        live.write(text[start : start + step], now_s)
        if start + step > len(text):
            live.finish(Closing(), now_s)
        while (action := live.next_action(now_s, edit_every_s)) is not None:
            now_s += 1
            if isinstance(action, Show):
                ts = action.ts or f"2.{action.part}"
                shown.setdefault(ts, []).append(action.content.markdown)
                live.done(action, ts, now_s)
            else:
                assert isinstance(action, Remove)
                shown.setdefault(action.ts, []).append("")
                live.done(action, action.ts, now_s)
    return shown


def test_no_message_ever_shows_less_than_it_did_before() -> None:
    shown = grown(TEXT, 37)

    for message in OLD:
        lengths = [len(content) for content in shown[message.ts]]
        assert lengths == sorted(lengths)
        assert lengths[0] >= message.chars - len("\n\n")


@pytest.mark.parametrize("edit_every_s", [0.0, 60.0], ids=["ordinary", "short edits"])
@pytest.mark.parametrize("step", [17, 64])
def test_what_was_cut_anywhere_shows_no_word_less_wherever_the_new_text_stands(step: int, edit_every_s: float) -> None:
    for chars in range(700, 740, 3):
        shown = grown(TEXT[:1_200], step, [Inherited("1.0", chars)], edit_every_s=edit_every_s)
        assert min(map(len, shown["1.0"])) >= len(TEXT[:chars].rstrip()), chars


def test_messages_that_had_a_successor_hold_about_as_much_as_before() -> None:
    shown = grown(TEXT, 37)

    assert len(shown["1.0"][-1]) < OLD[0].chars + 200
    assert len(shown["1.1"][-1]) < OLD[1].chars + 200
    assert "".join(contents[-1] for contents in shown.values()).replace("\n", "") == TEXT.replace("\n", "")


def test_messages_that_a_shorter_answer_does_not_need_are_deleted_at_the_end() -> None:
    shown = grown(TEXT[:900], 37)

    assert shown["1.0"][-1] == TEXT[:900].rstrip()
    assert shown["1.1"] == shown["1.2"] == [""]
