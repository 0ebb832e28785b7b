"""Memory and the event loop's longest silence while twenty questions come at once, each with a 20 MB PDF.

I/O: makes the PDFs and serves them, and runs the practice model, in processes of their own; this process downloads,
converts (by worker processes) and sends them. Takes about a minute and 1 GB of disk::

    python -m bench.files_memory
"""

from __future__ import annotations

import argparse
import asyncio
import io
import random
import tempfile
import time
from collections.abc import Callable
from contextlib import aclosing
from pathlib import Path

import httpx
import pikepdf
from httpx_aiohttp import HttpxAiohttpClient

from bench import served
from bench.served import KEY, LIMITS
from bench.watch import Watch, memory_bytes
from bot.conversation import Conversation, Message, Role
from bot.files.workshop import Workshop
from bot.llm.client import MessagesClient
from bot.messages import Attachment, TextBlock
from bot.prompt.budget import Allowance
from bot.prompt.intake import RequestIntake
from bot.stream_events import TextDelta

QUESTIONS = 20
PAGES = 20
PAGE_BYTES = 1_000_000


def contents() -> Callable[[str], bytes]:
    """Every file differs from the others."""
    content = _pdf()
    return lambda number: content.replace(b"Number 00", b"Number %2d" % int(number))


def _pdf() -> bytes:
    file = io.BytesIO()
    with pikepdf.new() as made:
        for number in range(PAGES):
            made.add_blank_page()
            noise = made.make_stream(b"% Number 00\n" + random.Random(number).randbytes(PAGE_BYTES))
            made.pages[-1].obj["/Noise"] = noise
        made.save(file)
    return file.getvalue()


async def ask_all(host: str, model_url: str, cache_dir: Path) -> Watch:
    async with (
        HttpxAiohttpClient(timeout=httpx.Timeout(30.0)) as client,
        MessagesClient(api_url=model_url, api_key=KEY, model="claude-sonnet-5-5", max_tokens=100) as model,
    ):
        workshop = Workshop(cache_dir, LIMITS)
        files_reader = served.reader(workshop, client, host)

        async def ask(number: int) -> None:
            attachment = Attachment.bare(f"F{number}", f"{number}.pdf", url=f"{host}/files/{number}")
            (file,) = await files_reader.prepare([attachment], RequestIntake(Allowance()), lambda *_: None)
            message = Message(Role.USER, (*file.blocks, TextBlock("How many pages?")))
            async with aclosing(model.stream(Conversation("", (message,)))) as events:
                answer = "".join([event.text async for event in events if isinstance(event, TextDelta)])
            if "pages" not in answer.replace("How many pages", ""):
                raise AssertionError(f"the practice model did not see the PDF: {answer[:300]}")

        async with Watch() as watch:
            await asyncio.gather(*(ask(number) for number in range(QUESTIONS)))
        await workshop.aclose()
        return watch


def main() -> None:
    argparse.ArgumentParser(prog="python -m bench.files_memory", description=__doc__.split("\n", 1)[0]).parse_args()
    with served.started(contents) as (host, model_url):
        idle_bytes = sum(memory_bytes())
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as directory:
            watch = asyncio.run(ask_all(host, model_url, Path(directory)))
    print(
        f"{QUESTIONS} questions, each with a PDF of {PAGES * PAGE_BYTES / 1e6:.0f} MB, answered in "
        f"{time.perf_counter() - started:.1f} s"
    )
    print(
        f"idle {idle_bytes / 1e6:.0f} MB; peak {watch.peak_bytes / 1e6:.0f} MB, workers included "
        f"({watch.peak_own_bytes / 1e6:.0f} MB without): {(watch.peak_bytes - idle_bytes) / 1e6:.0f} MB over idle"
    )
    print(
        f"event loop silent for at most {watch.silence_s * 1e3:.0f} ms by the clock; its thread worked for at most "
        f"{watch.busy_s * 1e3:.0f} ms between two beats (the rest is other processes on the same cores)"
    )


if __name__ == "__main__":
    main()
