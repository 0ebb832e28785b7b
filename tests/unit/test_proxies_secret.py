"""What a proxy asks for is a secret like any other: no log shows it, nor the doctor."""

from __future__ import annotations

import pytest

from bot.configuration.environment import secrets_of
from bot.doctor.machine import of_proxies
from bot.settings import Settings
from bot.telemetry.redaction import REDACTED, Redaction


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("http://bot:hunter2/x@proxy.example:3128", "hunter2/x"),
        ("http://bot:hunt%40er2@proxy.example:3128", "hunt@er2"),
        ("http://hunter2@proxy.example:3128", "hunter2"),
        ("http://bot:p@ss:word@proxy.example", "p@ss:word"),
    ],
)
def test_no_log_shows_it_whatever_writes_it(monkeypatch: pytest.MonkeyPatch, address: str, secret: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    tokens = {"slack_bot_token": "xoxb-1-hidden", "slack_app_token": "xapp-1-hidden", "yourouter_api_key": "hidden"}
    settings = Settings(_env_file=None, **tokens)  # type: ignore[arg-type, call-arg]  # pydantic makes them secrets
    redaction = Redaction(secrets_of(settings))

    for line in (f"no answer from {address}", f"proxy said no to {secret!r}", f"407 for {address.partition('//')[2]}"):
        shown = redaction.text(line)
        assert REDACTED in shown
        assert secret not in shown
        assert address not in shown


def test_the_name_in_any_address_is_left_out() -> None:
    assert Redaction().text("https://hunter2@proxy.example/x") == f"https://{REDACTED}@proxy.example/x"


@pytest.mark.parametrize("address", ["http://bot:pa#hunter2@proxy.example", "http://bot:hunter2@[proxy", "bot:hunter2"])
def test_the_doctor_quotes_no_part_of_what_is_no_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)

    (found,) = of_proxies()

    assert "hunter2" not in f"{found!r} {found.words}"
    assert "HTTPS_PROXY" in found.words
