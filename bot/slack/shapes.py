"""JSON of unsure shape goes in; values of a sure type come out, empty where the JSON holds something else.

Pure. Slack adds and leaves out fields without notice, so that every reader of its JSON asks through these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
ID_CHARS_MAX = 32
FILE_ID_CHARS_MAX = 64
TS_CHARS_MAX = 100
"""What there is space for in the database; Slack's own are far shorter."""
_VISIBLE = re.compile(r"[!-~]+")


def text_of(value: Any) -> str:  # noqa: ANN401 (JSON)
    """Without what JSON can hold and nobody can store or send: halves of surrogate pairs, and NUL."""
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
    """Empty where it can be no id of Slack's, or no ts: those are short, and of ASCII's visible characters."""
    return value if isinstance(value, str) and len(value) <= chars_max and _VISIBLE.fullmatch(value) else ""


def ts_of(value: Any) -> str:  # noqa: ANN401 (JSON)
    return id_of(value, TS_CHARS_MAX)


def object_of(value: Any) -> Json:  # noqa: ANN401 (JSON)
    return value if isinstance(value, Mapping) else {}


def objects_of(value: Any) -> list[Json]:  # noqa: ANN401 (JSON)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def number_of(value: Any) -> int:  # noqa: ANN401 (JSON)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
