"""How images and documents count, after the API said how many a request may hold. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import MediaBound
from bot.messages import ContentBlock, PdfBlock, TextBlock


@dataclass(frozen=True, slots=True)
class MediaCount:
    """``most`` of them together; ``in_pages``: a PDF counts by its pages."""

    most: int
    in_pages: bool

    @classmethod
    def after(cls, bound: MediaBound, sent: Iterable[ContentBlock]) -> MediaCount:
        """As many as the API accepts; half of what was sent if it does not say, or if that was within its limit."""
        count = cls(0, bound.in_pages)
        total = sum(map(count.count, sent))
        known = bound.most is not None and bound.most < total
        return cls(bound.most if bound.most is not None and known else total // 2, bound.in_pages)

    def count(self, block: ContentBlock) -> int:
        if isinstance(block, TextBlock):
            return 0
        return block.pages if isinstance(block, PdfBlock) and self.in_pages else 1
