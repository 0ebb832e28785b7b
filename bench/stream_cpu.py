"""CPU that the client spends on each streamed event, printed as a table.

I/O: a server in a process of its own streams to loopback; this process only reads. Takes about 20 seconds::

    python -m bench.stream_cpu [streams] [events a second]
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from multiprocessing.queues import Queue

import httpx
from httpx_aiohttp import HttpxAiohttpClient

from bot.conversation import Conversation, Message, Role
from bot.llm.client import MessagesClient
from bot.messages import TextBlock
from playground.practice_model import grammar
from playground.practice_model.prompt_cache import Counted

SECONDS = 5.0
WORDS = "a few words, "
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"
ASKED = Conversation("", (Message(Role.USER, (TextBlock("Go on."),)),))


def serve(ports: Queue[int], events_per_s: float) -> None:
    asyncio.run(_serve(ports, events_per_s))


async def _serve(ports: Queue[int], events_per_s: float) -> None:
    delta = grammar.encoded(grammar.delta(WORDS), frozenset())
    started = grammar.message("msg_1", "bench", grammar.usage(Counted(1), 1))
    opening = b"".join(grammar.encoded(event, frozenset()) for event in grammar.opening(started))
    ending = grammar.closing("end_turn", None, grammar.usage(Counted(1), 1))
    closing = b"".join(grammar.encoded(event, frozenset()) for event in ending)
    now = asyncio.get_running_loop().time

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + opening)
        begun = now()
        for number in range(int(SECONDS * events_per_s)):
            await asyncio.sleep(begun + number / events_per_s - now())
            writer.write(delta)
        writer.write(closing)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    ports.put(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def by_client(url: str, streams: int) -> int:
    async with MessagesClient(api_url=url, api_key="x", model="bench", max_tokens=1) as client:

        async def read() -> int:
            async with aclosing(client.stream(ASKED)) as events:
                return sum([1 async for _ in events])

        return sum(await asyncio.gather(*(read() for _ in range(streams))))


async def by_httpx(client: httpx.AsyncClient, url: str, streams: int) -> int:
    """The bytes alone, counted and thrown away: the least that a client can cost."""

    async def read() -> int:
        async with client.stream("POST", f"{url}/messages", content=b"{}") as response:
            return sum([chunk.count(b'"text_delta"') async for chunk in response.aiter_raw()])

    async with client:
        return sum(await asyncio.gather(*(read() for _ in range(streams))))


def measured(name: str, run: Callable[[], Awaitable[int]]) -> str:
    async def timed() -> tuple[int, float, float]:
        cpu, wall = time.process_time(), time.perf_counter()
        events = await run()
        return events, time.process_time() - cpu, time.perf_counter() - wall

    events, cpu_s, wall_s = asyncio.run(timed())
    per_event_us = cpu_s / events * 1e6
    return f"{name:<34} {events:>7} {per_event_us:>10.1f} {cpu_s / wall_s * 100:>12.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.stream_cpu", description=__doc__.split("\n", 1)[0])
    parser.add_argument("streams", nargs="?", type=int, default=20, help="at a time; %(default)s unless given")
    parser.add_argument("events_per_s", nargs="?", type=float, default=100.0, help="of each; %(default)s unless given")
    chosen = parser.parse_args()
    count, events_per_s = chosen.streams, chosen.events_per_s
    context = multiprocessing.get_context("spawn")
    ports: Queue[int] = context.Queue()
    server = context.Process(target=serve, args=(ports, events_per_s), daemon=True)
    server.start()
    try:
        url = f"http://127.0.0.1:{ports.get(timeout=20)}/v1"
        print(f"{count} streams at a time, {events_per_s:g} events a second each, {SECONDS:g} s")
        print(f"{'':<34} {'events':>7} {'µs / event':>10} {'% of a core':>12}")
        print(measured("the bot's client", lambda: by_client(url, count)))
        print(measured("httpx over aiohttp, bytes alone", lambda: by_httpx(HttpxAiohttpClient(), url, count)))
        print(measured("httpx alone, bytes alone", lambda: by_httpx(httpx.AsyncClient(), url, count)))
        print(f"peak memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
    finally:
        server.terminate()
        server.join()


if __name__ == "__main__":
    main()
