"""What a log line holds, and what it never does."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.repository import ROOT

CRASH = """
import sys
from bot.telemetry import logs
logs.set_up("INFO", sys.argv[1])
log = logs.get_logger("bot.test")
def answer(text, token):
    raise ValueError("a fault, with " + token)
try:
    answer(*sys.argv[2:])
except ValueError:
    log.exception("turn.crashed", ts="1.0", tokens=["xapp-1-A2-3456", {"key": "Bearer abcdefgh"}])
log.debug("file.read", name="merger.pdf")
"""
SAID = ("the merger is on Friday", "xoxb-1234567890")
"""Given as arguments: of a program that is an argument itself, tracebacks show the lines (from Python 3.13 on)."""


@pytest.fixture(params=["console", "json"])
def written(request: pytest.FixtureRequest) -> str:
    """All that a process of its own writes, since logging is set up once a process."""
    command = [sys.executable, "-c", CRASH, request.param, *SAID]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == ""
    return done.stderr


def test_a_crash_shows_where_it_was_but_not_what_people_wrote(written: str) -> None:
    assert "turn.crashed" in written
    assert "ValueError" in written
    assert "answer" in written
    assert "merger" not in written


def test_tokens_are_never_written(written: str) -> None:
    assert written.count("[redacted]") >= 3
    assert not [token for token in ("xoxb-1234567890", "xapp-1-A2-3456", "abcdefgh") if token in written]


def test_lines_for_machines_are_json_with_the_event_s_name() -> None:
    command = [sys.executable, "-c", CRASH, "json", *SAID]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    (line,) = done.stderr.splitlines()
    assert json.loads(line).items() >= {"event": "turn.crashed", "level": "error", "ts": "1.0"}.items()
