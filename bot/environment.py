"""The environment (and ``.env``) goes in; named values come out, or every fault at once.

I/O: reads the environment and ``.env``; the only module that does. A variable that is set but empty counts as not set,
except ``MESSAGES_VENDOR``, where empty is a choice.
"""

from __future__ import annotations

from typing import Any, Self

from pydantic import SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import StartFailed


class Environment(BaseSettings):
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


def secrets_of(settings: Environment) -> list[str]:
    """The text of each secret that is set, for the log to leave out."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    return [secret(value) for value in values if isinstance(value, SecretStr)]


def secret(value: SecretStr | None) -> str:
    """The text of a secret that ``load`` has made sure of."""
    return value.get_secret_value() if value is not None else ""
