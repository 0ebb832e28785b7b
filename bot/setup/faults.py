"""Explains a validator's findings, one line per fault, in our words and the order in which a newcomer needs them.

Pure. No line contains the value: it may be a secret that was put into the wrong setting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic.fields import FieldInfo

FIRST = (
    "SLACK_BOT_TOKEN",
    "SLACK_APP_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_API_URL",
    "YOUROUTER_API_KEY",
    "MESSAGES_API_URL",
    "MESSAGES_MODEL",
)
"""The settings that nothing works without; all others follow, by name."""
_OWN = "Value error, "
_UNITS = {"int": "a whole number", "float": "a number"}


def lines(errors: Iterable[Mapping[str, Any]], fields: Mapping[str, FieldInfo]) -> list[str]:
    """``errors``: as ``ValidationError.errors()`` has them; ``fields``: the settings, by their lower-case names."""
    found = {_fault(error, fields) for error in errors}
    return [f"{name}: {words}" for name, words in sorted(found, key=lambda one: (_rank(one[0]), one))]


def in_order(faults: Iterable[str]) -> list[str]:
    """``faults``, each with the name of its setting before a colon, in the order in which a newcomer needs them."""
    return sorted(faults, key=lambda line: (_rank(line.partition(":")[0]), line))


def _fault(error: Mapping[str, Any], fields: Mapping[str, FieldInfo]) -> tuple[str, str]:
    """The setting's name and what is wrong with it; a validator of ours may name another setting itself."""
    loc = str(error["loc"][0]) if error["loc"] else "settings"
    words = _words(error, fields.get(loc))
    named = re.match(r"([A-Z_]+): ", words)
    return (named[1], words[named.end() :]) if named else (loc.upper(), words)


def _rank(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _words(error: Mapping[str, Any], field: FieldInfo | None) -> str:
    message = str(error["msg"])
    if message.startswith(_OWN):
        return message.removeprefix(_OWN)
    kind = str(error["type"])
    if kind == "literal_error":
        return f"must be one of {_listed(str(error['ctx']['expected']))}"
    if kind.startswith("bool"):
        return "must be true or false"
    if field is not None and (unit := _unit(kind, field)):
        return f"must be {unit}{_bounds(field)}"
    return "is not a valid value; docs/settings.md says what it means"


def _listed(expected: str) -> str:
    return expected.replace("'", "")


def _unit(kind: str, field: FieldInfo) -> str:
    annotation = str(field.annotation)
    named = next((word for word in _UNITS if word in annotation), "")
    numeric = kind.startswith(("int", "float", "finite", "greater_than", "less_than"))
    return _UNITS[named] if named and numeric else ""


def _bounds(field: FieldInfo) -> str:
    ends: dict[str, float] = {}
    for bound in field.metadata:
        ends |= {end: getattr(bound, end) for end in ("ge", "gt", "le", "lt") if hasattr(bound, end)}
    low = f"{ends['ge']:,}" if "ge" in ends else ""
    high = f"{ends['le']:,}" if "le" in ends else ""
    if low and high:
        return f" from {low} to {high}"
    if "gt" in ends:
        return f" above {ends['gt']:,}" + (f", at most {high}" if high else "")
    return f", at least {low}" if low else f", at most {high}" if high else ""
