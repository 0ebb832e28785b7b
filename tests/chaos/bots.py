"""Runs a bot as a process, starts it again whenever it ends, and reads its log.

I/O: processes, each in a session of its own; ``/proc``.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.repository import ROOT

NOISE = ("Traceback", "Unclosed", "never retrieved", "was destroyed", "never awaited", "exception in callback")
START_FAILED = 2
SKEWED = """
import runpy, sys, time
real, seconds = time.time, float(sys.argv.pop(1))
time.time = lambda: real() + seconds
runpy.run_module("bot", run_name="__main__", alter_sys=True)
"""


@dataclass(slots=True, eq=False)
class Bot:
    """One replica. ``killed`` and ``stopping`` say what was done to the process that runs now."""

    environment: dict[str, str]
    dice: Random
    skew_s: float = 0.0
    process: asyncio.subprocess.Process | None = None
    started: asyncio.Event = field(default_factory=asyncio.Event)
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    events: Counter[str] = field(default_factory=Counter)
    noise: list[str] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    closing: bool = False
    killed: bool = False
    paused: bool = False
    silent: bool = True
    _life: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._life = asyncio.create_task(self._live())

    @property
    def pid(self) -> int | None:
        return self.process.pid if self.process is not None and self.process.returncode is None else None

    def send(self, number: signal.Signals) -> bool:
        """Whether there was a process to send it to."""
        if self.process is None or self.process.returncode is not None:
            return False
        self.killed = self.killed or number is signal.SIGKILL
        self.paused = number is signal.SIGSTOP or (self.paused and number is not signal.SIGCONT)
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, number)  # the library's own way would reap it behind the loop's back
        return True

    async def end(self) -> None:
        """As an operator stops it; what is wrong with how it ends is noise."""
        self.closing = True
        self.send(signal.SIGCONT)
        self.send(signal.SIGTERM)
        assert self._life is not None
        done, _ = await asyncio.wait({self._life}, timeout=40)
        if not done:
            self.noise.append("did not end within 40 s of SIGTERM")
            self.send(signal.SIGKILL)
            await self._life

    async def _live(self) -> None:
        while not self.closing:
            self.ready.clear()
            self.killed = self.paused = False
            self.silent = True
            command = ["-c", SKEWED, str(self.skew_s)] if self.skew_s else ["-m", "bot"]
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, *command, "run", cwd=ROOT, env=self.environment, limit=1 << 20, start_new_session=True,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            self.sessions.append(self.process.pid)
            self.started.set()
            await self._read()
            code = await self.process.wait()
            before_its_first_line = self.silent and code in (-signal.SIGTERM, -signal.SIGINT)
            if not self.killed and code not in (0, START_FAILED) and not before_its_first_line:
                self.noise.append(f"ended with {code}")
            await asyncio.sleep(self.dice.uniform(0.0, 0.3))

    async def _read(self) -> None:
        assert self.process is not None
        assert self.process.stderr is not None
        async for raw in self.process.stderr:
            line = raw.decode(errors="replace").rstrip()
            self.silent = False
            self.tail = [*self.tail[-400:], line]
            try:
                event = json.loads(line)["event"]
            except (ValueError, TypeError, KeyError):
                if any(word in line for word in NOISE):
                    self.noise.append(line[:200])
                continue
            self.events[event] += 1
            if event == "bot.ready":
                self.ready.set()
            if any(word in line for word in NOISE) or event.endswith("crashed"):
                self.noise.append(line[-600:])


def owner_of(port: int, bots: list[Bot]) -> Bot | None:
    """Whose connection to this machine begins at ``port``."""
    wanted = f":{port:04X}"
    inodes = {
        fields[9]
        for fields in map(str.split, Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:])
        if fields[1].endswith(wanted)
    }
    for bot in bots:
        if bot.pid is not None and inodes & _sockets(bot.pid):
            return bot
    return None


def left_over(bots: list[Bot]) -> list[str]:
    """What still runs of the sessions of bots that have ended."""
    sessions = {str(session) for bot in bots for session in bot.sessions}
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            if (process / "stat").read_text(errors="replace").rpartition(")")[2].split()[3] in sessions:
                found.append(f"{process.name}: {(process / 'cmdline').read_bytes()[:100]!r}")
    return found


def _sockets(pid: int) -> set[str]:
    found = set()
    with suppress(OSError):
        for name in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                target = str(name.readlink())
                if target.startswith("socket:["):
                    found.add(target[8:-1])
    return found
