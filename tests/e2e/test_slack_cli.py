"""``slack run`` in the repository: the commands that Slack's CLI would run, as it would run them.

The CLI runs ``get-hooks`` of ``.slack/hooks.json``, and what that file says itself goes before what comes out. Each
hook is a line for the shell; ``.venv/bin`` stands first in PATH. Source: the CLI's own code,
github.com/slackapi/slack-cli.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import signal
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from playground.practice_model.server import PracticeModel
from playground.workspace.workspace import Workspace
from tests.e2e.test_process import environment
from tests.repository import ROOT, text_of

BOUNDARY = "f00dcafe"
WITHIN_S = 60.0


def as_the_cli_has_it(env: dict[str, str]) -> dict[str, str]:
    return {**env, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "VIRTUAL_ENV": sys.prefix}


async def run_hook(command: str, *flags: str, **env: str) -> str:
    """What the hook says on standard output."""
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", " ".join([command, *flags]), cwd=ROOT, env=as_the_cli_has_it(env), stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(WITHIN_S):
        said, _ = await process.communicate()
    assert process.returncode == 0
    return said.decode().strip()


async def hooks() -> dict[str, Any]:
    """Those of the package, and over them those of the project."""
    own = json.loads(text_of(".slack/hooks.json"))
    given = json.loads(await run_hook(own["hooks"]["get-hooks"]))
    return {**given, "hooks": {**given["hooks"], **own["hooks"]}}


async def test_the_hooks_are_those_of_slacks_package_but_for_the_start() -> None:
    found = await hooks()
    assert found["runtime"] == "python"
    assert found["config"]["sdk-managed-connection-enabled"] is True
    assert "slack_cli_hooks.hooks.get_manifest" in found["hooks"]["get-manifest"]
    assert found["hooks"]["start"] == "python3 -m bot run"
    assert found["config"]["watch"]["manifest"]["paths"] == ["manifest.json"]


async def test_the_manifest_that_slack_is_given_is_the_one_that_people_paste() -> None:
    found = await hooks()
    flags = (f"--source={ROOT}", "--protocol=message-boundaries", f"--boundary={BOUNDARY}")
    said = await run_hook(found["hooks"]["get-manifest"], *flags)
    assert said.startswith(BOUNDARY)
    assert said.endswith(BOUNDARY)
    assert json.loads(said.strip(BOUNDARY)) == yaml.safe_load(text_of("manifest.yml"))


async def test_the_doctor_of_the_cli_reads_what_it_runs_on() -> None:
    found = await hooks()
    said = json.loads(await run_hook(found["hooks"]["doctor"]))
    versions = {one["name"]: one["current"] for one in said["versions"]}
    assert versions["python"] == platform.python_version()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
async def test_the_start_runs_the_bot_with_the_tokens_that_the_cli_gives(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, stop: signal.Signals
) -> None:
    env = environment(workspace, model, tmp_path)
    given = {"SLACK_CLI_XOXB": workspace.bot_token, "SLACK_CLI_XAPP": workspace.app_token}
    process = await asyncio.create_subprocess_exec(
        "sh",
        "-c",
        f"exec {(await hooks())['hooks']['start']}",
        cwd=ROOT,
        env=as_the_cli_has_it({**env, **given}),
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    events: list[str] = []
    try:
        async with asyncio.timeout(WITHIN_S):
            while "bot.ready" not in events:
                events.append(json.loads(await process.stderr.readline())["event"])
            process.send_signal(stop)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert "settings.unknown" not in events
