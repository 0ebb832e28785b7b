"""Reads the environment and ``.env``: named values, or every fault at once.

I/O: reads the environment and ``.env``; the only module that does. A variable that is set but empty counts as not set,
except ``MESSAGES_VENDOR``, for which empty is a choice.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote
from urllib.request import getproxies

from pydantic import SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import StartFailed
from bot.setup import faults
from bot.setup.names import Unknown, explained, not_understood, unknown

ENV_FILE = Path(".env")


logging.getLogger("dotenv.main").setLevel(logging.ERROR)  # its findings are put in our own words
try:
    Path.home()
except RuntimeError:  # a container's user may be a number alone, and slack_sdk asks for a home when it is loaded
    os.environ["HOME"] = "/"


class Environment(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=ENV_FILE, env_file_encoding="utf-8", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    @model_validator(mode="before")
    @classmethod
    def _empty_is_not_set(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value != "" or name == "messages_vendor"}

    @classmethod
    def load(cls) -> Self:
        """The settings of this process. Raises ``StartFailed`` with one line per fault."""
        try:
            return cls()
        except ValidationError as error:
            lines, slips = faults.lines(error.errors(), cls.model_fields), unknown_among(cls.model_fields)
            raise StartFailed(*(explained(line, slips) for line in lines)) from None
        except OSError as error:
            raise StartFailed(f".env: cannot be read ({error.strerror})") from None
        except UnicodeDecodeError:
            raise StartFailed(".env: is not text in UTF-8; please save it as UTF-8") from None


def unknown_among(fields: Iterable[str]) -> list[Unknown]:
    """Variables of the environment and of ``.env`` that look like settings but are not in ``fields``."""
    return unknown((name.upper() for name in fields), os.environ, _env_file())


def lines_not_understood() -> list[str]:
    """Of ``.env``, a sentence each."""
    lines = not_understood(_env_file())
    return [f".env: line {number} is not of the form NAME=value, and sets nothing." for number in lines]


def _env_file() -> str:
    try:
        return ENV_FILE.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return ""


def secrets_of(settings: Environment) -> list[str]:
    """The text of each secret that is set, for the log to leave out; what a proxy asks for is one."""
    values = (getattr(settings, name) for name in type(settings).model_fields)
    proxies = [part for address in getproxies().values() for part in _of_whoever_calls(address)]
    return [*(secret(value) for value in values if isinstance(value, SecretStr)), *proxies]


def _of_whoever_calls(address: str) -> list[str]:
    """What stands before a proxy's host: a name and a password, each as it is written and as it is meant."""
    before, at, _ = address.partition("://")[2].rpartition("@")
    name, _, password = before.partition(":")
    secrets = [password] if password else [name]
    return [form for part in secrets for form in (part, unquote(part)) if at and form]


def secret(value: SecretStr | None) -> str:
    """The text of a secret that ``load`` has made sure of."""
    return value.get_secret_value() if value is not None else ""
