"""Carries out a command: stores at once what it changes, and answers later. I/O: the two ports.

A command is not a question: it is not counted, the model never sees it, and it is carried out once, however often Slack
delivers it and whichever process gets it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Protocol

from bot.commands.decisions import Decision, Menu, decide
from bot.commands.spoken import ThreadCommand
from bot.commands.thread_settings import ThreadSettingsRecords
from bot.messages import Question, ThreadKey
from bot.telemetry.logs import get_logger

log = get_logger(__name__)


class Answers(Protocol):
    """Implemented by Slack's side: answers a command. Neither raises ``SlackError``."""

    async def tell(self, question: Question, sentence: str) -> None:
        """Answers only the person who said it; in a direct message in its thread."""

    async def announce(self, question: Question, sentence: str) -> None:
        """Answers for all who read the thread."""


class Commands:
    """``menu`` says what can be chosen in a channel."""

    def __init__(self, records: ThreadSettingsRecords, answers: Answers, menu: Callable[[str], Menu]) -> None:
        self._records = records
        self._answers = answers
        self._menu = menu

    async def muted(self, thread: ThreadKey) -> bool:
        """Raises ``StoreFailed``."""
        return (await self._records.of(thread)).muted

    async def carry_out(self, said: Question, command: ThreadCommand) -> Coroutine[Any, Any, None] | None:
        """What remains to be done after Slack has its acknowledgement; ``None`` if all of it was done before.

        Raises ``StoreFailed``: then Slack must get no acknowledgement.
        """
        now = await self._records.of(said.thread)
        decision = decide(command, now, self._menu(said.channel_id))
        if not await self._records.change(said, decision.settings):
            return None
        log.info("command.carried_out", command=command.name.value, workspace=said.team_id, channel=said.channel_id)
        return self._say(said, decision)

    async def _say(self, said: Question, decision: Decision) -> None:
        if decision.settings is None:
            await self._answers.tell(said, decision.sentence)
        else:
            await self._answers.announce(said, decision.sentence)
