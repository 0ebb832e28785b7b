"""Removes from a request's JSON what some routers silently drop.

Pure. Seen: vLLM drops ``document`` blocks, other hosts drop ``cache_control`` and ``citations`` (docs/messages_api.md).
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any


def let_through(value: Any, swallows: Collection[str]) -> Any:  # noqa: ANN401 (JSON)
    """``swallows``: keys of objects, and types of blocks."""
    if isinstance(value, dict):
        return {key: let_through(inner, swallows) for key, inner in value.items() if key not in swallows}
    if isinstance(value, list):
        kept = [one for one in value if not (isinstance(one, dict) and one.get("type") in swallows)]
        return [let_through(one, swallows) for one in kept]
    return value
