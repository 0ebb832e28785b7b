"""A reply that an earlier process began: its messages keep their place, and no text in them gets shorter."""

from __future__ import annotations

from bot.slack.write.content import Closing
from bot.slack.write.live_reply import LiveReply, Remove, Show

OLD = [("1.0", 1_000), ("1.1", 1_200), ("1.2", 400)]
TEXT = "\n\n".join(f"Paragraph {number} with some words to it." for number in range(120))


def grown(text: str, step: int) -> dict[str, list[str]]:
    """What each message showed, one content after the other, while ``text`` was written anew; deletions are ""."""
    live, now_s = LiveReply(OLD), 0.0
    shown: dict[str, list[str]] = {}
    for start in range(0, len(text) + step, step):
        live.write(text[start : start + step], now_s)
        if start + step > len(text):
            live.finish(Closing(), now_s)
        while (action := live.next_action()) is not None:
            now_s += 1
            if isinstance(action, Show):
                ts = action.ts or f"2.{action.part}"
                shown.setdefault(ts, []).append(action.content.markdown)
                live.took(action, ts, now_s)
            else:
                assert isinstance(action, Remove)
                shown.setdefault(action.ts, []).append("")
                live.took(action, action.ts, now_s)
    return shown


def test_no_message_ever_shows_less_than_it_did_before() -> None:
    shown = grown(TEXT, 37)

    for ts, chars in OLD:
        lengths = [len(content) for content in shown[ts]]
        assert lengths == sorted(lengths)
        assert lengths[0] >= chars - len("\n\n")


def test_messages_that_had_a_successor_hold_about_as_much_as_before() -> None:
    shown = grown(TEXT, 37)

    assert len(shown["1.0"][-1]) < OLD[0][1] + 200
    assert len(shown["1.1"][-1]) < OLD[1][1] + 200
    assert "".join(views[-1] for views in shown.values()).replace("\n", "") == TEXT.replace("\n", "")


def test_messages_that_a_shorter_answer_does_not_need_are_deleted_at_the_end() -> None:
    shown = grown(TEXT[:900], 37)

    assert shown["1.0"][-1] == TEXT[:900].rstrip()
    assert shown["1.1"] == shown["1.2"] == [""]
