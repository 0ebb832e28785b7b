"""Whether people may vote below an answer: a setting and Slack's refusals go in, what to show comes out. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.slack.write.content import Content, Form

SENTENCE_END = re.compile(r"[.!?…][)\"'”’»*_`\]]{0,4}\s*\Z")


@dataclass(slots=True)
class FeedbackSupport:
    """``possible``: it is wanted, and Slack takes the block; shared by the replies of a workspace."""

    possible: bool = False


@dataclass(slots=True)
class Thumbs:
    """Of one reply. That Slack refuses a message with the thumbs says little: only where it then takes the same without
    them, it was for them."""

    support: FeedbackSupport = field(default_factory=FeedbackSupport)
    _given_up: bool = False

    @property
    def possible(self) -> bool:
        return self.support.possible and not self._given_up

    def may_end(self, markdown: str) -> bool:
        """Whether the first words may be all: then they have the thumbs at once, since no edit may follow."""
        return self.possible and SENTENCE_END.search(markdown) is not None

    def given_up(self, refused: Content) -> bool:
        """Whether a form that Slack refused can be shown without the thumbs instead."""
        self._given_up = self._given_up or refused.feedback
        return refused.feedback

    def shown(self, content: Content) -> None:
        """Slack took this."""
        if self._given_up and content.form is Form.MARKDOWN:
            self.support.possible = False
