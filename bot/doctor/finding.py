"""One line of the doctor: what was checked, its state, and what to do. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WRONG = "wrong"
    """The bot does not work, or not fully, until this is fixed."""
    MIND = "mind"
    """It works; somebody should know."""
    UNTRIED = "untried"


@dataclass(frozen=True, slots=True)
class Finding:
    """``words`` say what was found and, if something is wrong, what to do."""

    check: str = field(repr=False)
    state: State
    words: str = field(default="", repr=False)


def ok(check: str, words: str = "") -> Finding:
    return Finding(check, State.OK, words)


def wrong(check: str, words: str) -> Finding:
    return Finding(check, State.WRONG, words)


def mind(check: str, words: str) -> Finding:
    return Finding(check, State.MIND, words)


def untried(check: str, words: str) -> Finding:
    return Finding(check, State.UNTRIED, words)
