"""Where the bot sends words and tokens, by the settings and by what Slack delivers, and where not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.configuration.environment import secret
from bot.errors import StartFailed
from bot.settings import Settings, storage
from bot.slack.write.response_url import may_answer_at

NEEDED = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "YOUROUTER_API_KEY": "key-1"}
FILES = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "YOUROUTER_API_KEY", "DATABASE_URL")
HTTPS = "must begin with https://, since http:// is only for 127.0.0.1, ::1 and localhost"
SLACK = "https://slack.com/api/"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """With the settings that are needed, and no others."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in NEEDED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def faults() -> tuple[str, ...]:
    with pytest.raises(StartFailed) as failed:
        Settings.load()
    return failed.value.faults


@pytest.mark.parametrize("name", ["SLACK_API_URL", "MESSAGES_API_URL"])
@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("http://slack.internal/api/", HTTPS),
        ("http://10.0.0.1/api/", HTTPS),
        ("http://127.0.0.1.evil.example/", HTTPS),
        ("https://user:hunter2@api.example/v1", "must not hold a user name or a password"),
        ("https://hunter2@api.example/v1", "must not hold a user name or a password"),
        ("https://api.example/v1?key=hunter2", "must end with its path, without ? and #"),
        ("https://api.example/v1#hunter2", "must end with its path, without ? and #"),
        ("ftp://api.example/", "must be an http or https address"),
        ("https://", "must be an http or https address"),
        ("https://api.example:port/", "must be an http or https address"),
        ("https://good.example\\@evil.example/", "must be an http or https address"),
        ("https://api .example/", "must be an http or https address"),
    ],
)  # fmt: skip
def test_an_address_that_would_leak_stops_the_start_with_one_line(
    environment: pytest.MonkeyPatch, name: str, address: str, fault: str
) -> None:
    environment.setenv(name, address)
    assert faults() == (f"{name}: {fault}",)


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "127.1.2.3", "[::1]:80", "localhost:1", "LOCALHOST"])
def test_plain_http_is_for_this_machine(environment: pytest.MonkeyPatch, host: str) -> None:
    environment.setenv("MESSAGES_API_URL", f"http://{host}/v1")
    assert Settings.load().messages_api_url == f"http://{host}/v1"


@pytest.mark.parametrize("name", FILES)
def test_a_secret_may_come_from_a_file(environment: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    value = {"DATABASE_URL": "postgresql://bot:pw@db.example/bot"}.get(name, NEEDED.get(name, "signing"))
    (tmp_path / "secret").write_text(f"{value}\n")
    environment.delenv(name, raising=False)
    environment.setenv(f"{name}_FILE", str(tmp_path / "secret"))

    assert secret(getattr(Settings.load(), name.lower())) == value
    if name == "DATABASE_URL":
        assert storage()[0] == value


@pytest.mark.parametrize("name", FILES)
def test_a_secret_that_is_given_twice_or_cannot_be_read_is_one_line(
    environment: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    environment.setenv(f"{name}_FILE", str(tmp_path / "nowhere"))
    environment.setenv(name, NEEDED.get(name, "sqlite:///x"))
    assert faults() == (f"{name}: is set, and so is {name}_FILE: only one of the two may be set",)

    environment.delenv(name)
    missing = f"{name}: {name}_FILE names {tmp_path / 'nowhere'}, which cannot be read (No such file or directory)"
    assert faults() == (missing,)
    (tmp_path / "nowhere").write_bytes(b"\n")
    assert faults() == (f"{name}: {name}_FILE names {tmp_path / 'nowhere'}, which is empty",)
    (tmp_path / "nowhere").write_bytes(b"\xff\xfe")
    assert faults() == (f"{name}: {name}_FILE names {tmp_path / 'nowhere'}, which contains no text",)


@pytest.mark.parametrize(
    ("url", "api_url", "may"),
    [
        ("https://hooks.slack.com/commands/T1/2/3", SLACK, True),
        ("https://hooks.slack.com:443/commands/T1/2/3", SLACK, True),
        ("https://hooks.slack-gov.com/commands/T1/2/3", SLACK, True),
        ("https://slack.com/x", SLACK, True),
        ("http://hooks.slack.com/commands/T1/2/3", SLACK, False),
        ("https://hooks.slack.com:8443/commands/T1/2/3", SLACK, False),
        ("https://hooks.slack.com@evil.example/", SLACK, False),
        ("https://evil@hooks.slack.com/", SLACK, False),
        ("https://hooks.slack.com.evil.example/", SLACK, False),
        ("https://evilslack.com/", SLACK, False),
        ("https://evil.example\\.slack.com/", SLACK, False),
        ("https://evil.example/hooks.slack.com", SLACK, False),
        ("http://127.0.0.1:1/response/1", SLACK, False),
        ("http://127.0.0.1:1/response/1", "http://127.0.0.1:2/api/", True),
        ("http://evil.example/", "http://127.0.0.1:2/api/", False),
        ("https://proxy.example/commands/1", "https://proxy.example/api/", True),
        ("http://proxy.example/commands/1", "https://proxy.example/api/", False),
        ("https://proxy.example:1/commands/1", "https://proxy.example/api/", False),
        ("", SLACK, False),
    ],
)
def test_a_command_is_answered_at_slacks_own_hosts_alone(url: str, api_url: str, may: bool) -> None:
    assert may_answer_at(url, api_url) is may
