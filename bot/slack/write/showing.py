"""Builds the post or edit that makes a part's message show what it should. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from bot.closing import Closing
from bot.slack.write.content import Content, Form, below
from bot.slack.write.feedback_support import Thumbs
from bot.slack.write.markdown.cut import Piece
from bot.slack.write.plan import Show
from bot.slack.write.reply_part import Part, Standing
from bot.slack.write.reply_parts import Parts


@dataclass(slots=True)
class Showing:
    parts: Parts
    feedback: Thumbs
    in_thread: bool = True
    status: str = field(default="", repr=False)
    closing: Closing = field(default_factory=Closing)

    @property
    def words_shown(self) -> bool:
        shown = self.parts.first.shown
        return shown is not None and bool(shown.markdown)

    def content(self, part: Part, piece: Piece, *, last: bool, short: bool) -> Content:
        markdown = piece.markdown(self.parts.text)
        if self.parts.complete and last:
            feedback = self.closing.feedback and self.feedback.possible
            return replace(below(self.closing), markdown=markdown, form=part.form, feedback=feedback)
        if not self.parts.has_words:
            return Content(footer=(self.status,) if self.status else (), form=part.form)
        # Where edits are short, none may be left to take the button away when the message has ended. A short answer may
        # be whole with its first words, and needs none for that.
        growing = last and piece.end is None and not (short or self.parts.complete) and part.form is not Form.TEXT
        words_shown = part.shown is not None and bool(part.shown.markdown)
        feedback = last and not words_shown and self.feedback.may_end(markdown)
        return Content(markdown, form=part.form, growing=growing and words_shown, feedback=feedback)

    def is_shown(self, content: Content, part: Part) -> bool:
        """That an answer is growing is not worth an extra edit; that it no longer grows is."""
        if part.shown is None or part.repair:
            return False
        content = replace(content, feedback=part.shown.feedback)
        if self.parts.complete:
            return content == part.shown
        return replace(content, growing=part.shown.growing) == part.shown

    def show(self, number: int, part: Part, content: Content, piece: Piece) -> Show:
        shown_to = piece.shown_to if piece.end is None else piece.end
        final = self.parts.complete and part is self.parts.every[-1]
        return Show(number, part.ts, content, piece, shown_to, final, self.in_thread, part.sent.revision)

    def repair(self) -> Show | None:
        """The edit after which the first closed message that needs one shows what it should."""
        part = self.parts.to_repair
        return None if part is None else self._closing_edit(self.parts.every.index(part), part)

    def closing_edits(self) -> list[Show]:
        """What is left to do about messages that nobody waits for any more."""
        numbered = ((number, part) for number, part in enumerate(self.parts.every) if part.closed or part.repair)
        edits = (self._closing_edit(number, part) for number, part in numbered)
        return [edit for edit in edits if edit is not None]

    def _closing_edit(self, number: int, part: Part) -> Show | None:
        last = part is self.parts.every[-1]
        content = self.content(part, part.piece, last=last, short=False)
        frozen = part.standing is Standing.FROZEN
        if frozen or content.empty or part.ts is None or self.is_shown(content, part):
            return None
        return self.show(number, part, content, part.piece)
