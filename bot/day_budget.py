"""The budgets of a day, and one that is used up. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Budget(StrEnum):
    """What may be used in a day."""

    USER_QUESTIONS = "user_questions"
    USER_TOKENS = "user_tokens"
    WORKSPACE_TOKENS = "workspace_tokens"


@dataclass(frozen=True, slots=True)
class Spent:
    """A budget that is used up: what it was, and when the next day begins, in seconds since the epoch."""

    budget: Budget
    most: int
    until_s: int


@dataclass(frozen=True, slots=True)
class DayBudgets:
    """Daily limits of a person and of a workspace; ``None``: no limit. Tokens are all that were processed."""

    user_questions: int | None = None
    user_tokens: int | None = None
    workspace_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class DayUsage:
    """What was used of each so far today."""

    user_questions: int
    user_tokens: int
    workspace_tokens: int
