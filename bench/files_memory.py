"""Memory and the event loop's longest silence while twenty questions come at once, each with a 20 MB PDF.

I/O: makes the PDFs and serves them, and runs the practice model, in processes of their own; this process downloads,
converts (by worker processes) and sends them. Takes about a minute and 1 GB of disk::

    python -m bench.files_memory
"""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import random
import tempfile
import threading
import time
from contextlib import aclosing, suppress
from multiprocessing.queues import Queue
from pathlib import Path

import httpx
import pikepdf
from aiohttp import web
from httpx_aiohttp import HttpxAiohttpClient

from bot.conversation import Conversation, Message, Role
from bot.derived import file_limits
from bot.files.confinement import NONE
from bot.files.reader import FileReader
from bot.files.workshop import Workshop
from bot.llm.client import MessagesClient
from bot.messages import Attachment, TextBlock
from bot.model_settings import ModelSettings
from bot.prompt.budget import Allowance
from bot.prompt.intake import Intake
from bot.stream_events import TextDelta
from playground.practice_model.server import PracticeModel

QUESTIONS = 20
PAGES = 20
PAGE_BYTES = 1_000_000
LIMITS = file_limits(ModelSettings.model_construct(bot_confinement="best"), NONE)
KEY = "bench"
SAMPLE_EVERY_S = 0.01


def serve(addresses: Queue[str]) -> None:
    """The file host and the practice model; every file differs from the others."""
    content = _pdf()

    async def file(request: web.Request) -> web.Response:
        number = request.match_info["number"].encode()
        return web.Response(body=content.replace(b"Number 00", b"Number %2d" % int(number)))

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/files/{number}", file)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        addresses.put(f"http://127.0.0.1:{runner.addresses[0][1]}")
        async with PracticeModel(api_key=KEY, token_rate_per_s=None, first_token_delay_s=0.0) as model:
            addresses.put(model.url)
            await asyncio.Event().wait()

    asyncio.run(run())


def _pdf() -> bytes:
    file = io.BytesIO()
    with pikepdf.new() as made:
        for number in range(PAGES):
            made.add_blank_page()
            noise = made.make_stream(b"% Number 00\n" + random.Random(number).randbytes(PAGE_BYTES))
            made.pages[-1].obj["/Noise"] = noise
        made.save(file)
    return file.getvalue()


class Watch:
    """Samples the memory of this process and its workers, and the event loop's silences, while it is entered."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self.peak_own_bytes = 0
        self.silence_s = 0.0
        self.busy_s = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._sample)

    async def __aenter__(self) -> Watch:
        self._thread.start()
        self._pulse = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._pulse.cancel()
        self._done.set()
        await asyncio.to_thread(self._thread.join)

    def _sample(self) -> None:
        while not self._done.wait(SAMPLE_EVERY_S):
            own, workers = memory_bytes()
            self.peak_bytes = max(self.peak_bytes, own + workers)
            self.peak_own_bytes = max(self.peak_own_bytes, own)

    async def _listen(self) -> None:
        while True:
            before, busy_before = time.perf_counter(), time.thread_time()
            await asyncio.sleep(SAMPLE_EVERY_S)
            self.silence_s = max(self.silence_s, time.perf_counter() - before - SAMPLE_EVERY_S)
            self.busy_s = max(self.busy_s, time.thread_time() - busy_before)


def memory_bytes() -> tuple[int, int]:
    """Of this process and of its workers together: what is theirs alone plus their share of the rest (PSS)."""
    own, workers = _pss_bytes("self"), 0
    for task in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            for pid in (task / "children").read_text(encoding="ascii").split():
                if b"bot.files" in Path("/proc", pid, "cmdline").read_bytes():
                    workers += _pss_bytes(pid)
    return own, workers


def _pss_bytes(pid: str) -> int:
    rollup = Path("/proc", pid, "smaps_rollup").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1_024 for line in rollup.splitlines() if line.startswith("Pss:"))


async def ask_all(host: str, model_url: str, cache_dir: Path) -> Watch:
    async def no_info(file_id: str) -> Attachment:
        raise LookupError(file_id)

    async with (
        HttpxAiohttpClient(timeout=httpx.Timeout(30.0)) as client,
        MessagesClient(api_url=model_url, api_key=KEY, model="claude-sonnet-5-5", max_tokens=100) as model,
    ):
        workshop = Workshop(cache_dir, LIMITS)
        reader = FileReader(
            workshop,
            client=client,
            bot_token="xoxb-bench",
            slack_api_url=f"{host}/api/",
            file_info=no_info,
        )

        async def ask(number: int) -> None:
            attachment = Attachment.bare(f"F{number}", f"{number}.pdf", url=f"{host}/files/{number}")
            (file,) = await reader.prepare([attachment], Intake(Allowance()), lambda *_: None)
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
    spawn = multiprocessing.get_context("spawn")
    addresses: Queue[str] = spawn.Queue()
    servers = spawn.Process(target=serve, args=(addresses,), daemon=True)
    servers.start()
    host, model_url = addresses.get(timeout=60), addresses.get(timeout=60)
    idle_bytes = sum(memory_bytes())
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as directory:
        watch = asyncio.run(ask_all(host, model_url, Path(directory)))
    servers.terminate()
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
