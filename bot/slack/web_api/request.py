"""Sends one request to Slack and returns its response. I/O: one request to Slack.

The token, the address and the proxy come from the SDK's client, and its errors and responses are used, too. Its own
request code does things that the bot does not need: it prepares for files and for retries, and looks for proxies in the
environment at each call, which was a sixth of a call's processor time.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, cast

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

READS: Mapping[str, tuple[str, type[object]]] = {
    "bots.info": ("bot", dict),
    "chat.getPermalink": ("permalink", str),
    "conversations.history": ("messages", list),
    "conversations.info": ("channel", dict),
    "conversations.members": ("members", list),
    "conversations.replies": ("messages", list),
    "files.getUploadURLExternal": ("upload_url", str),
    "files.info": ("file", dict),
    "usergroups.list": ("usergroups", list),
    "users.conversations": ("channels", list),
    "users.info": ("user", dict),
}
"""Methods that take no JSON, and what each gives. Source: slack:apis/web-api, "POST bodies", and each method's page."""
REPEATABLE = READS.keys() - {"files.getUploadURLExternal"}
READ_WITHIN = aiohttp.ClientTimeout(total=45, connect=10)
"""More than the session gives: asking anew would begin the wait from its beginning."""
_REPEATABLE_WITHIN, _POSTED_WITHIN = aiohttp.ClientTimeout(total=5), aiohttp.ClientTimeout(total=12)
WITHIN: Mapping[str, aiohttp.ClientTimeout] = {
    "chat.appendStream": _REPEATABLE_WITHIN,
    "chat.delete": _REPEATABLE_WITHIN,
    "chat.postMessage": _POSTED_WITHIN,
    "chat.startStream": _POSTED_WITHIN,
    "chat.stopStream": _REPEATABLE_WITHIN,
}
"""An answer waits for them. A deletion may be repeated, after a stream without an answer edits go on, and a post is
looked for before it is made again; if Slack makes the first one all the same, one of both goes."""
JSON = "application/json;charset=utf-8"
"""Without the charset Slack warns (``missing_charset``). Source: slack:reference/methods/chat.postMessage."""


async def ask(client: AsyncWebClient, method: str, arguments: Mapping[str, object]) -> AsyncSlackResponse:
    """Sends one request, without retries. Raises ``SlackApiError`` if Slack refuses or sends something other than JSON
    or than what was asked for, and what the session raises."""
    address, headers = f"{client.base_url}{method}", {**client.headers, "Authorization": f"Bearer {client.token}"}
    given: dict[str, Any]
    if method in READS:
        verb, given = "GET", {"params": _in_address(arguments), "timeout": READ_WITHIN}
    else:
        verb, given = "POST", {"json": arguments}
        if (within := WITHIN.get(method)) is not None:
            given["timeout"] = within
        headers["Content-Type"] = JSON
    session = cast("aiohttp.ClientSession", client.session)
    async with session.request(verb, address, headers=headers, proxy=client.proxy, **given) as came:
        status, data = came.status, await _said(came)
    answer = AsyncSlackResponse(
        client=client, http_verb=verb, api_url=address, req_args={}, data=data, headers=dict(came.headers),
        status_code=status,
    )  # fmt: skip
    if status != HTTPStatus.OK or not data.get("ok") or not _gives(method, data):
        raise SlackApiError(f"{method} was refused", answer)  # type: ignore[no-untyped-call]  # the SDK's
    return answer


def _gives(method: str, said: Mapping[str, Any]) -> bool:
    """Whether it gives what was asked for: a thread without messages would be answered as if nobody had said anything
    in it."""
    name, kind = READS.get(method, ("ok", object))
    return isinstance(said.get(name), kind)


def _in_address(arguments: Mapping[str, object]) -> dict[str, object]:
    """The arguments that are set, in the forms that a URL can hold."""
    return {
        name: int(value) if isinstance(value, bool) else value for name, value in arguments.items() if value is not None
    }


async def _said(came: aiohttp.ClientResponse) -> dict[str, Any]:
    """The JSON; empty if it is broken, or a page of some proxy."""
    try:
        said = await came.json()
    except (aiohttp.ContentTypeError, ValueError):
        said = None
    return said if isinstance(said, dict) else {}
