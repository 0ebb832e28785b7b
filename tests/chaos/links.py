"""Gives a PostgreSQL server another address, over a cable that can be cut and held.

I/O: Unix sockets. ``lose_commit`` lets the next commit happen and breaks the connection before the client hears of it.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.postgres import SOCKET

PIECE = 1 << 16


class Link:
    """One cable for all connections of one bot."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._open = asyncio.Event()
        self._open.set()
        self._losing = False
        self._lost = asyncio.Event()
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()

    def cut(self) -> None:
        """Every connection breaks."""
        for pair in list(self._pairs):
            for writer in pair:
                writer.transport.abort()

    def hold(self) -> None:
        """Nothing passes, and nobody is told: the network is parted."""
        self._open.clear()

    def release(self) -> None:
        self._open.set()
        self._losing = False

    async def lose_commit(self, within_s: float) -> bool:
        """Whether there was one within that time."""
        self._lost.clear()
        self._losing = True
        with suppress(TimeoutError):
            await asyncio.wait_for(self._lost.wait(), within_s)
        self._losing = False
        return self._lost.is_set()

    async def serve(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_unix_connection(f"{self._home}/{SOCKET}")
        except OSError:  # the server is stopped
            to_client.transport.abort()
            return
        pair = (to_client, to_server)
        self._pairs.add(pair)
        swallowed = asyncio.Event()
        pumps = [
            asyncio.create_task(self._up(client, to_server, swallowed)),
            asyncio.create_task(self._down(server, to_client, swallowed)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._pairs.discard(pair)
            for writer in pair:
                writer.transport.abort()

    async def _up(
        self, client: asyncio.StreamReader, to_server: asyncio.StreamWriter, swallowed: asyncio.Event
    ) -> None:
        while data := await client.read(PIECE):
            await self._open.wait()
            if self._losing and b"COMMIT" in data:
                self._losing = False
                swallowed.set()
            to_server.write(data)

    async def _down(
        self, server: asyncio.StreamReader, to_client: asyncio.StreamWriter, swallowed: asyncio.Event
    ) -> None:
        while data := await server.read(PIECE):
            if swallowed.is_set():
                self._lost.set()
                return
            await self._open.wait()
            to_client.write(data)


@asynccontextmanager
async def link(address: str) -> AsyncIterator[tuple[str, Link]]:
    """``address`` is that of a database; another one of the same comes out, and the cable to it."""
    home = address.partition("?host=")[2]
    cable = Link(home)
    with tempfile.TemporaryDirectory(prefix="link-") as directory:
        server = await asyncio.start_unix_server(cable.serve, f"{directory}/{SOCKET}")
        try:
            yield address.replace(home, directory), cable
        finally:
            server.close()
            cable.cut()
            await asyncio.sleep(0)
