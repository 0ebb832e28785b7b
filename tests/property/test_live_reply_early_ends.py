"""A message may end before its time, as often as the budget asks for it: nothing is lost, moved or shown twice."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from bot.closing import Closing
from bot.errors import SlackOutcomeUnknown
from bot.slack.write.live_reply import SHORT_PART_AFTER_S, LiveReply
from bot.slack.write.plan import Next, Show
from bot.slack.write.reply_part import PART_CHARS_MIN
from bot.slack.write.timing import MOVES_EVERY_S
from playground.measure.answers import answer
from playground.measure.readers import Written, seen
from playground.workspace.records import Revision

SHORT_S = MOVES_EVERY_S + 1
"""Between two edits of an answer when they are short."""
UNKNOWN = SlackOutcomeUnknown("chat.update", "timeout")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), st.integers(1, 700)),
        st.sampled_from([("show", 0), ("show", 0), ("lose", 0), ("end", 0), ("overdue", 0), ("wait", 0)]),
    ),
    max_size=60,
)


@dataclass
class Thread:
    """What Slack shows of a live reply, driven step by step."""

    text: str
    live: LiveReply = field(default_factory=LiveReply)
    answers_seen: list[Revision] = field(default_factory=list)
    now_s: float = 0.0
    written: int = 0

    def write(self, chars: int) -> None:
        self.live.write(self.text[self.written : self.written + chars], self.now_s)
        self.written = min(self.written + chars, len(self.text))

    def show(self, *, lost: bool = False, short: bool = False) -> bool:
        """One call to Slack; ``lost``: done, but the answer never came; ``short``: with edits short. ``False`` where
        there was nothing to do."""
        action = self.live.next_action(self.now_s, SHORT_S if short else 0.0)
        if not isinstance(action, Show):
            return False
        ts = action.ts or str(action.part)
        self.now_s += 0.1
        self.answers_seen.append(Revision(self.now_s, "C", ts, "edit", "", action.content.markdown))
        if not lost:
            self.live.done(action, ts, self.now_s)
        elif self.live.failed(action, UNKNOWN, self.now_s) is Next.AFTER_A_LOOK:
            self.live.found(action, ts, self.now_s)
        return True

    def overdue(self) -> None:
        """What is to be shown next waited for an edit in vain."""
        if (action := self.live.next_action(self.now_s, SHORT_S)) is not None:
            self.live.overdue(action, self.now_s, SHORT_S)

    def step(self, name: str, chars: int) -> None:
        match name:
            case "write":
                self.write(chars)
            case "show":
                self.show()
            case "lose":
                self.show(lost=True)
            case "end":
                self.show(short=True)
            case "overdue":
                self.overdue()
            case _:
                self.now_s += SHORT_PART_AFTER_S + 1

    def finish(self) -> None:
        self.write(len(self.text))
        self.live.finish(Closing(), self.now_s)
        for _ in range(100):
            if not self.show():
                return


@given(st.integers(0, 30), st.sampled_from([300, 3_000, 14_000]), STEPS)
def test_whenever_messages_end_the_text_only_grows_and_is_whole_at_last(
    number: int, chars: int, steps: list[tuple[str, int]]
) -> None:
    thread = Thread(answer(number, chars))
    for name, value in steps:
        thread.step(name, value)
    thread.finish()
    assert thread.live.settled
    shown = seen(Written(thread.text, [0.0], [len(thread.text)]), thread.answers_seen)
    assert shown.backward_steps == 0
    assert shown.lost_words == 0
    assert shown.curve[-1][1] == shown.chars


@given(st.integers(0, 30), st.integers(700, 6_000))
def test_a_message_that_is_ended_ends_at_a_good_place_and_is_not_short(number: int, chars: int) -> None:
    thread = Thread(answer(number, 8_000))
    thread.write(chars)
    thread.show(short=True)
    first = thread.answers_seen[0].source
    thread.write(2_000)
    action = thread.live.next_action(thread.now_s, SHORT_S)
    if not isinstance(action, Show) or action.part == 0:
        return  # it had no good place to end
    assert len(first) >= PART_CHARS_MIN - 2
    assert first.count("```") % 2 == 0
    assert thread.text.startswith(first)
    last_line = first.splitlines()[-1]
    if last_line.startswith(("|", "```")):
        assert thread.text[len(first) :].startswith("\n"), "a table or code as a whole"
    else:
        assert last_line.rstrip("*_`").endswith("."), "a sentence, and no heading"


def test_what_follows_an_ended_message_is_posted_and_needs_no_edit() -> None:
    thread = Thread(answer(1, 8_000))
    thread.write(2_000)
    thread.show(short=True)
    thread.write(2_000)
    action = thread.live.next_action(thread.now_s, SHORT_S)
    assert isinstance(action, Show)
    assert (action.part, action.ts) == (1, None)


def test_a_message_is_not_ended_where_people_have_read_on() -> None:
    thread = Thread(
        "A first line that is long enough to stand alone.\n" * 20 + "And half of a sentence, which they read"
    )
    thread.write(len(thread.text) - 5)
    thread.show()
    thread.write(5)
    action = thread.live.next_action(thread.now_s, SHORT_S)
    assert isinstance(action, Show)
    assert (action.part, action.piece.end) == (0, None)


def test_a_message_is_broken_off_between_words_and_short_ones_only_after_a_while() -> None:
    thread = Thread("One two three four five six")
    thread.write(12)
    thread.show()
    thread.write(20)
    thread.overdue()
    action = thread.live.next_action(thread.now_s, 0.0)
    assert isinstance(action, Show)
    assert action.part == 0, "too short, and too soon"
    thread.now_s += SHORT_PART_AFTER_S + 1
    thread.overdue()
    thread.finish()
    sources = list({revision.ts: revision.source for revision in thread.answers_seen}.values())
    assert sources == ["One two", "three four five six"]


def test_code_that_is_broken_off_is_closed_and_opened_again() -> None:
    thread = Thread("```python\nfirst = 1\nsecond = 2\nthird = 3\n```")
    thread.write(31)
    thread.show()
    thread.show()
    thread.write(7)
    thread.now_s += SHORT_PART_AFTER_S + 1
    thread.overdue()
    thread.finish()
    sources = list({revision.ts: revision.source for revision in thread.answers_seen}.values())
    assert sources == ["```python\nfirst = 1\nsecond = 2\n```", "```python\nthird = 3\n```"]


def test_a_few_final_words_join_the_message_before_them() -> None:
    thread = Thread("A line that is long enough to stand alone.\n\n" * 20 + "And a short end")
    thread.write(len(thread.text) - 5)
    thread.show(short=True)
    thread.finish()
    assert {revision.ts for revision in thread.answers_seen} == {"0"}
    assert thread.answers_seen[-1].source == thread.text
