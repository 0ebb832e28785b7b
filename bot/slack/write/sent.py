"""Remembers what one message may show: what was last confirmed, and what was sent after that without being confirmed.
Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.slack.write.plan import Show, Sight

SENT_MAX = 50
"""After this many edits in a row with an unknown outcome, the oldest are forgotten."""


@dataclass(slots=True)
class Sent:
    known: bool = False
    """Whether the message shows one of these for sure, not what an earlier process wrote."""
    revision: int = 1
    """Of what is sent next."""
    _shows: list[Show] = field(default_factory=list)

    def confirmed(self, show: Show) -> None:
        self.known, self.revision, self._shows = True, self.revision + 1, [show]

    def unknown(self, show: Show) -> None:
        if show not in self._shows:
            self.revision += 1
            self._shows = [*self._shows[-SENT_MAX:], show]

    def shown(self, sight: Sight) -> Show | None:
        """By its revision; if Slack keeps no metadata, by its words, if only one had those."""
        if sight.revision is not None:
            found = [show for show in self._shows if show.revision == sight.revision]
        else:
            words = _packed(sight.text)
            found = [show for show in self._shows if _packed(show.content.markdown) == words]
        return found[0] if len(found) == 1 else None


def _packed(markdown: str) -> str:
    """Its letters and digits: Slack keeps the markup in a form of its own."""
    return "".join(char for char in markdown if char.isalnum())
