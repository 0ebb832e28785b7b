"""Finds the series that expressions of PromQL ask for, by Prometheus' own grammar."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import promql_parser
import yaml

from tests.repository import text_of

ALERTS = "deploy/prometheus/alerts.yml"
DASHBOARD = "deploy/grafana/slackbot.json"
VARIABLES = {"$__rate_interval": "1m", "$workspace": ".*"}
ANY = ".*"


@dataclass
class Asked:
    """Series by their name, the values that their labels should or should not have, and what they are grouped by."""

    name: str
    labels: dict[str, list[str]] = field(default_factory=dict)


def asked_by(expression: str) -> tuple[list[Asked], set[str]]:
    """The series, and the labels that the expression groups by. Raises ``ValueError`` for what is no PromQL."""
    for variable, value in VARIABLES.items():
        expression = expression.replace(variable, value)
    series: list[Asked] = []
    groups: set[str] = set()

    def look(node: Any) -> None:
        if isinstance(node, promql_parser.VectorSelector):
            labels = {
                one.name: [value for value in one.value.split("|") if value != ANY] for one in node.matchers.matchers
            }
            series.append(Asked(str(node.name), labels))
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            groups.update(node.modifier.labels)

    promql_parser.walk(promql_parser.parse(expression), pre_visit=look)
    return series, groups


def alerts() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(text_of(ALERTS))["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    return [panel for panel in json.loads(text_of(DASHBOARD))["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Each with the name of what it belongs to."""
    for alert in alerts():
        yield alert["alert"], alert["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for annotation in json.loads(text_of(DASHBOARD))["annotations"]["list"]:
        yield annotation["name"], annotation["expr"]
