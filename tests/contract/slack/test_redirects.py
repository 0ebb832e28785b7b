"""Whoever answers in Slack's or the model's place with another address gets nothing sent there."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.conversation import Conversation, Message, Role
from bot.errors import ModelError, SlackError, SlackRefused
from bot.llm.client import MessagesClient
from bot.llm.patience import Patience
from bot.messages import TextBlock
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.web_api.session import slack_session
from bot.slack.write.content import Content
from bot.slack.write.plan import Respond
from bot.slack.write.response_url import ResponseUrlOutlet
from tests.loopback import answering

STATUSES = [301, 302, 303, 307, 308]


@dataclass
class Elsewhere:
    """Another host, and what reached it."""

    heard: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        self.heard.append(f"{request.method} {request.headers.get('authorization')} {await request.text()}")
        return web.json_response({"ok": True})


def sending_to(origin: str, status: int) -> web.Response:
    return web.Response(status=status, headers={"location": f"{origin}/api/somewhere"})


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("method", ["users.info", "chat.postMessage"])
async def test_a_call_of_the_web_api_goes_nowhere_else(status: int, method: str) -> None:
    elsewhere = Elsewhere()
    async with answering(elsewhere.handle) as other:

        async def redirect(_: web.Request) -> web.Response:
            return sending_to(other, status)

        async with answering(redirect) as origin, slack_session() as session:
            web_client = AsyncWebClient("xoxb-secret", base_url=f"{origin}/api/", session=session, retry_handlers=[])
            with pytest.raises(SlackError):
                await SlackClient(web_client, RateLimiter()).call(method, channel="C1", text="words")
    assert elsewhere.heard == []


@pytest.mark.parametrize("status", STATUSES)
async def test_a_commands_answer_goes_nowhere_else(status: int) -> None:
    elsewhere = Elsewhere()
    async with answering(elsewhere.handle) as other:

        async def redirect(_: web.Request) -> web.Response:
            return sending_to(other, status)

        async with answering(redirect) as origin, slack_session() as session:
            outlet = ResponseUrlOutlet(f"{origin}/response/1", session, f"{origin}/api/")
            with pytest.raises(SlackRefused):
                await outlet.send(Respond(Content("words"), replace=True))
    assert elsewhere.heard == []


async def test_a_commands_answer_does_not_go_to_a_foreign_address_at_all() -> None:
    elsewhere = Elsewhere()
    async with answering(elsewhere.handle) as other, slack_session() as session:
        outlet = ResponseUrlOutlet(f"{other}/response/1", session, "https://slack.com/api/")
        with pytest.raises(SlackRefused):
            await outlet.send(Respond(Content("words"), replace=True))
    assert elsewhere.heard == []


@pytest.mark.parametrize("status", STATUSES)
async def test_a_request_to_the_model_goes_nowhere_else(status: int) -> None:
    elsewhere = Elsewhere()
    conversation = Conversation("", (Message(Role.USER, (TextBlock("words"),)),))
    async with answering(elsewhere.handle) as other:

        async def redirect(_: web.Request) -> web.Response:
            return sending_to(other, status)

        async with answering(redirect) as origin:
            client = MessagesClient(
                api_url=origin, api_key="key", model="m", max_tokens=9, patience=Patience(retries_max=0)
            )
            async with client:
                with pytest.raises(ModelError):
                    async for _ in client.stream(conversation):
                        pass
    assert elsewhere.heard == []
