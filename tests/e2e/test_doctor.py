"""What ``python -m bot doctor`` finds: each mistake that is made with a bot is one line that says how to mend it."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from bot.doctor import events, report, samples
from bot.doctor.examination import Wishes, examine
from bot.doctor.finding import Finding, State
from bot.doctor.model import clock
from bot.installations.installation import Installation
from bot.installations.token_cipher import TokenCipher
from bot.settings import Settings
from bot.setup.app_events import OF_EVERY_APP
from bot.store.database import Database
from bot.store.installations import StoredInstallations
from playground.practice_model.script import HttpError
from playground.practice_model.server import PracticeModel
from playground.workspace.manifest import Manifest
from playground.workspace.records import Json, Kind
from playground.workspace.workspace import Workspace
from tests.e2e.test_process import bot_process, environment, run_to_end
from tests.made_foreign_archives import is_there as libarchive_is_there
from tests.postgres import postgres
from tests.repository import MANIFEST, ROOT

APP = Manifest.read(MANIFEST)
PLENTY = 5.0
"""For what has to come."""
SHORTLY = 0.3
"""For what cannot come."""


class Findings:
    def __init__(self, found: Iterable[Finding]) -> None:
        self.all = list(found)

    def of(self, check: str) -> Finding:
        (found,) = [one for one in self.all if one.check == check]
        return found

    def wrong(self) -> set[str]:
        return {one.check for one in self.all if one.state is State.WRONG}


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/nowhere")  # LibreOffice takes seconds to open a document


@pytest.fixture
def bare(model: PracticeModel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The settings of the model's link alone."""
    for name, value in (("YOUROUTER_API_KEY", model.api_key), ("MESSAGES_API_URL", model.url)):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "data"))


def everything_said(workspace: Workspace) -> list[Json]:
    return [message for channel in workspace.state.channels for message in workspace.messages(channel)]


def opened(workspace: Workspace) -> int:
    return [call.method for call in workspace.calls].count("apps.connections.open")


def connect(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, transport: str = "socket") -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", workspace.bot_token)
    monkeypatch.setenv("SLACK_API_URL", workspace.api_url)
    secrets = {
        "socket": ("SLACK_APP_TOKEN", workspace.app_token),
        "http": ("SLACK_SIGNING_SECRET", workspace.signing_secret),
    }
    monkeypatch.setenv(*secrets[transport])


async def examined(within_s: float = PLENTY, **wishes: str | bool) -> Findings:
    return Findings([one async for one in examine(Wishes(within_s=within_s, **wishes))])  # type: ignore[arg-type]


