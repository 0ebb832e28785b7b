"""Estimates how many tokens and bytes the blocks of a conversation take in a request.

Pure. Token estimates err in both directions, so whoever fills a window adds ``MARGIN``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable

from bot.messages import ContentBlock, ImageBlock, PdfBlock, TextBlock

CHARS_PER_TOKEN = 2.5
WIDE_CHARS_FROM = "\u2e80"
"""From this code point on (CJK, Hangul, emoji) a character is about one token."""
_WIDE = re.compile(f"[{WIDE_CHARS_FROM}-\U0010ffff]+")
IMAGE_PATCH_PX = 28
IMAGE_TOKENS_MAX = 4_784
PDF_PAGE_TOKENS = 3_000
MARGIN = 1.1
"""Token estimates, and the margin for their error. claude:en/build-with-claude/vision,
claude:en/build-with-claude/pdf-support, claude:en/about-claude/models/overview, 2026-11-22."""
BLOCK_BYTES = 200
"""Bytes of a block in JSON besides its data: keys, media type, title."""


def estimate_tokens(blocks: Iterable[ContentBlock]) -> float:
    return sum(map(_block_tokens, blocks))


def bytes_json(block: ContentBlock) -> int:
    """The most bytes that a block takes in the request."""
    if isinstance(block, TextBlock):
        return len(json.dumps(block.text)) + BLOCK_BYTES
    return base64_bytes(block.data.size_bytes) + BLOCK_BYTES


def base64_bytes(size_bytes: int) -> int:
    return -(-size_bytes // 3) * 4


def _block_tokens(block: ContentBlock) -> float:
    match block:
        case TextBlock():
            wide = 0 if block.text.isascii() else len(block.text) - len(_WIDE.sub("", block.text))
            return wide + (len(block.text) - wide) / CHARS_PER_TOKEN
        case ImageBlock():
            patches = math.ceil(block.width_px / IMAGE_PATCH_PX) * math.ceil(block.height_px / IMAGE_PATCH_PX)
            return min(patches, IMAGE_TOKENS_MAX)
        case PdfBlock():
            return block.pages * PDF_PAGE_TOKENS
