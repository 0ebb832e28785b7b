"""Reads values of a certain type from JSON of uncertain shape; empty if the JSON has something else.

Pure. Slack adds and omits fields without notice, so every reader of its JSON uses these functions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
ID_CHARS_MAX = 32
FILE_ID_CHARS_MAX = 64
TS_CHARS_MAX = 100
"""The longest value that fits into the database; Slack's own are far shorter."""
_VISIBLE = re.compile(r"[!-~]+")


def text_of(value: Any) -> str:  # noqa: ANN401 (JSON)
    """Removes what JSON can hold but nobody can store or send: half surrogate pairs, and NUL."""
    if not isinstance(value, str):
        return ""
    text = value.replace("\0", "")
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def id_of(value: Any, chars_max: int = ID_CHARS_MAX) -> str:  # noqa: ANN401 (JSON)
    """Empty if it cannot be an id or a ts of Slack's: those are short and consist of visible ASCII characters."""
    return value if isinstance(value, str) and len(value) <= chars_max and _VISIBLE.fullmatch(value) else ""


def ts_of(value: Any) -> str:  # noqa: ANN401 (JSON)
    return id_of(value, TS_CHARS_MAX)


def object_of(value: Any) -> Json:  # noqa: ANN401 (JSON)
    return value if isinstance(value, Mapping) else {}


def objects_of(value: Any) -> list[Json]:  # noqa: ANN401 (JSON)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def number_of(value: Any) -> int:  # noqa: ANN401 (JSON)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
