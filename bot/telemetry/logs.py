"""Logs events with fields, as lines for people or for machines, without tokens and texts.

I/O: standard error. A line is named by its event (``turn.done``), and every line of a turn says whose it is (``bind``).
What people write and what the model answers is never logged, file names only at DEBUG. ``redaction`` is the safety net
under that rule: whatever looks like a token, and this process's own secrets, are replaced before a line is written.
Uncaught exceptions are logged as well, so that their tracebacks pass through here, too.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterable, MutableMapping
from contextvars import Context, copy_context
from types import TracebackType
from typing import Any

import structlog

from bot.messages import Question
from bot.telemetry import metrics
from bot.telemetry.redaction import Redaction
from bot.telemetry.tracebacks import Tracebacks, of_a_library, unquoted

COUNTED = frozenset({"warning", "error", "exception", "critical"})
SDK = "slack_sdk"
"""Its logger has a level of its own: with one that has none the SDK words each request and answer, unread."""


class _Brief(logging.Filter):
    """The Slack libraries log a traceback for whatever they will try again, where its last line says enough, and Bolt
    warns at every start of what is meant to be so. asyncio writes out what a task of ours came to, and all of them the
    words of exceptions, which may quote what people wrote."""

    def filter(self, record: logging.LogRecord) -> bool:
        library = record.name.partition(".")[0]
        if library != "bot" and isinstance(record.msg, str):
            self._shorten(record, library)
        return not (record.name.startswith("slack_bolt") and record.levelno < logging.ERROR)

    def _shorten(self, record: logging.LogRecord, library: str) -> None:
        if library == "asyncio":
            record.msg = of_a_library(record.msg)
        elif library.startswith("slack_"):
            kind = record.exc_info[0] if record.exc_info else None
            record.msg = of_a_library(record.getMessage(), kind.__name__ if kind else "")
            record.exc_info = record.exc_text = None
        else:
            record.msg = unquoted(record.getMessage())
        record.args = ()


def _count(_logger: object, method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Every warning in the log is also a metric, whatever level is written."""
    if method in COUNTED:
        metrics.logged(line.get("event"))
    return line


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def whose(question: Question) -> dict[str, str]:
    """The fields that say whose question a line is about."""
    return {
        "workspace": question.team_id,
        "channel": question.channel_id,
        "ts": question.ts,
        "user": question.user_id,
        "entry_point": question.entry_point.value,
    }


def bind(**fields: str) -> None:
    """From now on every line of this task, and of tasks that it starts, has these fields; a line's own field takes
    precedence."""
    structlog.contextvars.bind_contextvars(**fields)


def of_nobody() -> Context:
    """For a task that serves several turns although one of them starts it: its lines belong to none of them."""
    context = copy_context()
    context.run(structlog.contextvars.clear_contextvars)
    return context


def set_up(level: str = "INFO", log_format: str = "console", secrets: Iterable[str] = ()) -> None:
    """Sends our own lines and the libraries' through the same renderer. ``log_format`` is ``console`` or ``json``;
    ``secrets`` are values that no line may show."""
    redaction = Redaction(secrets)
    tracebacks = Tracebacks(redaction)

    def redact_line(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        return {key: redaction.value(value) for key, value in line.items()}

    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    renderer: list[structlog.typing.Processor] = (
        [
            structlog.processors.ExceptionRenderer(tracebacks.for_machines),
            redact_line,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if log_format == "json"
        else [
            structlog.processors.ExceptionRenderer(tracebacks.for_people),
            redact_line,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ]
    )
    structlog.configure(
        processors=[
            _count,
            structlog.stdlib.filter_by_level,  # what nobody reads need not be formatted
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.PositionalArgumentsFormatter(), *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
        )
    )
    handler.addFilter(_Brief())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("bot").setLevel(level)
    logging.getLogger(SDK).setLevel(logging.WARNING)
    sys.excepthook = _uncaught
    sys.unraisablehook = _unraised
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """In place of Python's own words, which no redaction sees."""
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    get_logger(__name__).error("process.crashed", exc_info=(kind, error, trace))


def _unraised(failed: sys.UnraisableHookArgs) -> None:
    """In a finalizer, or while a task was thrown away."""
    error = failed.exc_value or failed.exc_type()
    get_logger(__name__).error("process.unraised", exc_info=(failed.exc_type, error, failed.exc_traceback))


def _uncaught_in_thread(failed: threading.ExceptHookArgs) -> None:
    if not issubclass(failed.exc_type, SystemExit):
        error = failed.exc_value or failed.exc_type()
        get_logger(__name__).error("thread.crashed", exc_info=(failed.exc_type, error, failed.exc_traceback))
