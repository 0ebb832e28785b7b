"""A call that is refused as if by its token ends the bot only if Slack says the same to ``auth.test``.

A code such as ``team_access_not_granted`` is about one channel as well as about the token: slackapi/bolt-js#998.
"""

from __future__ import annotations

import pytest
from aiohttp import web

from bot.errors import SlackError, SlackNoAccess, SlackTokenInvalid, SlackUnavailable
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.web_api.session import sdk_client, slack_session
from tests.loopback import answering


async def ended_by(post: str, auth_test: str) -> tuple[SlackError, list[str]]:
    """What the caller of chat.postMessage is told, and the codes for which the bot is stopped. ``auth_test``: its code,
    or ``""``, or the status of a server that is down."""

    async def slack(request: web.Request) -> web.Response:
        code = post if request.path.endswith("chat.postMessage") else auth_test
        if code.isdigit():
            return web.Response(status=int(code))
        return web.json_response({"ok": False, "error": code} if code else {"ok": True})

    codes: list[str] = []
    async with answering(slack) as origin, slack_session() as session:
        client = sdk_client("xoxb-1", f"{origin}/api/", session)
        api = SlackClient(client, RateLimiter(), lambda _, code: codes.append(code))
        with pytest.raises(SlackError) as failed:
            await api.call("chat.postMessage", channel="C1", text="words")
    return failed.value, codes


@pytest.mark.parametrize("code", ["team_access_not_granted", "not_allowed_token_type", "is_bot", "accesslimited"])
async def test_a_channel_that_the_token_may_not_enter_ends_nothing_else(code: str) -> None:
    error, stopped = await ended_by(code, auth_test="")

    assert (type(error), error.method, error.code) == (SlackNoAccess, "chat.postMessage", code)
    assert stopped == []


async def test_a_token_that_works_after_all_was_refused_for_a_moment() -> None:
    error, stopped = await ended_by("invalid_auth", auth_test="")

    assert (type(error), stopped) == (SlackUnavailable, [])


@pytest.mark.parametrize("auth_test", ["503", "internal_error"])
async def test_while_nobody_can_say_the_call_is_made_again_later(auth_test: str) -> None:
    error, stopped = await ended_by("token_revoked", auth_test)

    assert (type(error), stopped) == (SlackUnavailable, [])


async def test_a_token_that_is_revoked_ends_the_bot_once() -> None:
    error, stopped = await ended_by("token_revoked", auth_test="token_revoked")

    assert isinstance(error, SlackTokenInvalid)
    assert stopped == ["token_revoked"]
