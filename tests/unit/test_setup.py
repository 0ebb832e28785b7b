"""What an operator reads about settings that are wrong: one line each, in our words, without the value."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.configuration.environment import ENV_FILE
from bot.errors import StartFailed
from bot.settings import Settings, unknown_names
from bot.setup import names, shapes

GOOD = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "YOUROUTER_API_KEY": "key-1"}
MINE = frozenset(name.upper() for name in Settings.model_fields)


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in MINE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def faults(monkeypatch: pytest.MonkeyPatch, **values: str) -> tuple[str, ...]:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(StartFailed) as failed:
        Settings.load()
    return failed.value.faults


def test_with_nothing_set_it_is_three_lines_that_say_where_each_value_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    bot_token, app_token, key = faults(monkeypatch)

    assert bot_token.startswith("SLACK_BOT_TOKEN: is not set. It begins with xoxb- and is found on api.slack.com/apps")
    assert app_token.startswith("SLACK_APP_TOKEN: is not set. It begins with xapp- and is made on api.slack.com/apps")
    assert app_token.endswith("(Or, for signed HTTP in place of Socket Mode, set SLACK_SIGNING_SECRET.)")
    assert key.startswith("YOUROUTER_API_KEY: is not set. It is the key of the Messages API")


@pytest.mark.parametrize(
    ("name", "value", "fault"),
    [
        ("SLACK_BOT_TOKEN", "xapp-1-secret", "is an app-level token of Slack's, which belongs in SLACK_APP_TOKEN."),
        ("SLACK_APP_TOKEN", "xoxb-secret", "is a bot token of Slack's, which belongs in SLACK_BOT_TOKEN."),
        ("SLACK_BOT_TOKEN", "xoxp-secret", "is a person's token of Slack's."),
        ("SLACK_BOT_TOKEN", "xoxe-1-secret", "is a refresh token of Slack's."),
        ("SLACK_BOT_TOKEN", "secret", "does not begin with xoxb-: this is another kind of token."),
        ("YOUROUTER_API_KEY", "xoxb-secret", "is a bot token of Slack's, which belongs in SLACK_BOT_TOKEN."),
        ("SLACK_SIGNING_SECRET", "xoxb-secret", "is a bot token of Slack's, which belongs in SLACK_BOT_TOKEN."),
        ("YOUROUTER_API_KEY", '"secret"', "has quotation marks around it"),
        ("SLACK_BOT_TOKEN", "'xoxb-secret'", "has quotation marks around it"),
        ("YOUROUTER_API_KEY", "secret ", "has a space or a line break before or after it."),
        ("YOUROUTER_API_KEY", "\tsecret", "has a space or a line break before or after it."),
        ("YOUROUTER_API_KEY", "sec ret", "has a space or a line break in it: it was not copied correctly."),
        ("YOUROUTER_API_KEY", "Bearer secret", "begins with “Bearer”."),
        ("SLACK_BOT_TOKEN", "xoxb-…secret", "contains characters that no token has: it was not copied correctly."),
        ("DATABASE_URL", '"sqlite:///secret"', "has quotation marks around it"),
    ],
)
def test_a_token_that_is_another_one_or_was_not_copied_well_is_one_line(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, fault: str
) -> None:
    (line,) = faults(monkeypatch, **{**GOOD, name: value})

    assert line.startswith(f"{name}: {fault}")
    assert "secret" not in line.replace("signing secret", "")


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("BOT_TURNS_MAX", "must be a whole number from 1 to 1,000"),
        ("BOT_LEASE_S", "must be a number from 1 to 60"),
        ("BOT_HISTORY_TOKENS_MAX", "must be a whole number, at least 1,000"),
        ("MESSAGES_IDLE_TIMEOUT_S", "must be a number above 0"),
        ("BOT_ALLOW_GUESTS", "must be true or false"),
        ("BOT_CACHING", "must be one of auto or off"),
        ("BOT_EFFORT", "must be one of low, medium or high"),
        ("MESSAGES_API_URL", "must be an http or https address"),
        ("DATABASE_URL", "must begin with postgresql:// or sqlite:///"),
        ("BOT_ALLOWED_USERS", None),
    ],
)
def test_a_value_that_a_setting_cannot_have_is_said_in_our_words(
    monkeypatch: pytest.MonkeyPatch, name: str, fault: str | None
) -> None:
    (line,) = faults(monkeypatch, **GOOD, **{name: "-1.5 or so"})

    assert line == f"{name}: {fault}" if fault else line.startswith(f"{name}: ")


def test_no_setting_shows_a_validator_s_words_whatever_it_is_set_to(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = {name for name in MINE if name.endswith(("_FILE", "_DIR"))}
    texts = {
        "BOT_HTTP_HOST",
        "BOT_OPS_HOST",
        "SLACK_CLIENT_ID",
        "BOT_SYSTEM_PROMPT",
        "MESSAGES_MODEL",
        "MESSAGES_VENDOR",
    }
    lines = faults(monkeypatch, **dict.fromkeys(MINE - paths - texts - {"SLACK_API_URL"}, " \x01"))

    assert {line.split(":")[0] for line in lines} == MINE - paths - texts - {"SLACK_API_URL"}
    assert not [line for line in lines if "Input" in line or "valid " in line or "parse" in line or "pydantic" in line]


def test_what_a_newcomer_needs_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = faults(monkeypatch, BOT_ALLOW_GUESTS="?", BOT_TURNS_MAX="?", MESSAGES_API_URL="?")

    assert [line.split(":")[0] for line in lines] == [
        "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "YOUROUTER_API_KEY", "MESSAGES_API_URL", "BOT_ALLOW_GUESTS",
        "BOT_TURNS_MAX",
    ]  # fmt: skip


def test_an_address_that_has_the_path_of_the_request_already_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    (line,) = faults(monkeypatch, **GOOD, MESSAGES_API_URL="https://api.example.com/v1/messages")

    assert line == "MESSAGES_API_URL: must not include /messages, which every request appends"


def test_what_is_missing_may_stand_there_under_a_name_with_a_slip_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ENV_FILE.write_text("SLACK_BOT_TOKN=xoxb-1\n")
    (line,) = faults(monkeypatch, SLACK_APP_TOKEN="xapp-1", YOUROUTER_API_KEY="key-1")

    assert line.endswith("(SLACK_BOT_TOKN is set: is that a typo?)")


def test_an_env_file_that_is_no_text_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    ENV_FILE.write_bytes(b"\xff\xfe\x00")

    assert faults(monkeypatch) == (".env: is not text in UTF-8; please save it as UTF-8",)


def test_names_that_nobody_knows_are_found_in_the_environment_and_in_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_ALOWED_USERS", "U1")
    ENV_FILE.write_text(
        "MESSAGE_MODEL=x\nexport MESSAGES_VENDER=y\n# BOT_NOTHING=z\nPATH=/bin\nBOT_SYSTEM_PROMPT='a=b'\n"
    )

    assert [(slip.name, slip.nearest) for slip in unknown_names()] == [
        ("BOT_ALOWED_USERS", "BOT_ALLOWED_USERS"),
        ("MESSAGES_VENDER", "MESSAGES_VENDOR"),
        ("MESSAGE_MODEL", "MESSAGES_MODEL"),
    ]


def test_lines_of_the_file_that_set_nothing_are_named() -> None:
    text = "# a comment\n\nBOT_TURNS_MAX: 5\nBOT_SYSTEM_PROMPT='Be\nkind: always'\nexport A=b\nand so on\nB=\"c\" # d\n"

    assert names.not_understood(text) == [3, 7]


def test_other_tools_names_in_the_environment_are_let_be() -> None:
    others = (
        "SLACK_WEBHOOK_URL",
        "SLACK_CHANNEL",
        "SLACK_CLI_XOXB",
        "SLACK_TEAM_ID",
        "DATABASE_HOST",
        "HOME",
        "ROBOT_X",
    )

    assert names.unknown(MINE, others, "") == []
    assert names.unknown(MINE, ("SLACK_APP_TOKENS", "slack_bot_token", "BOT_WHATEVER"), "") == [
        names.Unknown("BOT_WHATEVER"),
        names.Unknown("SLACK_APP_TOKENS", "SLACK_APP_TOKEN"),
    ]


def test_a_bot_token_that_rotates_ends_by_itself() -> None:
    assert shapes.doubt("SLACK_BOT_TOKEN", "xoxb-1-2-abc") == ""
    assert shapes.doubt("SLACK_BOT_TOKEN", "xoxe.xoxb-1-abc").startswith("expires within twelve hours")


def test_a_signing_secret_of_another_shape_is_doubted() -> None:
    assert shapes.doubt("SLACK_SIGNING_SECRET", "0123456789abcdef0123456789abcdef") == ""
    assert shapes.doubt("SLACK_SIGNING_SECRET", "A0123456789").startswith("is not 32 digits and letters from a to f")
