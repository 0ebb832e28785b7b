"""Sends the steps of turns as spans to an OpenTelemetry collector. I/O: OTLP over HTTP, from a thread.

The library is an extra, and is imported only where a collector's address is set. It has its own settings beside that,
``OTEL_SERVICE_NAME``, ``OTEL_EXPORTER_OTLP_HEADERS``, ``OTEL_TRACES_SAMPLER`` and others, which it reads from the
environment by itself. Source: https://opentelemetry.io/docs/specs/otel/protocol/exporter/.

What an exception says may hold what people wrote: of one that ends a step the kind is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

import bot
from bot.telemetry import traces
from bot.telemetry.logs import get_logger
from bot.telemetry.traces import Value

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

log = get_logger(__name__)

PATH = "/v1/traces"
EXPORT_TIMEOUT_S = 3.0
"""A collector that does not answer does not keep a process that is being stopped."""
HOW_TO = "pip install 'slack-claude-bot[otel]'"


async def begin(endpoint: str, parts: AsyncExitStack) -> None:
    """Spans go to the collector at ``endpoint`` until ``parts`` are closed. Where the library is missing the log says
    so: an endpoint may be set for all that runs on a platform."""
    try:
        provider = _provider(endpoint.rstrip("/") + PATH)
    except ImportError:
        log.warning("traces.not_installed", setting="OTEL_EXPORTER_OTLP_ENDPOINT", todo=HOW_TO)
        return
    parts.push_async_callback(asyncio.to_thread, provider.shutdown)
    parts.callback(traces.begin(_Spans(provider.get_tracer("bot", bot.__version__))))
    log.info("traces.sent")


def _provider(address: str) -> TracerProvider:
    """Raises ``ImportError``."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415 - see above
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    resource = Resource.create({"service.version": bot.__version__})
    if str(resource.attributes.get("service.name", "")).startswith("unknown_service"):
        resource = resource.merge(Resource({"service.name": "slack-claude-bot"}))
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=address, timeout=EXPORT_TIMEOUT_S)))
    return provider


class _Step:
    def __init__(self, span: Span) -> None:
        self._span = span

    def note(self, **known: Value) -> None:
        self._span.set_attributes(_named(known))


_TURN: ContextVar[_Step | None] = ContextVar("turn", default=None)
"""The turn that this is in, also in the tasks that it begins."""


class _Spans:
    """Implements ``traces.Spans``."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    @contextmanager
    def turn(self, known: dict[str, Value]) -> Iterator[_Step]:
        with self._span("turn", known) as step:
            before = _TURN.set(step)
            try:
                yield step
            finally:
                _TURN.reset(before)

    @contextmanager
    def step(self, name: str, known: dict[str, Value]) -> Iterator[traces.Step]:
        if _TURN.get() is None:
            yield traces.NOTHING
            return
        with self._span(name, known) as step:
            yield step

    def note(self, known: dict[str, Value]) -> None:
        if (turn := _TURN.get()) is not None:
            turn.note(**known)

    @contextmanager
    def _span(self, name: str, known: dict[str, Value]) -> Iterator[_Step]:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 - loaded by now

        begun = self._tracer.start_as_current_span(
            name, attributes=_named(known), record_exception=False, set_status_on_exception=False
        )
        with begun as span:
            try:
                yield _Step(span)
            except BaseException as error:
                span.set_attribute("error.type", type(error).__name__)
                if isinstance(error, Exception):  # what was cancelled is no fault
                    span.set_status(StatusCode.ERROR)
                raise


def _named(known: dict[str, Value]) -> dict[str, Value]:
    """As others see them, among the attributes of all that they trace."""
    return {f"slackbot.{name}": value for name, value in known.items()}
