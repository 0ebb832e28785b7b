"""What a person reads in the app's home tab: what the bot does, what it keeps, and what was used today.

I/O: through the access control, ``People`` and ``UsedToday``. None of it is secret; only admins of the workspace see
the settings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from bot.access.control import AccessControl, People
from bot.access.rules import SENTENCES, Reason
from bot.day_budget import DayBudgets, DayUsage
from bot.errors import SlackError, StoreFailed
from bot.messages import EntryPoint, Question
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

KNOWN_WITHIN_S = 10.0
ONLY_HERE_NOT = frozenset({Reason.CHANNEL_DENIED, Reason.CHANNEL_NOT_ALLOWED})
"""People who are not answered in direct messages may be answered elsewhere."""
DOES = (
    "*Mention me* in a channel or a thread: I read the whole thread and the files in it, and answer there.",
    "*Go on* in that thread without mentioning me again, for as long as nobody else joins in.",
    "*Write to me directly*, in the Messages tab. Each question gets its own thread, where you can go on.",
    "*Type* `/ask` *and a question*, in any channel, for an answer that only you see; `/ask help` says more.",
    "*In the menu of a message*: “Ask about this” answers in its thread, “Summarise the thread” tells only you.",
)


@dataclass(frozen=True, slots=True)
class Section:
    """``lines`` are Slack's markup; text from settings or people is escaped in them."""

    title: str = field(repr=False)
    lines: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class HomeFacts:
    """What everybody reads: what is kept for how long, and the settings, as lines of Slack's markup."""

    model: Callable[[], str]
    budgets: DayBudgets
    keeps: tuple[str, ...]
    settings: tuple[str, ...] = field(repr=False)


class UsedToday(Protocol):
    """Implemented by the database: what questions used."""

    async def today(self, team_id: str, user_id: str) -> DayUsage:
        """What was used by that person, and in the whole workspace. Raises ``StoreFailed``."""


@dataclass(frozen=True, slots=True)
class Home:
    team_id: str
    access: AccessControl
    people: People
    used: UsedToday
    facts: HomeFacts

    async def page(self, user_id: str, channel_id: str) -> tuple[Section, ...]:
        """``channel_id`` is their direct message with the bot."""
        where = (self.team_id, channel_id, "0", "0", user_id, EntryPoint.DIRECT)
        reason = await self.access.denial(Question(*where, "", (), None), within_s=KNOWN_WITHIN_S)
        if reason is not None and reason not in ONLY_HERE_NOT:
            return (Section("I can't answer you", (SENTENCES[reason],)),)
        here = (Section("Not in direct messages", (SENTENCES[reason],)),) if reason is not None else ()
        return (
            *here,
            Section("What I can do", DOES),
            Section("Today", await self._today(user_id)),
            Section("What I read, and what I keep", self.facts.keeps),
            *(await self._settings(user_id)),
        )

    async def _today(self, user_id: str) -> tuple[str, ...]:
        model = f"Answers are written by the model `{self.facts.model()}`."
        try:
            used = await self.used.today(self.team_id, user_id)
        except StoreFailed as error:
            log.warning("home.usage_unknown", error=str(error))
            return (model,)
        budgets = self.facts.budgets
        questions = _of("question", used.user_questions, budgets.user_questions)
        tokens = _of("token", used.user_tokens, budgets.user_tokens)
        lines = [f"You have asked {questions}, which used {tokens}. A day begins at midnight UTC."]
        if budgets.workspace_tokens is not None:
            all_tokens = _of("token", used.workspace_tokens, budgets.workspace_tokens)
            lines.append(f"All questions in this workspace together have used {all_tokens}.")
        return (*lines, model)

    async def _settings(self, user_id: str) -> tuple[Section, ...]:
        try:
            person = await self.people.person(user_id, within_s=KNOWN_WITHIN_S)
        except SlackError:
            return ()
        if person is None or not person.is_admin:
            return ()
        head = "Only admins of this workspace see this. Secrets are not shown."
        return (Section("Settings", (head, *self.facts.settings)),)


def _of(noun: str, used: int, most: int | None) -> str:
    plural = f"{noun}{'' if (most if most is not None else used) == 1 else 's'}"
    return f"{used:,} of {most:,} {plural}" if most is not None else f"{used:,} {plural}"
