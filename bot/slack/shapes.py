"""JSON of unsure shape goes in; values of a sure type come out, empty where the JSON holds something else.

Pure. Slack adds and leaves out fields without notice, so that every reader of its JSON asks through these.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]


def text_of(value: Any) -> str:  # noqa: ANN401 (JSON)
    return value if isinstance(value, str) else ""


def object_of(value: Any) -> Json:  # noqa: ANN401 (JSON)
    return value if isinstance(value, Mapping) else {}


def objects_of(value: Any) -> list[Json]:  # noqa: ANN401 (JSON)
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def number_of(value: Any) -> int:  # noqa: ANN401 (JSON)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
