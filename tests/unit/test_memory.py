"""How much memory is in use: of this process, and of those that it starts, as far as grandchildren."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bot.telemetry import memory

MB = 1_000_000
HOLD = "import sys; kept = bytearray({bytes}); print('here', flush=True); sys.stdin.read()"


def test_a_process_and_those_that_it_starts_are_counted_apart() -> None:
    before = memory.of_workers()
    assert memory.of_bot() > 10 * MB
    held = f"kept = {HOLD.format(bytes=50 * MB)!r}"
    child = f"import subprocess, sys; {held}; subprocess.run([sys.executable, '-c', kept])"
    with subprocess.Popen([sys.executable, "-c", child], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"here\n"
        assert memory.of_workers() - before > 50 * MB
        assert process.stdin is not None
        process.stdin.close()
    assert memory.of_workers() < before + 10 * MB


def test_a_limit_is_that_of_the_container_and_none_is_0(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    newer, older = tmp_path / "memory.max", tmp_path / "memory.limit_in_bytes"
    monkeypatch.setattr(memory, "LIMITS", (newer, older))
    assert memory.limit() == 0
    older.write_text("9223372036854771712\n")
    assert memory.limit() == 0
    older.write_text("2000000\n")
    assert memory.limit() == 2 * MB
    newer.write_text("max\n")
    older.unlink()
    assert memory.limit() == 0
    newer.write_text("4000000\n")
    assert memory.limit() == 4 * MB
