"""Text as the model writes it goes in; the next thing to show in Slack comes out. Pure: the clock is an argument.

Rules:

1. A reply is a row of messages (parts). Each shows a slice of the answer, and a slice never shrinks or moves.
2. ``next_action`` is the difference between what should stand there now and what Slack has taken: whoever asks later
   gets newer text, and what was overtaken is never sent.
3. Parts are settled in order: a part is whole before the next one begins.
4. A part that Slack refuses is shown again in a plainer form; the words stay the same.
5. A reply that an earlier process began keeps its messages; they change once the new text is longer than the old one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.slack.write.content import Closing, Content, Form
from bot.slack.write.markdown_cut import MARKDOWN, TEXT, Piece, PieceLimits, cut, end_at
from bot.slack.write.whole_words import whole_words

PIECE_LIMITS: dict[Form, PieceLimits] = {Form.MARKDOWN: MARKDOWN, Form.SECTIONS: MARKDOWN, Form.TEXT: TEXT}
PART_CHARS_MIN = 600
"""No message is ended before its time with fewer, unless it had to wait for longer than ``SHORT_PART_AFTER_S``."""
SHORT_PART_AFTER_S = 9.0


@dataclass(frozen=True, slots=True)
class Show:
    """Post ``content`` as part ``part`` where ``ts`` is ``None``, else edit that message into it."""

    part: int
    ts: str | None
    content: Content
    last: bool
    """Nothing of this reply comes after it."""
    shown_to: int = 0
    """Up to where the answer's text is shown by this part."""


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete a message that the reply no longer needs."""

    ts: str


Action = Show | Remove


@dataclass(slots=True)
class _Part:
    piece: Piece
    ts: str | None = None
    shown: Content | None = None
    form: Form = Form.MARKDOWN
    shown_to: int = 0
    sure: bool = True
    old_chars: int = 0
    """What an earlier process showed here, as long as nothing else is."""
    followed: bool = False
    """Whether an earlier process went on after it."""
    ended_early: bool = False


@dataclass(slots=True)
class LiveReply:
    """``posted`` are the messages of an earlier process, each with the number of characters it shows of an answer.

    ``notice`` is the message that said that the question waits. It goes when the turn begins: the answer then stands
    where it was given, below what was said before it.
    """

    posted: Sequence[tuple[str, int]] = ()
    notice: str | None = None
    waiting_since_s: float | None = None
    """Since when words wait to be seen; ``None`` while all are."""
    _text: str = ""
    _status: str = ""
    _status_in_message: bool = False
    _closing: Closing = field(default_factory=Closing)
    _finished: bool = False
    _parts: list[_Part] = field(default_factory=list)
    _surplus: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._surplus = [ts for ts, _ in self.posted]
        self._parts = [self._part(Piece(0, None, 0))]

    @property
    def has_words(self) -> bool:
        """Whether people see, or will see next, words of the answer instead of a status."""
        return bool(self._text.strip()) or self._finished

    @property
    def done(self) -> bool:
        return self._finished and self.next_action() is None

    @property
    def finished(self) -> bool:
        """Whether all was said; some of it may still wait to be shown."""
        return self._finished

    @property
    def started(self) -> bool:
        """Whether a message of this reply stands in Slack."""
        return self._parts[0].ts is not None

    @property
    def words_shown(self) -> bool:
        """Whether Slack shows words of the answer."""
        shown = self._parts[0].shown
        return shown is not None and bool(shown.markdown)

    @property
    def only_status(self) -> bool:
        """Whether what is to be shown next is a status in a message that stands already."""
        return self.started and not self.has_words

    def status(self, text: str, *, in_message: bool) -> None:
        """``in_message``: shown as a message of its own until the first words replace it."""
        self._status, self._status_in_message = text, in_message

    def write(self, text: str, now_s: float) -> None:
        self._text += text
        if self.waiting_since_s is None and self._text.strip():
            self.waiting_since_s = now_s

    def finish(self, closing: Closing, now_s: float, *, withdraw: bool = False) -> None:
        self._finished, self._closing = True, closing
        if self.waiting_since_s is None:
            self.waiting_since_s = now_s
        if withdraw:
            self._text = ""
            self._surplus = [part.ts for part in self._parts[1:] if part.ts] + self._surplus
            del self._parts[1:]
            self._parts[0].piece = Piece(0, None, 0)

    def take_over(self, text: str, messages: Sequence[tuple[Piece, str]], now_s: float) -> None:
        """Goes on with a reply that was shown in another way: its text, and its pieces with their messages' ts."""
        self._parts = [
            _Part(piece, ts, None if piece.end is None else Content(piece.markdown(text)), shown_to=piece.shown_to)
            for piece, ts in messages
        ] or self._parts
        self.write(text, now_s)

    def end_part(self) -> bool:
        """Ends the open message at the last good place of the text, what follows going into a further one.

        ``False`` where it would be too short, or shows more already.
        """
        self._cut()
        part = self._parts[-1]
        piece = part.piece
        if piece.end is not None or piece.may_end < max(part.shown_to, piece.start + PART_CHARS_MIN):
            return False
        part.piece = replace(piece, end=piece.may_end, shown_to=piece.may_end, closing="")
        part.ended_early = True
        return True

    def break_off(self, now_s: float) -> bool:
        """Ends the open message where it stands in Slack, what follows going into a further one.

        ``False`` where that is inside of a word, a link or code, or where the message would be short without need.
        """
        action = self.next_action()
        if not isinstance(action, Show) or any(part.ts for part in self._parts[action.part + 1 :]):
            return False
        part = self._parts[action.part]
        chars = part.shown_to - part.piece.start
        if not part.sure or chars <= 0 or (chars < PART_CHARS_MIN and not self._must_move(now_s)):
            return False
        piece = end_at(self._text, part.piece, part.shown_to)
        if piece is not None:
            part.piece = piece
            part.ended_early = not self._finished
            del self._parts[action.part + 1 :]
        return piece is not None

    def _must_move(self, now_s: float) -> bool:
        return self._finished or now_s - (self.waiting_since_s or now_s) > SHORT_PART_AFTER_S

    def next_action(self) -> Action | None:
        """What to do now so that Slack shows the newest text; ``None`` where it does."""
        if self.notice is not None:
            return Remove(self.notice)
        self._rejoin()
        self._cut()
        for number, part in enumerate(self._parts):
            last = number == len(self._parts) - 1
            content = self._content(part, last)
            if content.empty or content == part.shown or self._held_back(part):
                continue
            shown_to = part.piece.shown_to if part.piece.end is None else part.piece.end
            return Show(number, part.ts, content, last and self._finished, shown_to)
        if self._finished and self._surplus:
            return Remove(self._surplus[0])
        return None

    def took(self, action: Action, ts: str, now_s: float) -> None:
        """Slack did it; ``ts`` is the message's. What came in meanwhile has waited since ``now_s`` at most."""
        if isinstance(action, Remove):
            self.notice = None if action.ts == self.notice else self.notice
            self._surplus = [ts for ts in self._surplus if ts != action.ts]
            return
        if self._gone(action.part):
            self._surplus.append(ts)
            return
        part = self._parts[action.part]
        part.ts, part.shown, part.shown_to, part.sure = ts, action.content, action.shown_to, True
        self.waiting_since_s = now_s if self.next_action() is not None else None

    def unsure(self, action: Show) -> None:
        """Nobody knows whether Slack did it: people may see all of it, or what they saw before."""
        if self._gone(action.part):
            return
        part = self._parts[action.part]
        part.shown_to, part.sure = max(part.shown_to, action.shown_to), False

    def found(self, part: int, ts: str) -> None:
        """A post whose outcome was unknown did happen; what it shows will be replaced."""
        if self._gone(part):
            self._surplus.append(ts)
        else:
            self._parts[part].ts = ts

    def refused(self, action: Show) -> bool:
        """Slack refused the form: the next action shows the same words plainer. ``False``: there is no plainer form."""
        if self._gone(action.part):
            return True
        part = self._parts[action.part]
        if part.form is Form.TEXT:
            return False
        part.form = Form(part.form + 1)
        if part.form is Form.TEXT:  # holds less: cut again from here on
            self._surplus = [later.ts for later in self._parts[action.part + 1 :] if later.ts] + self._surplus
            del self._parts[action.part + 1 :]
            part.piece = Piece(part.piece.start, None, part.piece.start, part.piece.opening)
        return True

    def _gone(self, part: int) -> bool:
        """Whether a part was withdrawn while its message was on its way."""
        return part >= len(self._parts)

    def _cut(self) -> None:
        """Brings the last piece up to date, and opens the next ones where it is full."""
        while True:
            part = self._parts[-1]
            piece, limits = part.piece, _limits(part)
            if piece.end is None:
                piece = cut(self._text, piece.start, piece.opening, limits, complete=self._finished)
                whole = whole_words(self._text, piece)
                if piece.end is None and not self._finished and self._text[part.shown_to : whole].strip():
                    piece = replace(piece, shown_to=whole)
                part.piece = piece
            if piece.end is None or (not self._text[piece.end :].strip()):
                return
            self._parts.append(self._part(Piece(piece.end, None, piece.end, piece.next_opening), part.form))

    def _rejoin(self) -> None:
        """A few last words do not get a message of their own, but join the one that was ended before them."""
        if self._finished and len(self._parts) > 1:
            before, last = self._parts[-2:]
            if before.ended_early and last.ts is None and len(self._text) - last.piece.start < PART_CHARS_MIN // 2:
                self._parts.pop()
                before.piece = Piece(before.piece.start, None, before.piece.start, before.piece.opening)
                before.ended_early = False

    def _part(self, piece: Piece, form: Form = Form.MARKDOWN) -> _Part:
        ts = self._surplus.pop(0) if self._surplus else None
        old_chars = dict(self.posted).get(ts, 0) if ts else 0
        return _Part(piece, ts, form=form, old_chars=old_chars, followed=bool(self._surplus))

    def _content(self, part: _Part, last: bool) -> Content:
        markdown = part.piece.markdown(self._text)
        if self._finished and last:
            return replace(self._closing.content, markdown=markdown, form=part.form)
        if not self._text.strip() and self._status_in_message:
            return Content(footer=(self._status,) if self._status else (), form=part.form)
        return Content(markdown, form=part.form)

    def _held_back(self, part: _Part) -> bool:
        """An earlier process' text stays until there is as much of the new one for the same message."""
        if part.shown is not None or self._finished:
            return False
        return part.piece.end is None and 0 < part.old_chars >= len(self._text) - part.piece.start


def _limits(part: _Part) -> PieceLimits:
    """A message that an earlier process filled holds about as much again: what stands below it stays below it."""
    limits = PIECE_LIMITS[part.form]
    if not (part.followed and part.old_chars and part.form is Form.MARKDOWN):
        return limits
    chars = min(part.old_chars, limits.blank_line)
    return replace(limits, blank_line=chars, line=chars + 100, space=chars + 300, last=chars + 900)
