"""The settings of the Slack app: its tokens and addresses, and which of them go together. Pure."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from bot.configuration.model_settings import ModelSettings
from bot.configuration.setting_types import HttpUrl, Secret, file_of, given
from bot.installations.token_cipher import keys_of
from bot.setup import where


class SlackSettings(ModelSettings):
    """One workspace by its bot token, or many by the app's credentials; over Socket Mode, or HTTP."""

    slack_client_id: str | None = Field(
        None,
        description="Client ID of the app. Set: many workspaces can install it, with `SLACK_CLIENT_SECRET` and "
        "`BOT_TOKEN_KEY` and without `SLACK_BOT_TOKEN`: docs/many_workspaces.md.",
    )
    slack_client_secret_file: Path | None = file_of("SLACK_CLIENT_SECRET")
    slack_client_secret: Secret = Field(None, validate_default=True, description="Client secret of the app.")
    bot_token_key_file: Path | None = file_of("BOT_TOKEN_KEY")
    bot_token_key: Secret = Field(
        None,
        validate_default=True,
        description="Key that encrypts the workspaces' tokens in the database: 32 bytes in base64. Of several, "
        "separated by commas, the first encrypts and all decrypt.",
    )
    bot_public_url: HttpUrl | None = Field(
        None, description="The bot's own address for browsers, if the app has several redirect URLs."
    )
    slack_bot_token_file: Path | None = file_of("SLACK_BOT_TOKEN")
    slack_bot_token: Secret = Field(None, validate_default=True, description="Bot token, `xoxb-…`.")
    slack_app_token_file: Path | None = file_of("SLACK_APP_TOKEN")
    slack_app_token: Secret = Field(
        None,
        validate_default=True,
        description="App-level token, `xapp-…`, with `connections:write`. Set: Socket Mode. Not set: HTTP.",
    )
    slack_signing_secret_file: Path | None = file_of("SLACK_SIGNING_SECRET")
    slack_signing_secret: Secret = Field(None, validate_default=True, description="Signing secret, which HTTP needs.")
    slack_api_url: HttpUrl = Field("https://slack.com/api/", description="Slack's Web API; every client uses it.")

    @field_validator("slack_client_secret", "bot_token_key")
    @classmethod
    def _for_many_workspaces(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if info.data.get("slack_client_id") is not None:
            given(value, info)
        if value is not None and info.field_name == "bot_token_key":
            keys_of(value.get_secret_value())
        return value

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _not_for_many_workspaces(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        many = info.data.get("slack_client_id") is not None
        if many and value is not None:
            raise ValueError("is set, and SLACK_CLIENT_ID is too: an app of many workspaces gets its tokens itself")
        return value if many or info.field_name == "slack_app_token" else given(value, info)

    @field_validator("slack_signing_secret")
    @classmethod
    def _one_transport(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None and info.data.get("slack_app_token", ...) is None:  # ...: it has a fault of its own
            if info.data.get("slack_client_id") is not None:
                given(value, info)
            raise ValueError(f"SLACK_APP_TOKEN: is not set. {where.OF['SLACK_APP_TOKEN']} {where.OR_HTTP}")
        return value
