"""The worker and the start of LibreOffice without what holds them, to compare with; nothing of the bot can start these.

I/O: as ``bot.files.worker.__main__`` and its ``confinement.confine``, in this process, with nothing given up.
``forking`` has a process for each attachment, as the worker has, and ``worker`` none.
"""

from __future__ import annotations

import json
import os
import sys

from bot.files.bounds import ConvertLimits
from bot.files.worker.__main__ import Server, answer
from bot.files.worker.confinement import confine, landlock


def worker() -> None:
    """``sys.argv`` as the worker gets it."""
    limits = ConvertLimits.from_json(sys.argv[1])
    replies = os.dup(1)
    os.dup2(2, 1)
    with os.fdopen(os.dup(0), "rb", buffering=0) as lines, os.fdopen(replies, "wb", buffering=0) as answers:
        for line in filter(bytes.strip, lines):
            answers.write(json.dumps(answer(json.loads(line), limits)).encode() + b"\n")


class _OpenCell(confine.Cell):
    def enter(self, *, trial: bool = False) -> None:
        """Keeps all."""

    def restriction(self) -> landlock.Restriction:
        return _NoRestriction()


class _NoRestriction(landlock.Restriction):
    def __init__(self) -> None:
        self.version = 0


def forking() -> None:
    """``sys.argv`` as the worker gets it."""
    confine.Cell = _OpenCell  # type: ignore[misc]
    requests, replies = os.dup(0), os.dup(1)
    os.dup2(2, 1)
    Server(ConvertLimits.from_json(sys.argv[1]), float(sys.argv[3])).serve(requests, replies)


def office() -> None:
    """``sys.argv`` as ``confine`` gets it."""
    command = sys.argv[4:]
    os.execv(command[0], command)
