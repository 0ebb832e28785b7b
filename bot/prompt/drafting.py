"""Fetches a thread's files, as many as a request can hold, and makes the first draft of a request.

Pure but for what the ports do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.file_ports import Files, RefusedFiles
from bot.messages import Question, ThreadMessage
from bot.prompt.batch_reading import BatchReading
from bot.prompt.draft import Draft, newly_attached, refused_file
from bot.prompt.instructions import Instructions
from bot.prompt.intake import RequestIntake
from bot.prompt.window import Windows
from bot.store_patience import waited_out
from bot.telemetry import traces


@dataclass(frozen=True, slots=True)
class Drafting:
    """``windows`` says what one request may hold."""

    files: Files
    refused_files: RefusedFiles
    batch_reading: BatchReading
    windows: Windows

    async def draft(
        self,
        question: Question,
        thread: Sequence[ThreadMessage],
        instructions: Instructions,
        status: Callable[[str], None],
    ) -> Draft:
        """Files that the API refused in an earlier turn are left out, and named again only if they are new here.

        Raises ``StoreFailed``.
        """
        attachments = [file for message in thread for file in message.attachments]
        ids = {file.id for file in attachments}
        refused = frozenset[str]()
        if ids:
            refused = await waited_out(lambda: self.refused_files.among(question.team_id, ids))

        def progress(number: int, total: int, file_name: str) -> None:
            status(f"is reading {file_name}" + (f", {number} of {total}…" if total > 1 else "…"))

        window = self.windows.of(instructions.model)
        made = {file.attachment_id: file for message in thread for file in message.prepared}
        readable = [file for file in attachments if file.id not in refused and file.id not in made]
        person = f"{question.team_id} {question.user_id}"
        intake = RequestIntake(window.allowance, await self.batch_reading.wanted(thread))
        with traces.step("read_files", files=len(readable)):
            fetched = await self.files.prepare(readable, intake, progress, person) if readable else ()
        prepared = iter(fetched)
        known = made | {file_id: refused_file(file_id, thread) for file_id in refused}
        files = tuple(known[file.id] if file.id in known else next(prepared) for file in attachments)
        spoken = {file.attachment_id for file in files if file.words}
        return Draft(
            tuple(thread),
            files,
            system=instructions.system,
            model=instructions.model,
            effort=instructions.effort,
            tokens_max=window.tokens_max,
            allowance=window.allowance,
            prefix_tokens_min=window.prefix_tokens_min,
            noted_before=(refused | spoken) - newly_attached(thread),
        )
