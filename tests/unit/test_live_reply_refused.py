"""What Slack refuses for good: the same words go another way, and only what was refused is changed."""

from __future__ import annotations

import pytest

from bot.closing import Closing
from bot.errors import (
    ReplyGone,
    SlackFormRefused,
    SlackNoAccess,
    SlackNotEditable,
    SlackNoThread,
    SlackOutcomeUnknown,
    SlackRefused,
    SlackUnavailable,
)
from bot.messages import Note
from bot.slack.web_api.call_budget import Urgency
from bot.slack.write.content import Form
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.message_arguments import message
from bot.slack.write.plan import Next, Remove, Show
from bot.slack.write.reply_part import Inherited
from bot.slack.write.thread_outlet import posted_ts
from bot.slack.write.timing import FIRST_PATIENCE_S, MOVES_EVERY_S

CLOSING = Closing("It ends here.", (Note("a.xyz", "can't be read."),))


def next_show(live: LiveReply) -> Show:
    action = live.next_action(0.0, 0.0)
    assert isinstance(action, Show)
    return action


def shown(live: LiveReply, text: str, ts: str = "1") -> Show:
    """``text`` is written and shown."""
    live.write(text, 0.0)
    action = next_show(live)
    live.done(action, ts, 0.0)
    return action


def refuse(live: LiveReply, error: type[Exception], code: str = "code") -> Next:
    action = next_show(live)
    return live.failed(action, error("method", code), 0.0)  # type: ignore[arg-type]


def test_a_message_that_takes_no_edits_keeps_its_words_and_the_answer_goes_on_below() -> None:
    live = LiveReply()
    shown(live, "First words. ")
    live.write("Second words. ", 1.0)
    assert refuse(live, SlackNotEditable) is Next.AT_ONCE
    further = next_show(live)
    assert (further.ts, further.content.markdown) == (None, "Second words.")
    live.done(further, "2", 2.0)
    live.finish(CLOSING, 3.0)
    assert next_show(live).ts == "2"
    assert next_show(live).content.footer == ("It ends here.",)


def test_what_stands_under_an_answer_is_posted_where_its_message_takes_no_edits() -> None:
    live = LiveReply()
    shown(live, "All words. ")
    live.finish(CLOSING, 1.0)
    assert refuse(live, SlackNotEditable) is Next.AT_ONCE
    closing = next_show(live)
    assert (closing.ts, closing.content.markdown, closing.content.footer) == (None, "", ("It ends here.",))
    live.done(closing, "2", 2.0)
    assert live.settled


def test_a_whole_answer_whose_message_takes_no_edits_needs_nothing_more() -> None:
    live = LiveReply()
    shown(live, "All words. ")
    live.finish(Closing(), 1.0)
    assert live.settled


def test_a_message_that_takes_no_edits_goes_on_saying_that_it_grows() -> None:
    live = LiveReply()
    shown(live, "Some words, ")
    shown(live, "all words. ")
    live.finish(Closing(), 1.0)
    assert next_show(live).content.growing is False
    assert refuse(live, SlackNotEditable) is Next.AT_ONCE
    assert live.settled


def test_a_whole_answer_does_not_wait_long_for_an_edit_that_only_takes_its_button_away() -> None:
    live = LiveReply()
    shown(live, "Some words, ")
    shown(live, "all words. ")
    live.finish(Closing(), 1.0)
    for now_s in (2.0, 3.0, 4.0):
        live.overdue(next_show(live), now_s, 0.0)
    assert not live.settled
    live.overdue(next_show(live), 5.0, 0.0)
    assert live.settled


def test_code_in_a_message_that_takes_no_edits_is_reopened_in_the_next() -> None:
    live = LiveReply()
    live.write("```python\nfirst = 1\n", 0.0)
    live.done(next_show(live), "1", 0.0)
    live.write("second = 2\n```\n", 1.0)
    assert refuse(live, SlackNotEditable) is Next.AT_ONCE
    assert next_show(live).content.markdown.startswith("```python\nsecond = 2")


def test_an_earlier_process_message_that_takes_no_edits_stays_and_the_answer_is_posted_whole() -> None:
    live = LiveReply([Inherited("1", 5)])
    live.write("All of the new answer. ", 0.0)
    assert refuse(live, SlackNotEditable) is Next.AT_ONCE
    assert (next_show(live).ts, next_show(live).content.markdown) == (None, "All of the new answer.")


