"""One part of a reply: the piece of the answer that its message shows, and how that stands in Slack. Pure.

A part's standing, and what moves it::

    standing    its message shows                       done        outcome unknown   not found   not editable
    ----------  --------------------------------------  ----------  ----------------  ----------  ------------
    ABSENT      nothing: there is none yet              SHOWN       UNSURE
    INHERITED   what an earlier process showed          SHOWN       UNSURE                        FROZEN
    SHOWN       ``shown``                               SHOWN       UNSURE                        FROZEN
    UNSURE      ``shown``, or what was sent after it    SHOWN       UNSURE            ABSENT      FROZEN
    FROZEN      what it showed then, for good
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum, auto

from bot.slack.write.content import Content, Form
from bot.slack.write.markdown.cut import MARKDOWN, TEXT, Cutter, Piece, PieceLimits
from bot.slack.write.plan import Action, Show
from bot.slack.write.sent import Sent

PART_CHARS_MIN = 600
"""No message is ended early with fewer, unless its readers have waited for long."""


class Standing(Enum):
    ABSENT = auto()
    INHERITED = auto()
    SHOWN = auto()
    UNSURE = auto()
    FROZEN = auto()


@dataclass(frozen=True, slots=True)
class Inherited:
    """A message that an earlier process posted for this reply, with ``chars`` of an answer in it."""

    ts: str
    chars: int = 0


@dataclass(slots=True)
class Part:
    """``followed``: an earlier process went on after it. ``shown_to``: up to where people may have read the answer."""

    piece: Piece
    inherited: Inherited | None = None
    followed: bool = False
    form: Form = Form.MARKDOWN
    standing: Standing = Standing.ABSENT
    ts: str | None = None
    shown: Content | None = None
    shown_to: int = 0
    may_be_rejoined: bool = False
    sent: Sent = field(default_factory=Sent)
    again: Show | None = None
    """An edit without an answer: sent again as it was, see ``edit_trouble``."""
    closed: bool = False
    """Its message shows the whole piece; nobody waits for an edit of it any more."""
    repair: bool = False
    """Something else may stand there: it should be edited again."""
    _cutter: Cutter | None = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.inherited is not None:
            self.ts, self.standing = self.inherited.ts, Standing.INHERITED

    @property
    def limits(self) -> PieceLimits:
        """A message that an earlier process filled holds about as much as before, so what is below it stays there."""
        limits = TEXT if self.form is Form.TEXT else MARKDOWN
        if not (self.followed and self.inherited and self.inherited.chars and self.form is not Form.TEXT):
            return limits
        chars = min(self.inherited.chars, limits.blank_line)
        return replace(limits, blank_line=chars, line=chars + 100, space=chars + 300, last=chars + 900)

    def grown(self, text: str, *, complete: bool) -> Piece:
        """The open piece as far as ``text`` goes; what an earlier look has read is not read again."""
        piece, limits, cutter = self.piece, self.limits, self._cutter
        if cutter is None or (cutter.start, cutter.opening, cutter.limits) != (piece.start, piece.opening, limits):
            cutter = self._cutter = Cutter(piece.start, piece.opening, limits)
        return cutter.read(text, complete=complete)

    @property
    def held_back(self) -> bool:
        """An earlier process's text stays until there is as much of the new one for the same message."""
        if self.standing is not Standing.INHERITED or self.inherited is None:
            return False
        return self.piece.end is None and 0 < self.inherited.chars >= self.piece.shown_to - self.piece.start

    @property
    def holds_no_more(self) -> bool:
        return self.closed or self.standing is Standing.FROZEN

    def loses_its_button(self, edit: Action) -> bool:
        """Whether ``edit`` would only remove the button of a growing message; nobody has to wait for such an edit."""
        if self.shown is None or not isinstance(edit, Show):
            return False
        if replace(self.shown, growing=edit.content.growing) != edit.content:
            return False
        self.shown = replace(self.shown, growing=False)
        return True

    def unsure(self, sent: Show) -> None:
        """People may see what they saw before, or all that was sent."""
        self.shown_to, self.standing = max(self.shown_to, sent.shown_to), Standing.UNSURE
        self.sent.unknown(sent)

    def landed_late(self, edit: Action) -> None:
        """``edit`` may be what its message shows now, instead of what came after it."""
        if isinstance(edit, Show) and edit.ts == self.ts and edit.content != self.shown:
            self.repair = True

    def reopen(self) -> None:
        """Opens its piece again, from its beginning."""
        self.piece = Piece(self.piece.start, None, self.piece.start, self.piece.opening)
        self._cutter = None

    @property
    def early_end(self) -> Piece | None:
        """The open piece, ended at the last good place in its text beyond what people have read."""
        piece, read_to = self.piece, self.shown_to
        if self.standing is Standing.INHERITED and self.inherited is not None:
            read_to = piece.start + self.inherited.chars
        if piece.end is not None or piece.may_end < max(read_to + 1, piece.start + PART_CHARS_MIN):
            return None
        return replace(piece, end=piece.may_end, shown_to=piece.may_end, closing="")
