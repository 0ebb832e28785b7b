"""The bot's metrics for Prometheus. I/O: ``/proc``, when read.

This is the whole list, for readers as well as for the dashboard. Each part reports with one call beside its work; what
is known only when somebody asks (the length of the queue) is set by ``ops`` then. Labels have few values, all from the
code or from settings; none is a person, a channel, a file or a text. The first ``WORKSPACES_MAX`` workspaces have their
own label value, the others share one. Each process counts for itself and for the workers that it starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

import bot
from bot import errors
from bot.messages import Question
from bot.stream_events import Usage
from bot.telemetry import memory

disable_created_metrics()  # type: ignore[no-untyped-call]  # the library's
CONTENT_TYPE = CONTENT_TYPE_LATEST
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)

WORKSPACES_MAX = 50
MODELS_MAX = 20
OTHER = "other"
QUICK_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
PATIENT_S = (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0)

# --- questions and answers -------------------------------------------------------------------------------------------

TURNS = Counter(
    "slackbot_turns_total",
    "Questions that ended, by how they were asked and how they ended.",
    ("workspace", "entry_point", "outcome"),
    registry=REGISTRY,
)
TURN_ERRORS = Counter(
    "slackbot_turn_errors_total",
    "Answers that failed or were cut short, by what went wrong, as bot/errors.py names it.",
    ("kind",),
    registry=REGISTRY,
)
TURN_SECONDS = Histogram(
    "slackbot_turn_seconds",
    "From the beginning of a turn to its end.",
    ("entry_point",),
    buckets=PATIENT_S,
    registry=REGISTRY,
)
WAIT_SECONDS = Histogram(
    "slackbot_question_wait_seconds",
    "From the moment a question was accepted to the beginning of its turn.",
    buckets=PATIENT_S,
    registry=REGISTRY,
)
FIRST_WORDS_SECONDS = Histogram(
    "slackbot_first_words_seconds",
    "From the moment a question was accepted to the model's first words.",
    ("entry_point",),
    buckets=PATIENT_S,
    registry=REGISTRY,
)
STALENESS_SECONDS = Histogram(
    "slackbot_staleness_seconds",
    "How long the oldest unseen word had waited when a call to Slack had shown it.",
    buckets=(0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0, 13.0, 30.0),
    registry=REGISTRY,
)
LIVE = Gauge("slackbot_answers_live", "Turns that this process is running.", registry=REGISTRY)
WAITING = Gauge(
    "slackbot_questions_waiting", "Accepted questions that no process is answering yet, of all.", registry=REGISTRY
)
OLDEST = Gauge(
    "slackbot_oldest_question_age_seconds", "For how long the oldest of them has waited; 0: none.", registry=REGISTRY
)
REFUSED = Counter(
    "slackbot_people_refused_total", "Questions of people who may not ask, by reason.", ("reason",), registry=REGISTRY
)

FEEDBACK = Counter(
    "slackbot_feedback_total",
    "Presses of the thumbs below an answer: good, bad. Who presses again is counted again.",
    ("vote",),
    registry=REGISTRY,
)

# --- Slack -----------------------------------------------------------------------------------------------------------

SLACK_CALLS = Counter(
    "slackbot_slack_calls_total",
    "Calls of Slack's Web API, by method and by how they went: ok, rate_limited, or as bot/errors.py names it.",
    ("method", "result"),
    registry=REGISTRY,
)
SLACK_SECONDS = Histogram(
    "slackbot_slack_call_seconds",
    "How long a call of Slack's Web API was on its way.",
    ("method",),
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
    registry=REGISTRY,
)
WORKSPACES = Gauge("slackbot_workspaces_open", "Workspaces that this process answers in now.", registry=REGISTRY)

# --- the model -------------------------------------------------------------------------------------------------------

TOKENS = Counter(
    "slackbot_model_tokens_total",
    "Tokens by kind: input that no cache served, output, cache_read, cache_write.",
    ("workspace", "model", "kind"),
    registry=REGISTRY,
)
DOLLARS = Counter(
    "slackbot_model_cost_dollars_total",
    "What they cost, by the prices in use; nothing for a model without a price.",
    ("workspace", "model"),
    registry=REGISTRY,
)

# --- files -----------------------------------------------------------------------------------------------------------

CONVERSIONS_LIVE = Gauge("slackbot_conversions_live", "Conversions under way in workers.", registry=REGISTRY)
CONVERSION_SECONDS = Histogram(
    "slackbot_conversion_seconds",
    "How long a conversion took, by kind of file and by result: ok, unreadable, not_now, died.",
    ("kind", "result"),
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0),
    registry=REGISTRY,
)
DOWNLOADS = Counter(
    "slackbot_downloads_total", "Files from Slack, by result: ok, unreadable, not_now.", ("result",), registry=REGISTRY
)
DOWNLOADED_BYTES = Counter("slackbot_downloaded_bytes_total", "Bytes of these.", registry=REGISTRY)
CACHE_BYTES = Gauge("slackbot_cache_bytes", "Prepared files on the disk.", registry=REGISTRY)

# --- the process and its database ------------------------------------------------------------------------------------

TRANSACTION_SECONDS = Histogram(
    "slackbot_database_transaction_seconds",
    "How long a transaction took, commit included.",
    buckets=QUICK_S,
    registry=REGISTRY,
)
DATABASE_FAULTS = Counter("slackbot_database_faults_total", "Work that the database did not do.", registry=REGISTRY)
LOOP_STALL_SECONDS = Histogram(
    "slackbot_loop_stall_seconds",
    "For how long the event loop stood still, where that was over a quarter of a second.",
    buckets=(0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
    registry=REGISTRY,
)
EVENTS = Counter(
    "slackbot_warnings_total",
    "Warnings and errors in the log, by the name of the event: crashes, lost leases, a silent socket.",
    ("event",),
    registry=REGISTRY,
)
MEMORY_BYTES = Gauge(
    "slackbot_memory_bytes", "Memory in use: the bot's own process, and those for files.", ("of",), registry=REGISTRY
)
MEMORY_BYTES.labels("bot").set_function(memory.of_bot)
MEMORY_BYTES.labels("workers").set_function(memory.of_workers)
MEMORY_LIMIT_BYTES = Gauge("slackbot_memory_limit_bytes", "Of the container; 0: none.", registry=REGISTRY)
MEMORY_LIMIT_BYTES.set_function(memory.limit)
PART_READY = Gauge(
    "slackbot_part_ready",
    "Whether a part is ready, as /readyz says it.",
    ("part",),
    registry=REGISTRY,
)
Gauge("slackbot_build_info", "Always 1; the version.", ("version",), registry=REGISTRY).labels(bot.__version__).set(1)

WATCHED = (
    "turn.crashed",
    "inbox.crashed",
    "http.crashed",
    "inbox.lease_lost",
    "inbox.leases_expired",
    "inbox.store_failed",
    "health.disk_full",
    "health.nothing_heard",
    "installation.token_expired",
    "installation.token_refused",
    "worker.died",
    "socket.silent",
    "usage.lost",
)
"""Events that alerts use: present from the start with 0, so that the first one shows as an increase."""
for _event in WATCHED:
    EVENTS.labels(_event)
_EVENT = re.compile(r"[a-z_]+(\.[a-z_]+)+")


def kind(error: type[BaseException]) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", error.__name__).lower()


_failures: list[type[errors.ModelError]] = [errors.ModelError, *errors.ModelError.__subclasses__()]
MODEL_FAILURES = frozenset(kind(failure) for failure in _failures)
"""Likewise."""
for _failure in MODEL_FAILURES:
    TURN_ERRORS.labels(_failure)


def text() -> bytes:
    """All metrics in Prometheus format. Looks into the cache's directory: call it in a thread."""
    return generate_latest(REGISTRY)


