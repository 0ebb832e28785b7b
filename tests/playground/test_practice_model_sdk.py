"""The vendor's own SDK finds in the practice model the API it knows."""

from __future__ import annotations

import base64
import io
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anthropic
import pytest
from PIL import Image
from pypdf import PdfWriter

from playground.practice_model.script import Answer, HttpError
from playground.practice_model.server import PracticeModel
from tests.messages_link import KEY, MODEL


@pytest.fixture
async def sdk(model: PracticeModel) -> AsyncIterator[anthropic.AsyncAnthropic]:
    async with sdk_for(model, KEY) as sdk:
        yield sdk


def sdk_for(model: PracticeModel, key: str) -> anthropic.AsyncAnthropic:
    headers = {"vendor": "anthropic", "anthropic-version": "2023-06-01"}
    return anthropic.AsyncAnthropic(
        api_key=key, base_url=model.url.removesuffix("/v1"), default_headers=headers, max_retries=0
    )


def question(*content: dict[str, Any] | str) -> Any:
    blocks = [{"type": "text", "text": part} if isinstance(part, str) else part for part in content]
    return [{"role": "user", "content": blocks}]


def jpeg(width: int = 640, height: int = 427) -> dict[str, Any]:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, "JPEG")
    return {"type": "image", "source": base64_source("image/jpeg", buffer.getvalue())}


def pdf(title: str, pages: int) -> dict[str, Any]:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    buffer = io.BytesIO()
    writer.write(buffer)
    return {"type": "document", "title": title, "source": base64_source("application/pdf", buffer.getvalue())}


def base64_source(media_type: str, data: bytes) -> dict[str, str]:
    return {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}


async def test_create_tells_what_it_received(sdk: anthropic.AsyncAnthropic) -> None:
    messages = question(pdf("supply-agreement.pdf", 3), "cat.jpg:", jpeg(), "Ada Lovelace: What do you see?")
    message = await sdk.messages.create(model=MODEL, max_tokens=2_000, messages=messages)

    block = message.content[0]
    assert block.type == "text"
    assert "> What do you see?" in block.text
    assert "one PDF, `supply-agreement.pdf`, 3 pages" in block.text
    assert "one JPEG image, `cat.jpg`, 640 × 427 px" in block.text
    assert "Ada Lovelace" in block.text
    assert message.stop_reason == "end_turn"
    assert message.usage.input_tokens > 3 * 3_000


async def test_files_that_come_as_words_are_told_of(sdk: anthropic.AsyncAnthropic) -> None:
    labels = "[File from Ada: notes.txt]\nfirst note\n\n[File from Ada: old.doc (not read: too old)]\n\nAda: Well?"
    message = await sdk.messages.create(model=MODEL, max_tokens=2_000, messages=question(labels))

    block = message.content[0]
    assert block.type == "text"
    assert "- one file in words, `notes.txt`\n" in block.text
    assert "- one file in words, `old.doc` (not read: too old)\n" in block.text
    assert "(Ada)" in block.text


async def test_stream_writes_the_same_answer_in_pieces(sdk: anthropic.AsyncAnthropic) -> None:
    whole = await sdk.messages.create(model=MODEL, max_tokens=2_000, messages=question("A long table, please"))
    async with sdk.messages.stream(model=MODEL, max_tokens=2_000, messages=question("A long table, please")) as stream:
        pieces = [piece async for piece in stream.text_stream]
        final = await stream.get_final_message()

    text = whole.content[0]
    assert text.type == "text"
    assert "".join(pieces) == text.text
    assert max(map(len, pieces)) <= 40
    assert len(pieces) > 100
    assert [block.type for block in final.content] == ["thinking", "text"]
    assert final.usage.output_tokens == whole.usage.output_tokens


async def test_count_tokens_agrees_with_usage(sdk: anthropic.AsyncAnthropic) -> None:
    messages = question(jpeg(1000, 1000), "How large is this?")
    counted = await sdk.messages.count_tokens(model=MODEL, messages=messages)
    answered = await sdk.messages.create(model=MODEL, max_tokens=500, messages=messages)

    assert counted.input_tokens == answered.usage.input_tokens
    assert 1_296 < counted.input_tokens < 1_400


async def test_models_are_listed_and_described(sdk: anthropic.AsyncAnthropic) -> None:
    listed = [model.id async for model in sdk.models.list()]
    info = await sdk.models.retrieve(MODEL)

    assert MODEL in listed
    assert info.max_input_tokens == 1_000_000
    with pytest.raises(anthropic.NotFoundError):
        await sdk.models.retrieve("gpt-9")


async def test_max_tokens_cuts_the_answer(sdk: anthropic.AsyncAnthropic) -> None:
    message = await sdk.messages.create(model=MODEL, max_tokens=10, messages=question("Hello there"))

    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 10


async def test_a_scripted_refusal_names_its_category(model: PracticeModel, sdk: anthropic.AsyncAnthropic) -> None:
    model.script(Answer("I can't", stop_reason="refusal", stop_details={"type": "refusal", "category": "bio"}))
    async with sdk.messages.stream(model=MODEL, max_tokens=99, messages=question("Hm?")) as stream:
        final = await stream.get_final_message()

    assert final.stop_reason == "refusal"
    assert final.stop_details is not None
    assert final.stop_details.category == "bio"


async def test_errors_are_the_ones_the_sdk_knows(model: PracticeModel, sdk: anthropic.AsyncAnthropic) -> None:
    async def ask(client: anthropic.AsyncAnthropic = sdk, **changed: Any) -> None:
        asked: dict[str, Any] = {"model": MODEL, "max_tokens": 9, "messages": question("Hm?")} | changed
        await client.messages.create(**asked)

    async with sdk_for(model, "wrong") as stranger:
        with pytest.raises(anthropic.AuthenticationError):
            await ask(stranger)
    with pytest.raises(anthropic.NotFoundError, match="model: gpt-9"):
        await ask(model="gpt-9")
    with pytest.raises(anthropic.BadRequestError, match="non-whitespace"):
        await ask(messages=question("  \n"))
    model.script(HttpError.api(429, "rate_limit_error", retry_after="3"))
    with pytest.raises(anthropic.RateLimitError) as limited:
        await ask()
    assert limited.value.response.headers["retry-after"] == "3"
    model.script(Answer("x", error_after=0))
    with pytest.raises(anthropic.APIStatusError, match="overloaded_error"):
        async with sdk.messages.stream(model=MODEL, max_tokens=9, messages=question("Hm?")) as stream:
            await stream.get_final_message()


async def test_a_request_is_kept_with_a_summary_in_place_of_its_files(
    model: PracticeModel, sdk: anthropic.AsyncAnthropic, tmp_path: Path
) -> None:
    await sdk.messages.create(model=MODEL, max_tokens=9, messages=question(jpeg(30, 20), pdf("a.pdf", 2), "Hm?"))

    image, document, text = model.requests[-1].body["messages"][0]["content"]
    assert image["source"]["data"].items() >= {"media_type": "image/jpeg", "width": 30, "height": 20}.items()
    assert document["source"]["data"].items() >= {"media_type": "application/pdf", "pages": 2}.items()
    assert len(image["source"]["data"]["sha256"]) == 64
    assert text == {"type": "text", "text": "Hm?"}
    assert model.requests[-1].headers["vendor"] == "anthropic"
