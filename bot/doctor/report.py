"""Writes findings as lines for people, or as one JSON object. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence

from bot.doctor.finding import Finding, State

STATE_CHARS, CHECK_CHARS = 8, 26


def line(finding: Finding) -> str:
    return f"{finding.state.value:<{STATE_CHARS}}{finding.check:<{CHECK_CHARS}} {finding.words}".rstrip()


def summary(findings: Sequence[Finding]) -> str:
    wrong = sum(finding.state is State.WRONG for finding in findings)
    if not wrong:
        return "Nothing is wrong."
    return f"{wrong} thing{'s are' if wrong > 1 else ' is'} wrong. docs/troubleshooting.md has the same list."


def as_json(findings: Sequence[Finding]) -> str:
    listed = [{"check": one.check, "state": one.state.value, "words": one.words} for one in findings]
    return json.dumps({"ok": is_well(findings), "findings": listed}, ensure_ascii=False, indent=1)


def is_well(findings: Sequence[Finding]) -> bool:
    return all(finding.state is not State.WRONG for finding in findings)
