"""Time, requests and memory while a PDF of 812 pages and 20 MB is read in parts, and asked about once more.

I/O: serves the PDF and runs the practice model in a process of its own; this process downloads and splits the PDF (by
worker processes) and reads the parts, a few at once. Half a minute::

    python -m bench.long_document [MODEL]
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from httpx_aiohttp import HttpxAiohttpClient

from bench import served
from bench.served import KEY, LIMITS
from bench.watch import Watch, memory_bytes
from bot.assembly.derived import document_bounds, windows
from bot.costs import prices
from bot.files.reader import FileReader
from bot.files.workshop import Workshop
from bot.llm.client import MessagesClient
from bot.messages import Attachment, Author, AuthorKind, ThreadMessage
from bot.prompt.batch_reading import BatchReading
from bot.prompt.draft import Draft
from bot.prompt.instructions import system_prompt
from bot.prompt.intake import RequestIntake
from bot.prompt.one_batch import BatchReader
from bot.settings import Settings
from bot.stream_events import TextDelta, Usage
from tests import made_pdfs

PAGES, SIZE_BYTES = 812, 20_000_000


def contents() -> Callable[[str], bytes]:
    content = made_pdfs.numbered(PAGES, size_bytes=SIZE_BYTES)
    return lambda _: content


class Questions:
    """Asks in one thread, and counts what each question took."""

    def __init__(self, model_name: str, host: str, model_url: str, cache_dir: Path) -> None:
        self._settings = Settings.model_construct(messages_model=model_name)
        self._host = host
        self._model_url = model_url
        self._cache_dir = cache_dir
        self._said: list[ThreadMessage] = []

    async def ask_twice(self) -> None:
        settings = self._settings
        async with (
            HttpxAiohttpClient(timeout=httpx.Timeout(30.0)) as client,
            MessagesClient(
                api_url=self._model_url, api_key=KEY, model=settings.messages_model, max_tokens=16_000
            ) as model,
        ):
            workshop = Workshop(self._cache_dir, LIMITS)
            reader = served.reader(workshop, client, self._host)
            batches = BatchReader(model, workshop.long, lambda: prices.PUBLISHED)
            reading = BatchReading(batches, workshop.long, document_bounds(settings))
            url = f"{self._host}/files/contract.pdf"
            file = Attachment.bare("F1", "contract.pdf", mimetype="application/pdf", size_bytes=SIZE_BYTES, url=url)
            for words, attached in (("What does each page say?", (file,)), ("And page 305?", ())):
                self._said.append(ThreadMessage(f"{len(self._said)}.0", ADA, words, attached))
                await self._ask(reader, reading, model)
            await workshop.aclose()

    async def _ask(self, reader: FileReader, reading: BatchReading, model: MessagesClient) -> None:
        used: list[Usage] = []
        shown: list[str] = []
        window = windows(self._settings, self._settings.bot_history_tokens_max).of()
        started, idle = time.perf_counter(), sum(memory_bytes())
        attachments = [file for message in self._said for file in message.attachments]
        async with Watch() as watch:
            wanted = await reading.wanted(self._said)
            files = await reader.prepare(attachments, RequestIntake(window.allowance, wanted), lambda *_: None)
            system = system_prompt(self._settings.bot_system_prompt)
            draft = Draft(tuple(self._said), tuple(files), system, window.tokens_max, window.allowance)
            read = await reading.read(draft, shown.append, used.append)
            conversation = read.draft.request().conversation
            answer = "".join(
                [event.text async for event in model.stream(conversation, used.append) if isinstance(event, TextDelta)]
            )
        self._said.append(ThreadMessage(f"{len(self._said)}.0", BOT, answer, ()))
        missing = [page for page in range(1, PAGES + 1) if f"page {page}: PAGE {page}\n" not in f"{answer}\n"]
        requests = sum(one.input > 0 for one in used)
        print(
            f"{self._said[-2].text} {time.perf_counter() - started:.1f} s, {requests} requests, "
            f"{sum(one.input for one in used):,} tokens in; {len(missing)} pages missing from the answer; "
            f"{len(shown)} signs of progress; peak {(watch.peak_bytes - idle) / 1e6:.0f} MB over idle, workers included"
        )
        for note in read.notes:
            print(f"  {note.file_name} {note.reason}")


ADA, BOT = Author("U1", "Ada", AuthorKind.PERSON), Author("U2", "claude", AuthorKind.THIS_BOT)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.long_document", description=__doc__.split("\n", 1)[0])
    parser.add_argument("model", nargs="?", default="claude-sonnet-5-5", help="%(default)s unless given")
    model_name: str = parser.parse_args().model
    with served.started(contents) as (host, model_url), tempfile.TemporaryDirectory() as directory:
        idle_mb = sum(memory_bytes()) / 1e6
        print(f"{PAGES} pages, {SIZE_BYTES / 1e6:.0f} MB, {model_name}, idle {idle_mb:.0f} MB")
        asyncio.run(Questions(model_name, host, model_url, Path(directory)).ask_twice())


if __name__ == "__main__":
    main()
