"""A question and files of this machine go in; the model's answer is written to the terminal as it comes.

I/O: the files, the Messages API, standard output. The model link alone: no Slack, no database.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

from bot import history, process
from bot.derived import file_limits, windows
from bot.endings import REFUSED, STOPPED
from bot.errors import ModelError
from bot.files import blocks
from bot.files.confinement import probe
from bot.files.conversion import Conversion
from bot.files.extracts import Unreadable
from bot.instructions import system_prompt
from bot.messages import Attachment, Author, AuthorKind, PreparedFile, ThreadMessage
from bot.model_link import messages_client
from bot.settings import ModelSettings
from bot.stream_events import Finished, StopReason, TextDelta

HISTORY_TOKENS_MAX = 800_000
"""One question has no history to make room for; the model's own window is the bound."""


async def ask(settings: ModelSettings, question: str, paths: Sequence[Path]) -> int:
    """0 where the answer is complete, 1 where it is not, 2 where nothing was asked. Problems go to standard error."""
    process.keep_secrets()
    missing = [path for path in paths if not path.is_file()]
    for path in missing:
        print(f"{path} is not a file.", file=sys.stderr)
    if not (question.strip() or paths):
        print("There is no question.", file=sys.stderr)
    if missing or not (question.strip() or paths):
        return 2
    with tempfile.TemporaryDirectory(prefix="ask-") as directory:
        files = await _prepare(settings, paths, Path(directory))
        for note in (note for file in files for note in file.notes):
            print(f"{note.file_name} {note.reason}", file=sys.stderr)
        attachments = tuple(Attachment.bare(file.attachment_id, file.attachment_id) for file in files)
        asked = ThreadMessage("1.0", Author("", "You", AuthorKind.PERSON), question, attachments)
        built = history.build(
            [asked],
            {file.attachment_id: file for file in files},
            system=system_prompt(settings.bot_system_prompt),
            tokens_max=HISTORY_TOKENS_MAX,
        )
        conversation = replace(built.conversation, effort=settings.bot_effort or "")
        try:
            async with messages_client(settings) as model, aclosing(model.stream(conversation)) as events:
                async for event in events:
                    if isinstance(event, TextDelta):
                        print(event.text, end="", flush=True)
                    elif isinstance(event, Finished):
                        return _finished(event)
        except ModelError as error:
            print(f"\n{error.sentence} ({error})", file=sys.stderr)
    return 1


async def _prepare(settings: ModelSettings, paths: Sequence[Path], directory: Path) -> list[PreparedFile]:
    pages_max = windows(settings).of().allowance.pages_max
    conversion = Conversion(file_limits(settings, await probe(), pdf_pages_max=pages_max))
    files = []
    try:
        for number, path in enumerate(paths):
            out = directory / str(number)
            out.mkdir()
            identity = f"{number}:{path}"
            try:
                extracts = await conversion.convert(path.resolve(), path.name, path.suffix.removeprefix("."), out)
            except Unreadable as unreadable:
                files.append(blocks.refused(identity, path.name, unreadable.reason))
            else:
                files.append(blocks.prepared(identity, path.name, extracts, out))
    finally:
        await conversion.aclose()
    return files


def _finished(event: Finished) -> int:
    print()
    if event.stop_reason == StopReason.REFUSAL:
        print(REFUSED, file=sys.stderr)
        return 1
    if event.stop_reason in STOPPED:
        print(STOPPED[event.stop_reason], file=sys.stderr)
        return 1
    return 0
