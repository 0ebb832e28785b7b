"""Reads the token and the arguments of an HTTP request to the Web API, by the types that methods ask for.

I/O: reads the request's body. Slack takes arguments as a query, a form or JSON, structures in forms as JSON strings.
Source: slack:apis/web-api/#basics.
"""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from playground.workspace.errors import Refused
from playground.workspace.records import Json


class Arguments:
    """The arguments of one call. A wrong type is ``invalid_arguments`` with the reason in response_metadata."""

    def __init__(self, values: Json) -> None:
        self.values = values

    def has(self, name: str) -> bool:
        """Whether it was given at all; None counts as not given, an empty text as given."""
        return self.values.get(name) is not None

    def text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
        raise _invalid(f"must provide a string [json-pointer:/{name}]")

    def required(self, name: str, *, missing: str | None = None) -> str:
        """The argument, or the error ``missing`` (``invalid_arguments`` where the method has none of its own)."""
        value = self.text(name)
        if value:
            return value
        if missing is not None:
            raise Refused(missing)
        raise _invalid(f"missing required field: {name}")

    def flag(self, name: str) -> bool | None:
        value = self.values.get(name)
        if value is None or isinstance(value, bool):
            return value
        if str(value).lower() in ("1", "true"):
            return True
        if str(value).lower() in ("0", "false", ""):
            return False
        raise _invalid(f"must be a boolean [json-pointer:/{name}]")

    def number(self, name: str, default: int) -> int:
        value = self.values.get(name)
        if value is None or value == "":
            return default
        try:
            return int(value)
        except (TypeError, ValueError) as error:
            raise Refused("invalid_limit" if name == "limit" else "invalid_arguments") from error

    def structure(self, name: str, *, malformed: str) -> Any | None:  # noqa: ANN401 - JSON of any shape
        """A list or an object, given as itself (JSON body) or as a JSON string; otherwise the error ``malformed``."""
        value = self.values.get(name)
        if isinstance(value, str):
            if not value:
                return None
            try:
                value = json.loads(value)
            except ValueError as error:
                raise Refused(malformed) from error
        return value


def _invalid(message: str) -> Refused:
    return Refused("invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}"]})


async def read_arguments(request: web.Request) -> Arguments:
    """Raises ``Refused`` invalid_json / json_not_object as Slack names a body it cannot read."""
    values: Json = dict(request.query)
    if request.method == "POST":
        if request.content_type == "application/json":
            values |= _json_object(await request.read())
        elif request.can_read_body:
            values |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    return Arguments(values)


def _json_object(body: bytes) -> Json:
    try:
        value = json.loads(body or b"{}")
    except ValueError as error:
        raise Refused("invalid_json") from error
    if not isinstance(value, dict):
        raise Refused("json_not_object")
    return value


def token_of(request: web.Request, arguments: Arguments) -> str | None:
    """The bearer token, or the ``token`` of a form; JSON bodies must use the header."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    in_form = arguments.values.pop("token", None)
    return in_form if isinstance(in_form, str) and request.content_type != "application/json" else None
