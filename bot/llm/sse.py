"""A response's bytes come in, and the JSON objects of its server-sent events go out.

I/O: reads the response. Events are told apart by their data alone: routers drop ``event:`` lines or add their own.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import httpx
from httpx_sse import EventSource

CONTENT_TYPE = "text/event-stream"


class StreamBroken(Exception):
    """An event began as an object and is none: text of the answer would be missing if it were passed over."""


def is_event_stream(response: httpx.Response) -> bool:
    """To be asked before ``data_objects``: errors come with other statuses, or as a page of some proxy."""
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    return response.status_code == 200 and media_type == CONTENT_TYPE


async def data_objects(response: httpx.Response) -> AsyncGenerator[dict[str, Any], None]:
    """In order; comments, ``[DONE]`` and other data that is no object are passed over. Raises ``StreamBroken``.

    httpx-sse splits lines where the standard does; ``Response.aiter_lines`` would also split at the line separators
    that JSON strings may hold raw (U+2028).
    """
    response.encoding = "utf-8"  # the standard's only one, whatever the header says
    async with aclosing(EventSource(response).aiter_sse()) as events:
        async for event in events:
            if event.data.lstrip().startswith("{"):
                yield _parsed(event.data)


def _parsed(data: str) -> dict[str, Any]:
    try:
        parsed = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise StreamBroken("event data is not JSON") from error
    if not isinstance(parsed, dict):
        raise StreamBroken("event data is not an object")
    return parsed
