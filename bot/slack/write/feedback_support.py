"""Decides whether people may vote below an answer, from a setting and from Slack's refusals. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.slack.write.content import Content, Form

SENTENCE_END = re.compile(r"[.!?…][)\"'”’»*_`\]]{0,4}\s*\Z")


@dataclass(slots=True)
class FeedbackSupport:
    """``possible``: voting is enabled and Slack accepts the block; shared by the replies of a workspace."""

    possible: bool = False


@dataclass(slots=True)
class Thumbs:
    """The support for one reply. A refused message with thumbs proves little: they were the reason only if Slack then
    accepts the same message without them."""

    support: FeedbackSupport = field(default_factory=FeedbackSupport)
    _given_up: bool = False

    @property
    def possible(self) -> bool:
        return self.support.possible and not self._given_up

    def may_end(self, markdown: str) -> bool:
        """Whether the first words may be the whole answer: then they get the thumbs at once, since no edit may
        follow."""
        return self.possible and SENTENCE_END.search(markdown) is not None

    def given_up(self, refused: Content) -> bool:
        """Whether a refused message can be tried without the thumbs."""
        self._given_up = self._given_up or refused.feedback
        return refused.feedback

    def shown(self, content: Content) -> None:
        """Slack accepted this."""
        if self._given_up and content.form is Form.MARKDOWN:
            self.support.possible = False
