"""What one message of a reply shows: a slice of the answer, and under it what the bot says about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from bot.messages import Note, Source
from bot.ports import Button


class Form(IntEnum):
    """How a part is sent, plainer with each step."""

    MARKDOWN = 0
    SECTIONS = 1
    TEXT = 2

    def plainer(self) -> Form | None:
        """``None`` where there is none."""
        return Form(self + 1) if self < Form.TEXT else None


@dataclass(frozen=True, slots=True)
class Content:
    """What one message shows: a slice of the answer, and under it small lines that are not part of it."""

    markdown: str = field(default="", repr=False)
    footer: tuple[str, ...] = field(default=(), repr=False)
    notes: tuple[Note, ...] = ()
    button: Button | None = None
    sources: tuple[Source, ...] = ()
    form: Form = Form.MARKDOWN
    growing: bool = False
    """More of the answer is expected: a button below says so, and stops it."""
    bill: str = ""
    """What the answer used; the last of the small lines. Alone it is no reason for a message."""
    share: str = field(default="", repr=False)
    """Of a private answer: the value of the button that posts it for others."""
    feedback: bool = False
    """Whether people may say below it what they think of the answer. Alone it is no reason for an edit."""
    whole_at: str = field(default="", repr=False)
    """The address where all of an answer stands that this message shows a part of."""

    @property
    def empty(self) -> bool:
        return not (self.markdown or self.footer or self.sources or self.notes)


@dataclass(frozen=True, slots=True)
class Closing:
    """What stands under the last words: a sentence, lines for sources, notes and what was used, and what one may do."""

    ending: str = field(default="", repr=False)
    notes: tuple[Note, ...] = ()
    button: Button | None = None
    sources: tuple[Source, ...] = ()
    bill: str = ""
    share: str = field(default="", repr=False)
    whole_at: str = field(default="", repr=False)
    feedback: bool = False

    @property
    def content(self) -> Content:
        return Content(
            footer=(self.ending,) if self.ending else (),
            notes=self.notes,
            button=self.button,
            sources=self.sources,
            bill=self.bill,
            share=self.share,
            whole_at=self.whole_at,
            feedback=self.feedback,
        )
