"""Codes the emoji in a text as Slack does, in the text or as rich text elements.

Pure. Clients turn 🎉 into ``:tada:`` in ``text`` and an emoji element in rich_text; a handful is enough to meet that.
Source: docs/slack.md §9; slack:reference/block-kit/blocks/rich-text-block (element type emoji).
"""

from __future__ import annotations

import re

from playground.workspace.records import Json

NAMES = {
    "+1": "👍",
    "eyes": "👀",
    "fire": "🔥",
    "heart": "❤️",
    "rocket": "🚀",
    "smile": "😄",
    "tada": "🎉",
    "wave": "👋",
    "white_check_mark": "✅",
}
CODE = re.compile("|".join(f":{re.escape(name)}:" for name in NAMES))


def coded(text: str) -> str:
    """Every known emoji as its ``:name:``."""
    for name, character in NAMES.items():
        text = text.replace(character, f":{name}:")
    return text


def elements(text: str) -> list[Json]:
    """Text and emoji elements; ``unicode`` is the code points in hexadecimal, joined by hyphens."""
    out: list[Json] = []
    end = 0
    for code in CODE.finditer(text):
        if code.start() > end:
            out.append({"type": "text", "text": text[end : code.start()]})
        name = code[0].strip(":")
        points = "-".join(f"{ord(character):x}" for character in NAMES[name])
        out.append({"type": "emoji", "name": name, "unicode": points})
        end = code.end()
    return [*out, {"type": "text", "text": text[end:]}] if text[end:] else out
