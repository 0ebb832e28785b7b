"""Lists of ids in the settings: what is tolerated, and what ends the start with a line that names the setting."""

from __future__ import annotations

import pytest

from bot.errors import StartFailed
from bot.settings import Settings

NEEDED = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "YOUROUTER_API_KEY": "key",
}


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in {**NEEDED, **values}.items():
        monkeypatch.setenv(name, value)
    return Settings.load()


@pytest.mark.parametrize(
    ("name", "value", "listed"),
    [
        ("BOT_ALLOWED_WORKSPACES", "T0AAA,E0BBB", {"T0AAA", "E0BBB"}),
        ("BOT_ALLOWED_CHANNELS", " C0AAA , G0BBB,, D0CCC,", {"C0AAA", "G0BBB", "D0CCC"}),
        ("BOT_DENIED_CHANNELS", "C0AAA", {"C0AAA"}),
        ("BOT_ALLOWED_USERS", "U0AAA,\tW0BBB,B0CCC", {"U0AAA", "W0BBB", "B0CCC"}),
        ("BOT_DENIED_USERS", "U0AAA,U0AAA,USLACKBOT", {"U0AAA", "USLACKBOT"}),
        ("BOT_ALLOWED_EMAIL_DOMAINS", "Example.COM, @mail.example.org", {"example.com", "mail.example.org"}),
        ("BOT_ALLOWED_USERS", " , ", None),
        ("BOT_ALLOWED_USERS", "", None),
    ],
)
def test_blanks_are_of_no_account(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, listed: set[str] | None
) -> None:
    assert getattr(load(monkeypatch, **{name: value}), name.lower()) == listed


@pytest.mark.parametrize(
    ("name", "value", "wrong"),
    [
        ("BOT_ALLOWED_WORKSPACES", "T0AAA,acme", "acme"),
        ("BOT_ALLOWED_CHANNELS", "#general", "#general"),
        ("BOT_ALLOWED_CHANNELS", "general", "general"),
        ("BOT_DENIED_CHANNELS", "C0AAA,contracts", "contracts"),
        ("BOT_DENIED_CHANNELS", "c0aaa", "c0aaa"),
        ("BOT_DENIED_USERS", "bob", "bob"),
        ("BOT_ALLOWED_WORKSPACES", "testing2", "testing2"),
        ("BOT_DENIED_CHANNELS", "C0AAA;C0BBB", "C0AAA;C0BBB"),
        ("BOT_DENIED_CHANNELS", "C0AAA C0BBB", "C0AAA C0BBB"),
        ("BOT_ALLOWED_USERS", "T0AAA", "T0AAA"),
        ("BOT_DENIED_USERS", "<@U0AAA>", "<@U0AAA>"),
        ("BOT_DENIED_USERS", "U", "U"),
        ("BOT_ALLOWED_EMAIL_DOMAINS", "ada@example.com", "ada@example.com"),
        ("BOT_ALLOWED_EMAIL_DOMAINS", "*.example.com", "*.example.com"),
        ("BOT_ALLOWED_EMAIL_DOMAINS", "example", "example"),
        ("BOT_ALLOW_GUESTS", "perhaps", "must be true or false"),
    ],
)
def test_what_is_no_id_ends_the_start_and_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, wrong: str
) -> None:
    with pytest.raises(StartFailed) as failed:
        load(monkeypatch, **{name: value})

    (fault,) = failed.value.faults
    assert fault.startswith(f"{name}: ")
    assert wrong in fault
