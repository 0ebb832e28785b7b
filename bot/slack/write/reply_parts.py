"""Divides an answer into parts (``reply_part``): the piece that each message shows.

Pure. A piece never shrinks or moves. Only the last part's piece is open (its ``end`` is ``None``), until something ends
it: its message is full (``markdown.cut``), edits are short (``live_reply``), or its message takes no more edits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.slack.write.content import Content, Form
from bot.slack.write.markdown.cut import Piece, end_at
from bot.slack.write.markdown.tables import has_table
from bot.slack.write.markdown.whole_words import good_ends
from bot.slack.write.plan import Action, Show
from bot.slack.write.reply_part import PART_CHARS_MIN, Inherited, Part, Standing

REJOINED_CHARS_MAX = PART_CHARS_MIN // 2
"""Fewer final words than this join the message before them."""


@dataclass(slots=True)
class Parts:
    """``surplus``: messages in Slack that no part needs yet; the next parts take them over, in order."""

    surplus: list[Inherited] = field(default_factory=list)
    text: str = field(default="", repr=False)
    complete: bool = False
    edits_fail: bool = False
    """For now, see ``edit_trouble``."""
    uncertain: bool = False
    """Slack may show messages of the reply that nobody here knows of: see ``strays``."""
    _every: list[Part] = field(default_factory=list)
    _frozen: int = 0
    _grown_to: int = 0
    """The text has been cut up to here; it is cut further only when somebody looks."""
    _words_from: int = 0
    _words_to: int = 0
    """Where the first word of the text begins and the newest ends; equal if there is none."""

    def __post_init__(self) -> None:
        self._open(Piece(0, None, 0))

    @property
    def every(self) -> list[Part]:
        if self._grown_to != len(self.text):
            self._grow()
        return self._every

    @property
    def messages(self) -> frozenset[str]:
        """The ts of all messages of the reply that are known."""
        return frozenset([part.ts for part in self._every if part.ts] + [message.ts for message in self.surplus])

    @property
    def first(self) -> Part:
        """The first part always exists: nothing has to be cut to know that."""
        return self._every[0]

    @property
    def has_words(self) -> bool:
        return self._words_to > 0

    @property
    def takes_no_edits(self) -> bool:
        """Whether no message at all can be edited: by a setting of the workspace, or for now."""
        return self._frozen > 1 or self.edits_fail

    @property
    def to_repair(self) -> Part | None:
        return next((part for part in self._every if part.repair and part.closed), None)

    def gathers(self, part: Part) -> bool:
        """Its words wait until they are worth a message, since that can't grow once it is posted."""
        return self.takes_no_edits and part.ts is None and part.piece.shown_to - part.piece.start < PART_CHARS_MIN

    def write(self, text: str) -> None:
        if text.strip():
            if not self._words_to:
                self._words_from = len(self.text) + len(text) - len(text.lstrip())
            self._words_to = len(self.text) + len(text.rstrip())
        elif not self._words_to:
            self._words_from = len(self.text) + len(text)
        whole, self.text = self.text, ""  # with only one reference, CPython can append to the text in place
        whole += text
        self.text = whole

    def instead(self, text: str) -> None:
        """Replaces the text so far by another, in the same messages, as long as all of them can be edited."""
        if any(part.holds_no_more for part in self._every):
            return
        self.text, self._words_from, self._words_to, self._grown_to = "", 0, 0, 0
        self.write(text)
        self._drop_from(0)
        self._open(Piece(0, None, 0))

    def look_again(self) -> None:
        """Something was shown: what is shown next may be more of the same text."""
        self._grow()

    def finish(self, *, withdraw: bool) -> None:
        self.complete = True
        if withdraw:
            self.text, self._words_from, self._words_to = "", 0, 0
            self._drop_from(1)
            self._every[0].piece = Piece(0, None, 0)
            self._every[0].reopen()
            self._every[0].closed, self._every[0].again = False, None
        self._grow()

    def drop_all(self) -> None:
        """No message is needed any more."""
        self._drop_from(0)
        self.every.append(Part(Piece(0, None, 0)))

    def resume(self, text: str, messages: Sequence[tuple[Piece, str]]) -> None:
        """Goes on with an answer that was shown in another way: its text, and its pieces with their messages' ts."""
        if messages:
            self._every = [_resumed(piece, ts, text) for piece, ts in messages]
        self.write(text)

    def end(self, part: Part, piece: Piece, *, may_rejoin: bool) -> None:
        """Ends ``part`` with ``piece``; the rest is cut again. ``may_rejoin``: a few final words may join it."""
        part.piece, part.may_be_rejoined = piece, may_rejoin
        self._drop_from(self._every.index(part) + 1)
        self._grow()

    def freeze(self, part: Part) -> None:
        """Its message can no longer be edited: what follows, if only the lines below the answer, goes into a new
        one."""
        part.standing = Standing.FROZEN
        self._frozen += 1
        self._end_where_shown(part)

    def close(self, part: Part) -> None:
        """What its message shows is all that it will show."""
        part.closed, part.may_be_rejoined = True, False
        if part.piece.end is None or part.piece.end > part.shown_to:
            self._end_where_shown(part)

    def _end_where_shown(self, part: Part) -> None:
        shown_to = max(part.piece.start, part.shown_to if part.shown is not None else 0)
        part.piece = end_at(self.text, part.piece, shown_to, anywhere=True) or part.piece
        part.may_be_rejoined = False
        self._drop_from(self._every.index(part) + 1)
        self._open(Piece(shown_to, None, shown_to, part.piece.next_opening))
        self._grow()

    def landed(self, ts: str, posted: Action) -> None:
        """A message came for a part that is no more. If the final words in it had just joined the part before, they
        stay where people read them now. Any other message is for further parts, or is deleted."""
        last, start = self._every[-1], posted.piece.start if isinstance(posted, Show) else 0
        rejoined = last.piece.start < start < self._words_to and last.shown_to <= start and last.piece.end is None
        piece = end_at(self.text, last.piece, start, anywhere=True) if rejoined else None
        self.surplus.insert(0 if piece else len(self.surplus), Inherited(ts))
        if piece is not None:
            last.piece = piece
            self._open(Piece(start, None, start, piece.next_opening))
            self._grow()

    def leave(self, part: Part) -> str | None:
        """Lets the part get another message. Returns the ts of the one that it had."""
        left, part.ts, part.standing, part.shown, part.shown_to = part.ts, None, Standing.ABSENT, None, 0
        return left

    def make_plainer(self, part: Part, refused: Show) -> bool:
        """Shows the same words in a plainer form from now on; ``False`` where there is none."""
        plainer = part.form.plainer(tables=has_table(refused.content.markdown))
        if plainer is None:
            return False
        part.form = plainer
        if part.form is Form.TEXT:  # holds less: cut again from here on
            part.reopen()
            self.end(part, part.piece, may_rejoin=False)
        return True

    def _grow(self) -> None:
        """Updates the open piece, and opens further ones when it is full."""
        self._grown_to = len(self.text)
        while True:
            part = self._every[-1]
            if part.piece.end is None:
                part.piece = self._grown(part)
            if part.piece.end is None or self._words_to <= part.piece.end:
                break
            self._open(Piece(part.piece.end, None, part.piece.end, part.piece.next_opening))
        if self.complete:
            self._rejoin()

    def _grown(self, part: Part) -> Piece:
        piece = part.grown(self.text, complete=self.complete)
        if piece.end is not None or self.complete:
            return piece
        shown_to = part.shown_to
        for end in good_ends(self.text, piece):
            if shown_to <= self._words_from < end or self.text[max(shown_to, piece.start) : end].strip():
                return replace(piece, shown_to=end)
        return piece

    def _open(self, piece: Piece) -> None:
        inherited = self.surplus.pop(0) if self.surplus else None
        self._every.append(Part(piece, inherited, followed=bool(self.surplus)))

    def _drop_from(self, number: int) -> None:
        messages = [part.inherited or Inherited(part.ts) for part in self._every[number:] if part.ts]
        self.surplus = messages + self.surplus
        del self._every[number:]

    def _rejoin(self) -> None:
        """A few final words do not get a message of their own, but join the one that was ended before them."""
        if len(self._every) < 2:
            return
        before, last = self._every[-2:]
        if before.may_be_rejoined and last.ts is None and len(self.text) - last.piece.start < REJOINED_CHARS_MAX:
            self._every.pop()
            before.reopen()
            before.may_be_rejoined = False
            self._grow()


def _resumed(piece: Piece, ts: str, text: str) -> Part:
    if piece.end is None:
        return Part(piece, standing=Standing.UNSURE, ts=ts, shown_to=piece.shown_to)
    return Part(piece, standing=Standing.SHOWN, ts=ts, shown=Content(piece.markdown(text)), shown_to=piece.shown_to)
