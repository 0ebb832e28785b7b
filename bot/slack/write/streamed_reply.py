"""Plans the next call that shows the growing answer as Slack's own stream. Pure: a plan.

It streams for as long as streams work (``native_stream``). Where they do not, or no longer, it goes on by posts and
edits (``live_reply``): in the same messages, with every word that was written::

    STREAMING ─ refused, no place to end, no call in time, withdrawn ─▶ CLOSING ─ the stream is ended ─▶ EDITING

A call whose outcome is unknown may be repeated only if that cannot double a word: starting and appending may not be.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto

from bot.closing import Closing
from bot.errors import ReplyGone, SlackError, SlackOutcomeUnknown, SlackRefused, SlackUnavailable
from bot.slack.web_api.call_budget import Bid, Urgency
from bot.slack.write.feedback_support import Thumbs
from bot.slack.write.live_reply import LiveReply
from bot.slack.write.native_stream import NativeStream, StreamTimes
from bot.slack.write.plan import Action, AppendStream, Next, Show, Sight, StartStream, StopStream
from bot.slack.write.removals import Removals
from bot.slack.write.reply_parts import Parts

CALL_WITHIN_S = 1.0
"""Starting and stopping have few calls a minute; words do not wait longer for one, they go another way."""
LIFETIME_S = 300.0
"""Slack ends a stream then at the latest. Source: slackapi/python-slack-sdk#1859."""
CLOSING_TRIES_MAX = 8
ENDED = "message_not_in_streaming_state"
NOT_HERE = frozenset({"channel_type_not_supported", "unknown_method"})
"""Refusals that the next stream would meet too."""


@dataclass(slots=True)
class StreamSupport:
    """Whether this workspace takes streams; learned from a refusal, and shared by its replies."""

    possible: bool = True


class _Stage(Enum):
    STREAMING = auto()
    CLOSING = auto()
    EDITING = auto()


