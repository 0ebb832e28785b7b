"""Plans the next call that streams the growing answer into Slack. Pure: the clock is given.

Rules:

1. A reply is a row of streamed messages (parts), one open at a time. Each call carries exactly what is new, escaped as
   the whole would be.
2. A stream is ended before Slack ends it: by length (``STREAM``) and by age (``StreamTimes``), at the best place that
   comes along. Code fences and tables are closed in one message and reopened in the next.
3. What may still turn out to be something else waits for what follows: half an entity, half of a character, and blanks,
   which Slack does not keep where they stand alone.
4. If nothing is left to stream, or there is no good way to stream it, edits show the rest: ``over`` says so, and
   ``messages`` what is there already.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from bot.closing import Closing
from bot.slack.escape import escape
from bot.slack.write.content import Content, below
from bot.slack.write.markdown.cut import STREAM, Cutter, Piece, PieceLimits
from bot.slack.write.plan import AppendStream, StartStream, StopStream

UNSETTLED = re.compile(r"(?:&(?:am?|amp|lt?|gt?)?|\S?\u200d|[\U0001f1e6-\U0001f1ff]+)\Z")
"""The beginning of an entity, a joiner with what it joins, letters of a flag."""
UNSETTLED_CHARS_MAX = 4
UNSETTLED_MAX = 8
"""At most this many in a row are held back; more are no character or entity that anybody means."""


@dataclass(frozen=True, slots=True)
class StreamTimes:
    """From which age on a stream ends at which kind of place; at ``last_s`` it ends wherever it is.

    Slack ends it after five minutes, whatever comes in. Source: slackapi/python-slack-sdk#1859.
    """

    blank_line_s: float = 200.0
    line_s: float = 215.0
    space_s: float = 225.0
    last_s: float = 235.0


StreamAction = StartStream | AppendStream | StopStream


@dataclass(slots=True)
class _Streamed:
    piece: Piece
    ts: str
    started_s: float
    shown: str = field(repr=False)
    open: bool = True
    cutter: Cutter | None = None

    def grown(self, text: str, limits: PieceLimits, *, complete: bool) -> Piece:
        """The piece as far as ``text`` goes; what an earlier look has read is not read again."""
        if self.cutter is None or self.cutter.limits != limits:
            self.cutter = Cutter(self.piece.start, self.piece.opening, limits)
        return self.cutter.read(text, complete=complete)


@dataclass(slots=True)
class NativeStream:
    times: StreamTimes = StreamTimes()
    limits: PieceLimits = STREAM
    text: str = field(default="", repr=False)
    complete: bool = False
    """Whether everything was written; some of it may still wait to be shown."""
    settled: bool = False
    waiting_since_s: float | None = None
    """Since when words have been waiting to be shown; ``None`` while none are."""
    closing: Closing = field(default_factory=Closing)
    _parts: list[_Streamed] = field(default_factory=list)
    _next: Cutter | None = None
    """Of the part that is not begun."""

    @property
    def open_ts(self) -> str | None:
        """The message that is being streamed."""
        return self._parts[-1].ts if self._parts and self._parts[-1].open else None

    @property
    def parts(self) -> int:
        return len(self._parts)

    @property
    def over(self) -> bool:
        """Whether streaming ends here although the reply is not complete."""
        if self.settled or self.open_ts is not None:
            return False
        return self.complete or bool(self._parts and self._parts[-1].piece.end is None)

    @property
    def messages(self) -> list[tuple[Piece, str]]:
        """What was streamed where, in order. The last piece is open unless it was ended in order."""
        return [(replace(part.piece, shown_to=self._shown_to(part)), part.ts) for part in self._parts]

    def age_s(self, now_s: float) -> float:
        return now_s - self._parts[-1].started_s if self._parts else 0.0

    def write(self, text: str, now_s: float) -> None:
        whole, self.text = self.text, ""  # with only one reference, CPython can append to the text in place
        whole += text
        self.text = whole
        if self.waiting_since_s is None and text.strip():
            self.waiting_since_s = now_s

    def finish(self, closing: Closing, now_s: float) -> None:
        self.complete, self.closing = True, closing
        if self.waiting_since_s is None:
            self.waiting_since_s = now_s

    def next_action(self, now_s: float) -> StreamAction | None:
        """What to do now so that Slack shows the newest text; ``None`` if it does, or if streaming is over."""
        if self.settled or self.over:
            return None
        if self.open_ts is None:
            return self._start()
        part, number = self._parts[-1], len(self._parts) - 1
        limits = self.limits if self.complete else self._limits_at(now_s, part)
        piece = part.grown(self.text, limits, complete=self.complete)
        if piece.end is not None or self.complete or self.age_s(now_s) >= self.times.last_s:
            return self._stop(number, part, piece)
        shown = _settled(piece, self.text)
        if part.shown.startswith(shown):
            return None
        return AppendStream(number, part.ts, shown, _added(part.shown, shown))

    def due_in_s(self, now_s: float) -> float | None:
        """After how many seconds there may be something to do even if nothing was written."""
        if self.open_ts is None:
            return None
        age_s, times = self.age_s(now_s), self.times
        ahead = [at_s - age_s for at_s in (times.blank_line_s, times.line_s, times.space_s, times.last_s)]
        return min((in_s for in_s in ahead if in_s > 0), default=0.0)

    def may_show(self, action: AppendStream | StopStream) -> None:
        """Slack may have taken the words of a call whose outcome is unknown: edits must not take them back."""
        self._parts[action.part].shown = action.shown

    def done(self, action: StreamAction, ts: str, now_s: float) -> None:
        """Slack did what was asked at ``now_s``; ``ts`` is the message's. What came in meanwhile waits since then."""
        if isinstance(action, StartStream):
            cutter, self._next = self._following(), None
            piece = Piece(cutter.start, None, cutter.start, cutter.opening)
            self._parts.append(_Streamed(piece, ts, now_s, action.shown))
        part = self._parts[action.part]
        part.shown = action.shown
        if isinstance(action, StopStream):
            part.open = False
            part.piece = action.piece if action.piece and action.piece.end is not None else part.piece
            self.settled = action.final
        waits = self.complete or self.next_action(now_s) is not None
        self.waiting_since_s = now_s if waits and not self.settled else None

    def _following(self) -> Cutter:
        """Begins where the part before ends, with what reopens there."""
        if self._next is None:
            piece = self._parts[-1].piece if self._parts else Piece(0, 0, 0)
            self._next = Cutter(piece.end or 0, piece.next_opening, self.limits)
        return self._next

    def _start(self) -> StartStream | None:
        while (piece := self._following().read(self.text)).end is not None and not piece.markdown(self.text):
            self._next = Cutter(piece.end, piece.next_opening, self.limits)  # there is no message of blanks alone
        shown = _settled(piece, self.text)
        return StartStream(len(self._parts), shown, escape(shown)) if shown else None

    def _stop(self, number: int, part: _Streamed, piece: Piece) -> StopStream:
        last = self.complete and (piece.end is None or not self.text[piece.end :].strip())
        shown = piece.markdown(self.text)
        under = below(self.closing) if last else Content()
        return StopStream(number, part.ts, shown, _added(part.shown, shown), piece, under, last)

    def _shown_to(self, part: _Streamed) -> int:
        """Up to where the text is shown by ``part``, which leaves out line ends at its beginning."""
        start, opening = part.piece.start, part.piece.opening
        body = self.text[start : part.piece.end or start + 2 * STREAM.last]
        left_out = 0 if opening else len(body) - len(body.lstrip("\n"))
        return min(start + left_out + len(part.shown) - len(opening), part.piece.end or len(self.text))

    def _limits_at(self, now_s: float, part: _Streamed) -> PieceLimits:
        """An old stream ends at a place that is otherwise too early; but never before what people have read."""
        age_s = self.age_s(now_s)
        if age_s < self.times.blank_line_s:
            return self.limits
        reached = self.limits.weigh(part.piece.opening + self.text[part.piece.start : self._shown_to(part)])

        def limit(usual: int, from_s: float) -> int:
            return min(usual, reached) if age_s >= from_s else usual

        return replace(
            self.limits,
            blank_line=limit(self.limits.blank_line, self.times.blank_line_s),
            line=limit(self.limits.line, self.times.line_s),
            space=limit(self.limits.space, self.times.space_s),
        )


def _settled(piece: Piece, text: str) -> str:
    """The beginning of what ``piece`` will show, as far as nothing that follows can change it."""
    shown = replace(piece, closing="").markdown(text).rstrip()
    for _ in range(UNSETTLED_MAX):
        unsettled = UNSETTLED.search(shown, max(0, len(shown) - UNSETTLED_CHARS_MAX))
        if unsettled is None:
            break
        shown = shown[: unsettled.start()].rstrip()
    return shown if len(shown) > len(piece.opening) else ""


def _added(shown: str, whole: str) -> str:
    if whole.startswith(shown) and not UNSETTLED.search(shown, max(0, len(shown) - UNSETTLED_CHARS_MAX)):
        return escape(whole[len(shown) :])
    return escape(whole)[len(escape(shown)) :]
