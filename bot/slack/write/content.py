"""What one message of a reply shows: a slice of the answer, and under it what the bot says about it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from bot.closing import Button, Closing
from bot.messages import Note, Source


class Form(IntEnum):
    """How a part is sent, each form plainer than the one before. If Slack refuses only a table, for its columns, say,
    the words around it need not become plainer."""

    MARKDOWN = 0
    TABLES_AS_CODE = 1
    SECTIONS = 2
    TEXT = 3

    def plainer(self, *, tables: bool) -> Form | None:
        """The next plainer form of a part with ``tables`` or without; ``None`` if there is none."""
        if self is Form.MARKDOWN and not tables:
            return Form.SECTIONS
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
    """What the answer used, as the last of the small lines. Not a reason for a message by itself."""
    share: str = field(default="", repr=False)
    """For a private answer: the value of the button that posts it for others."""
    feedback: bool = False
    """Whether people may vote below the answer. Not a reason for an edit by itself."""
    whole_at: str = field(default="", repr=False)
    """The address of the whole answer, if this message shows only part of it."""

    @property
    def empty(self) -> bool:
        return not (self.markdown or self.footer or self.sources or self.notes)


def below(closing: Closing) -> Content:
    """The content of the message that ends a reply, without its text."""
    return Content(
        footer=(closing.ending,) if closing.ending else (),
        notes=closing.notes,
        button=closing.button,
        sources=closing.sources,
        bill=closing.bill,
        feedback=closing.feedback,
    )
