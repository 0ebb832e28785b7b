"""The figures keep to Prometheus' rules of names, and cost no more the longer the bot runs."""

from __future__ import annotations

import re

import pytest

from bot import errors
from bot.telemetry import metrics
from tests.figures import read
from tests.repository import modules, text_of

LABELS = {
    "entry_point", "event", "kind", "le", "method", "model", "of", "outcome", "part", "reason", "result", "version",
    "vote",
    "workspace",
}  # fmt: skip
"""None of them is a person, a channel, a file or a text."""
UNITS = ("_total", "_seconds", "_bytes", "_info")
COUNTS = {
    f"slackbot_{name}"
    for name in ("answers_live", "questions_waiting", "workspaces_open", "conversions_live", "part_ready")
}
"""Of things, which have no unit."""


def test_names_say_what_they_measure_and_in_which_unit() -> None:
    families = [family for family in read(metrics.text().decode()).families if not family.name.startswith("process_")]
    names = {f"{family.name}_total" if family.type == "counter" else family.name for family in families}
    assert [name for name in names if not re.fullmatch(r"slackbot_[a-z_]+[a-z]", name)] == []
    assert {name for name in names if not name.endswith(UNITS)} == COUNTS
    assert len(names) > 20
    assert {label for family in families for sample in family.samples for label in sample.labels} <= LABELS
    assert [family.name for family in families if not family.documentation] == []


def test_metrics_name_a_bounded_number_of_workspaces_and_count_the_others_together() -> None:
    names = metrics.LabelNames(3)
    assert [names.label(name) for name in ("T1", "T2", "T3", "T4", "T5", "T2")] == [
        "T1",
        "T2",
        "T3",
        *["other"] * 2,
        "T2",
    ]


def test_what_is_watched_is_logged_somewhere() -> None:
    source = "".join(text_of(name) for name in modules())
    assert [event for event in metrics.WATCHED if f'("{event}"' not in source] == []


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (None, "ok"),
        (errors.SlackUnavailable("chat.update", "ratelimited", retry_after_s=1), "rate_limited"),
        (errors.SlackUnavailable("chat.update", "no_connection"), "slack_unavailable"),
        (errors.SlackNoAccess("chat.update", "not_in_channel"), "slack_no_access"),
    ],
)
def test_a_call_of_slack_counts_by_its_method_and_by_how_it_went(error: errors.SlackError | None, result: str) -> None:
    def count() -> float:
        return read(metrics.text().decode()).value("slackbot_slack_calls_total", method="chat.update", result=result)

    before = count()
    metrics.called("chat.update", error, 0.1)
    assert count() == before + 1


def test_words_of_a_library_are_no_label() -> None:
    before = read(metrics.text().decode()).value("slackbot_warnings_total", event="other")
    metrics.logged("Session U0ADA said 'hello'")
    figures = read(metrics.text().decode())
    assert figures.value("slackbot_warnings_total", event="other") == before + 1
    assert "hello" not in figures.text
