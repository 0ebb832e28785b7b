"""Recognises a command in a message. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from bot.messages import EntryPoint, Question

COMMAND = re.compile(r"!([A-Za-z]{2,20})(?:[ \t]+(\S{1,200}))?", re.ASCII)
"""The pattern of a whole message: with more words or lines it merely begins with an exclamation mark."""


class Name(StrEnum):
    HELP = "help"
    STOP = "stop"
    MUTE = "mute"
    UNMUTE = "unmute"
    MODEL = "model"
    EFFORT = "effort"
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class ThreadCommand:
    """``argument`` may be empty; for an unknown command it is the command's name."""

    name: Name
    argument: str = field(default="", repr=False)


def command_in(question: Question, *, addressed: bool) -> ThreadCommand | None:
    """``addressed``: the bot was mentioned, or written to directly. Then an unknown command counts as well, so that its
    author learns that it is unknown."""
    said = COMMAND.fullmatch(question.text.strip())
    if said is None or question.attachments or question.entry_point is EntryPoint.COMMAND:
        return None
    name, argument = said[1].lower(), (said[2] or "").strip("`")
    if name in _NAMES:
        return ThreadCommand(Name(name), argument)
    return ThreadCommand(Name.UNKNOWN, name) if addressed and not argument else None


_NAMES = frozenset(name.value for name in Name) - {""}
