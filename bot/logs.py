"""Log calls go in as event names with fields; lines for people or for machines come out, without tokens and texts.

I/O: standard error. A line is named by its event (``turn.done``); what a person wrote and what the model answered are
never logged, names of files only at DEBUG. ``redact`` is the net under that rule: whatever looks like a token is
replaced before a line is written.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

TOKEN = re.compile(
    r"xox[a-z]-[\w-]{6,}|xapp-[\w-]{6,}|xoxe\.[\w.-]{6,}|sk-[\w-]{8,}|(?i:bearer)\s+[\w.~+/-]{6,}=*"
    r"|(?<=ticket=)[\w%.-]+|hooks\.slack[^\s'\"]*/commands/[^\s'\"]+"
)
_TRACEBACKS = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
"""Local variables hold what people wrote."""


def redact(value: object) -> object:
    """``value`` with anything that looks like a token replaced, in nested values too."""
    if isinstance(value, str):
        return TOKEN.sub("[redacted]", value)
    if isinstance(value, Mapping):
        return {key: redact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    return value


def _redact_line(_logger: object, _method: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: redact(value) for key, value in line.items()}


class _Brief(logging.Filter):
    """The Slack libraries log a traceback for whatever they will try again, where its last line says enough, and Bolt
    warns at every start of what is meant to be so."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("slack_"):
            record.exc_info = record.exc_text = None
        return not (record.name.startswith("slack_bolt") and record.levelno < logging.ERROR)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(name)
    return logger


def set_up(level: str = "INFO", log_format: str = "console") -> None:
    """Sends our own lines and the libraries' through the same renderer. ``log_format`` is ``console`` or ``json``."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ExtraAdder(),
    ]
    renderer: list[structlog.typing.Processor] = (
        [
            structlog.processors.ExceptionRenderer(_TRACEBACKS),
            _redact_line,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
        if log_format == "json"
        else [
            structlog.processors.format_exc_info,
            _redact_line,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
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