def test_an_earlier_process_message_that_somebody_deleted_is_posted_anew() -> None:
    live = LiveReply([Inherited("1", 5)])
    live.write("All of the new answer. ", 0.0)
    assert refuse(live, ReplyGone, "message_not_found") is Next.AT_ONCE
    assert next_show(live).ts is None


def test_where_there_is_no_thread_the_answer_goes_to_the_top_level() -> None:
    live = LiveReply()
    live.write("Words.", 0.0)
    assert next_show(live).in_thread
    assert refuse(live, SlackNoThread) is Next.AT_ONCE
    assert not next_show(live).in_thread
    assert refuse(live, SlackNoThread) is Next.GIVE_UP, "there is nowhere else"


def test_where_nobody_may_post_there_is_no_other_form() -> None:
    live = LiveReply()
    live.write("Words.", 0.0)
    assert refuse(live, SlackNoAccess, "restricted_action") is Next.GIVE_UP
    assert next_show(live).content.form is Form.MARKDOWN


def test_only_the_part_that_was_refused_is_made_plainer() -> None:
    live = LiveReply()
    live.write("A line that is long enough to stand alone.\n\n" * 400, 0.0)
    assert refuse(live, SlackFormRefused, "invalid_blocks") is Next.AT_ONCE
    first = next_show(live)
    assert first.content.form is Form.SECTIONS
    live.done(first, "1", 1.0)
    assert next_show(live).content.form is Form.MARKDOWN


@pytest.mark.parametrize("times", [1, 2])
def test_the_plainest_form_is_text_alone(times: int) -> None:
    live = LiveReply()
    live.write("Words.", 0.0)
    for _ in range(times):
        assert refuse(live, SlackFormRefused, "invalid_blocks") is Next.AT_ONCE
    assert next_show(live).content.form is (Form.SECTIONS, Form.TEXT)[times - 1]
    assert times == 1 or refuse(live, SlackFormRefused, "no_text") is Next.GIVE_UP


def with_a_status() -> LiveReply:
    """Its message has no words yet."""
    live = LiveReply()
    live.status("Thinking…")
    live.done(next_show(live), "1", 0.0)
    return live


def test_first_words_do_not_wait_long_for_an_edit_of_the_status() -> None:
    live = with_a_status()
    live.write("First words. ", 1.0)
    edit = next_show(live)
    assert (edit.ts, live.patience_s(edit)) == ("1", FIRST_PATIENCE_S)
    live.overdue(edit, 4.0, 1.0)

    assert live.next_action(4.0, 1.0) == Remove("1")
    live.done(Remove("1"), "1", 4.0)
    post = next_show(live)
    assert (post.ts, post.content.markdown) == (None, "First words.")
    live.done(post, "2", 4.0)
    live.finish(Closing(), 5.0)
    assert live.settled


def test_a_sentence_in_place_of_an_answer_does_not_wait_long_either() -> None:
    live = with_a_status()
    live.finish(CLOSING, 1.0)
    live.overdue(next_show(live), 4.0, 1.0)
    live.done(Remove("1"), "1", 4.0)
    assert (next_show(live).ts, next_show(live).content.footer) == (None, ("It ends here.",))


def test_a_status_that_is_overtaken_waits_as_long_as_it_takes() -> None:
    live = with_a_status()
    live.status("Reading the thread…")
    assert live.patience_s(next_show(live)) is None


def test_an_answer_does_not_wait_for_a_notice_that_slack_does_not_delete() -> None:
    live = LiveReply(notice="1")
    live.write("First words. ", 1.0)
    away = SlackUnavailable("chat.delete", "service_unavailable")
    assert live.next_action(1.0, 1.0) == Remove("1")
    assert live.failed(Remove("1"), away, 1.0) is Next.AT_ONCE
    live.done(next_show(live), "2", 1.0)
    live.finish(Closing(), 2.0)

    tried = 1
    while not live.settled:
        assert live.next_action(2.0, 1.0) == Remove("1")
        live.failed(Remove("1"), away, 2.0)
        tried += 1
    assert 1 < tried < 20


def test_a_notice_that_is_deleted_late_is_gone() -> None:
    live = LiveReply(notice="1")
    live.write("First words. ", 1.0)
    live.failed(Remove("1"), SlackOutcomeUnknown("chat.delete", "http_502"), 1.0)
    live.done(next_show(live), "2", 1.0)
    live.finish(Closing(), 2.0)
    live.done(Remove("1"), "1", 2.0)
    assert live.settled


