"""The streamed request body is, byte for byte, the JSON of the whole request, and its length is known before."""

from __future__ import annotations

import asyncio
import base64
import json
import tempfile
import tracemalloc
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import CacheMarker, CacheTtl, Conversation, Message, Role
from bot.llm.body import CHUNK_BYTES, FileChanged, StreamedBody
from bot.llm.request_json import Chunk, request_chunks
from bot.messages import ContentBlock, FileBytes, ImageBlock, PdfBlock, TextBlock

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
READ_BYTES = CHUNK_BYTES // 4 * 3
BLOCK = st.one_of(
    st.tuples(st.just("text"), TEXT),
    st.tuples(st.just("image"), st.binary(max_size=50)),
    st.tuples(st.just("document"), st.binary(max_size=50), TEXT),
)


async def sent(parts: Sequence[Chunk]) -> list[bytes]:
    body = StreamedBody(parts)
    chunks = [chunk async for chunk in body]
    assert body.sent == body.length == sum(map(len, chunks))
    return chunks


def base64_source(media_type: str, data: bytes) -> dict[str, str]:
    return {"type": "base64", "media_type": media_type, "data": base64.b64encode(data).decode()}


def block_and_json(folder: Path, number: int, made: tuple[Any, ...]) -> tuple[ContentBlock, dict[str, Any]]:
    if made[0] == "text":
        return TextBlock(made[1]), {"type": "text", "text": made[1]}
    path = folder / str(number)
    path.write_bytes(made[1])
    data = FileBytes(path, len(made[1]))
    if made[0] == "image":
        source = base64_source("image/png", made[1])
        return ImageBlock("image/png", data, 1, 1), {"type": "image", "source": source}
    named = {"title": made[2]} if made[2].strip() else {}
    source = base64_source("application/pdf", made[1])
    return PdfBlock(made[2], data, 1), {"type": "document", **named, "source": source}


@settings(max_examples=100, deadline=None)
@given(system=TEXT, turns=st.lists(st.lists(BLOCK, max_size=4), max_size=4))
def test_it_is_the_json_of_the_whole_request(system: str, turns: list[list[tuple[Any, ...]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        messages, expected = [], []
        for turn, blocks in enumerate(turns):
            role = (Role.USER, Role.ASSISTANT)[turn % 2]
            made = [block_and_json(Path(folder), turn * 10 + place, block) for place, block in enumerate(blocks)]
            messages.append(Message(role, tuple(block for block, _ in made)))
            expected.append({"role": role.value, "content": [as_json for _, as_json in made]})
        whole: dict[str, Any] = {"model": "m", "max_tokens": 9, "stream": True}
        if system.strip():
            whole["system"] = system
        whole["messages"] = expected

        parts = request_chunks(Conversation(system, tuple(messages)), model="m", max_tokens=9)

        body = b"".join(asyncio.run(sent(parts)))
        assert body == json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def test_what_is_asked_of_the_api_beside_the_words_stands_where_it_is_documented(tmp_path: Path) -> None:
    blocks = [
        block_and_json(tmp_path, number, made)[0]
        for number, made in enumerate((("document", b"%PDF", "a.pdf"), ("image", b"png"), ("text", "Why?")))
    ]
    conversation = Conversation(
        "Be brief.",
        (Message(Role.USER, tuple(blocks)),),
        cache_markers=(
            CacheMarker(None, CacheTtl.HOUR),
            CacheMarker((0, 0), CacheTtl.HOUR),
            CacheMarker((0, 1), CacheTtl.FIVE_MINUTES),
            CacheMarker((0, 2), CacheTtl.FIVE_MINUTES),
        ),
        citations=True,
        model="claude-haiku-5-5",
        effort="low",
    )

    request = json.loads(b"".join(asyncio.run(sent(request_chunks(conversation, model="m", max_tokens=9)))))

    hour, minutes = ({"type": "ephemeral", "ttl": ttl} for ttl in ("1h", "5m"))
    assert (request["model"], request["output_config"]) == ("claude-haiku-5-5", {"effort": "low"})
    assert request["system"] == [{"type": "text", "text": "Be brief.", "cache_control": hour}]
    document, image, text = request["messages"][0]["content"]
    assert (document["citations"], document["cache_control"], document["title"]) == ({"enabled": True}, hour, "a.pdf")
    assert (image["cache_control"], text["cache_control"]) == (minutes, minutes)
    assert "citations" not in image | text


@pytest.mark.parametrize("size", [0, 1, 2, 3, READ_BYTES - 1, READ_BYTES, READ_BYTES + 1, 3 * READ_BYTES + 2])
async def test_a_file_of_any_size_is_sent_as_base64(tmp_path: Path, size: int) -> None:
    data = bytes(number * 7 % 251 for number in range(size))
    (tmp_path / "file").write_bytes(data)

    chunks = await sent([b"<", FileBytes(tmp_path / "file", size), b">"])

    assert b"".join(chunks) == b"<" + base64.b64encode(data) + b">"
    assert max(map(len, chunks)) <= CHUNK_BYTES


async def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    size = 24_000_000
    with (tmp_path / "file").open("wb") as file:
        file.truncate(size)
    tracemalloc.start()
    try:
        async for _ in StreamedBody([FileBytes(tmp_path / "file", size)]):
            pass
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak_bytes < 8 * CHUNK_BYTES


async def test_a_long_text_goes_out_in_chunks_too() -> None:
    chunks = await sent([b"x" * (2 * CHUNK_BYTES + 1)])

    assert [len(chunk) for chunk in chunks] == [CHUNK_BYTES, CHUNK_BYTES, 1]


async def test_a_file_that_shrank_or_went_stops_the_body(tmp_path: Path) -> None:
    (tmp_path / "shrunk").write_bytes(b"12")
    for promised in (FileBytes(tmp_path / "shrunk", 3), FileBytes(tmp_path / "gone", 3)):
        body = StreamedBody([b"head", promised])
        with pytest.raises(FileChanged):
            async for _ in body:
                pass
        assert body.fault is not None
        assert body.sent == len(b"head")


async def test_half_a_surrogate_pair_does_not_break_the_request() -> None:
    conversation = Conversation("", (Message(Role.USER, (TextBlock("broken \ud83c emoji"),)),))

    body = b"".join(await sent(request_chunks(conversation, model="m", max_tokens=1)))

    assert json.loads(body)["messages"][0]["content"][0]["text"] == "broken ? emoji"


def test_an_answer_may_be_wanted_shorter_than_the_settings_say_and_not_longer() -> None:
    said = (Message(Role.USER, (TextBlock("Hello."),)),)
    for wanted, sent_max in ((None, 900), (5, 5), (9_000, 900)):
        chunks = request_chunks(Conversation("", said, max_tokens=wanted), model="m", max_tokens=900)
        assert json.loads(b"".join(asyncio.run(sent(chunks))))["max_tokens"] == sent_max
