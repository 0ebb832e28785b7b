"""Whether people may vote below an answer: a setting and a refusal of Slack's go in, what to show comes out. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.slack.write.content import Content

SENTENCE_END = re.compile(r"[.!?…][)\"'”’»*_`\]]{0,4}\s*\Z")


@dataclass(slots=True)
class FeedbackSupport:
    """``possible``: it is wanted, and Slack takes the block; shared by the replies of a workspace."""

    possible: bool = False

    def may_end(self, markdown: str) -> bool:
        """Whether the first words may be all: then they have the thumbs at once, since no edit may follow."""
        return self.possible and SENTENCE_END.search(markdown) is not None

    def given_up(self, refused: Content) -> bool:
        """Whether a form that Slack refused can be shown without the thumbs instead; from now on none are shown."""
        self.possible = self.possible and not refused.feedback
        return refused.feedback
