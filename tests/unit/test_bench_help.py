"""Every bench says what it measures and which arguments it takes, before it measures anything."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

from tests.repository import ROOT

BENCHES = sorted(path.stem for path in Path(ROOT, "bench").glob("*.py") if "__main__" in path.read_text("utf-8"))
NOT_COMMANDS = {"unconfined"}
"""It names the worker's ``__main__``, which it replaces."""


@pytest.mark.parametrize("name", [name for name in BENCHES if name not in NOT_COMMANDS])
def test_a_bench_explains_itself(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(sys.modules, f"bench.{name}", raising=False)
    monkeypatch.setattr(sys, "argv", ["bench", "--help"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module(f"bench.{name}", run_name="__main__")
    assert f"usage: python -m bench.{name}" in capsys.readouterr().out