@pytest.mark.usefixtures("bare")
async def test_where_all_is_well_nothing_is_wrong_and_nothing_is_left_behind(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = workspace.dump()
    connect(workspace, monkeypatch)
    found = await examined()

    assert found.wrong() == set()
    assert {one.check for one in found.all if one.state is State.OK} >= {
        *(f"scope {scope}" for scope in APP.scopes), "event message.channels", "event message.groups", "Slack",
        "settings", "transport", "channels", "model", "streaming", "pictures", "PDFs", "citations", "caching",
        "clock of Slack",        "clock of the API", "database", "disk", "data directory",
    }  # fmt: skip
    assert {one.check for one in found.all if one.check.startswith("event ")} == {
        f"event {name}" for name in OF_EVERY_APP
    }
    assert [call.method for call in workspace.calls if not call.ok] == []
    assert everything_said(workspace) == []
    assert {revision.channel for revision in workspace.revisions}.isdisjoint({workspace.channel("general")})
    assert workspace.connections == 0 or "sockets" in before


def test_the_events_that_are_known_are_those_of_the_manifest() -> None:
    assert set(OF_EVERY_APP) == set(events.TRY) == APP.events


# --- Slack ----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bare")
async def test_a_missing_scope_and_a_missing_event_are_named_with_what_fails_and_where_they_are_added(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lacking = replace(APP, scopes=APP.scopes - {"users:read"}, events=APP.events - {"message.channels"})
    async with Workspace(lacking) as workspace:
        connect(workspace, monkeypatch)
        found = await examined(SHORTLY)
        left = everything_said(workspace)

    assert found.wrong() >= {"scope users:read", "event message.channels"}
    assert "nobody is answered" in found.of("scope users:read").words
    assert "Add users:read on api.slack.com/apps" in found.of("scope users:read").words
    assert "Please add message.channels on api.slack.com/apps" in found.of("event message.channels").words
    assert left == []


@pytest.mark.usefixtures("bare")
async def test_a_scope_that_only_a_setting_needs_is_looked_for_where_that_is_set(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(workspace, monkeypatch)
    without = await examined(posts=False)
    monkeypatch.setenv("BOT_ALLOWED_EMAIL_DOMAINS", "example.com")
    found = await examined(posts=False)

    assert "scope users:read.email" not in {one.check for one in without.all}
    assert found.of("scope users:read.email").state is State.WRONG


@pytest.mark.usefixtures("bare")
async def test_a_bot_that_nobody_invited_reads_how_it_is(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    connect(workspace, monkeypatch)
    away = workspace.add_channel("elsewhere", with_bot=False)
    one = await examined(channel_id=away)
    for channel in workspace.state.channels.values():
        if channel.kind is not Kind.DIRECT:
            workspace.remove_bot(channel.id)
    none = await examined()

    assert one.of("channel").words == f"the bot is not in #elsewhere ({away}). Please write /invite @claude there."
    assert none.of("channels").state is State.MIND
    assert none.of("channels").words.endswith("Please write /invite @claude in one.")


@pytest.mark.parametrize(
    ("method", "code", "check", "words"),
    [
        ("auth.test", "invalid_auth", "Slack", "SLACK_BOT_TOKEN: Slack does not accept it (invalid_auth)."),
        (
            "apps.connections.open",
            "invalid_auth",
            "transport",
            "SLACK_APP_TOKEN: Slack does not accept it (invalid_auth)",
        ),
    ],
)
@pytest.mark.usefixtures("bare")
async def test_a_token_that_slack_refuses_is_one_line_and_the_rest_goes_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, method: str, code: str, check: str, words: str
) -> None:
    connect(workspace, monkeypatch)
    workspace.faults.refuse(method, code)
    found = await examined()

    assert found.of(check).words.startswith(words)
    assert found.of("pictures").state is State.OK


@pytest.mark.usefixtures("bare")
async def test_where_a_test_message_may_not_be_posted_the_next_channel_is_tried_and_no_other_company_s(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(workspace, monkeypatch)
    workspace.add_channel("quiet")
    workspace.faults.refuse("chat.postMessage", "restricted_action")
    found = await examined()

    said = found.of("event message.channels")
    assert (said.state, said.words) == (State.OK, "A message in #quiet arrives.")
    assert workspace.channel("with-partner") not in {call.args.get("channel") for call in workspace.calls}


@pytest.mark.usefixtures("bare")
async def test_a_test_message_is_not_posted_where_that_is_not_wanted(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(workspace, monkeypatch)
    found = await examined(posts=False)

    assert found.of("event message.channels").state is State.UNTRIED
    assert [call.method for call in workspace.calls if call.method.startswith("chat.")] == []


@pytest.mark.usefixtures("bare")
async def test_over_http_without_a_running_bot_it_says_that_events_could_not_be_tried(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(workspace, monkeypatch, "http")
    found = await examined()

    assert found.of("transport").words.endswith("Please start the bot, and run this again while it is running.")
    assert found.of("event message.channels").state is State.UNTRIED


async def test_beside_a_running_bot_it_takes_nothing_from_it_and_hears_what_the_bot_hears(
    model: PracticeModel, tmp_path: Path
) -> None:
    """And with ``--json``; the subscription to mentions is missing, which the bot notices when somebody mentions it."""
    async with Workspace(replace(APP, events=APP.events - {"app_mention"})) as workspace:
        env = environment(workspace, model, tmp_path)
        async with bot_process("run", **env) as running:
            await running.until_logged("bot.ready")
            connections = opened(workspace)
            general, ada = workspace.channel("general"), workspace.user("ada")
            await workspace.say(ada, general, f"<@{workspace.bot_user_id}> hello")
            code, out, err = await run_to_end("doctor", "--json", **env)

            assert opened(workspace) == connections
    said = json.loads(out)
    states = {one["check"]: one["state"] for one in said["findings"]}
    assert (code, err, said["ok"]) == (0, "", True)
    assert states["event message.channels"] == states["event message.groups"] == "ok"
    assert states["event app_mention"] == "untried"


def test_a_mention_that_comes_as_a_message_alone_gives_the_missing_subscription_away() -> None:
    heard = {"mention": 1_000.0, "message.channels": 1_000.0}
    others = OF_EVERY_APP.keys() - {"app_mention"}
    [soon], [later] = (list(events.of_others(heard, others, now_s)) for now_s in (1_001.0, 1_200.0))
    [well] = events.of_others(heard | {"app_mention": 999.0}, others, 1_200.0)

    assert (soon.state, later.state, well.state) == (State.UNTRIED, State.WRONG, State.OK)
    assert later.words.startswith("did not come when somebody mentioned the bot 3 minutes ago. ")
    assert "Please add app_mention on api.slack.com/apps" in later.words
    assert well.words == "came 3 minutes ago"


@pytest.mark.usefixtures("bare")
async def test_what_may_have_reached_another_process_of_the_app_is_not_called_missing(
    model: PracticeModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Workspace(replace(APP, events=APP.events - {"message.channels"})) as workspace:
        connect(workspace, monkeypatch)
        with postgres() as server:
            shared = {"DATABASE_URL": server.format(name="postgres")}
            monkeypatch.setenv("DATABASE_URL", shared["DATABASE_URL"])
            env, other = (environment(workspace, model, tmp_path / name, **shared) for name in ("data", "elsewhere"))
            async with bot_process("run", **env) as first, bot_process("run", **other) as second:
                await asyncio.gather(first.until_logged("bot.ready"), second.until_logged("bot.ready"))
                found = await examined(within_s=SHORTLY)
    finding = found.of("event message.channels")
    assert (found.of("process").words, finding.state) == ("a bot runs here", State.UNTRIED)
    assert "since another process shares the app: please run this there first." in finding.words
    assert found.wrong() == set()


def test_a_mention_that_reached_another_process_gives_nothing_away() -> None:
    heard = {"mention": 1_000.0, "message.channels": 1_000.0}
    [finding] = events.of_others(heard, OF_EVERY_APP.keys() - {"app_mention"}, now_s=1_200.0, others=2)

    assert finding.state is State.UNTRIED
    assert "since 2 other processes share the app" in finding.words


@pytest.mark.usefixtures("bare")
async def test_the_doctor_looks_at_the_workspace_that_is_named(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    key = base64.b64encode(bytes(32)).decode()
    for name, value in (("SLACK_CLIENT_ID", "1.2"), ("SLACK_CLIENT_SECRET", "secret"), ("BOT_TOKEN_KEY", key)):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("SLACK_SIGNING_SECRET", workspace.signing_secret)
    monkeypatch.setenv("SLACK_API_URL", workspace.api_url)
    database = await Database.open(f"sqlite:///{tmp_path / 'data' / 'bot.sqlite3'}")
    whose = (workspace.team_id, "", "Playground", workspace.bot_user_id, workspace.bot_id)
    await StoredInstallations(database, TokenCipher([bytes(32)])).save(Installation(*whose, workspace.bot_token))
    await database.aclose()
    none, one, other = await examined(), await examined(team_id=workspace.team_id), await examined(team_id="T9")

    assert none.of("Slack").state is State.UNTRIED
    assert (one.of("Slack").state, one.of("scope chat:write").state) == (State.OK, State.OK)
    assert other.of("Slack").words.startswith("the app is not installed in T9")


# --- the Messages API -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bare")
async def test_without_slack_s_tokens_the_model_is_looked_at_all_the_same() -> None:
    found = await examined()

    assert [one.words.split(":")[0] for one in found.all if one.check == "settings"] == [
        "SLACK_BOT_TOKEN",
        "SLACK_APP_TOKEN",
    ]
    assert found.of("caching").state is State.OK


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("YOUROUTER_API_KEY", "wrong", "YOUROUTER_API_KEY: "),
        ("MESSAGES_MODEL", "claude-sonnet-5-6", "MESSAGES_MODEL: "),
        ("MESSAGES_API_URL", "", "MESSAGES_API_URL: there is no Messages API at "),
    ],
)
@pytest.mark.usefixtures("bare")
async def test_a_wrong_key_model_or_address_is_one_line_and_nothing_more_is_asked(
    model: PracticeModel, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value or f"{model.url}/more")
    found = await examined()

    assert found.of("model").words.startswith(words)
    assert not [one for one in found.all if one.check in {"pictures", "PDFs", "caching"}]


@pytest.mark.usefixtures("bare")
async def test_an_empty_balance_is_one_line(model: PracticeModel) -> None:
    model.refuses = lambda _: HttpError.api(402, "billing_error", "Your credit balance is too low.")
    found = await examined()

    assert "the balance of its account at 127.0.0.1:" in found.of("model").words


@pytest.mark.parametrize(
    ("swallowed", "check", "state", "words"),
    [
        ("image", "pictures", State.WRONG, "do not reach the model"),
        ("document", "PDFs", State.WRONG, "do not reach the model"),
        ("citations", "citations", State.MIND, "do not come"),
        ("cache_control", "caching", State.MIND, "nothing is cached"),
        ("tools", "web", State.MIND, "the model did not search"),
    ],
)
@pytest.mark.usefixtures("bare")
async def test_what_a_router_drops_without_a_word_is_seen_by_the_answer(
    model: PracticeModel, monkeypatch: pytest.MonkeyPatch, swallowed: str, check: str, state: State, words: str
) -> None:
    monkeypatch.setenv("BOT_WEB", "search")
    well = await examined()
    model.swallows = {swallowed}
    found = await examined()

    assert well.of(check).state is State.OK
    assert found.of(check).state is state
    assert found.of(check).words.startswith(words)
    assert {one.check for one in found.all if one.state in {State.WRONG, State.MIND}} & {
        "pictures", "PDFs", "citations", "caching", "web"
    } == {check}  # fmt: skip


@pytest.mark.usefixtures("bare")
async def test_what_the_host_refuses_is_said_with_what_becomes_of_it(model: PracticeModel) -> None:
    words = "this model does not support image input"
    model.refuses = lambda seen: HttpError.api(400, "invalid_request_error", words) if _images(seen) else None
    found = await examined()

    assert found.of("pictures").words.startswith("are refused (400 invalid_request_error")


def _images(seen: object) -> bool:
    return "SeenImage" in repr(seen)


# --- this machine ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("bare")
async def test_a_directory_that_cannot_be_written_to_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("BOT_DATA_DIR", str(tmp_path / "file" / "data"))
    found = await examined()

    assert found.of("data directory").state is State.WRONG
    assert "set BOT_DATA_DIR to another directory" in found.of("data directory").words


@pytest.mark.usefixtures("bare")
async def test_a_database_that_is_away_is_one_line_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        monkeypatch.setenv("DATABASE_URL", f"postgresql://bot:hunter2@127.0.0.1:{silent.getsockname()[1]}/bot")
        found = await examined()

    assert found.of("database").words.startswith("DATABASE_URL: the database cannot be used (")
    assert "hunter2" not in found.of("database").words


@pytest.mark.usefixtures("bare")
async def test_a_slip_in_a_name_a_proxy_and_a_missing_libreoffice_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_ALOWED_USERS", "U1")
    found = await examined()
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example:3128")
    proxied = [one async for one in examine(Wishes())]

    slip = found.of("names of settings")
    assert (slip.state, slip.words.endswith("Did you mean BOT_ALLOWED_USERS?")) == (State.MIND, True)
    assert found.of("LibreOffice").state is State.MIND
    assert found.of("archives").state is (State.OK if libarchive_is_there else State.MIND)
    assert Findings(proxied).of("proxies").words == "HTTPS_PROXY: calls go through proxy.example:3128"


def test_a_clock_that_is_wrong_is_one_line() -> None:
    now = datetime.now(UTC)

    assert clock("clock", format_datetime(now)).state is State.OK
    behind = clock("clock", format_datetime(now + timedelta(minutes=4)))
    assert (behind.state, "s behind it. Please set it (NTP)" in behind.words) == (State.WRONG, True)
    assert clock("clock", "soon").state is State.MIND


# --- the report -----------------------------------------------------------------------------------------------------


async def test_the_command_prints_a_line_for_each_and_ends_with_1_where_something_is_wrong(tmp_path: Path) -> None:
    code, out, err = await run_to_end(
        "doctor", PATH="/nowhere", HOME=str(tmp_path), BOT_DATA_DIR=str(tmp_path / "data")
    )

    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert lines[0].startswith("wrong   settings                   SLACK_BOT_TOKEN: is not set. It begins with xoxb-")
    assert lines[-1] == "3 things are wrong. docs/troubleshooting.md has the same list."
    assert report.summary([]) == "Nothing is wrong."


def test_what_is_sent_as_a_sample_is_small() -> None:
    assert len(samples.picture()) + len(samples.page()) < 1_000


def test_a_reader_of_only_the_first_lines_gets_no_traceback() -> None:
    read, write = os.pipe()
    os.close(read)
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "manifest"], cwd=ROOT, env=env, stdout=write, stderr=subprocess.PIPE, check=False
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")
