"""Nothing that the bot logs shows one of its secrets, in whatever form a library writes it."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from urllib.parse import quote, quote_plus

import pytest

from bot.telemetry.redaction import REDACTED, Redaction
from tests.repository import ROOT

KEY = 'k3y/with+odd&"signs" and no shape'
PASSWORD = "p@ss/w%rd!"
ADDRESS = f"postgresql://bot:{quote(PASSWORD, safe='')}@db.example/bot"
FORMS = [
    KEY,
    quote(KEY),
    quote(KEY, safe=""),
    quote_plus(KEY),
    json.dumps(KEY)[1:-1],
    repr(f"{KEY}'")[1:-2],
    KEY[:16],
    quote(KEY, safe="")[:15],
    b64encode(KEY.encode()).decode(),
    PASSWORD,
    quote(PASSWORD, safe=""),
    ADDRESS,
]
CRASH = """
import os, threading
from bot.telemetry import logs
logs.set_up("INFO", os.environ["FORMAT"], [os.environ["KEY"], os.environ["ADDRESS"]])
log = logs.get_logger("bot.test")
def called(key, address):
    raise ConnectionError("could not reach " + address + " with " + key)
if os.environ["WAY"] == "field":
    log.warning("a.b", **{"detail": [{"x": os.environ["KEY"]}], "object": ConnectionError(os.environ["ADDRESS"])})
elif os.environ["WAY"] == "logged":
    try:
        called(os.environ["KEY"], os.environ["ADDRESS"])
    except ConnectionError:
        log.exception("turn.crashed")
else:
    called(os.environ["KEY"], os.environ["ADDRESS"])
"""


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_left_out_in_every_form(form: str) -> None:
    shown = Redaction([KEY, ADDRESS]).text(f"before {form} after")

    assert form not in shown
    assert KEY[:12] not in shown
    assert PASSWORD not in shown
    assert shown.startswith("before ")
    assert shown.endswith(" after")
    assert REDACTED in shown


def test_the_password_in_any_address_is_left_out() -> None:
    shown = Redaction().text("no answer from https://bot:hunter2@proxy.example/x, nor from https://proxy.example/")
    assert shown == f"no answer from https://{REDACTED}@proxy.example/x, nor from https://proxy.example/"


def test_what_is_no_secret_stays() -> None:
    assert Redaction([KEY, "ab", ""]).value({"ms": 12, "ok": True, "ids": ["C1", None], "at": 1.5}) == {
        "ms": 12,
        "ok": True,
        "ids": ["C1", None],
        "at": 1.5,
    }


@pytest.mark.parametrize("log_format", ["console", "json"])
@pytest.mark.parametrize("way", ["field", "logged", "uncaught"])
def test_a_secret_in_an_exception_is_not_written_caught_or_not(log_format: str, way: str) -> None:
    environment = {"FORMAT": log_format, "WAY": way, "KEY": KEY, "ADDRESS": ADDRESS}
    command = [sys.executable, "-c", CRASH]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    written = done.stdout + done.stderr
    assert "ConnectionError" in written
    assert REDACTED in written
    assert [form for form in (KEY, KEY[:12], PASSWORD, quote(PASSWORD, safe=""), json.dumps(KEY)[1:-1])
            if form in written] == []  # fmt: skip


def test_the_name_of_slack_s_page_is_no_token() -> None:
    words = "your app, Basic Information, App-Level Tokens"

    assert Redaction().text(words) == words
    assert Redaction().text("Basic dXNlcjpwYXNz") == REDACTED
