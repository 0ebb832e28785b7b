"""The process that reads strangers' bytes: a line of JSON on standard input asks, a line on standard output answers.

I/O: files named in the request. Started by ``sandbox`` with an empty environment as
``python -m bot.files.worker LIMITS MEMORY_BYTES CPU_S``; ends when its input does.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any, TextIO

from bot.files import notes
from bot.files.bounds import ConvertLimits
from bot.files.extracts import Unreadable, to_json
from bot.files.outbox import Outbox
from bot.files.worker.confine import bound_cpu, bound_memory, give_way, leave_network
from bot.files.worker.convert import convert


def peak_bytes() -> int:
    """The most memory this process ever held. ``ru_maxrss`` will not do: it counts the bot's own before exec."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1_024 for line in status.splitlines() if line.startswith("VmHWM:")), 0)


def answer(job: dict[str, Any], limits: ConvertLimits) -> dict[str, Any]:
    """``extracts`` of the file, or ``reason`` why there are none; ``fault`` names an exception that nobody foresaw."""
    out = Outbox(Path(job["out"]), job["prefix"])
    try:
        extracts = convert(Path(job["source"]), job["name"], job["filetype"], out, limits)
    except Unreadable as unreadable:
        return {"reason": unreadable.reason}
    except MemoryError:
        return {"reason": notes.TOO_HEAVY}
    except Exception as error:  # noqa: BLE001 - the last line of defence: whatever a library raises costs one file a note
        return {"reason": notes.CRASHED, "fault": f"{type(error).__name__}: {error}"[:500]}
    return {"extracts": to_json(extracts)}


def serve(requests: TextIO, replies: TextIO, limits: ConvertLimits, cpu_s: float) -> None:
    for line in requests:
        bound_cpu(cpu_s)
        reply = answer(json.loads(line), limits)
        reply["peak_bytes"] = peak_bytes()
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def main() -> None:
    limits, memory_bytes, cpu_s = sys.argv[1:]
    bound_memory(int(memory_bytes))
    give_way()
    leave_network()
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what a library prints must not get between the replies
    serve(sys.stdin, replies, ConvertLimits.from_json(limits), float(cpu_s))


if __name__ == "__main__":
    main()
