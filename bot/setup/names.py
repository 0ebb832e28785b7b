"""Finds variables whose names are probably slips. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

OURS = ("BOT_", "MESSAGES_", "YOUROUTER_")
"""Only our names begin like this."""
SHARED = ("SLACK_", "DATABASE_")
"""Other tools have such names, too: one of theirs is no slip unless it is nearly one of ours."""
NEAR = 0.75
NEARER = 0.85
"""How much alike two names are, as ``difflib`` has it: 1 is the same."""
_ASSIGNED = re.compile(r"^[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=", re.MULTILINE)
_SET = re.compile(r"[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*=(.*)")


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that does nothing; ``nearest`` is empty if no known name is near."""

    name: str = field(repr=False)
    nearest: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.name}: no setting has this name.{f' Did you mean {self.nearest}?' if self.nearest else ''}"


def unknown(known: Iterable[str], environment: Iterable[str], env_file: str) -> list[Unknown]:
    """``env_file`` is the text of ``.env``, which is ours: a name there is a slip wherever it resembles one of ours.
    Capitals do not matter."""
    names = set(known)
    written = set(_ASSIGNED.findall(env_file))
    found = []
    for name in sorted({*environment, *written}):
        if name.upper() in names:
            continue
        ours = name.upper().startswith(OURS) or (name in written and name.upper().startswith(SHARED))
        shared = name in written or name.upper().startswith(SHARED)
        near = get_close_matches(name.upper(), names, 1, NEAR if ours else NEARER) if ours or shared else []
        if ours or near:
            found.append(Unknown(name, near[0] if near else ""))
    return found


def explained(fault: str, slips: Iterable[Unknown]) -> str:
    """``NAME: is not set``, and what is set under a name that is nearly that one."""
    name, _, rest = fault.partition(": ")
    near = [slip.name for slip in slips if slip.nearest == name] if rest.startswith("is not set") else []
    return f"{fault} ({near[0]} is set: is that a typo?)" if near else fault


def not_understood(env_file: str) -> list[int]:
    """Numbers of lines of ``.env`` that set nothing and are no comment. A value in quotes may have several lines."""
    wrong, quote = [], ""
    for number, line in enumerate(env_file.splitlines(), 1):
        if quote:
            quote = "" if quote in line else quote
        elif found := _SET.match(line):
            value = found[1].lstrip()
            quote = value[0] if value[:1] in {"'", '"'} and value[0] not in value[1:] else ""
        elif line.strip() and not line.lstrip().startswith("#"):
            wrong.append(number)
    return wrong
