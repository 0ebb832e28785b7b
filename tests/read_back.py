"""Reads who said what in the model's input, by its form alone. Pure."""

from __future__ import annotations

import re

from bot.conversation import Conversation, Role
from bot.messages import TextBlock

Part = tuple[str, str]
"""Who, and what: a name, or one of the three below."""
APP, LABEL, FILE = ": app", ": label", ": file"
"""Nobody's name, since a name is what stands before the colon."""


def read_back(conversation: Conversation) -> list[Part]:
    """By the form alone, as the module that writes it describes it."""
    parts = []
    for message in conversation.messages:
        assert message.role is Role.USER
        for block in message.content:
            assert isinstance(block, TextBlock)
            parts += _read_back(block.text.split("\n"))
    return [(who, what.rstrip("\n")) for who, what in parts]


def _read_back(lines: list[str]) -> list[Part]:
    parts: list[Part] = []
    while lines:
        line = lines.pop(0)
        if fence := re.fullmatch(r"(`{3,})[^`]*", line):
            end = lines.index(fence[1])
            parts.append((FILE, "\n".join(lines[:end])))
            del lines[: end + 1]
        elif line.startswith("["):
            assert line.endswith("]")
            parts.append((APP, line))
        elif line.startswith('File "'):
            parts.append((LABEL, line))
        elif line.startswith("  ") or not line:
            if parts:
                parts[-1] = (parts[-1][0], f"{parts[-1][1]}\n{line[2:]}")
        else:
            name, colon, text = line.partition(": ")
            assert colon
            parts.append((name, text))
    return parts
