"""The practice model refuses what the Messages API refuses, in the same shape and words."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from PIL import Image
from pypdf import PdfWriter

from bot import limits
from playground.practice_model.server import PracticeModel
from tests.messages_link import KEY, MODEL

TEXT = {"type": "text", "text": "Hm?"}


@pytest.fixture
async def http(model: PracticeModel) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"x-api-key": KEY, "anthropic-version": "2023-06-01"}
    async with httpx.AsyncClient(base_url=model.url, headers=headers, trust_env=False, timeout=60) as http:
        yield http


def request(**changed: Any) -> dict[str, Any]:
    """A valid request, changed; a key changed to ``None`` is left out."""
    whole = {"model": MODEL, "max_tokens": 100, "messages": [{"role": "user", "content": "Hm?"}]} | changed
    return {key: value for key, value in whole.items() if value is not None}


def user(*content: Any) -> dict[str, Any]:
    return {"role": "user", "content": list(content)}


def image(
    width: int = 8, height: int = 8, *, file_format: str = "PNG", media_type: str = "image/png", data: bytes = b""
) -> dict[str, Any]:
    buffer = io.BytesIO(data)
    if not data:
        Image.new("1", (width, height)).save(buffer, file_format)
    return {"type": "image", "source": source(media_type, buffer.getvalue())}


def pdf(pages: int = 1, *, password: str = "", data: bytes = b"", **fields: Any) -> dict[str, Any]:
    buffer = io.BytesIO(data)
    if not data:
        writer = PdfWriter()
        for _ in range(pages):
            writer.add_blank_page(72, 72)
        if password:
            writer.encrypt(password, algorithm="RC4-128")
        writer.write(buffer)
    return {"type": "document", "source": source("application/pdf", buffer.getvalue())} | fields


def source(media_type: str, data: bytes) -> dict[str, str]:
    return {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}


async def refusal(http: httpx.AsyncClient, body: dict[str, Any], status: int = 400) -> str:
    response = await http.post("/messages", json=body)
    assert response.status_code == status, response.text
    answer = response.json()
    assert answer["type"] == "error"
    assert answer["request_id"] == response.headers["request-id"]
    assert answer["error"]["type"] == {400: "invalid_request_error", 404: "not_found_error"}[status]
    return str(answer["error"]["message"])


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"max_tokens": None}, "max_tokens: Field required"),
        ({"messages": None}, "messages: Field required"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
        ({"max_tokens": 0}, "max_tokens: Input should be greater than or equal to 1"),
        ({"max_tokens": "9"}, "max_tokens: Input should be a valid integer"),
        (
            {"max_tokens": 128_001},
            f"max_tokens: 128001 > 128000, which is the maximum allowed number of output tokens for {MODEL}",
        ),
        ({"temperature": 0.5}, f"temperature: only the default value is supported for {MODEL}"),
        ({"stream": "yes"}, "stream: Input should be a valid boolean"),
        ({"messages": []}, "messages: at least one message is required"),
        ({"messages": "Hm?"}, "messages: Input should be a valid list"),
        ({"messages": [{"role": "system", "content": "x"}]}, "messages.0.role: Input should be 'user' or 'assistant'"),
        ({"messages": [{"role": "user", "content": ""}]}, "messages: text content blocks must be non-empty"),
        (
            {"messages": [user({"type": "text", "text": " \n\t"})]},
            "messages: text content blocks must contain non-whitespace text",
        ),
        (
            {"messages": [user()]},
            "messages.0: all messages must have non-empty content except for the optional final assistant message",
        ),
        ({"messages": [user({"type": "text"})]}, "messages.0.content.0.text.text: Field required"),
        ({"messages": [user(TEXT | {"x": 1})]}, "messages.0.content.0.text.x: Extra inputs are not permitted"),
        (
            {"messages": [user(TEXT, {"type": "video"})]},
            (
                "messages.0.content.1: Input tag 'video' found using 'type' does not match any of the expected tags: "
                "'text', 'image', 'document'"
            ),
        ),
        ({"system": [{"type": "text", "text": ""}]}, "system: text content blocks must be non-empty"),
        (
            {"messages": [user(TEXT), {"role": "assistant", "content": "Yes"}]},
            "This model does not support assistant message prefill. The conversation must end with a user message.",
        ),
        (
            {"messages": [user(*[TEXT | {"cache_control": {"type": "ephemeral"}}] * 5)]},
            "A maximum of 4 blocks with cache_control may be provided. Found 5.",
        ),
    ],
)
async def test_a_request_of_another_shape_is_refused(
    http: httpx.AsyncClient, changed: dict[str, Any], message: str
) -> None:
    assert await refusal(http, request(**changed)) == message


async def test_an_unknown_model_is_not_found(http: httpx.AsyncClient) -> None:
    assert await refusal(http, request(model="gpt-9"), 404) == "model: gpt-9"


SOURCE = "messages.0.content.0.image.source.base64"


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            image(media_type="image/tiff"),
            f"{SOURCE}.media_type: Input should be 'image/jpeg', 'image/png', 'image/gif' or 'image/webp'",
        ),
        (
            image(file_format="JPEG"),
            (
                f"{SOURCE}.data: The image was specified using the image/png media type, "
                "but the image appears to be a image/jpeg image"
            ),
        ),
        (image(data=b"\x89PNG\r\n\x1a\n and then nothing"), "Could not process image"),
        (image(data=b"no image at all"), "Could not process image"),
        (
            image(8_001, 1),
            f"{SOURCE}.data: At least one of the image dimensions exceed max allowed size: 8000 pixels",
        ),
        (
            image(data=b"\x89PNG" * 1_900_000),
            f"{SOURCE}: image exceeds 10 MB maximum: 10133336 bytes > 10000000 bytes",
        ),
        (
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "§§§"}},
            f"{SOURCE}.data: Invalid base64 data",
        ),
    ],
)
async def test_images_that_the_api_refuses_are_refused(
    http: httpx.AsyncClient, block: dict[str, Any], message: str
) -> None:
    assert await refusal(http, request(messages=[user(block, TEXT)])) == message


async def test_many_images_must_be_smaller(http: httpx.AsyncClient) -> None:
    twenty = [image() for _ in range(20)]

    assert (
        await http.post("/messages", json=request(messages=[user(*twenty[1:], image(2_001, 1))]))
    ).status_code == 200
    message = await refusal(http, request(messages=[user(*twenty, image(2_001, 1))]))
    assert message.startswith("messages.0.content.20.image.source.base64.data: At least one of the image dimensions")
    assert message.endswith("for many-image requests: 2000 pixels")


INVALID = "pdf.source.base64.data: The PDF specified was not valid."


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        ([pdf(data=b"%PDF-1.7 and then nothing")], f"messages.0.content.0.{INVALID}"),
        ([TEXT, pdf(data=b"PK\x03\x04 docx")], f"messages.0.content.1.{INVALID}"),
        (
            [pdf(password="secret")],
            "messages.0.content.0.pdf.source.base64.data: The PDF specified is password protected.",
        ),
        ([pdf(400), pdf(201)], "A maximum of 600 PDF pages may be provided."),
        (
            [pdf(title="t" * 501)],
            "messages.0.content.0.document.title: String should have at most 500 characters",
        ),
        (
            [pdf(citations={"enabled": True}), pdf()],
            "Citations must be enabled on all documents or none of them.",
        ),
    ],
)
async def test_pdfs_that_the_api_refuses_are_refused(
    http: httpx.AsyncClient, blocks: list[dict[str, Any]], message: str
) -> None:
    assert await refusal(http, request(messages=[user(*blocks)])) == message


async def test_a_smaller_window_takes_fewer_pages_and_less_text(http: httpx.AsyncClient) -> None:
    small = {"model": "claude-haiku-4-5"}

    assert await refusal(http, request(messages=[user(pdf(101))], **small)) == (
        "A maximum of 100 PDF pages may be provided."
    )
    message = await refusal(http, request(messages=[user({"type": "text", "text": "word " * 110_000})], **small))
    assert message.startswith("prompt is too long: 2200")
    assert message.endswith("> 200000 maximum")


@pytest.mark.parametrize(
    ("messages", "message"),
    [
        (
            [user(TEXT), user(TEXT)],
            'messages: roles must alternate between "user" and "assistant", but found multiple "user" roles in a row',
        ),
        (
            [{"role": "assistant", "content": "Hello"}, user(TEXT)],
            'messages: first message must use the "user" role',
        ),
    ],
)
async def test_turns_that_only_some_hosts_take(
    http: httpx.AsyncClient, messages: list[dict[str, Any]], message: str
) -> None:
    assert await refusal(http, request(messages=messages)) == message

    async with PracticeModel(token_rate_per_s=None, first_token_delay_s=0, strict_turns=False) as lenient:
        response = await http.post(f"{lenient.url}/messages", json=request(messages=messages))
        assert response.status_code == 200


async def test_the_newer_version_is_stricter(http: httpx.AsyncClient) -> None:
    body = request(temperature=1)
    assert (await http.post("/messages", json=body)).status_code == 200

    http.headers["anthropic-version"] = "2026-10-21"
    assert await refusal(http, body) == "temperature: Extra inputs are not permitted"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-api-key": "wrong"}, 401),
        ({"x-api-key": "", "authorization": f"Bearer {KEY}"}, 200),
        ({"x-api-key": "", "authorization": "Bearer wrong"}, 401),
        ({"anthropic-version": "2020-01-01"}, 400),
    ],
)
async def test_a_request_needs_a_key_and_a_version(
    http: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    assert (await http.post("/messages", json=request(), headers=headers)).status_code == status


async def test_a_body_over_the_limit_is_refused(http: httpx.AsyncClient, model: PracticeModel) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(limits.REQUEST_BYTES_MAX // 1_000_000 + 1):
            yield b" " * 1_000_000

    response = await http.post("/messages", content=endless())

    assert response.status_code == 413
    assert response.json()["error"]["type"] == "request_too_large"
    assert model.requests[-1].body_bytes > limits.REQUEST_BYTES_MAX


async def test_a_body_that_is_no_json(http: httpx.AsyncClient) -> None:
    response = await http.post("/messages", content=b'{"model": ')

    assert response.status_code == 400
    assert response.json()["error"]["message"].startswith("The request body is not valid JSON")


async def test_a_path_that_is_none(http: httpx.AsyncClient) -> None:
    response = await http.post("/chat/completions", json={})

    assert response.status_code == 404
    assert response.json()["error"]["type"] == "not_found_error"


async def test_the_stream_has_the_documented_grammar(http: httpx.AsyncClient) -> None:
    response = await http.post("/messages", json=request(stream=True))

    assert response.headers["content-type"].startswith("text/event-stream")
    frames = [frame.splitlines() for frame in response.text.strip().split("\n\n")]
    events = [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in frames]
    assert all(name == event["type"] for name, event in events)
    order = list(dict.fromkeys(name for name, _ in events))
    assert order == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert events[1][1]["content_block"]["type"] == "thinking"
    assert events[-2][1]["usage"]["output_tokens"] > 1


async def test_a_picture_of_one_colour_is_named_by_it_and_what_a_router_swallows_never_arrives(
    http: httpx.AsyncClient, model: PracticeModel
) -> None:
    red = io.BytesIO()
    Image.new("RGB", (20, 10), (250, 10, 5)).save(red, "PNG")
    body = request(messages=[user(image(data=red.getvalue()), TEXT)], max_tokens=500)
    seen = (await http.post("/messages", json=body)).json()["content"][0]["text"]
    model.swallows = {"image"}
    unseen = (await http.post("/messages", json=body)).json()["content"][0]["text"]

    assert ", all red" in seen
    assert "image" not in unseen
