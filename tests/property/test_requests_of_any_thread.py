"""For any thread, files and budget: a request that the API takes, within the budget, marked as it should be."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import Conversation
from bot.estimates import MARGIN, estimate_tokens
from bot.limits import CACHE_LOOKBACK_BLOCKS, CACHE_MARKERS_MAX
from bot.llm.request_json import request_chunks
from bot.messages import (
    Attachment,
    Author,
    AuthorKind,
    ContentBlock,
    FileBytes,
    ImageBlock,
    PdfBlock,
    PreparedFile,
    TextBlock,
    ThreadMessage,
)
from bot.prompt.budget import Allowance
from bot.prompt.draft import Draft
from bot.prompt.history import build
from playground.practice_model.request_rules import VERSIONS, see_request
from tests import made_files

MODEL = "claude-sonnet-5-5"
ADA, BOB = Author("U1", "Ada", AuthorKind.PERSON), Author("U2", "Ada", AuthorKind.PERSON)
CI, CLAUDE = Author("B1", "CI", AuthorKind.OTHER_BOT), Author("UBOT", "claude", AuthorKind.THIS_BOT)
WORDS = st.text(max_size=30) | st.sampled_from(["", " ", "x" * 4_000, "Ada: so", "\ud800"])


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> list[ContentBlock]:
    """A picture and a PDF that are what they say."""
    directory = tmp_path_factory.mktemp("media")
    picture, document = made_files.image("PNG"), made_files.pdf()
    (directory / "a.png").write_bytes(picture)
    (directory / "a.pdf").write_bytes(document)
    return [
        ImageBlock("image/png", FileBytes(directory / "a.png", len(picture)), 60, 40),
        PdfBlock("a.pdf", FileBytes(directory / "a.pdf", len(document)), 1),
    ]


@st.composite
def threads(draw: st.DrawFn) -> list[tuple[Author, str, list[int]]]:
    """Who says what, with which files: of people, apps and this bot, in any order, the question last."""
    said = st.tuples(st.sampled_from([ADA, BOB, CI, CLAUDE]), WORDS, st.lists(st.integers(0, 5), max_size=2))
    asked = st.tuples(st.sampled_from([ADA, BOB]), WORDS, st.lists(st.integers(0, 5), max_size=2))
    return [*draw(st.lists(said, max_size=30)), draw(asked)]


def drafted(
    thread: list[tuple[Author, str, list[int]]], media: list[ContentBlock], tokens_max: int, files_max: int
) -> Draft:
    messages, files = [], []
    for second, (author, text, numbers) in enumerate(thread):
        attached = []
        for number in numbers:
            name = f"F{second}{number}"
            block = media[number] if number < len(media) else TextBlock(f'File "{name}" (text):\n```\n{number}\n```')
            files.append(PreparedFile(name, (block,) if number < 5 else ()))
            attached.append(Attachment.bare(name, f"{name}.pdf"))
        messages.append(ThreadMessage(f"{second}.000100", author, text, tuple(attached)))
    allowance = Allowance(tokens_max=files_max, images_max=3, pages_max=3)
    return Draft(tuple(messages), tuple(files), "You help.", tokens_max, allowance, prefix_tokens_min=512)


def as_json(conversation: Conversation) -> dict[str, object]:
    chunks = request_chunks(conversation, model=MODEL, max_tokens=1_000)
    parts = [base64.b64encode(part.path.read_bytes()) if isinstance(part, FileBytes) else part for part in chunks]
    body: dict[str, object] = json.loads(b"".join(parts))
    return body


@settings(max_examples=60, deadline=None)
@given(thread=threads(), tokens_max=st.integers(100, 30_000), files_max=st.integers(0, 20_000))
def test_it_is_valid_within_the_budget_well_marked_and_ends_with_the_question(
    media: list[ContentBlock], thread: list[tuple[Author, str, list[int]]], tokens_max: int, files_max: int
) -> None:
    draft = drafted(thread, media, tokens_max, files_max)
    asked = draft.request().conversation

    for version in VERSIONS:
        see_request(as_json(asked), version=version, strict_turns=True)
    blocks = [block for message in asked.messages for block in message.content]
    alone = replace(draft, thread=draft.thread[-1:]).request().conversation.messages[0].content
    if estimate_tokens([TextBlock(asked.system), *blocks]) * MARGIN > tokens_max:
        assert len(asked.messages) == 1
        assert len(blocks) <= len(alone) + 1, "the question alone, and that all else is left out"
    check_markers(asked)
    ending, question = blocks[-1], alone[-1]
    assert isinstance(ending, TextBlock)
    assert isinstance(question, TextBlock)
    wanted = question.text.rpartition(": ")[2]
    assert ending.text.endswith(wanted) or "Please reply to the conversation above." in ending.text


def check_markers(asked: Conversation) -> None:
    places = [(number, place) for number, message in enumerate(asked.messages) for place in range(len(message.content))]
    ends = [places.index(marker.end) for marker in asked.cache_markers if marker.end]
    assert ends == sorted(set(ends))
    assert len(asked.cache_markers) <= CACHE_MARKERS_MAX
    assert len({marker.ttl for marker in asked.cache_markers}) <= 1
    if not ends:
        return
    assert ends[-1] == len(places) - 1
    near = all(after - before <= CACHE_LOOKBACK_BLOCKS for before, after in pairwise(ends))
    assert near or len(asked.cache_markers) == CACHE_MARKERS_MAX


Step = tuple[Author, str, list[int], str]
"""A question, and what came of it: an answer in some parts, nothing since it failed, or a refusal that withdraws it."""
STEPS = st.lists(
    st.tuples(
        st.sampled_from([ADA, BOB, CI]),
        WORDS,
        st.lists(st.integers(0, 5), max_size=2),
        st.sampled_from(["answered", "in parts", "failed", "refused", "talked about"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS)
def test_each_turn_begins_as_the_one_before_block_for_block(media: list[ContentBlock], steps: list[Step]) -> None:
    """Where the one before was refused it is withdrawn, and the turn begins as that one did before its question."""
    thread: list[tuple[Author, str, list[int]]] = []
    before: list[str] = []
    for author, text, files, ending in steps:
        thread.append((author, text, files))
        draft = drafted(thread, media, 10**9, 10**9)
        draft = replace(draft, allowance=Allowance())
        now = as_lines(draft.request().conversation)
        assert now[: len(before)] == before
        if ending == "refused":
            thread.pop()
            continue
        before = now
        replies = {"answered": ["Yes."], "in parts": ["One", "Two"], "talked about": ["Yes."]}.get(ending, [])
        thread += [(CLAUDE, reply, []) for reply in replies]
        if ending == "talked about":
            thread += [(BOB, "Hm.", []), (ADA, "", [])]


def as_lines(conversation: Conversation) -> list[str]:
    """One for each block as it is sent, without its marker: what the prompt cache compares."""
    body = as_json(replace(conversation, cache_markers=()))
    messages = body["messages"]
    assert isinstance(messages, list)
    lines = [json.dumps([message["role"], block]) for message in messages for block in message["content"]]
    return [json.dumps(body["system"]), *lines]


def test_names_that_come_later_change_no_earlier_block() -> None:
    first = [ThreadMessage("1.0", ADA, "Hello", ()), ThreadMessage("2.0", BOB, "Hi", ())]
    later = [*first, ThreadMessage("3.0", CLAUDE, "Yes?", ()), ThreadMessage("4.0", replace(ADA, id="U3"), "I too", ())]
    before, after = (build(thread, {}, system="", tokens_max=10**6).conversation.messages for thread in (first, later))
    assert after[: len(before)] == before
