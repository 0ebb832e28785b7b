"""Makes a redirect an error, for aiohttp sessions, which would otherwise follow it.

I/O: the session's. Its requests carry the token, in a header or in the body, and what the model wrote. Neither Slack's
Web API nor a response_url redirects.
"""

from __future__ import annotations

from http import HTTPStatus

import aiohttp
from aiohttp.client_middlewares import ClientHandlerType

FOLLOWED = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)


class Redirected(aiohttp.ClientError):
    """The response was a redirect."""


async def refuse_redirects(request: aiohttp.ClientRequest, handler: ClientHandlerType) -> aiohttp.ClientResponse:
    """A middleware. Raises ``Redirected``."""
    response = await handler(request)
    if response.status in FOLLOWED:
        response.close()
        raise Redirected(f"http_{response.status}")
    return response