def test_a_whole_answer_that_nobody_has_seen_yet_goes_before_others_last_words() -> None:
    live = LiveReply()
    live.write("All words. ", 1.0)
    live.finish(Closing(), 1.0)
    assert live.bid(1.0, 1.0).urgency is Urgency.FIRST
    live.done(next_show(live), "1", 1.0)
    live.finish(CLOSING, 2.0)
    assert live.bid(2.0, 1.0).urgency is Urgency.FINAL


def test_a_post_whose_answer_does_not_say_where_it_stands_is_looked_for() -> None:
    assert posted_ts("chat.postMessage", {"ok": True, "message": {"ts": "1.2"}}) == "1.2"
    with pytest.raises(SlackOutcomeUnknown):
        posted_ts("chat.postMessage", {"ok": True, "ts": None})


@pytest.mark.parametrize("error", [SlackRefused, SlackNoAccess, SlackNotEditable, SlackNoThread])
def test_an_edit_that_is_refused_for_whatever_reason_loses_no_words(error: type[Exception]) -> None:
    live = LiveReply()
    shown(live, "First words. ")
    live.write("Second words. ", 1.0)
    assert refuse(live, error, "some_new_code") is Next.AT_ONCE
    assert (next_show(live).ts, next_show(live).content.markdown) == (None, "Second words.")
    assert refuse(live, error, "some_new_code") is (Next.AT_ONCE if error is SlackNoThread else Next.GIVE_UP)


def test_a_message_with_a_status_that_takes_no_edits_goes() -> None:
    live = with_a_status()
    live.write("First words. ", 1.0)
    assert refuse(live, SlackNotEditable) is Next.AT_ONCE
    assert live.next_action(1.0, 1.0) == Remove("1")
    live.done(Remove("1"), "1", 1.0)
    assert (next_show(live).ts, next_show(live).content.markdown) == (None, "First words.")


def test_where_no_message_takes_edits_words_are_gathered_for_further_ones() -> None:
    live, now_s, posted = LiveReply(), 0.0, list[str]()
    while now_s < 60.0:
        live.write(f"Word {now_s:.1f}, ", now_s)
        action = live.next_action(now_s, 1.0)
        if isinstance(action, Show) and action.ts is not None:
            live.failed(action, SlackNotEditable("chat.update", "edit_window_closed"), now_s)
            action = live.next_action(now_s, 1.0)
        if action is not None:
            live.done(action, str(len(posted)), now_s)
            assert isinstance(action, Show)
            posted.append(action.content.markdown)
        now_s += 0.1
    live.finish(Closing(), now_s)
    while (action := live.next_action(now_s, 1.0)) is not None:
        assert isinstance(action, Show)
        assert action.ts is None
        live.done(action, str(len(posted)), now_s)
        posted.append(action.content.markdown)
    assert len(posted) < 20, "so long an answer has eleven messages of 600 characters"
    assert " ".join(posted).split() == [word for n in range(600) for word in ("Word", f"{n / 10:.1f},")]


def test_what_is_gathered_does_not_wait_for_long() -> None:
    live = LiveReply()
    shown(live, "One. ")
    live.write("Two. ", 0.0)
    refuse(live, SlackNotEditable)
    live.done(next_show(live), "2", 0.0)
    live.write("Three. ", 1.0)
    action = live.next_action(1.0, 1.0)
    assert action is not None
    live.failed(action, SlackNotEditable("chat.update", "edit_window_closed"), 1.0)
    assert live.next_action(1.0, 1.0) is None
    due_in_s = live.due_in_s(1.0)
    assert due_in_s == MOVES_EVERY_S
    post = live.next_action(1.0 + due_in_s, 1.0)
    assert isinstance(post, Show)
    assert (post.ts, post.content.markdown) == (None, "Three.")


def test_a_table_that_slack_does_not_take_leaves_the_other_words_as_they_are() -> None:
    live = LiveReply()
    live.write("**Look:**\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nDone. ", 0.0)
    assert refuse(live, SlackFormRefused, "invalid_blocks") is Next.AT_ONCE
    [block] = message(next_show(live).content)["blocks"]
    assert (block["type"], block["text"][:24]) == ("markdown", "**Look:**\n\n```\n| a | b |")
    assert refuse(live, SlackFormRefused, "invalid_blocks") is Next.AT_ONCE
    assert next_show(live).content.form is Form.SECTIONS
