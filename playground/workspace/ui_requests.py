"""Reads the JSON object that a request of the web page must hold. I/O: reads the request's body."""

from __future__ import annotations

import json

from aiohttp import web

from playground.workspace.people import NotPossible
from playground.workspace.records import Json


async def json_of(request: web.Request, *required: str) -> Json:
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict) or not all(isinstance(body.get(name), str) for name in required):
        raise NotPossible(f"The request must be a JSON object with {', '.join(required)}.")
    return body
