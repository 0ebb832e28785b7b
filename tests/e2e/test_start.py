"""What whoever starts the bot reads when something is not right: one line that says what to do, or a warning."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import bot
from bot import app
from bot.assembly import start_checks
from bot.assembly.model_link import probe_of
from bot.errors import StartFailed
from bot.operations import health
from bot.settings import Settings
from bot.slack.web_api.scopes import NEEDED
from playground.practice_model.script import HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.manifest import Manifest
from playground.workspace.workspace import Workspace
from tests.e2e.test_process import bot_process, environment, run_to_end
from tests.logged import Lines, logged
from tests.loopback import nobody_listening
from tests.repository import MANIFEST
from tests.stage import bot_running, settings_for

APP = Manifest.read(MANIFEST)


def asking(workspace: Workspace, model_url: str, data_dir: Path, transport: str = "socket", **more: Any) -> Settings:
    """The settings of a bot that probes the API."""
    return settings_for(workspace, model_url, data_dir, transport, bot_start_probe="on", **more)


async def fault_of(settings: Settings) -> str:
    """The line that ends the start, or the run soon after it."""
    with pytest.raises(StartFailed) as failed:
        async with app.running(settings) as stopped:
            await stopped
    (line,) = failed.value.faults
    return line


def line_of(lines: Lines, event: str) -> dict[str, Any]:
    return next(line for line in lines.lines if line["event"] == event)


# --- Slack ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("invalid_auth", "It belongs to no app. Please copy it again."),
        ("account_inactive", "The app was removed from the workspace. Please install the app again"),
        ("token_revoked", "Please install the app again, and copy its new token."),
        ("token_expired", "Tokens of this app expire: token rotation has to be off"),
        ("team_access_not_granted", "The organisation has not let the app in here"),
    ],
)
async def test_a_bot_token_that_slack_refuses_is_one_line_with_what_to_do(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, code: str, advice: str
) -> None:
    workspace.faults.refuse("auth.test", code)
    line = await fault_of(asking(workspace, model.url, tmp_path))

    assert line.startswith(f"SLACK_BOT_TOKEN: Slack does not accept it ({code}). {advice}")
    assert "OAuth & Permissions" in line


async def test_every_wrong_credential_is_named_at_once(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    wrong = {"slack_bot_token": "xoxb-wrong", "slack_app_token": "xapp-wrong", "yourouter_api_key": "wrong"}
    with pytest.raises(StartFailed) as failed:
        async with app.running(asking(workspace, model.url, tmp_path, **wrong)):
            pass

    assert [line.partition(" (")[0] for line in failed.value.faults] == [
        "SLACK_BOT_TOKEN: Slack does not accept it",
        "SLACK_APP_TOKEN: Slack does not accept it",
        f"YOUROUTER_API_KEY: {probe_of(asking(workspace, model.url, tmp_path)).host} does not accept this key",
    ]
    assert all("lease copy it again" in line for line in failed.value.faults)


@pytest.mark.parametrize("credential", ["slack_bot_token", "slack_app_token"])
async def test_a_wrong_credential_of_slack_s_is_named_beside_a_wrong_key(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, credential: str
) -> None:
    wrong = {credential: f"{'xoxb' if credential == 'slack_bot_token' else 'xapp'}-wrong", "yourouter_api_key": "wrong"}
    with pytest.raises(StartFailed) as failed:
        async with app.running(asking(workspace, model.url, tmp_path, **wrong)):
            pass

    assert [line.partition(":")[0] for line in failed.value.faults] == [credential.upper(), "YOUROUTER_API_KEY"]


async def test_an_app_token_without_its_scope_is_one_line_that_names_it(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    workspace.tokens.app_scopes = frozenset()
    line = await fault_of(asking(workspace, model.url, tmp_path))

    assert line.startswith("SLACK_APP_TOKEN: Slack does not accept it (missing_scope (connections:write)). ")
    assert "App-Level Tokens, with the scope connections:write" in line


async def test_an_address_that_is_not_slack_s_is_one_line_at_once(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    line = await fault_of(asking(workspace, model.url, tmp_path, slack_api_url=f"{workspace.url}/nothing/here/"))

    assert line.startswith("SLACK_API_URL: this is not the address of Slack's Web API (http_404).")


async def test_each_missing_scope_is_a_warning_with_what_fails_and_how_to_add_it(
    model: PracticeModel, tmp_path: Path
) -> None:
    kept = {"chat:write", "users:read", "app_mentions:read", "channels:history"}
    async with Workspace(replace(APP, scopes=frozenset(kept))) as workspace:
        with logged() as lines:
            async with bot_running(workspace, asking(workspace, model.url, tmp_path)):
                pass

    warned = [line for line in lines.lines if line["event"] == "slack.scope_missing"]
    assert {line["scope"]: line["effect"] for line in warned} == {s: NEEDED[s] for s in APP.scopes - kept}
    assert all(
        f"Add {line['scope']} on " in line["mend"] and "install the app again" in line["mend"] for line in warned
    )


async def test_without_the_scope_to_post_it_does_not_start(model: PracticeModel, tmp_path: Path) -> None:
    async with Workspace(replace(APP, scopes=APP.scopes - {"chat:write"})) as workspace:
        line = await fault_of(asking(workspace, model.url, tmp_path))

    assert line.startswith(
        "SLACK_BOT_TOKEN: the app lacks the scope chat:write, and nothing can be posted. Add chat:wri"
    )


def test_what_is_needed_is_what_the_manifest_asks_for() -> None:
    assert set(NEEDED) == APP.scopes


# --- the Messages API -----------------------------------------------------------------------------------------------


async def test_a_wrong_key_ends_the_start(workspace: Workspace, model: PracticeModel, tmp_path: Path) -> None:
    line = await fault_of(asking(workspace, model.url, tmp_path, yourouter_api_key="wrong"))

    assert line.startswith("YOUROUTER_API_KEY: 127.0.0.1:")
    assert "does not accept this key (401 authentication_error" in line


async def test_an_unknown_model_ends_the_start(workspace: Workspace, model: PracticeModel, tmp_path: Path) -> None:
    line = await fault_of(asking(workspace, model.url, tmp_path, messages_model="claude-sonnet-5-6"))

    assert line.startswith("MESSAGES_MODEL: 127.0.0.1:")
    assert line.endswith("The nearest that it knows is claude-sonnet-5-5.")


async def test_a_wrong_address_ends_the_start(workspace: Workspace, model: PracticeModel, tmp_path: Path) -> None:
    line = await fault_of(asking(workspace, f"{model.url}/more", tmp_path))

    assert line.startswith("MESSAGES_API_URL: there is no Messages API at ")


async def test_an_empty_balance_ends_the_start(workspace: Workspace, model: PracticeModel, tmp_path: Path) -> None:
    words = "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing."
    model.refuses = lambda _: HttpError.api(400, "invalid_request_error", words)
    line = await fault_of(asking(workspace, model.url, tmp_path))

    assert line.startswith("YOUROUTER_API_KEY: the balance of its account at 127.0.0.1:")


async def test_an_api_that_is_down_is_a_warning_and_waited_for(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    probe = probe_of(asking(workspace, model.url, tmp_path))
    refused: list[str] = []
    model.script(HttpError(503, "<html>"), HttpError.api(529, "overloaded_error"))
    with logged() as lines:
        await start_checks.of_model(probe, refused.append, 0.01)

    events = [line["event"] for line in lines.lines if line["event"].startswith("model.")]
    assert (refused, events) == ([], ["model.unreachable", "model.reached"])
    assert line_of(lines, "model.unreachable")["host"] == probe.host


async def test_what_an_api_says_after_it_was_away_stops_nothing(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    refused: list[str] = []
    model.script(HttpError(503, "<html>"), HttpError.api(401, "authentication_error"))
    with logged() as lines:
        await start_checks.of_model(probe_of(asking(workspace, model.url, tmp_path)), refused.append, 0.01)

    assert refused == []
    assert line_of(lines, "model.refused")["fault"].startswith("YOUROUTER_API_KEY: ")


async def test_the_bot_is_ready_while_the_api_is_away(workspace: Workspace, tmp_path: Path) -> None:
    with nobody_listening() as origin, logged() as lines:
        async with bot_running(workspace, asking(workspace, f"{origin}/v1", tmp_path)) as stopped:
            await lines.until("model.unreachable")
            assert not stopped.done()

    assert lines.count("bot.ready") == 1


# --- this machine ---------------------------------------------------------------------------------------------------


async def test_a_data_directory_that_cannot_be_written_to_is_one_line(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    line = await fault_of(asking(workspace, model.url, tmp_path / "file" / "data"))

    assert line.startswith(
        f"BOT_DATA_DIR: {tmp_path / 'file' / 'data'} cannot be written to (Not a directory). Please "
    )


async def test_a_disk_that_is_full_is_one_line(
    workspace: Workspace, model: PracticeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "FREE_BYTES_MIN", 1 << 60)  # more than any disk has
    line = await fault_of(asking(workspace, model.url, tmp_path))

    assert line.startswith(f"BOT_DATA_DIR: the disk of {tmp_path} is full: ")


async def test_a_busy_port_is_one_line(workspace: Workspace, model: PracticeModel, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = await fault_of(asking(workspace, model.url, tmp_path, "http", bot_http_port=port))

    assert line.startswith(f"BOT_HTTP_PORT: cannot listen on 127.0.0.1:{port} (")
    assert line.endswith("Another process uses that port: please stop it, or choose another port.")


async def test_an_address_that_the_machine_does_not_have_is_one_line(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    line = await fault_of(asking(workspace, model.url, tmp_path, "http", bot_http_host="192.0.2.1"))

    assert line.startswith("BOT_HTTP_HOST: cannot listen on 192.0.2.1:")


async def test_a_database_that_is_away_is_one_line_without_its_password(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    with nobody_listening() as origin:
        address = f"postgresql://bot:hunter2@{origin.removeprefix('http://')}/bot"
        line = await fault_of(asking(workspace, model.url, tmp_path, database_url=address))

    assert line.startswith("DATABASE_URL: the database cannot be used (")
    assert line.endswith(
        "Please make sure that the server is running, and that host and port in the address are right."
    )
    assert "hunter2" not in line


async def test_a_wrong_signing_secret_is_a_warning_and_not_silence(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    settings = asking(workspace, model.url, tmp_path, "http", slack_signing_secret="0123456789abcdef" * 2)
    with logged() as lines:
        async with bot_running(workspace, settings):
            await workspace.say(workspace.user("ada"), workspace.channel("general"), "@claude hello")
            await lines.until("http.signature_wrong")

    assert "SLACK_SIGNING_SECRET is wrong" in line_of(lines, "http.signature_wrong")["mend"]


# --- what it says when all is well ----------------------------------------------------------------------------------


async def test_the_process_says_what_runs_what_is_odd_and_when_it_has_stopped(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(workspace, model, tmp_path, BOT_START_PROBE="on", BOT_ALOWED_USERS="U1")
    async with bot_process("run", **env) as running:
        slip = await running.until_logged("settings.unknown")
        ready = await running.until_logged("bot.ready")
        assert await running.terminate() == 0

    assert (slip["level"], slip["name"], slip["nearest"]) == ("warning", "BOT_ALOWED_USERS", "BOT_ALLOWED_USERS")
    host = model.url.removeprefix("http://").removesuffix("/v1")
    said = {"workspace": workspace.team_id, "workspace_name": "Playground", "bot": "claude", "database": "sqlite"}
    said |= {"model": "claude-sonnet-5-5", "api": host, "transport": "socket", "version": bot.__version__}
    assert {name: ready[name] for name in said} == said
    assert '"bot.stopped"' in running.lines[-1]


async def test_a_wrong_key_ends_the_process_with_exit_code_2_and_one_line(
    workspace: Workspace, model: PracticeModel, tmp_path: Path
) -> None:
    env = environment(workspace, model, tmp_path, BOT_START_PROBE="on", YOUROUTER_API_KEY="wrong")
    code, _, err = await run_to_end("run", **env)

    assert code == 2
    assert err.splitlines()[-1].startswith("YOUROUTER_API_KEY: 127.0.0.1:")
    assert "Traceback" not in err
