"""Reads a file's extracts as JSON on a machine that forbids some system calls, as containers do.

``python -m tests.restricted_machine SOURCE DIRECTORY [CALL…]``
"""

from __future__ import annotations

import asyncio
import ctypes
import json
import platform
import sys
from dataclasses import replace
from pathlib import Path

from pydantic import SecretStr

from bot.assembly.derived import file_limits
from bot.configuration.model_settings import ModelSettings
from bot.files.confinement import probe
from bot.files.conversion import Conversion
from bot.files.extracts import to_json
from bot.files.worker.confinement import calls, seccomp

PR_SET_NO_NEW_PRIVS = 38
NAMESPACES = "unshare"
LANDLOCK = "landlock_create_ruleset"
_LANDLOCK_NUMBER = 444


def forbid(names: list[str]) -> None:
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    numbers = {**calls.NUMBERS[platform.machine()], LANDLOCK: _LANDLOCK_NUMBER}
    if not seccomp._install([seccomp._fail(numbers[name]) for name in names]):
        sys.exit("this system has no filters of system calls")


async def main(source: Path, directory: Path) -> None:
    found = await probe()
    settings = ModelSettings(_env_file=None, yourouter_api_key=SecretStr("none"))  # type: ignore[call-arg]  # its own
    limits = file_limits(settings, found)
    conversion = Conversion(replace(limits, workers_max=1))
    try:
        extracts = await conversion.convert(source, "x", "", directory)
    finally:
        await conversion.aclose()
    print(json.dumps({"confinement": str(found), "extracts": to_json(extracts)}))


if __name__ == "__main__":
    forbid(sys.argv[3:])
    asyncio.run(main(*map(Path, sys.argv[1:3])))
