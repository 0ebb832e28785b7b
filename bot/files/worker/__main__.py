"""The process that reads strangers' bytes: a line of JSON on standard input asks, a line on standard output answers.

I/O: files named in the request. Started by ``sandbox``, ends when its input does; ``main``'s arguments are
LIMITS MEMORY_BYTES CPU_S.

It opens no stranger's file itself. Each job is done by a fork that can reach nothing but that job's files and ends with
it: so a file that takes over its process finds no other file, before or after. What a job had to load is then
loaded here too, so that forks find the libraries that files call for, and only those.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import signal
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from bot.files import notes
from bot.files.bounds import REPLY_BYTES_MAX, ConvertLimits
from bot.files.extracts import Unreadable, to_json
from bot.files.outbox import Outbox
from bot.files.worker import confine
from bot.files.worker.convert import convert

_MODULE = re.compile(r"[A-Za-z_][\w.]*", re.ASCII)


def answer(job: dict[str, Any], limits: ConvertLimits) -> dict[str, Any]:
    """``extracts`` of the file, or ``reason`` why there are none; ``fault`` names an exception that nobody foresaw, and
    where it was raised, but not its text, which may be the file's."""
    out = Outbox(Path(job["out"]), job["prefix"])
    try:
        extracts = convert(Path(job["source"]), job["name"], job["filetype"], out, limits)
    except Unreadable as unreadable:
        return {"reason": unreadable.reason}
    except MemoryError:
        return {"reason": notes.TOO_HEAVY}
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever a library raises costs one file a note
        at = traceback.extract_tb(error.__traceback__)[-1]
        return {"reason": notes.CRASHED, "fault": f"{type(error).__name__} in {Path(at.filename).name}:{at.lineno}"}
    return {"extracts": to_json(extracts)}


def serve(requests: BinaryIO, replies: BinaryIO, limits: ConvertLimits, cpu_s: float) -> None:
    for line in requests:
        loaded, reply = _forked(json.loads(line), replies, limits, cpu_s)
        replies.write(reply)
        replies.flush()
        _load(loaded)


def _forked(job: dict[str, Any], replies: BinaryIO, limits: ConvertLimits, cpu_s: float) -> tuple[bytes, bytes]:
    """The names of the modules that the job loaded, and its reply: a line each. Neither is to be trusted."""
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        os.close(reading)
        replies.close()
        _work(job, writing, limits, cpu_s)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        loaded, _, reply = pipe.read(REPLY_BYTES_MAX).partition(b"\n")
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)  # it may have written and not ended
    _, status = os.waitpid(process, 0)
    if reply.endswith(b"\n") and reply.count(b"\n") == 1:
        return loaded, reply
    return b"", json.dumps({"died": os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0}).encode() + b"\n"


def _work(job: dict[str, Any], writing: int, limits: ConvertLimits, cpu_s: float) -> NoReturn:
    """The life of a fork."""
    try:
        before = set(sys.modules)
        os.dup2(os.open(os.devnull, os.O_RDWR), 0)
        confine.end_with_parent()
        confine.bound_cpu(cpu_s)
        try:
            confine.enter_job(Path(job["source"]), Path(job["out"]))
        except OSError as error:
            reply = json.dumps({"reason": notes.FAULT, "fault": f"not confined: {error.strerror}"})
        else:
            reply = json.dumps(answer(job, limits))
        loaded = " ".join(sorted(set(sys.modules) - before))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(f"{loaded}\n{reply}\n".encode())
    finally:
        os._exit(0)


def _load(names: bytes) -> None:
    """Whoever names them can do no more than have this process import what is installed."""
    for name in names.decode("ascii", "replace").split():
        if _MODULE.fullmatch(name) and name.partition(".")[0] not in sys.stdlib_module_names:
            with suppress(Exception):
                importlib.import_module(name)


def main() -> None:
    limits, memory_bytes, cpu_s = sys.argv[1:]
    confine.enter(int(memory_bytes))
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the replies
    serve(sys.stdin.buffer, replies, ConvertLimits.from_json(limits), float(cpu_s))


if __name__ == "__main__":
    main()
