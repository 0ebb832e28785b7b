"""The environment (and ``.env``) goes in; settings with units, bounds and reasons come out, or every fault at once.

I/O: reads the environment and ``.env``; the only module that does. A variable that is set but empty counts as not set,
except ``MESSAGES_VENDOR``, where empty is a choice.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import StartFailed
from bot.limits import REQUEST_BYTES_MAX
from bot.prompt.spoken import SYSTEM_PROMPT
from bot.setting_types import (
    Channels,
    Domains,
    Effort,
    HttpUrl,
    Prompt,
    Secret,
    Users,
    Workspaces,
    file_of,
    given,
    known_database,
)

DATA_DIR = Path(".data")


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_is_not_set(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value != "" or name == "messages_vendor"}

    @classmethod
    def load(cls) -> Self:
        """The settings of this process. Raises ``StartFailed`` with one line a fault."""
        try:
            return cls()
        except ValidationError as error:
            raise StartFailed(*sorted({_fault(item["loc"], item["msg"]) for item in error.errors()})) from None


def _fault(loc: tuple[int | str, ...], message: str) -> str:
    name = str(loc[0]).upper() if loc else "settings"
    return f"{name}: {message.removeprefix('Value error, ')}"


class ModelSettings(_Settings):
    """What the model link alone needs."""

    yourouter_api_key_file: Path | None = file_of("YOUROUTER_API_KEY")
    yourouter_api_key: Secret = Field(None, validate_default=True, description="Key of the Messages API.")
    messages_api_url: HttpUrl = Field(
        "https://api.yourouter.ai/v1", description="Requests go to this address with `/messages` behind it."
    )
    messages_vendor: str = Field(
        "anthropic", description="The `vendor` header: pins the router to one provider. Empty sends none."
    )
    messages_model: str = Field("claude-sonnet-5-5", description="Model id, as the API names it.")
    messages_max_tokens: int = Field(
        16_000,
        ge=1,
        le=128_000,
        description="Longest answer, tokens, unless the model gives less; thinking counts too, so leave room.",
    )
    messages_first_text_timeout_s: float = Field(
        120, gt=0, description="Longest wait for an answer to begin, over all tries."
    )
    messages_idle_timeout_s: float = Field(60, gt=0, description="Longest silence once an answer has begun.")
    messages_request_bytes_max: int = Field(
        30_000_000,
        ge=100_000,
        le=REQUEST_BYTES_MAX,
        description="Largest request, files included; a router may allow less than the API.",
    )
    bot_caching: Literal["auto", "off"] = Field(
        "auto",
        description="Prompt caching: `auto` where it pays, unless the host refuses it or keeps nothing; or `off`.",
    )
    bot_citations: Literal["on", "off"] = Field(
        "on", description="Whether an answer marks what it has from which pages of the PDFs, and lists them below."
    )
    bot_system_prompt_file: Path | None = file_of("BOT_SYSTEM_PROMPT")
    bot_system_prompt: Prompt = Field(
        SYSTEM_PROMPT, validate_default=True, description="What the model is told before the thread."
    )
    bot_effort: Effort = Field(
        None, description="How hard the model tries: `low`, `medium` or `high`. Not set: as it does by itself."
    )
    bot_data_dir: Path = Field(DATA_DIR, description="Database and file cache live here.")
    bot_file_bytes_max: int = Field(
        24_000_000, ge=1_000, le=1_000_000_000, description="Largest file that is downloaded."
    )
    bot_files_at_once_max: int = Field(
        4, ge=1, le=32, description="Downloads and conversions at the same time, over all questions."
    )
    bot_confinement: Literal["require", "best"] = Field(
        "require",
        description="LibreOffice where the system offers neither Landlock nor namespaces to hold it: "
        "`require` does without it, `best` starts it all the same.",
    )
    bot_image_side_px_max: int = Field(
        1568, ge=200, le=2576, description="Longer side of an image as sent; models see no more than 1568 or 2576."
    )
    bot_cache_bytes_max: int = Field(
        1_000_000_000, ge=1_000_000, description="Prepared files, and those in preparation, on disk."
    )
    bot_cache_age_max_s: float = Field(
        7 * 86_400, gt=0, description="Prepared files that nobody used for so long are dropped."
    )
    bot_document_pages_max: int = Field(2_000, ge=1, description="Pages of one document that are read.")
    bot_document_tokens_max: int = Field(
        10_000_000, ge=10_000, description="Estimated tokens of documents that are read in parts for one question."
    )
    bot_document_confirm_tokens: int = Field(
        3_000_000, ge=0, description="Where that takes more tokens, people are told first, and press a button to go on."
    )
    bot_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Least level logged.")
    bot_log_format: Literal["console", "json"] = Field("console", description="Lines for people or for machines.")

    check_key = field_validator("yourouter_api_key")(given)


class Settings(ModelSettings):
    """What ``run`` needs."""

    slack_bot_token_file: Path | None = file_of("SLACK_BOT_TOKEN")
    slack_bot_token: Secret = Field(None, validate_default=True, description="Bot token, `xoxb-…`.")
    slack_app_token_file: Path | None = file_of("SLACK_APP_TOKEN")
    slack_app_token: Secret = Field(
        None,
        validate_default=True,
        description="App-level token, `xapp-…`, with `connections:write`. Set: Socket Mode. Not set: HTTP.",
    )
    slack_signing_secret_file: Path | None = file_of("SLACK_SIGNING_SECRET")
    slack_signing_secret: Secret = Field(None, validate_default=True, description="Signing secret; needed for HTTP.")
    slack_api_url: HttpUrl = Field("https://slack.com/api/", description="Slack's Web API; every client uses it.")
    bot_http_host: str = Field("127.0.0.1", description="Address that HTTP mode listens on.")
    bot_http_port: int = Field(3000, ge=0, le=65_535, description="Port that HTTP mode listens on.")
    database_url_file: Path | None = file_of("DATABASE_URL")
    database_url: Secret = Field(
        None,
        validate_default=True,
        description="`postgresql://…` or `sqlite:///…`; not set: SQLite under `BOT_DATA_DIR`.",
    )
    bot_allowed_workspaces: Workspaces = Field(
        None, description="Only people of these are answered: ids of workspaces or organisations, by commas."
    )
    bot_allowed_channels: Channels = Field(
        None,
        description="Only in these are questions answered: ids, by commas. Direct messages (`D…`) only if listed, too.",
    )
    bot_denied_channels: Channels = Field(None, description="In these no question is answered.")
    bot_allowed_users: Users = Field(None, description="Only these people and apps are answered: ids, by commas.")
    bot_denied_users: Users = Field(None, description="These people and apps are not answered.")
    bot_allowed_email_domains: Domains = Field(
        None,
        description="Only people with addresses of exactly these domains are answered. Needs `users:read.email`.",
    )
    bot_allow_guests: bool = Field(False, description="Whether guests, of one channel or several, are answered.")
    bot_allow_external: bool = Field(
        False, description="Whether people and apps of other companies are answered, in channels shared with them."
    )
    bot_channels_file: Path | None = Field(
        None, description="A file in TOML with instructions, model and effort for single channels: docs/costs.md."
    )
    bot_prices_file: Path | None = Field(
        None, description="A file in TOML with prices of models, in the place of the published ones: docs/costs.md."
    )
    bot_footer: Literal["off", "usage"] = Field(
        "off", description="What stands under an answer: `usage` shows its tokens, what they cost, and the model."
    )
    bot_streaming: Literal["edits", "native"] = Field(
        "edits", description="How answers grow: `edits` of a message; `native`: Slack's streams, in direct messages."
    )
    bot_follow_ups: Literal["on", "off"] = Field(
        "on", description="Whether who has mentioned the bot in a thread is answered there without mentioning it again."
    )
    bot_turns_max: int = Field(50, ge=1, le=1_000, description="Answers written at the same time.")
    bot_turns_per_user_max: int = Field(
        4, ge=1, le=1_000, description="Of these, for questions of one person; the person's other questions wait."
    )
    bot_turns_per_channel_max: int = Field(20, ge=1, le=1_000, description="Of these, for questions in one channel.")
    bot_user_questions_per_day: int | None = Field(
        None, ge=1, description="Questions of one person that are answered in a day, which begins at midnight UTC."
    )
    bot_user_tokens_per_day: int | None = Field(
        None,
        ge=1,
        description="Tokens that one person's questions may use in a day: input, what a cache served included, and "
        "output. Who has used them up waits for the next day.",
    )
    bot_workspace_tokens_per_day: int | None = Field(
        None, ge=1, description="The same for all questions of the workspace together."
    )
    bot_history_tokens_max: int | None = Field(
        None,
        ge=1_000,
        description="Tokens of thread and files in one request; oldest go first. "
        "Not set: by the model's window, 900,000 of a million or 150,000 of 200,000.",
    )
    bot_shutdown_grace_s: float = Field(
        20, ge=0, le=600, description="Time that running answers get to finish when the bot is stopped."
    )
    bot_lease_s: float = Field(
        20, ge=1, le=60, description="A process silent for so long counts as dead: others answer its questions."
    )

    check_bot_token = field_validator("slack_bot_token")(given)

    @field_validator("slack_signing_secret")
    @classmethod
    def _one_transport(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None and info.data.get("slack_app_token", ...) is None:  # ...: it has a fault of its own
            raise ValueError("is not set, and SLACK_APP_TOKEN is not either: one of the two is needed")
        return value

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _token_kind(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        kinds = ("xapp-",) if info.field_name == "slack_app_token" else ("xoxb-", "xoxe.xoxb-")
        if value is not None and not value.get_secret_value().startswith(kinds):
            raise ValueError(f"does not begin with {kinds[0]}: this is another kind of token")
        return value

    check_database = field_validator("database_url")(known_database)


def data_dir() -> Path:
    """``BOT_DATA_DIR``, whatever else is set."""

    class Kept(_Settings):
        bot_data_dir: Path = DATA_DIR

    return Kept.load().bot_data_dir


def kept_in() -> tuple[str, Path]:
    """The database's address and ``BOT_DATA_DIR``, whatever else is set."""

    class Kept(_Settings):
        bot_data_dir: Path = DATA_DIR
        database_url_file: Path | None = None
        database_url: Secret = Field(None, validate_default=True)
        check_database = field_validator("database_url")(known_database)

    kept = Kept.load()
    return secret(kept.database_url) or sqlite_in(kept.bot_data_dir), kept.bot_data_dir


def sqlite_in(data_dir: Path) -> str:
    """The address of the database where none is set."""
    return f"sqlite:///{(data_dir / 'bot.sqlite3').resolve()}"


def secrets_of(settings: ModelSettings) -> list[str]:
    """The text of each secret that is set, for the log to leave out."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return [secret(value) for value in values if isinstance(value, SecretStr)]


def secret(value: SecretStr | None) -> str:
    """The text of a secret that ``load`` has made sure of."""
    return value.get_secret_value() if value is not None else ""
