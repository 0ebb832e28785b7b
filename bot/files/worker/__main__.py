"""The process that reads strangers' bytes: a line of JSON on standard input asks, a line on standard output answers.

I/O: files named in the request. Started by ``sandbox``, ends when its input does; ``main``'s arguments are
LIMITS MEMORY_BYTES CPU_S.

It opens no stranger's file itself. Forks of it do, each confined to one directory, so that a file that takes over its
process finds nothing of any other attachment, before or after: the members of an archive share a fork, since they share
a directory and come one right after the other; what comes later or from elsewhere gets a new one. A fork is made while
there is nothing to do, and waits, since that takes longer than to read a small file. What a fork had to load is then
loaded here too, so that the next ones find the libraries that files call for, and only those.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import re
import select
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, Self

from bot.files import notes
from bot.files.bounds import REPLY_BYTES_MAX, ConvertLimits
from bot.files.extracts import Unreadable, to_json
from bot.files.outbox import Outbox
from bot.files.worker import confine, landlock
from bot.files.worker.convert import convert

_LINGER_S = 0.1
"""How long a fork waits for the next job in its directory."""
_MEMBERS = b'"MemberExtract"'
"""In a reply: more jobs follow in its directory. Whoever writes it in vain is waited for, and no more."""
_MODULE = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)


def answer(job: dict[str, Any], limits: ConvertLimits) -> dict[str, Any]:
    """``extracts`` of the file, or ``reason`` why there are none; ``fault`` names an exception that nobody foresaw, and
    where it was raised, but not its text, which may be the file's."""
    out = Outbox(Path(job["out"]), job["prefix"])
    words = Path(job["out"], job["words"]) if job.get("words") else None
    try:
        extracts = convert(Path(job["source"]), job["name"], job["filetype"], out, limits, words)
    except Unreadable as unreadable:
        return {"reason": unreadable.reason}
    except MemoryError:
        return {"reason": notes.TOO_HEAVY}
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever a library raises costs one file a note
        at = traceback.extract_tb(error.__traceback__)[-1]
        return {"reason": notes.CRASHED, "fault": f"{type(error).__name__} in {Path(at.filename).name}:{at.lineno}"}
    return {"extracts": to_json(extracts)}


class Server:
    """``cpu_s`` is what each job may use of the processor."""

    def __init__(self, limits: ConvertLimits, cpu_s: float) -> None:
        self._limits = limits
        self._cpu_s = cpu_s
        self._common_rules = confine.common_rules()
        self._own_pipes: tuple[int, ...] = ()

    def serve(self, requests: int, replies: int) -> None:
        """Both are file descriptors. Only one request is under way at a time."""
        fork: _Fork | None = None
        with os.fdopen(requests, "rb", buffering=0) as lines, os.fdopen(replies, "wb", buffering=0) as answers:
            self._own_pipes = lines.fileno(), answers.fileno()
            spare: _Fork | None = self._fork()
            while True:
                if fork is not None and not select.select([lines], [], [], _LINGER_S)[0]:
                    fork.end()
                    fork = None
                line = lines.readline()
                if not line:
                    break
                job = json.loads(line)
                if fork is not None and not fork.reaches(job):
                    fork.end()
                    fork = None
                if fork is None:
                    fork, spare = (self._fork() if spare is None else spare).entering(job), None
                loaded, reply = fork.ask(line)
                if not reply:
                    reply = json.dumps({"died": fork.end()}).encode() + b"\n"
                    fork = None
                answers.write(reply)
                if fork is not None and not fork.expects_more(reply):
                    fork.end()
                    fork = None
                if _load(loaded) and spare is not None:
                    spare.end()
                    spare = None
                if spare is None:
                    spare = self._fork(fork)

    def _fork(self, other: _Fork | None = None) -> _Fork:
        """One that waits for its first job, beside ``other``, of which it has nothing."""
        (asked, asking), (answered, answering) = os.pipe(), os.pipe()
        gc.freeze()  # else collecting garbage in the fork copies every page that the two share
        process = os.fork()
        if not process:
            for number in (asking, answered, *self._own_pipes, *(other.pipes if other else ())):
                os.close(number)
            self._work(asked, answering)
        os.close(asked)
        os.close(answering)
        return _Fork(process, asking, answered)

    def _work(self, asked: int, answering: int) -> NoReturn:
        """The life of a fork."""
        try:
            restriction: landlock.Restriction | None = confine.enter_alone(self._common_rules)
            known = set(sys.modules)
            with os.fdopen(asked, "rb") as jobs, os.fdopen(answering, "wb") as replies:
                for line in jobs:
                    job = json.loads(line)
                    if restriction is not None:
                        confine.enter_directory(restriction, Path(job["source"]), Path(job["out"]))
                        restriction = None
                    confine.bound_cpu(self._cpu_s)
                    reply = json.dumps(answer(job, self._limits))
                    loaded = " ".join(set(sys.modules) - known)
                    known |= set(sys.modules)
                    replies.write(f"{loaded}\n{reply}\n".encode())
                    replies.flush()
        finally:
            os._exit(0)


class _Fork:
    """A process that has one directory, as the process that forked it sees it."""

    def __init__(self, process: int, asking: int, answered: int) -> None:
        self.pipes = asking, answered
        self._process = process
        self._directory: Path | None = None
        self._has_members = False
        self._jobs = os.fdopen(asking, "wb", buffering=0)
        self._replies = os.fdopen(answered, "rb")

    def entering(self, job: dict[str, Any]) -> Self:
        """The first job's directory is the only one that it will ever have."""
        self._directory = Path(job["out"])
        return self

    def reaches(self, job: dict[str, Any]) -> bool:
        out = Path(job["out"])
        return out == self._directory and Path(job["source"]).is_relative_to(out)

    def expects_more(self, reply: bytes) -> bool:
        """Whether members of what it has read are to follow."""
        self._has_members |= _MEMBERS in reply
        return self._has_members

    def ask(self, line: bytes) -> tuple[bytes, bytes]:
        """The names of the modules that the job loaded, and its reply: a line each, neither to be trusted. Empty where
        the process died over it."""
        with suppress(BrokenPipeError):
            self._jobs.write(line)
            loaded, reply = (self._replies.readline(REPLY_BYTES_MAX) for _ in range(2))
            if reply.endswith(b"\n"):
                return loaded, reply
        return b"", b""

    def end(self) -> int:
        """The signal that it died of; 0 where it had ended in another way."""
        self._jobs.close()
        self._replies.close()
        os.kill(self._process, signal.SIGKILL)  # changes nothing for one that is dead and not yet waited for
        _, status = os.waitpid(self._process, 0)
        return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def _load(names: bytes) -> bool:
    """Whether there was anything to load. Whoever names it can do no more than have this process import what is
    installed."""
    before = len(sys.modules)
    for name in names.decode("ascii", "replace").split():
        package = name.partition(".")[0]
        if _MODULE.fullmatch(name) and (package == "encodings" or package not in sys.stdlib_module_names):
            with suppress(Exception):
                importlib.import_module(name)
    return len(sys.modules) > before


def main() -> None:
    limits, memory_bytes, cpu_s = sys.argv[1:]
    confine.enter(int(memory_bytes))
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(os.open(os.devnull, os.O_RDWR), 0)
    os.dup2(2, 1)  # what a library prints must not get between the replies
    Server(ConvertLimits.from_json(limits), float(cpu_s)).serve(requests, replies)


if __name__ == "__main__":
    main()
