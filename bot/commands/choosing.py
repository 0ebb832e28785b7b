"""The instructions for a question, with the model and effort that its thread has chosen.

Pure but for what the port does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.commands.decisions import Menu
from bot.commands.thread_settings import ThreadSettingsRecords
from bot.messages import Channel, Question
from bot.prompt.instructions import Instructing, Instructions
from bot.store_patience import waited_out


@dataclass(frozen=True, slots=True)
class Choosing:
    """``models``: those that people may choose."""

    instructing: Instructing
    records: ThreadSettingsRecords
    models: Sequence[str]

    def menu(self, channel_id: str) -> Menu:
        return Menu(self.instructing.model_in(channel_id), self.instructing.effort_in(channel_id), self.models)

    async def of(self, question: Question, channel: Channel) -> Instructions:
        """Raises ``StoreFailed``. A model that may no longer be chosen is not used."""
        instructions = self.instructing.of(question, channel)
        if question.starts_thread:  # nobody has chosen anything there
            return instructions
        chosen = await waited_out(lambda: self.records.of(question.thread))
        model = chosen.model if chosen.model in self.models else instructions.model
        return replace(instructions, model=model, effort=chosen.effort or instructions.effort)
