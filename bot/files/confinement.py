"""Finds out how this system can confine the processes that read untrusted files.

I/O: one short-lived process that tries it (``bot.files.worker.confinement.report``).
"""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass

from bot.files import isolated
from bot.telemetry.logs import get_logger

log = get_logger(__name__)
_TIMEOUT_S = 20.0


@dataclass(frozen=True, slots=True)
class Confinement:
    """``landlock_abi`` is 0 without Landlock; see the worker's ``confine`` for what each one does."""

    landlock_abi: int
    network_namespace: bool
    call_filter: bool

    @property
    def holds_documents(self) -> bool:
        """Whether office documents may be opened if the operator requires that they cannot reach out."""
        return self.landlock_abi > 0 or self.network_namespace

    def __str__(self) -> str:
        """For operators: "Landlock ABI 7, network namespace, filter of system calls"."""
        found = [f"Landlock ABI {self.landlock_abi}"] if self.landlock_abi else []
        found += ["network namespace"] if self.network_namespace else []
        found += ["filter of system calls"] if self.call_filter else []
        return ", ".join(found) or "none: this system knows neither Landlock nor namespaces nor filters of system calls"


NONE = Confinement(0, network_namespace=False, call_filter=False)


async def probe() -> Confinement:
    """What the system offers; ``NONE`` if not even trying works."""
    try:
        process = await asyncio.create_subprocess_exec(
            *isolated.command("bot.files.worker.confinement.report"), stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, env={}
        )
        async with asyncio.timeout(_TIMEOUT_S):
            out, _ = await process.communicate()
        return Confinement(**json.loads(out))
    except (OSError, ValueError, TypeError, TimeoutError):
        log.exception("confinement.unknown")
        return NONE
