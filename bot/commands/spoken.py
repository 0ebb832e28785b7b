"""What somebody said goes in; the command that it is comes out, or ``None``. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

from bot.messages import EntryPoint, Question

COMMAND = re.compile(r"!([A-Za-z]{2,20})(?:[ \t]+(\S{1,200}))?", re.ASCII)
"""A whole message: what has more words than that, or more lines, only begins with an exclamation mark."""


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
    """``argument`` is empty where there is none; of an unknown command it is its name."""

    name: Name
    argument: str = field(default="", repr=False)


def command_in(question: Question, *, addressed: bool) -> ThreadCommand | None:
    """``addressed``: the bot was mentioned, or written to directly; then a command that does not exist is one, too,
    so that its author learns that."""
    said = COMMAND.fullmatch(question.text.strip())
    if said is None or question.attachments or question.entry_point is EntryPoint.COMMAND:
        return None
    name, argument = said[1].lower(), (said[2] or "").strip("`")
    if name in _NAMES:
        return ThreadCommand(Name(name), argument)
    return ThreadCommand(Name.UNKNOWN, name) if addressed and not argument else None


_NAMES = frozenset(name.value for name in Name) - {""}
