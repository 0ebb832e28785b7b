"""However an answer arrives and however slowly Slack takes it, its streams show all of it, each word once, in order."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.closing import Button, Closing
from bot.messages import Note
from bot.slack.escape import decode, escape
from bot.slack.write.content import Content, below
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.markdown.cut import PieceLimits, sent_bytes
from bot.slack.write.markdown.whole_words import LINE_CHARS_MAX
from bot.slack.write.native_stream import NativeStream, StreamAction
from bot.slack.write.plan import Show, StartStream, StopStream
from tests.property.test_markdown_cut import ANSWERS

SMALL = PieceLimits(blank_line=120, line=160, space=200, last=240, weigh=sent_bytes)
"""The same rules at a scale where short texts have many pieces."""
TRICKY = st.lists(
    st.sampled_from(
        [
            "&lt;",
            "&gt;",
            "&amp;",
            "&",
            "<@U1>",
            "\n\n",
            " ",
            "a",
            "- ",
            "```",
            "| a |",
            "👩\u200d👧",
            "🇩🇪",
            "e\u0301",
            "日",
        ]
    ),
    max_size=60,
).map("".join)
WORDS = st.sampled_from(["word", "List<int>", "Q&A", "&amp;", "`code`", "日本語", "👩‍👩‍👧"])
LIFETIME_S = 300.0
QUICK = settings(max_examples=60, deadline=None)
REOPENED_CHARS_MAX = 60
"""Closing and opening of a fence or a table in these texts."""
CLOSING = Closing("It ends here.", (Note("song.xyz", "is of a kind that I can't read."),), Button.CONTINUE)


@dataclass
class Streamed:
    """A message as Slack has it."""

    started_s: float
    sent: str = ""
    markdown: str = ""
    stopped: bool = False
    below: Content = field(default_factory=Content)


@dataclass
class Thread:
    """What Slack would do with the calls."""

    messages: list[Streamed] = field(default_factory=list)

    def call(self, action: StreamAction, now_s: float) -> str:
        if isinstance(action, StartStream):
            assert all(message.stopped for message in self.messages)
            self.messages.append(Streamed(now_s))
        message = self.messages[action.part]
        assert not message.stopped
        assert now_s - message.started_s < LIFETIME_S
        message.sent += action.added
        message.markdown = decode(message.sent)
        if isinstance(action, StopStream):
            message.stopped, message.below = True, action.below
        else:
            assert action.added.strip()
        return str(action.part)


@dataclass
class Run:
    stream: NativeStream
    thread: Thread = field(default_factory=Thread)
    now_s: float = 0.0

    def settle(self, calls_max: int = 1_000) -> None:
        """Calls Slack until there is nothing to do."""
        for _ in range(calls_max):
            action = self.stream.next_action(self.now_s)
            if action is None:
                return
            self.stream.done(action, self.thread.call(action, self.now_s), self.now_s)
            assert self.thread.messages[action.part].markdown == action.shown


@st.composite
def runs(draw: st.DrawFn, texts: st.SearchStrategy[str], step_max_s: float = 50.0) -> Run:
    """A text that was written in some chunks, with some time and some calls between them; not finished."""
    text = draw(texts)
    run = Run(NativeStream(limits=SMALL))
    ends = sorted(draw(st.sets(st.integers(0, len(text)), max_size=25)) | {len(text)})
    for start, end in zip([0, *ends], ends, strict=False):
        run.stream.write(text[start:end], run.now_s)
        run.settle(draw(st.integers(0, 4)))
        passing_s = draw(st.floats(0, step_max_s))
        while (due_s := run.stream.due_in_s(run.now_s)) is not None and due_s < passing_s:
            run.now_s, passing_s = run.now_s + due_s + 0.001, passing_s - due_s
            run.settle()
        run.now_s += passing_s
        run.settle(1)
    return run


def slices(run: Run) -> list[str]:
    """What of the text each message is to show; of one that was not settled, all that follows."""
    return [run.stream.text[piece.start : piece.end] for piece, _ in run.stream.messages]


def solid(text: str) -> str:
    return "".join(text.split())


@QUICK
@given(runs(st.one_of(ANSWERS, TRICKY)))
def test_an_answer_is_streamed_whole_unless_somebody_else_has_to_show_the_rest(run: Run) -> None:
    stream = run.stream
    stream.finish(CLOSING, run.now_s)
    run.settle()

    assert stream.settled != stream.over
    assert all(message.stopped for message in run.thread.messages)
    assert stream.text.startswith("".join(slices(run)))
    for message, (piece, _), body in zip(run.thread.messages, stream.messages, slices(run), strict=True):
        if piece.end is not None or stream.settled:
            assert message.markdown.startswith(piece.opening + (body if piece.opening else body.lstrip("\n")).rstrip())
    if stream.settled:
        assert solid("".join(slices(run))) == solid(stream.text)
        assert run.thread.messages[-1].below == below(CLOSING)
        assert stream.waiting_since_s is None


@QUICK
@given(runs(st.lists(WORDS, max_size=120).map(" ".join), step_max_s=5.0))
def test_words_are_not_held_back_and_young_streams_not_given_up(run: Run) -> None:
    run.settle()

    assert not run.stream.over
    assert solid("".join(message.markdown for message in run.thread.messages)) == solid(run.stream.text)
    assert run.stream.waiting_since_s is None


@QUICK
@given(runs(st.one_of(ANSWERS, TRICKY)))
def test_no_stream_is_longer_than_its_limit(run: Run) -> None:
    for message, (piece, _) in zip(run.thread.messages, run.stream.messages, strict=True):
        assert len(message.sent.encode()) <= SMALL.last + len(escape(piece.opening).encode()) + 40


@QUICK
@given(runs(ANSWERS))
def test_no_message_leaves_a_code_fence_open(run: Run) -> None:
    run.stream.finish(Closing(), run.now_s)
    run.settle()
    for message in run.thread.messages:
        tokens = MarkdownIt().parse(f"{message.markdown}\n\n\n# end of message")
        assert tokens[-2].content == "end of message"


@QUICK
@given(runs(st.one_of(ANSWERS, TRICKY)), st.booleans())
def test_edits_go_on_where_a_stream_died_and_take_back_no_word(run: Run, finished: bool) -> None:
    before = run.stream.messages
    live = LiveReply()
    live.resume(run.stream.text, before, run.now_s)
    if finished:
        live.finish(CLOSING, run.now_s)
    after = {number: message.markdown for number, message in enumerate(run.thread.messages)}
    while (action := live.next_action(run.now_s, 0.0)) is not None:
        assert isinstance(action, Show)
        assert action.part >= len(before) - 1  # what was ended in order stays as it is
        after[action.part] = action.content.markdown
        live.done(action, action.ts or f"new {action.part}", run.now_s)

    for number, (message, (piece, _)) in enumerate(zip(run.thread.messages, before, strict=True)):
        provisional = message.stopped and piece.end is None  # its fence was closed for the time being
        assert after[number].startswith(message.markdown.rstrip("`~ \n") if provisional else message.markdown)
    shown, wanted = solid("".join(after.values())), solid(run.stream.text)
    left = iter(shown)
    due = wanted if finished else solid(run.stream.text[:-LINE_CHARS_MAX])  # half a row of a table waits for its rest
    assert all(character in left for character in due)
    assert len(shown) <= len(wanted) + REOPENED_CHARS_MAX * len(after)


@settings(max_examples=10, deadline=None)
@given(st.builds(lambda text, times: "\n\n".join([text] * times), ANSWERS, st.integers(10, 100)))
def test_real_limits_hold_for_long_answers(text: str) -> None:
    run = Run(NativeStream())
    for start in range(0, len(text), 700):
        run.stream.write(text[start : start + 700], run.now_s)
        run.settle()
        run.now_s += 2.0
    run.stream.finish(Closing(), run.now_s)
    run.settle()

    assert run.stream.settled or not solid(text)
    assert all(len(message.sent.encode()) <= 9_000 for message in run.thread.messages)
    assert solid("".join(slices(run))) == solid(text)
