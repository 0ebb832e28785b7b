"""Asks the model a question about local files, and writes its answer to the terminal as it comes.

I/O: the files, the Messages API, standard output. Only the model link: no Slack, no database.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from math import inf
from pathlib import Path

from bot.answering.endings import REFUSED, STOPPED
from bot.assembly.derived import document_bounds, file_limits, windows
from bot.assembly.model_link import messages_client
from bot.configuration.model_settings import ModelSettings
from bot.costs import prices
from bot.errors import ModelError
from bot.files import blocks
from bot.files.cache import Cache
from bot.files.confinement import probe
from bot.files.conversion import Conversion
from bot.files.extracts import Unreadable
from bot.files.long_files import LongReader
from bot.llm.client import MessagesClient
from bot.messages import Attachment, Author, AuthorKind, PreparedFile, ThreadMessage
from bot.operations import process
from bot.prompt.batch_reading import BatchReading
from bot.prompt.draft import Draft
from bot.prompt.instructions import system_prompt
from bot.prompt.one_batch import BatchReader
from bot.stream_events import Finished, StopReason, TextDelta


async def ask(settings: ModelSettings, question: str, paths: Sequence[Path]) -> int:
    """Returns 0 if the answer is complete, 1 if it is not, 2 if there was no question. Problems go to standard
    error."""
    process.keep_secrets()
    missing = [path for path in paths if not path.is_file()]
    for path in missing:
        print(f"{path} is not a file.", file=sys.stderr)
    if not (question.strip() or paths):
        print("There is no question.", file=sys.stderr)
    if missing or not (question.strip() or paths):
        return 2
    with tempfile.TemporaryDirectory(prefix="ask-") as directory:
        conversion = Conversion(file_limits(settings, await probe()))
        try:
            files = await _prepare(conversion, paths, Path(directory))
            async with messages_client(settings) as model:
                cache = Cache(Path(directory), bytes_max=settings.bot_cache_bytes_max, age_max_s=inf)
                long = LongReader(conversion, cache)
                bounds = replace(document_bounds(settings), confirm_tokens=settings.bot_document_tokens_max)
                reading = BatchReading(BatchReader(model, long, lambda: prices.PUBLISHED), long, bounds)
                return await _answer(model, reading, _draft(settings, question, paths, files))
        except ModelError as error:
            print(f"\n{error.sentence} ({error})", file=sys.stderr)
        finally:
            await conversion.aclose()
    return 1


def _draft(settings: ModelSettings, question: str, paths: Sequence[Path], files: Sequence[PreparedFile]) -> Draft:
    """``files``: the results for ``paths``, in the same order. The model is not told where the files are."""
    attachments = tuple(Attachment.bare(file.attachment_id, path.name) for path, file in zip(paths, files, strict=True))
    asked = ThreadMessage("1.0", Author("", "You", AuthorKind.PERSON), question, attachments)
    window = windows(settings).of()
    return Draft(
        (asked,),
        tuple(files),
        system_prompt(settings.bot_system_prompt),
        window.tokens_max,
        window.allowance,
        effort=settings.bot_effort or "",
    )


async def _answer(model: MessagesClient, reading: BatchReading, draft: Draft) -> int:
    read = await reading.read(draft, _say, lambda _: None)
    if read.error is not None:
        raise read.error
    request = read.draft.request()
    for note in (*request.notes, *read.notes):
        _say(f"{note.file_name} {note.reason}")
    async with aclosing(model.stream(request.conversation)) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                print(event.text, end="", flush=True)
            elif isinstance(event, Finished):
                return _finished(event)
    return 1


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)


async def _prepare(conversion: Conversion, paths: Sequence[Path], directory: Path) -> list[PreparedFile]:
    files = []
    for number, path in enumerate(paths):
        out = directory / str(number)
        out.mkdir()
        identity = str(number)
        try:
            extracts = await conversion.convert(path.resolve(), path.name, path.suffix.removeprefix("."), out)
        except Unreadable as unreadable:
            files.append(blocks.refused(identity, path.name, unreadable.reason))
        else:
            files.append(blocks.prepared(identity, path.name, extracts, out))
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
