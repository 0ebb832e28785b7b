"""What the endpoint says of a model is taken where it says so, and nothing hangs on it where it does not."""

from __future__ import annotations

import asyncio

from aiohttp import web

from bot.prompt.window import ModelLimits
from playground.practice_model.server import PracticeModel
from tests.loopback import free_port, serving
from tests.messages_link import MODEL, asking, ending_of, linked


async def test_the_endpoint_says_how_large_a_model_is(model: PracticeModel) -> None:
    async with linked(model) as client:
        assert await client.describe(MODEL) == ModelLimits(1_000_000, 128_000)
        assert await client.describe("claude-haiku-4-5") == ModelLimits(200_000, 64_000)


async def test_other_answers_say_nothing(model: PracticeModel) -> None:
    async def page(_: web.Request) -> web.Response:
        return web.Response(text="<html>Welcome!</html>", content_type="text/html")

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(200):
            await response.write(b'{"max_input_tokens": 1' * 100)
        return response

    app = web.Application()
    app.router.add_get("/v1/models/page", page)
    app.router.add_get("/v1/models/endless", endless)
    async with serving(app) as origin, linked(model, api_url=f"{origin}/v1") as client:
        assert [await client.describe(name) for name in ("page", "endless", "not there", "../x")] == [None] * 4
    async with linked(model, api_url=f"http://127.0.0.1:{free_port()}/v1") as client, asyncio.timeout(20):
        assert await client.describe(MODEL) is None
    async with linked(model) as client:
        assert await client.describe("their-model") is None


async def test_no_longer_answer_is_asked_for_than_the_model_gives(model: PracticeModel) -> None:
    async with linked(model, model="claude-haiku-4-5", max_tokens=100_000) as client:
        ending_of([event async for event in client.stream(asking())])
    assert model.requests[-1].body["max_tokens"] == 64_000
