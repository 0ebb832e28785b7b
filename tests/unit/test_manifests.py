"""The manifest for a configuration: what it asks for, and that Slack takes it."""

from __future__ import annotations

import contextlib
import io
from typing import Any

import jsonschema
import pytest
import yaml

from bot.__main__ import main
from bot.setup import app_events, app_scopes, manifest
from bot.setup.manifest import Wanted
from tests.contract.slack.test_manifest import RULES
from tests.repository import text_of

URL = "https://bot.example.com"
EVERY = [
    Wanted(url=url, many=many, agent=agent, added=added)
    for url in ("", URL)
    for many in (False, True)
    for agent in (False, True)
    for added in ((), (app_scopes.EMAILS,))
]


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("SLACK_CLIENT_ID", "BOT_PUBLIC_URL", "BOT_ALLOWED_EMAIL_DOMAINS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def printed(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["manifest", *arguments]) == 0
    loaded: dict[str, Any] = yaml.safe_load(out.getvalue())
    return loaded


def test_the_file_is_what_the_command_prints_for_no_configuration(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["manifest"]) == 0
    assert capsys.readouterr().out == text_of("manifest.yml")


@pytest.mark.parametrize("wanted", EVERY)
def test_slack_takes_every_one_and_its_yaml_is_its_data(wanted: Wanted) -> None:
    made = manifest.data(wanted)
    assert yaml.safe_load(manifest.manifest(wanted)) == made
    jsonschema.Draft7Validator(RULES, format_checker=None).validate(made)


def test_every_event_has_its_scope_and_every_scope_is_listed_once() -> None:
    names = [scope.name for scope in app_scopes.SCOPES]
    assert len(set(names)) == len(names)
    assert {event.scope for event in app_events.EVENTS if event.scope} <= set(names)


def test_over_http_slack_is_told_the_address_everywhere() -> None:
    made = printed("--url", URL + "/")
    assert made["settings"]["socket_mode_enabled"] is False
    assert made["settings"]["event_subscriptions"]["request_url"] == f"{URL}/slack/events"
    assert made["settings"]["interactivity"]["request_url"] == f"{URL}/slack/events"
    assert made["features"]["slash_commands"][0]["url"] == f"{URL}/slack/events"


def test_settings_add_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    assert app_scopes.EMAILS not in printed()["oauth_config"]["scopes"]["bot"]
    monkeypatch.setenv("BOT_ALLOWED_EMAIL_DOMAINS", "example.com")
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("BOT_PUBLIC_URL", URL)
    made = printed()
    assert app_scopes.EMAILS in made["oauth_config"]["scopes"]["bot"]
    assert made["oauth_config"]["redirect_urls"] == [f"{URL}/slack/oauth_redirect"]
    assert made["settings"]["org_deploy_enabled"] is True


def test_what_is_left_out_takes_its_event_along() -> None:
    made = printed("--without", "reactions:read", "--without", "commands")
    assert not {"reactions:read", "commands"} & set(made["oauth_config"]["scopes"]["bot"])
    assert "reaction_added" not in made["settings"]["event_subscriptions"]["bot_events"]
    assert "slash_commands" not in made["features"]


def test_an_agent_has_its_surface_events_and_scope() -> None:
    made = printed("--agent")
    assert len(made["features"]["agent_view"]["suggested_prompts"]) == 4
    assert "AI can make mistakes" in made["features"]["agent_view"]["agent_description"]
    assert app_scopes.AGENT in made["oauth_config"]["scopes"]["bot"]
    assert {"agent_session_stopped", "app_home_opened"} <= set(made["settings"]["event_subscriptions"]["bot_events"])


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("--url", "http://bot.example.com"), "--url: http://bot.example.com is no address"),
        (("--without", "chat:write"), "--without: chat:write is no optional scope"),
    ],
)
def test_a_wrong_argument_is_one_line(
    arguments: tuple[str, ...], word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["manifest", *arguments]) == 2
    assert capsys.readouterr().err.startswith(word)
