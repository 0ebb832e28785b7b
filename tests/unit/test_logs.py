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


QUOTES = """
import asyncio, gc, sys, threading
from slack_sdk.errors import SlackApiError
from bot.telemetry import logs
logs.set_up("DEBUG", sys.argv[1], ["hunter2' and more"])
log = logs.get_logger("bot.test")
text, password = sys.argv[2:]
def refused():
    raise SlackApiError("refused", {"ok": False, "response_metadata": {"messages": ["no: " + text]}})
def failing(way):
    if way == "value":
        int(text)
    elif way == "key":
        {}[text]
    elif way == "encoded":
        (text + chr(0xD800)).encode()
    elif way == "group":
        raise ExceptionGroup("several", [ValueError(repr(text)), KeyError(text)])
    elif way == "noted":
        error = ValueError("a fault")
        error.add_note(repr(text))
        raise error
    elif way == "cut":
        raise ValueError("answer was '" + text)
    elif way == "secret":
        raise ValueError("answer was 'x' with " + password)
    else:
        try:
            refused()
        except SlackApiError as error:
            raise RuntimeError("then this") from error
class Thrown:
    def __del__(self):
        int(text)
async def main():
    asyncio.create_task(asyncio.sleep(0, failing)).add_done_callback(lambda task: task.result()("value"))
    lost = asyncio.create_task(asyncio.to_thread(failing, "key"))
    asyncio.get_running_loop().call_soon(lambda said: int(said), text)
    await asyncio.sleep(0.1)
    del lost
    gc.collect()
for way in ("value", "key", "encoded", "group", "noted", "cut", "secret", "caused"):
    try:
        failing(way)
    except Exception:
        log.exception("turn.crashed")
asyncio.run(main())
Thrown()
thread = threading.Thread(target=failing, args=("value",))
thread.start()
thread.join()
failing("value")
"""


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_exception_says_what_people_wrote_wherever_it_ends(log_format: str) -> None:
    """Caught, in a task that nobody waits for, in a callback, a finalizer or a thread, or in nobody's hands."""
    command = [sys.executable, "-c", QUOTES, log_format, SAID[0], "hunter2' and more"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 1
    kinds = ("ValueError", "KeyError", "UnicodeEncodeError", "ExceptionGroup", "SlackApiError", "RuntimeError")
    assert [kind for kind in kinds if kind not in done.stderr] == []
    events = ("process.crashed", "process.unraised", "thread.crashed", "Task exception was never retrieved")
    assert [event for event in events if event not in done.stderr] == []
    assert "in failing" in done.stderr or '"failing"' in done.stderr
    assert [word for word in ("merger", "Friday", "hunter2", "and more") if word in done.stderr] == []


IN_LIBRARIES = """
import asyncio, logging, sys
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient
from bot.slack.receive.bolt import bolt_app
from bot.telemetry import logs
logs.set_up("DEBUG", sys.argv[1])
text = sys.argv[2]
async def failing(*_):
    raise LookupError(text)
async def main():
    client = SocketModeClient(app_token="xapp-1")
    client.socket_mode_request_listeners.append(failing)
    await client.run_message_listeners({"type": "events_api", "envelope_id": "E1", "payload": {}}, "{}")
    await client.close()
    request = AsyncBoltRequest(body='{"type": "event_callback"}')
    await bolt_app(AsyncWebClient(token="xoxb-1"), failing, "").async_dispatch(request)
asyncio.run(main())
logging.getLogger("aiohttp.client").warning("Can not load response cookies: %s", repr(text))
logging.getLogger("slack_sdk.web").error("Failed (error: TimeoutError, message: %s)", text)
"""


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_no_line_of_a_library_says_what_people_wrote(log_format: str) -> None:
    """Slack's put the words of whatever fails in a listener into a line of their own, over both transports."""
    command = [sys.executable, "-c", IN_LIBRARIES, log_format, SAID[0]]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    said = ["Failed to run a request listener (LookupError)", "Failed to run a middleware function (LookupError)"]
    said += ["Can not load response cookies", "Failed (TimeoutError)"]
    assert [line for line in said if line not in done.stderr] == []
    assert [word for word in ("merger", "Friday") if word in done.stderr] == []


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
