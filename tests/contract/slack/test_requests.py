"""What the bot asks Slack reaches it once, as the SDK would send it, and whatever comes back is understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackFailed, SlackOutcomeUnknown, SlackRefused
from bot.slack.web_api.client import SlackClient
from bot.slack.web_api.rate_limiter import RateLimiter
from bot.slack.web_api.request import READS
from bot.slack.web_api.session import sdk_client, slack_session
from tests.loopback import answering

WRITTEN = {"channel": "C1", "text": "Grüße", "blocks": [{"type": "markdown", "text": "Grüße"}], "unfurl_links": False}
READ = {"channel": "C1", "ts": "1.0", "limit": 200, "inclusive": True, "cursor": None}


@dataclass
class Slack:
    """Notes what it hears, and answers the same each time."""

    answer: str = '{"ok": true}'
    content_type: str = "application/json"
    status: int = 200
    heard: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        headers = request.headers
        body = await request.text()
        kind = headers.get("Content-Type", "") if body else ""
        self.heard.append(
            (request.method, str(request.url), headers["Authorization"], headers["User-Agent"], kind, body)
        )
        return web.Response(text=self.answer, content_type=self.content_type, status=self.status)


@pytest.mark.parametrize(
    ("method", "arguments", "options"),
    [
        ("chat.postMessage", WRITTEN, {"json": WRITTEN}),
        ("conversations.replies", READ, {"http_verb": "GET", "params": READ}),
        ("auth.test", {}, {"json": {}}),
    ],
)
async def test_slack_hears_what_the_sdk_would_say(
    method: str, arguments: Mapping[str, object], options: dict[str, object]
) -> None:
    slack = Slack('{"ok": true, "messages": []}')
    async with answering(slack.handle) as origin, slack_session() as session:
        client = sdk_client("xoxb-1", f"{origin}/api", session)
        await client.api_call(method, **options)  # type: ignore[arg-type]
        await SlackClient(client, RateLimiter()).call(method, **arguments)

    of_the_sdk, ours = slack.heard
    assert ours == of_the_sdk


async def test_a_renewed_token_is_used_from_then_on() -> None:
    slack = Slack()
    async with answering(slack.handle) as origin, slack_session() as session:
        api = SlackClient(sdk_client("xoxb-1", origin, session), RateLimiter())
        api.use_token("xoxb-2")
        await api.call("chat.update", channel="C1", ts="1.0", text="words")

    assert [token for _, _, token, *_ in slack.heard] == ["Bearer xoxb-2"]


async def test_a_call_goes_through_the_proxy() -> None:
    proxy = Slack()
    async with answering(proxy.handle) as origin, slack_session() as session:
        client = AsyncWebClient("xoxb-1", base_url="http://slack.example/api/", proxy=origin, session=session)
        await SlackClient(client, RateLimiter()).call("chat.postMessage", channel="C1", text="words")

    assert [url for _, url, *_ in proxy.heard] == ["http://slack.example/api/chat.postMessage"]


@pytest.mark.parametrize("status", [200, 502])
@pytest.mark.parametrize(
    ("answer", "content_type"),
    [
        ('{"ok": true, "ts": "1.', "application/json"),
        ("", "application/json"),
        ("null", "application/json"),
        ("[]", "application/json"),
        ("<html>Bad gateway</html>", "text/html"),
        ("ok", "text/plain"),
    ],
)
async def test_an_answer_that_cannot_be_understood_leaves_open_what_was_done_and_is_not_asked_for_again(
    answer: str, content_type: str, status: int
) -> None:
    slack = Slack(answer, content_type, status)
    async with answering(slack.handle) as origin, slack_session() as session:
        api = SlackClient(sdk_client("xoxb-1", origin, session), RateLimiter())
        with pytest.raises(SlackOutcomeUnknown, match=f"http_{status}"):
            await api.call("chat.postMessage", channel="C1", text="words")

    assert len(slack.heard) == 1


@pytest.mark.parametrize("method", sorted(READS))
@pytest.mark.parametrize("given", ["null", "1"])
async def test_a_read_that_gives_nothing_is_no_answer(method: str, given: str) -> None:
    """Otherwise a thread would be answered as if nobody had said anything in it, and its asker be nobody."""
    name, _ = READS[method]
    slack = Slack(f'{{"ok": true, "{name}": {given}}}')
    async with answering(slack.handle) as origin, slack_session() as session:
        api = SlackClient(sdk_client("xoxb-1", origin, session), RateLimiter())
        with pytest.raises(SlackFailed, match="http_200"):
            await api.call(method)


async def test_what_slack_refuses_is_named_by_its_code() -> None:
    slack = Slack('{"ok": false, "error": "msg_too_long"}')
    async with answering(slack.handle) as origin, slack_session() as session:
        api = SlackClient(sdk_client("xoxb-1", origin, session), RateLimiter())
        with pytest.raises(SlackRefused, match="msg_too_long"):
            await api.call("chat.postMessage", channel="C1", text="words")
