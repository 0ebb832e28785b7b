"""What the tests know of the bot's worker processes holds while threads and other processes come and go."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.processes import workers

WAITS = "import sys; sys.stdin.read()"
LOOKS = 60


def _child(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", WAITS, *arguments], stdin=subprocess.PIPE)


def test_only_workers_are_counted_and_only_while_they_live() -> None:
    with _child("bot.files.worker") as worker, _child("another"):
        assert workers() == [Path("/proc", str(worker.pid))]
    assert workers() == []


def test_a_worker_is_seen_from_whichever_thread_it_was_started() -> None:
    with ThreadPoolExecutor(1) as starter, starter.submit(_child, "bot.files.worker").result() as worker:
        assert workers() == [Path("/proc", str(worker.pid))]


def test_threads_and_processes_that_end_meanwhile_change_nothing() -> None:
    over = threading.Event()

    def come_and_go() -> None:
        while not over.is_set():
            threads = [threading.Thread(target=over.is_set) for _ in range(20)]
            for thread in threads:
                thread.start()
            subprocess.run(["true"], check=True)
            for thread in threads:
                thread.join()

    bustle = threading.Thread(target=come_and_go)
    with _child("bot.files.worker") as worker:
        bustle.start()
        try:
            seen = [workers() for _ in range(LOOKS)]
        finally:
            over.set()
            bustle.join()
    assert seen == [[Path("/proc", str(worker.pid))]] * LOOKS
