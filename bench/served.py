"""What benches of files have in common: a file host with the practice model, in a process of its own, and a reader.

I/O: serves on the loopback; ``started`` starts the process that does.
"""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.queues import Queue

import httpx
from aiohttp import web

from bot.assembly.derived import file_limits
from bot.configuration.model_settings import ModelSettings
from bot.files.confinement import NONE
from bot.files.reader import FileReader
from bot.files.workshop import Workshop
from bot.messages import Attachment
from playground.practice_model.server import PracticeModel

LIMITS = file_limits(ModelSettings.model_construct(bot_confinement="best"), NONE)
KEY = "bench"
STARTED_WITHIN_S = 120.0

Contents = Callable[[], Callable[[str], bytes]]
"""Makes, in the process that serves them, what gives the content of a file by its name. A module's function."""


def _serve(addresses: Queue[str], contents: Contents) -> None:
    content_of = contents()

    async def file(request: web.Request) -> web.Response:
        return web.Response(body=content_of(request.match_info["name"]))

    async def run() -> None:
        app = web.Application()
        app.router.add_get("/files/{name}", file)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        addresses.put(f"http://127.0.0.1:{runner.addresses[0][1]}")
        async with PracticeModel(api_key=KEY, token_rate_per_s=None, first_token_delay_s=0.0) as model:
            addresses.put(model.url)
            await asyncio.Event().wait()

    asyncio.run(run())


@contextmanager
def started(contents: Contents) -> Iterator[tuple[str, str]]:
    """The addresses of the file host and of the practice model."""
    spawn = multiprocessing.get_context("spawn")
    addresses: Queue[str] = spawn.Queue()
    servers = spawn.Process(target=_serve, args=(addresses, contents), daemon=True)
    servers.start()
    try:
        yield addresses.get(timeout=STARTED_WITHIN_S), addresses.get(timeout=STARTED_WITHIN_S)
    finally:
        servers.terminate()


def reader(workshop: Workshop, client: httpx.AsyncClient, host: str) -> FileReader:
    return FileReader(workshop, client=client, bot_token="xoxb-bench", slack_api_url=f"{host}/api/", file_info=_no_info)


async def _no_info(file_id: str) -> Attachment:
    raise LookupError(file_id)
