"""Parses the text of one setting, or says what is wrong with it. I/O: files that settings name.

``settings`` has the settings themselves, with their defaults and what they do.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationInfo
from pydantic_settings import NoDecode

from bot.addresses import http_address
from bot.configuration import id_lists
from bot.prompt.spoken import SYSTEM_PROMPT
from bot.setup import shapes, where

FILE_BYTES_MAX = 200_000


def from_file(value: object, info: ValidationInfo) -> object:
    """A value, or what the file holds that ``NAME_FILE`` names; such files often end with a line end."""
    path = info.data.get(f"{info.field_name}_file")
    if path is None:
        return value
    name = f"{info.field_name}_FILE".upper()
    if value is not None:
        raise ValueError(f"is set, and so is {name}: only one of the two may be set")
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
        text = str(content.decode("utf-8-sig").rstrip("\r\n"))
    except OSError as error:
        raise ValueError(f"{name} names {path}, which cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise ValueError(f"{name} names {path}, which contains no text") from None
    if len(content) > FILE_BYTES_MAX:
        raise ValueError(f"{name} names {path}, which has more than {FILE_BYTES_MAX:,} bytes")
    if not text.strip():
        raise ValueError(f"{name} names {path}, which is empty")
    return text


def _prompt(value: object, info: ValidationInfo) -> object:
    text = from_file(None if value == SYSTEM_PROMPT else value, info)
    return SYSTEM_PROMPT if text is None else text


def _well_formed(value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if value is not None and (fault := shapes.fault(str(info.field_name).upper(), value.get_secret_value())):
        raise ValueError(fault)
    return value


def _api_address(value: str) -> str:
    address = http_address(value)
    if address.rstrip("/").endswith("/messages"):
        raise ValueError("must not include /messages, which every request appends")
    return address


def _collector(value: str) -> str:
    """No words and no tokens go there, so it may be any machine, such as a collector in a cluster."""
    if not (value.startswith(("http://", "https://")) and value.isprintable()):
        raise ValueError("is not an address that begins with http:// or https://")
    return value


HttpUrl = Annotated[str, AfterValidator(http_address)]
CollectorUrl = Annotated[str, AfterValidator(_collector)]
ApiUrl = Annotated[str, AfterValidator(_api_address)]
WorkspaceIds = Annotated[frozenset[str] | None, NoDecode, BeforeValidator(id_lists.workspaces)]
ChannelIds = Annotated[frozenset[str] | None, NoDecode, BeforeValidator(id_lists.channels)]
UserIds = Annotated[frozenset[str] | None, NoDecode, BeforeValidator(id_lists.users)]
Domains = Annotated[frozenset[str] | None, NoDecode, BeforeValidator(id_lists.domains)]
ModelIds = Annotated[frozenset[str] | None, NoDecode, BeforeValidator(id_lists.models)]
Secret = Annotated[SecretStr | None, BeforeValidator(from_file), AfterValidator(_well_formed)]
"""The field before it, whose name ends in ``_file``, may say where it is."""
Prompt = Annotated[str, BeforeValidator(_prompt)]
"""The same, with a default of its own."""
Effort = Literal["low", "medium", "high"] | None


def file_of(name: str) -> Any:  # noqa: ANN401 - what pydantic's own Field says it is
    return Field(None, description=f"A file that contains `{name}`, instead of the setting itself.")


def given(value: SecretStr | None, info: ValidationInfo) -> SecretStr:
    if value is None:
        raise ValueError(f"is not set. {where.OF.get(str(info.field_name).upper(), '')}".rstrip())
    return value


def known_database(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not value.get_secret_value().startswith(("sqlite", "postgresql", "postgres:")):
        raise ValueError("must begin with postgresql:// or sqlite:///")
    return value


def one_list(value: frozenset[str] | None, info: ValidationInfo) -> frozenset[str] | None:
    """The API takes either of the two."""
    if value and info.data.get("bot_web_allowed_domains"):
        raise ValueError("is set, and so is BOT_WEB_ALLOWED_DOMAINS: only one of the two may be set")
    return value
