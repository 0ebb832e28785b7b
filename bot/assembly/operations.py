"""Makes what operators look at; it is closed with ``parts``. I/O: the ops port, a collector of traces."""

from __future__ import annotations

import functools
from contextlib import AsyncExitStack

from bot.operations import health
from bot.operations.ops import READY, Check, Ops
from bot.settings import Settings
from bot.store.database import Database
from bot.store.queue_figures import StoredQueue
from bot.telemetry import metrics, open_telemetry


async def ops(settings: Settings, parts: AsyncExitStack) -> Ops:
    """Listens, if a port is set, even while everything else starts and ends. Raises ``StartFailed``."""
    ops = Ops(functools.partial(health.is_alive, settings.bot_data_dir))
    if settings.bot_ops_port is not None:
        parts.push_async_callback(ops.close)
        await ops.listen(settings.bot_ops_host, settings.bot_ops_port)
    return ops


async def tracing(settings: Settings, parts: AsyncExitStack) -> None:
    if settings.otel_exporter_otlp_endpoint:
        await open_telemetry.begin(settings.otel_exporter_otlp_endpoint, parts)


def ready(ops: Ops, database: Database, pulse: health.Pulse, parts: AsyncExitStack) -> None:
    """Reports ready from now until ``parts`` begin to close."""
    queue = StoredQueue(database)

    async def figures() -> str:
        now = await queue.figures()
        metrics.WAITING.set(now.waiting)
        metrics.OLDEST.set(now.oldest_s)
        return READY

    async def slack() -> str:
        return READY if pulse.hears() else pulse.deaf

    checks: dict[str, Check] = {"database": figures, "slack": slack}
    ops.ready(checks)
    parts.callback(ops.stopping)