class LabelNames:
    """The first ``most`` that come are labels of their own."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: set[str] = set()

    def label(self, name: str) -> str:
        if name not in self._known:
            if len(self._known) >= self._most:
                return OTHER
            self._known.add(name)
        return name


_workspaces, _models = LabelNames(WORKSPACES_MAX), LabelNames(MODELS_MAX)


def turn_ended(
    question: Question,
    outcome: str,
    waited_s: float,
    words_s: float | None,
    total_s: float,
    error: BaseException | None,
) -> None:
    """``words_s``, if there were words, and ``total_s``: from the beginning of the turn."""
    entry_point = question.entry_point.value
    TURNS.labels(_workspaces.label(question.team_id), entry_point, outcome).inc()
    WAIT_SECONDS.observe(waited_s)
    TURN_SECONDS.labels(entry_point).observe(total_s)
    if words_s is not None:
        FIRST_WORDS_SECONDS.labels(entry_point).observe(waited_s + words_s)
    if error is not None:
        turn_failed(error)


def used(team_id: str, model: str, usage: Usage) -> None:
    """What a turn used in all, however it ended. Corrections of estimates never make it negative."""
    where, model = _workspaces.label(team_id), _models.label(model)
    for name in ("input", "output", "cache_read", "cache_write"):
        if (count := getattr(usage, name)) > 0:
            TOKENS.labels(where, model, name).inc(count)
    if usage.nano_dollars:
        DOLLARS.labels(where, model).inc(max(0, usage.nano_dollars) / 1e9)


def turn_failed(error: BaseException) -> None:
    TURN_ERRORS.labels(kind(type(error)) if isinstance(error, errors.BotError) else "crash").inc()


def called(method: str, error: errors.SlackError | None, took_s: float) -> None:
    """A call of Slack's Web API came back, or did not."""
    result = "ok" if error is None else "rate_limited" if error.code == "ratelimited" else kind(type(error))
    SLACK_CALLS.labels(method, result).inc()
    SLACK_SECONDS.labels(method).observe(took_s)


def logged(event: object) -> None:
    """A warning or an error was logged. Lines of libraries have no event names and are counted together."""
    name = str(event)
    EVENTS.labels(name if _EVENT.fullmatch(name) else OTHER).inc()


@contextmanager
def transaction() -> Iterator[None]:
    """One that failed is a fault, not a time."""
    begun_s = monotonic()
    yield
    TRANSACTION_SECONDS.observe(monotonic() - begun_s)
