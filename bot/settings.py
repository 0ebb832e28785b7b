"""The settings of the bot, beside those of the model and of the Slack app: units, bounds, and what each does. Pure.

``environment`` says where they come from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from bot.configuration.environment import Environment, lines_not_understood, secret, unknown_among
from bot.configuration.model_settings import DATA_DIR
from bot.configuration.setting_types import (
    ChannelIds,
    CollectorUrl,
    Domains,
    ModelIds,
    Secret,
    UserIds,
    WorkspaceIds,
    file_of,
    known_database,
)
from bot.configuration.slack_settings import SlackSettings
from bot.setup.names import Unknown


class Settings(SlackSettings):
    """What ``run`` needs."""

    bot_http_host: str = Field("127.0.0.1", description="Address that HTTP mode listens on.")
    bot_http_port: int = Field(3000, ge=0, le=65_535, description="Port that HTTP mode listens on.")
    bot_ops_host: str = Field("127.0.0.1", description="Address that the port for operators listens on.")
    bot_ops_port: int | None = Field(
        None,
        ge=0,
        le=65_535,
        description="Port for operators: `/healthz`, `/readyz` and `/metrics` (docs/operate.md). Not set: none. Never "
        "make it public.",
    )
    database_url_file: Path | None = file_of("DATABASE_URL")
    database_url: Secret = Field(
        None,
        validate_default=True,
        description="`postgresql://…` or `sqlite:///…`. Not set: SQLite under `BOT_DATA_DIR`.",
    )
    bot_allowed_workspaces: WorkspaceIds = Field(
        None,
        description="Only people from these are answered, and only these may install the app: ids of workspaces or "
        "organisations, separated by commas.",
    )
    bot_allowed_channels: ChannelIds = Field(
        None,
        description="Questions are answered only in these: ids, separated by commas. Direct messages (`D…`) only if "
        "they are listed, too.",
    )
    bot_denied_channels: ChannelIds = Field(
        None, description="No question is answered in these channels, and they are not read for any."
    )
    bot_allowed_users: UserIds = Field(
        None, description="Only these people and apps are answered: ids, separated by commas."
    )
    bot_denied_users: UserIds = Field(None, description="These people and apps are not answered.")
    bot_allowed_email_domains: Domains = Field(
        None,
        description="Only people with addresses of exactly these domains are answered. Needs `users:read.email`.",
    )
    bot_allow_guests: bool = Field(False, description="Whether guests are answered, single-channel and multi-channel.")
    bot_allow_external: bool = Field(
        False, description="Whether people and apps from other companies are answered, in channels shared with them."
    )
    bot_channels_file: Path | None = Field(
        None, description="A TOML file with instructions, model and effort for single channels: docs/costs.md."
    )
    bot_prices_file: Path | None = Field(
        None, description="A TOML file with prices of models, which replace the published ones: docs/costs.md."
    )
    bot_footer: Literal["off", "usage"] = Field(
        "off", description="What is shown under an answer: `usage` shows the tokens, what they cost, and the model."
    )
    bot_models: ModelIds = Field(
        None,
        description="Models that people may choose for a thread with `!model NAME`: ids as the API names them, "
        "separated by commas. Not set: only the configured one.",
    )
    bot_streaming: Literal["edits", "native"] = Field(
        "edits",
        description="How answers grow: `edits` of a message, or `native`: Slack's own streams, in direct messages.",
    )
    bot_answer_file_chars: int | None = Field(
        None,
        ge=1_000,
        description="Answers of at least this many characters are uploaded as files, too. Not set: only when somebody "
        "presses the button. Needs `files:write`.",
    )
    bot_feedback: Literal["on", "off"] = Field(
        "on", description="Whether there are thumbs below an answer, which `python -m bot usage` counts."
    )
    bot_follow_ups: Literal["on", "off"] = Field(
        "on", description="Whether people who have mentioned the bot in a thread can go on there without a mention."
    )
    bot_turns_max: int = Field(
        50,
        ge=1,
        le=1_000,
        description="Answers that one process writes at the same time, in all workspaces together; further questions "
        "take turns.",
    )
    bot_turns_per_user_max: int = Field(
        4, ge=1, le=1_000, description="How many of these may be for one person; that person's other questions wait."
    )
    bot_turns_per_channel_max: int = Field(20, ge=1, le=1_000, description="How many of these may be in one channel.")
    bot_user_questions_per_day: int | None = Field(
        None, ge=1, description="Questions of one person that are answered in a day, which begins at midnight UTC."
    )
    bot_user_tokens_per_day: int | None = Field(
        None,
        ge=1,
        description="Tokens that one person's questions may use in a day: input, including what came "
        "from a cache, and output. Whoever has used them up waits until the next day.",
    )
    bot_workspace_tokens_per_day: int | None = Field(
        None, ge=1, description="The same for all questions of a workspace together."
    )
    bot_history_tokens_max: int | None = Field(
        None,
        ge=1_000,
        description="Tokens of thread and files in one request; the oldest are left out first. Not set: by the "
        "model's window, 900,000 of a million or 150,000 of 200,000.",
    )
    bot_shutdown_grace_s: float = Field(
        20, ge=0, le=600, description="Seconds that running answers get to finish when the bot is stopped."
    )
    bot_lease_s: float = Field(
        20,
        ge=1,
        le=60,
        description="A process that is silent for this many seconds counts as dead: others answer its questions.",
    )

    otel_exporter_otlp_endpoint: CollectorUrl | None = Field(
        None,
        description="Address of an OpenTelemetry collector that gets traces of turns: docs/operate.md. Not set: no "
        "traces.",
    )

    check_database = field_validator("database_url")(known_database)


def unknown_names() -> list[Unknown]:
    """Variables in the environment and ``.env`` that look like settings but are not."""
    return unknown_among(Settings.model_fields)


def slips() -> list[str]:
    """Settings that do nothing and were probably meant otherwise, one line each."""
    return [*lines_not_understood(), *map(str, unknown_names())]


def data_dir() -> Path:
    """``BOT_DATA_DIR``, whatever else is set."""

    class OnlyDataDir(Environment):
        bot_data_dir: Path = DATA_DIR

    return OnlyDataDir.load().bot_data_dir


def storage() -> tuple[str, Path]:
    """The database's address and ``BOT_DATA_DIR``, whatever else is set."""

    class OnlyStorage(Environment):
        bot_data_dir: Path = DATA_DIR
        database_url_file: Path | None = None
        database_url: Secret = Field(None, validate_default=True)
        check_database = field_validator("database_url")(known_database)

    found = OnlyStorage.load()
    return secret(found.database_url) or sqlite_in(found.bot_data_dir), found.bot_data_dir


def sqlite_in(data_dir: Path) -> str:
    """The default address of the database."""
    return f"sqlite:///{(data_dir / 'bot.sqlite3').resolve()}"
