"""Decides what is shown of an answer's Markdown, piece by piece as the model writes it. Pure.

No picture, no link that misleads (``pictures``), and no more blocks than its length deserves (``few_blocks``).
"""

from __future__ import annotations

from bot.slack.write.markdown.few_blocks import FewBlocks
from bot.slack.write.markdown.pictures import Pictures


class ShownMarkdown:
    """Of one answer."""

    def __init__(self) -> None:
        self._pictures = Pictures()
        self._blocks = FewBlocks()

    def feed(self, text: str) -> str:
        return self._blocks.feed(self._pictures.feed(text))

    def close(self) -> str:
        """The rest: what was begun and never ended is what it looks like."""
        return self._blocks.feed(self._pictures.close()) + self._blocks.close()