@dataclass(slots=True)
class StreamedReply:
    support: StreamSupport
    times: StreamTimes = field(default_factory=StreamTimes)
    feedback: Thumbs = field(default_factory=Thumbs)
    _stream: NativeStream = field(default_factory=NativeStream)
    _edits: LiveReply = field(default_factory=LiveReply)
    _stage: _Stage = _Stage.STREAMING
    _open: StopStream | None = None
    """What ends the stream before edits go on."""
    _closing_tries: int = 0
    _stop_can_wait: bool = False

    def __post_init__(self) -> None:
        self._stream.times = self.times
        if self._stage is _Stage.STREAMING:
            self._edits = LiveReply(feedback=self.feedback)

    @classmethod
    def of_open_stream(cls, support: StreamSupport, stop: StopStream, edits: LiveReply) -> StreamedReply:
        """Goes on with edits where an earlier process left a stream open."""
        return cls(support, feedback=edits.feedback, _edits=edits, _stage=_Stage.CLOSING, _open=stop)

    @property
    def late(self) -> list[Show]:
        return self._edits.late

    @property
    def parts(self) -> Parts | None:
        """``None`` while they are streams, whose messages say only at their end what they answer."""
        return self._edits.parts if self._editing else None

    @property
    def removals(self) -> Removals:
        return self._edits.removals

    @property
    def complete(self) -> bool:
        return self._stream.complete

    @property
    def settled(self) -> bool:
        return self._stream.settled if self._stage is _Stage.STREAMING else self._editing and self._edits.settled

    @property
    def has_message(self) -> bool:
        return self._stream.parts > 0 or self._edits.has_message

    def status(self, text: str) -> None:
        self._edits.status(text)
        if not self._stream.text.strip():
            self._leave_streaming(self._stream.waiting_since_s or 0.0)

    def write(self, text: str, now_s: float) -> None:
        if self._editing:
            self._edits.write(text, now_s)
        else:
            self._stream.write(text, now_s)

    def finish(self, closing: Closing, now_s: float) -> None:
        voting = closing.feedback and self.feedback.possible
        self._stream.finish(replace(closing, feedback=voting), now_s)
        if self._editing:
            self._edits.finish(closing, now_s)
        elif closing.withdraw:
            self._leave_streaming(now_s)

    def next_action(self, now_s: float, edit_every_s: float) -> Action | None:
        if self._stage is _Stage.STREAMING and self._stream.over:
            self._leave_streaming(now_s)
        if self._editing:
            return self._edits.next_action(now_s, edit_every_s)
        if self._stage is _Stage.CLOSING:
            return self._open
        action = self._stream.next_action(now_s)
        if isinstance(action, StopStream) and action.added and self._stop_can_wait:
            return AppendStream(action.part, action.ts, action.shown, action.added)
        return action

    def due_in_s(self, now_s: float) -> float | None:
        if self._editing:
            return self._edits.due_in_s(now_s)
        return self._stream.due_in_s(now_s) if self._stage is _Stage.STREAMING else None

    def bid(self, now_s: float, edit_every_s: float) -> Bid:
        if self._editing:
            return self._edits.bid(now_s, edit_every_s)
        since_s = self._stream.waiting_since_s or 0.0
        if self.complete:
            return Bid(Urgency.FINAL, since_s)
        return Bid(Urgency.LIVE if self._stream.parts else Urgency.FIRST, since_s)

    def patience_s(self, action: Action) -> float | None:
        if self._editing:
            return self._edits.patience_s(action)
        impatient = isinstance(action, StartStream) or (
            isinstance(action, StopStream) and action.final and not self._stop_can_wait
        )
        return CALL_WITHIN_S if impatient else None

    def overdue(self, action: Action, now_s: float, edit_every_s: float) -> None:
        """Without a call to start a stream, edits; without one to stop it, the words first and the stop when it can."""
        if self._editing:
            self._edits.overdue(action, now_s, edit_every_s)
        elif isinstance(action, StartStream):
            self._leave_streaming(now_s)
        else:
            self._stop_can_wait = True

    def done(self, action: Action, ts: str, called_s: float) -> None:
        if isinstance(action, StopStream) and action.piece is None:
            self._begin_editing(called_s)
        elif isinstance(action, StartStream | AppendStream | StopStream):
            self._stream.done(action, ts, called_s)
        else:
            self._edits.done(action, ts, called_s)

    def failed(self, action: Action, error: SlackError, now_s: float) -> Next:
        if not isinstance(action, StartStream | AppendStream | StopStream):
            return self._edits.failed(action, error, now_s)
        passing, unknown = isinstance(error, SlackUnavailable), isinstance(error, SlackOutcomeUnknown)
        if isinstance(action, StopStream) and action.piece is None:
            return self._not_closed(now_s, again=passing or unknown)
        if isinstance(error, ReplyGone):
            return Next.GIVE_UP
        if isinstance(action, StartStream):
            return self._not_started(error, now_s)
        if (passing or (unknown and isinstance(action, StopStream))) and self._stream.age_s(now_s) < LIFETIME_S:
            return Next.AFTER_A_PAUSE
        if unknown:
            self._stream.may_show(action)
        self._leave_streaming(now_s, ended=error.code == ENDED)
        return Next.AT_ONCE

    def found(self, action: Action, ts: str | None, now_s: float) -> None:
        """A stream that was started without our knowing shows its first words: edits go on from there."""
        if not isinstance(action, StartStream):
            self._edits.found(action, ts, now_s)
            return
        if ts is not None:
            self._stream.done(action, ts, now_s)
        self._leave_streaming(now_s)

    def seen(self, action: Action, sight: Sight, now_s: float) -> bool:
        return self._edits.seen(action, sight, now_s)

    def landed_late(self, action: Action, now_s: float) -> None:
        self._edits.landed_late(action, now_s)

    def abandoned(self) -> Action | None:
        """A stream that is left open would stay so before people's eyes, and take no edits."""
        open_ts = None if self._editing else self._stream.open_ts
        return None if open_ts is None else StopStream(self._stream.parts - 1, open_ts, "", "")

    @property
    def _editing(self) -> bool:
        return self._stage is _Stage.EDITING

    def _not_started(self, error: SlackError, now_s: float) -> Next:
        if isinstance(error, SlackRefused) and error.code in NOT_HERE:
            self.support.possible = False
        if isinstance(error, SlackOutcomeUnknown):
            return Next.AFTER_A_LOOK
        self._leave_streaming(now_s)
        return Next.AT_ONCE

    def _not_closed(self, now_s: float, *, again: bool) -> Next:
        self._closing_tries += 1
        if again and self._closing_tries < CLOSING_TRIES_MAX:
            return Next.AFTER_A_PAUSE
        self._begin_editing(now_s)
        return Next.AT_ONCE

    def _leave_streaming(self, now_s: float, *, ended: bool = False) -> None:
        if self._stage is not _Stage.STREAMING:
            return
        if self._stream.open_ts is not None and not ended:
            self._stage, self._open = _Stage.CLOSING, StopStream(self._stream.parts - 1, self._stream.open_ts, "", "")
        else:
            self._begin_editing(now_s)

    def _begin_editing(self, now_s: float) -> None:
        self._stage = _Stage.EDITING
        self._edits.resume(self._stream.text, self._stream.messages, now_s)
        if self.complete:
            self._edits.finish(self._stream.closing, now_s)
