"""A file on disk in, its extracts out as JSON, on a machine that forbids namespaces as containers do by default.

``python -m tests.without_namespaces SOURCE DIRECTORY``
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import platform
import sys
from dataclasses import replace
from pathlib import Path

from bot.files.conversion import Conversion
from bot.files.extracts import to_json
from bot.files.worker import seccomp
from tests import file_limits

PR_SET_NO_NEW_PRIVS = 38


def forbid_namespaces() -> None:
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    numbers = seccomp._NUMBERS[platform.machine()]
    if not seccomp._install([seccomp._fail(numbers["unshare"])]):
        sys.exit("this system has no filters of system calls")


async def main(source: Path, directory: Path) -> None:
    conversion = Conversion(replace(file_limits.LIMITS, workers_max=1))
    try:
        print(json.dumps(to_json(await conversion.convert(source, "x", "", directory))))
    finally:
        await conversion.aclose()


if __name__ == "__main__":
    forbid_namespaces()
    asyncio.run(main(*map(Path, sys.argv[1:])))
