"""Every import rule of pyproject.toml breaks when one import is added that it is there to keep out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.repository import ROOT, text_of

CONTRACTS: list[dict[str, Any]] = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
NAMES = {contract["name"]: contract["id"] for contract in CONTRACTS}
CASES: dict[str, list[tuple[str, str]]] = {
    "spine": [
        ("bot/limits.py", "bot.errors"),
        ("bot/errors.py", "bot.messages"),
        ("bot/messages.py", "bot.ports"),
        ("bot/costs/meter.py", "bot.prompt.draft"),
        ("bot/turn.py", "bot.slack.escape"),
        ("bot/turn.py", "bot.inbox"),
        ("bot/inbox.py", "bot.store.questions"),
        ("bot/slack/write/replies.py", "bot.files.notes"),
        ("bot/files/reader.py", "bot.slack.web_api.client"),
        ("bot/files/worker/text.py", "bot.llm.wire"),
        ("bot/llm/client.py", "bot.store.database"),
        ("bot/store/questions.py", "bot.slack.shapes"),
        ("bot/operations/health.py", "bot.settings"),
        ("bot/settings.py", "bot.app"),
        ("bot/app.py", "bot.ask"),
        ("bot/attic.py", "bot.limits"),
    ],
    "slack": [
        ("bot/slack/escape.py", "bot.slack.shapes"),
        ("bot/slack/shapes.py", "bot.slack.own_messages"),
        ("bot/slack/own_messages.py", "bot.slack.buttons"),
        ("bot/slack/buttons.py", "bot.slack.web_api.client"),
        ("bot/slack/web_api/names.py", "bot.slack.read.thread"),
        ("bot/slack/read/thread.py", "bot.slack.write.replies"),
        ("bot/slack/read/thread.py", "bot.slack.receive.payloads"),
        ("bot/slack/receive/listeners.py", "bot.slack.write.replies"),
        ("bot/slack/write/replies.py", "bot.slack.receive.payloads"),
        ("bot/slack/attic.py", "bot.limits"),
    ],
    "prompt": [
        ("bot/prompt/history.py", "bot.prompt.budget"),
        ("bot/prompt/budget.py", "bot.prompt.draft"),
        ("bot/prompt/attic.py", "bot.limits"),
    ],
    "worker": [
        ("bot/files/sandbox.py", "bot.files.worker.confinement.confine"),
        ("bot/files/conversion.py", "bot.files.worker"),
        ("bot/app.py", "bot.files.worker.sniff"),
    ],
    "decoders": [
        ("bot/files/reader.py", "PIL"),
        ("bot/files/blocks.py", "pikepdf"),
        ("bot/files/office.py", "pypdf"),
        ("bot/files/conversion.py", "puremagic"),
        ("bot/llm/body.py", "pi_heif"),
        ("bot/slack/read/message_text.py", "chardet"),
        ("bot/files/conversion.py", "pypdfium2"),
        ("bot/ask.py", "resvg_py"),
        ("bot/files/said.py", "selectolax.lexbor"),
        ("bot/files/download.py", "zstandard"),
        ("bot/files/sandbox.py", "olefile"),
        ("bot/files/office.py", "python_calamine"),
        ("bot/files/reader.py", "xlrd"),
    ],
    "database": [
        ("bot/inbox.py", "sqlalchemy"),
        ("bot/app.py", "alembic"),
        ("playground/demo.py", "sqlalchemy.exc"),
    ],
    "figures": [
        ("bot/turn.py", "prometheus_client"),
        ("bot/operations/ops.py", "prometheus_client.exposition"),
        ("playground/demo.py", "prometheus_client"),
    ],
    "spans": [
        ("bot/turn.py", "opentelemetry"),
        ("bot/telemetry/traces.py", "opentelemetry.trace"),
        ("playground/demo.py", "opentelemetry.sdk"),
    ],
    "slack-libraries": [
        ("bot/inbox.py", "slack_sdk.errors"),
        ("bot/files/download.py", "slack_bolt"),
        ("playground/demo.py", "slack_sdk"),
    ],
    "playground": [
        ("bot/app.py", "playground"),
        ("bot/limits.py", "playground.workspace.defaults"),
    ],
    "playground-limits": [
        ("playground/demo.py", "bot.settings"),
        ("playground/workspace/blocks.py", "bot.slack.escape"),
        ("playground/measure/readers.py", "bot"),
    ],
    "pure-spine": [
        ("bot/access/control.py", "aiohttp"),
        ("bot/answering/asking.py", "httpx"),
        ("bot/catching_up/catching.py", "aiohttp"),
        ("bot/channels.py", "httpx"),
        ("bot/citing/citations.py", "aiohttp"),
        ("bot/closing.py", "aiohttp"),
        ("bot/commands/carrying_out.py", "httpx"),
        ("bot/conversation.py", "aiohttp"),
        ("bot/costs/meter.py", "httpx"),
        ("bot/day_budget.py", "aiohttp"),
        ("bot/errors.py", "httpx"),
        ("bot/estimates.py", "aiohttp"),
        ("bot/feedback.py", "httpx"),
        ("bot/file_ports.py", "aiohttp"),
        ("bot/home.py", "httpx"),
        ("bot/installations/renewals.py", "aiohttp"),
        ("bot/kept_answers.py", "httpx"),
        ("bot/keyed_toml.py", "aiohttp"),
        ("bot/lease.py", "httpx"),
        ("bot/limits.py", "aiohttp"),
        ("bot/messages.py", "httpx"),
        ("bot/ports.py", "aiohttp"),
        ("bot/prompt/drafting.py", "httpx"),
        ("bot/setup/faults.py", "aiohttp"),
        ("bot/sharing.py", "httpx"),
        ("bot/stops.py", "aiohttp"),
        ("bot/store_patience.py", "httpx"),
        ("bot/stream_events.py", "aiohttp"),
        ("bot/turn.py", "httpx"),
        ("bot/web_access.py", "aiohttp"),
    ],
}
"""By the contract that must break, and no other: where an import is added, and of what. ``attic`` is a new module."""


def broken(project: Path) -> list[str]:
    """The ids of the contracts that the project's own configuration finds broken in ``project``."""
    program = Path(sys.executable).with_name("lint-imports")
    wide = {**os.environ, "COLUMNS": "200"}  # so that no name is wrapped
    command: list[str | Path] = [program, "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=project, env=wide, check=False, capture_output=True, text=True)
    verdicts = dict(re.findall(r"^(.+) (KEPT|BROKEN)(?: \(.+\))?$", done.stdout, flags=re.MULTILINE))
    assert verdicts.keys() == NAMES.keys(), done.stdout + done.stderr
    found = [NAMES[name] for name, verdict in verdicts.items() if verdict == "BROKEN"]
    assert done.returncode == bool(found)
    return found


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The two packages and their rules, to be spoilt."""
    for package in ("bot", "playground"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "*.js"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_rule_is_kept_as_things_are(project: Path) -> None:
    assert broken(project) == []


def test_every_rule_and_every_module_that_it_guards_has_a_case() -> None:
    assert sorted(CASES) == sorted(contract["id"] for contract in CONTRACTS)
    for contract in CONTRACTS:
        cases = CASES[contract["id"]]
        importing = {module.removesuffix(".py").replace("/", ".") for module, _ in cases}
        imported = {name for _, name in cases}
        assert cases
        for bound in contract.get("source_modules", ()):
            assert [name for name in importing if f"{name}.".startswith(f"{bound}.")], bound
        for guarded in contract.get("protected_modules", ()):
            assert [name for name in imported if f"{name}.".startswith(f"{guarded}.")], guarded


@pytest.mark.long
@pytest.mark.parametrize(
    ("contract", "module", "imported"),
    [(contract, *case) for contract, cases in CASES.items() for case in cases],
)
def test_a_rule_breaks(project: Path, contract: str, module: str, imported: str) -> None:
    assert (ROOT / module).exists() != module.endswith("attic.py")
    with (project / module).open("a", encoding="utf-8") as file:
        file.write(f"\nimport {imported}\n")
    assert broken(project) == [contract]
