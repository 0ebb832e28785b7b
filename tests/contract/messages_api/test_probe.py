"""What the start asks of the Messages API, and what it makes of each way to say no."""

from __future__ import annotations

import json

import pytest
from aiohttp import web

from bot.llm.probe import Away, Probe, Refused
from playground.practice_model.script import Answer, HttpError, RawAnswer
from playground.practice_model.server import PracticeModel
from tests.loopback import answering, nobody_listening
from tests.messages_link import KEY, MODEL, linked

HTML = "<html><title>Welcome</title></html>"


def probe(api_url: str, *, key: str = KEY, model: str = MODEL, auth: str = "bearer") -> Probe:
    return Probe(api_url, key, "anthropic", auth, model)


async def refusal(one: Probe) -> str:
    with pytest.raises(Refused) as refused:
        await one.run()
    return str(refused.value)


async def test_it_asks_for_a_few_tokens_once_and_sees_that_the_answer_is_streamed(model: PracticeModel) -> None:
    answered = await probe(model.url).run()

    (request,) = model.requests
    assert (answered.streams, bool(answered.date)) == (True, True)
    assert (request.body["model"], request.body["max_tokens"], request.body["stream"]) == (MODEL, 16, True)
    assert request.body_bytes < 200


async def test_a_host_that_gives_whole_answers_is_noticed(model: PracticeModel) -> None:
    model.script(Answer("OK", whole=True))

    assert (await probe(model.url).run()).streams is False


async def test_a_wrong_key_is_named(model: PracticeModel) -> None:
    line = await refusal(probe(model.url, key="wrong"))

    assert line.startswith(
        f"YOUROUTER_API_KEY: 127.0.0.1:{model.url.split(':')[2][:-3]} does not accept this key (401 "
    )


async def test_an_unknown_model_is_named_with_the_nearest_that_the_api_has(model: PracticeModel) -> None:
    line = await refusal(probe(model.url, model="claude-sonet-5.5"))

    assert line.startswith("MESSAGES_MODEL: ")
    assert "does not know the model claude-sonet-5.5 (404 " in line
    assert line.endswith("The nearest that it knows is claude-sonnet-5-5.")


@pytest.mark.parametrize(
    "said",
    [
        HttpError.api(402, "billing_error", "Your credit balance is too low to access the API."),
        HttpError.api(400, "invalid_request_error", "Your credit balance is too low to access the Anthropic API."),
        HttpError.in_openais_shape(403, "insufficient quota", code="insufficient_user_quota"),
        HttpError.in_openais_shape(429, "You exceeded your current quota", code="insufficient_quota"),
    ],
    ids=lambda said: str(said.status),
)
async def test_an_empty_balance_is_named(model: PracticeModel, said: HttpError) -> None:
    model.script(said)

    line = await refusal(probe(model.url))

    assert line.startswith("YOUROUTER_API_KEY: the balance of its account at 127.0.0.1:")
    assert line.endswith("Please top it up there.")


@pytest.mark.parametrize("path", ["", "/v2", "/v1/v1", "/nowhere"])
async def test_an_address_without_the_api_is_named(model: PracticeModel, path: str) -> None:
    line = await refusal(probe(model.url.removesuffix("/v1") + path))

    assert line.startswith("MESSAGES_API_URL: there is no Messages API at http://127.0.0.1:")
    assert "(404" in line


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, HTML, "text/html"),
        (200, json.dumps({"hello": "world"}), "application/json"),
        (404, HTML, "text/html"),
        (404, json.dumps({"detail": "Not Found"}), "application/json"),
        (405, "", "text/plain"),
        (403, HTML, "text/html"),
        (301, "", "text/html"),
    ],
)
async def test_a_server_of_another_kind_is_a_wrong_address(status: int, body: str, kind: str) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, text=body, content_type=kind, headers={"Location": "http://127.0.0.1:1/"})

    async with answering(handler) as origin:
        line = await refusal(probe(f"{origin}/v1"))

    assert line.startswith(f"MESSAGES_API_URL: there is no Messages API at {origin}/v1/messages ({status}")


@pytest.mark.parametrize(
    "said",
    [
        HttpError(503, HTML),
        HttpError(502, HTML),
        HttpError.api(529, "overloaded_error"),
        HttpError.api(429, "rate_limit_error"),
        HttpError(429, HTML),
        HttpError.api(500, "api_error"),
        HttpError.api(400, "invalid_request_error", "max_tokens: must be at least 32"),
        RawAnswer((b"no HTTP at all",)),
        RawAnswer((b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n",)),
    ],
    ids=str,
)
async def test_an_api_that_is_down_slow_or_limited_is_only_away(
    model: PracticeModel, said: HttpError | RawAnswer
) -> None:
    model.script(said)

    with pytest.raises(Away):
        await probe(model.url).run()


async def test_a_host_that_nobody_answers_at_is_only_away() -> None:
    with nobody_listening() as origin, pytest.raises(Away, match=r"^ECONNREFUSED$"):
        await probe(f"{origin}/v1").run()


async def test_an_error_in_the_place_of_the_answer_s_beginning_is_read_like_any_other(model: PracticeModel) -> None:
    body = json.dumps({"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}})
    packet = f"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\ndata: {body}\n\n"
    model.script(RawAnswer((packet.encode(),)))

    assert (await refusal(probe(model.url))).startswith("YOUROUTER_API_KEY: ")


@pytest.mark.parametrize(
    ("auth", "sent", "other"), [("bearer", "Authorization", "x-api-key"), ("x-api-key",) * 2 + ("Authorization",)]
)
async def test_the_key_is_sent_as_the_host_wants_it(model: PracticeModel, auth: str, sent: str, other: str) -> None:
    await probe(model.url, auth=auth).run()
    async with linked(model, auth=auth) as link:
        await link.describe(MODEL)

    headers = {name.lower(): value for name, value in model.requests[0].headers.items()}
    assert KEY in headers[sent.lower()]
    assert other.lower() not in headers


def test_what_is_remembered_shows_no_key() -> None:
    assert KEY not in repr(probe("http://127.0.0.1:1/v1"))


async def test_a_host_whose_name_nobody_knows_is_told_from_one_that_is_slow() -> None:
    with pytest.raises(Away, match=r"^ClientConnectorDNSError$"):
        await probe("http://no-such-host.invalid/v1").run()
