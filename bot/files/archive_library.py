"""Finds out whether this system can open archives that Python has no reader for.

I/O: one short-lived process that tries it (the worker's ``archive_report``), since the bot itself loads no such
library.
"""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE

from bot.files import isolated

_TIMEOUT_S = 20.0


async def is_installed() -> bool:
    """Also ``False`` if not even trying works."""
    try:
        process = await asyncio.create_subprocess_exec(
            *isolated.command("bot.files.worker.archives.archive_report"),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=DEVNULL,
            env={},
        )
        async with asyncio.timeout(_TIMEOUT_S):
            out, _ = await process.communicate()
        return json.loads(out) is True
    except (OSError, ValueError, TimeoutError):
        return False
