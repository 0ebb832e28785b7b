"""What one message of a reply shows: a slice of the answer, and under it what the bot says about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from bot.closing import Button, Closing
from bot.messages import Note, Source


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


def below(closing: Closing) -> Content:
    """What the message shows that ends a reply, but for its words."""
    return Content(
        footer=(closing.ending,) if closing.ending else (),
        notes=closing.notes,
        button=closing.button,
        sources=closing.sources,
        bill=closing.bill,
        feedback=closing.feedback,
    )
