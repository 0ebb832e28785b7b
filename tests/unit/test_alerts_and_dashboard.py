"""The alerts and the dashboard are what Prometheus and Grafana take, and each alert says what to do."""

from __future__ import annotations

import json
import re
import shutil
import subprocess

import jsonschema
import pytest
import yaml

from tests.promql import ALERTS, DASHBOARD, alerts, asked_by, expressions, panels
from tests.repository import ROOT, text_of

DURATION = {"type": "string", "pattern": "^[0-9]+(s|m|h|d)$"}
RULES = {
    "type": "object",
    "required": ["groups"],
    "additionalProperties": False,
    "properties": {
        "groups": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["name", "rules"],
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string"},
                    "interval": DURATION,
                    "rules": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["alert", "expr", "labels", "annotations"],
                            "additionalProperties": False,
                            "properties": {
                                "alert": {"type": "string", "pattern": "^Slackbot[A-Za-z]+$"},
                                "expr": {"type": "string"},
                                "for": DURATION,
                                "labels": {
                                    "type": "object",
                                    "required": ["severity"],
                                    "properties": {"severity": {"enum": ["page", "ticket"]}},
                                },
                                "annotations": {"type": "object", "required": ["summary", "runbook"]},
                            },
                        },
                    },
                },
            },
        }
    },
}
"""Source: prometheus:prometheus/latest/configuration/alerting_rules; recording rules there are none."""
PROMTOOL = shutil.which("promtool")


def test_the_alerts_have_the_form_of_rules() -> None:
    jsonschema.validate(yaml.safe_load(text_of(ALERTS)), RULES)
    names = [alert["alert"] for alert in alerts()]
    assert len(names) == len(set(names)) > 10


def test_prometheus_s_own_tool_takes_the_alerts_and_the_configuration() -> None:
    if PROMTOOL is None:
        pytest.skip("promtool is not installed (apt-get install prometheus)")
    for what, file in (("rules", ALERTS), ("config", "deploy/prometheus/prometheus.yml")):
        done = subprocess.run([PROMTOOL, "check", what, ROOT / file], check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    tested = subprocess.run(
        [PROMTOOL, "test", "rules", ROOT / "deploy/prometheus/alerts_test.yml"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert tested.returncode == 0, tested.stdout + tested.stderr


@pytest.mark.parametrize(("name", "expression"), list(expressions()))
def test_every_expression_is_promql(name: str, expression: str) -> None:
    series, _ = asked_by(expression)
    assert series, name


def test_every_alert_has_a_section_that_says_what_it_means() -> None:
    text = text_of("docs/operate.md").partition("\n## Alerts\n")[2].partition("\n## ")[0]
    sections = dict(re.findall(r"^### (\w+)\n\n(.+?)(?=\n### |\Z)", text, flags=re.MULTILINE | re.DOTALL))
    assert sorted(sections) == sorted(alert["alert"] for alert in alerts())
    assert [name for name, words in sections.items() if len(words) < 80] == []
    for alert in alerts():
        assert alert["annotations"]["runbook"] == f"docs/operate.md#{alert['alert'].lower()}"


def test_sections_are_linked_by_names_that_they_have() -> None:
    text = text_of("docs/operate.md")
    there = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= there


def test_the_dashboard_lays_its_panels_out_without_overlap_and_says_what_each_shows() -> None:
    dashboard = json.loads(text_of(DASHBOARD))
    cells = [
        (panel["gridPos"]["x"] + column, panel["gridPos"]["y"] + line)
        for panel in dashboard["panels"]
        for column in range(panel["gridPos"]["w"])
        for line in range(panel["gridPos"]["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(column for column, _ in cells) == 23
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(ids) == len(set(ids))
    assert [panel["title"] for panel in panels() if not panel["description"] or not panel["targets"]] == []
    sources = {panel["datasource"]["uid"] for panel in panels()}
    assert sources == {"${datasource}"}
