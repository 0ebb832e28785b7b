"""Where a thread is marked and for how long, and what that costs by the API's own count."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.conversation import CacheMarker, CacheTtl, Conversation, Message, Role
from bot.messages import (
    Attachment,
    Author,
    AuthorKind,
    FileBytes,
    PdfBlock,
    PreparedFile,
    TextBlock,
    ThreadMessage,
    ThreadPace,
)
from bot.prompt import prompt_cache
from bot.prompt.budget import Allowance
from bot.prompt.draft import Draft
from playground.practice_model.prompt_cache import Counted, PromptCache, segments_of

MODEL = "claude-sonnet-5-5"
ADA, CLAUDE = Author("U1", "Ada", AuthorKind.PERSON), Author("UBOT", "claude", AuthorKind.THIS_BOT)
PRICES = {"plain": 1.0, "read": 0.1, "written_5m": 1.25, "written_1h": 2.0}
PAUSES_S = [40, 700, 100, 30, 1_400, 250, 60, 400, 20]
"""As people ask on: at once, or after a meeting."""


@pytest.mark.parametrize(
    ("pace", "ttl"),
    [
        (ThreadPace(answered=False, pause_s=0, files=False), None),
        (ThreadPace(answered=False, pause_s=0, files=True), CacheTtl.FIVE_MINUTES),
        (ThreadPace(answered=True, pause_s=60, files=False), CacheTtl.HOUR),
        (ThreadPace(answered=True, pause_s=1_500, files=True), CacheTtl.HOUR),
        (ThreadPace(answered=True, pause_s=7_200, files=True), CacheTtl.FIVE_MINUTES),
        (ThreadPace(answered=True, pause_s=7_200, files=False), None),
    ],
)
def test_how_long_depends_on_whether_the_thread_goes_on_and_holds_files(pace: ThreadPace, ttl: CacheTtl | None) -> None:
    assert prompt_cache.ttl_for(pace) is ttl


def of(*sizes: int, system: str = "x") -> Conversation:
    """Messages of so many blocks each, people's and the bot's by turns."""
    roles = (Role.USER, Role.ASSISTANT) * len(sizes)
    messages = [Message(role, (TextBlock("x" * 5_000),) * size) for role, size in zip(roles, sizes, strict=False)]
    return Conversation(system, tuple(messages))


def test_markers_stand_at_the_ends_of_the_system_prompt_the_previous_question_and_this_one() -> None:
    assert list(prompt_cache.places(of(2, 1, 3), 1_024)) == [(0, 1), (2, 2)]
    assert list(prompt_cache.places(of(2, 1, 3, system="x" * 5_000), 1_024)) == [None, (0, 1), (2, 2)]
    assert list(prompt_cache.places(of(1), 1_024)) == [(0, 0)]


def test_where_more_is_new_than_the_api_looks_back_further_markers_stand_between() -> None:
    assert list(prompt_cache.places(of(2, 1, 30), 1_024)) == [(0, 1), (2, 9), (2, 29)]
    assert list(prompt_cache.places(of(2, 1, 300), 1_024)) == [(0, 1), (2, 259), (2, 279), (2, 299)]
    assert len(list(prompt_cache.places(of(2, 1, 300, system="x" * 5_000), 1_024))) == 4


def test_what_the_api_would_not_keep_is_not_marked() -> None:
    assert list(prompt_cache.places(of(1, 1, 1), 4_096)) == [(2, 0)]
    assert list(prompt_cache.places(of(1), 4_096)) == []


def costs(pauses_s: list[int], pages: int, ttl: CacheTtl | None = None, *, ours: bool = False) -> float:
    """Of a thread over a PDF, in input tokens; ``ttl``: a fixed one, or none; ``ours``: as the bot does it."""
    now_s, paid = 1_000.0, 0.0
    kept = PromptCache(lambda: now_s)
    contract = PreparedFile("F1", (PdfBlock("a.pdf", FileBytes(Path("a"), 9), pages),)) if pages else PreparedFile("F1")
    thread: list[ThreadMessage] = []
    for turn, pause_s in enumerate([0, *pauses_s]):
        now_s += pause_s
        attached = (Attachment.bare("F1", "a.pdf"),) if pages and not turn else ()
        thread.append(ThreadMessage(f"{now_s:.6f}", ADA, f"Question {turn}?", attached))
        draft = Draft(tuple(thread), (contract,), "Help.", 900_000, Allowance(), prefix_tokens_min=1_024)
        asked = draft.request().conversation
        if not ours:
            marks = [CacheMarker(place, ttl) for place in prompt_cache.places(asked, 1_024)] if ttl else []
            asked = replace(asked, cache_markers=tuple(marks))
        counted = count(kept, asked)
        paid += sum(price * getattr(counted, name) for name, price in PRICES.items())
        thread.append(ThreadMessage(f"{now_s + 10:.6f}", CLAUDE, "An answer. " * 100, ()))
    return paid


def count(kept: PromptCache, asked: Conversation) -> Counted:
    marks = {
        marker.end: {"cache_control": {"type": "ephemeral", "ttl": marker.ttl.value}} for marker in asked.cache_markers
    }
    messages, tokens = [], []
    for number, message in enumerate(asked.messages):
        content = [{"block": repr(block)} if isinstance(block, PdfBlock) else {"block": block.text}  # type: ignore[union-attr]
                   for block in message.content]  # fmt: skip
        messages.append({"role": message.role, "content": [
            block | marks.get((number, place), {}) for place, block in enumerate(content)]})  # fmt: skip
        tokens.append(
            [block.pages * 3_000 if isinstance(block, PdfBlock) else len(str(block)) for block in message.content]
        )
    segments = segments_of({"model": MODEL, "system": asked.system, "messages": messages}, [2], tokens)
    return kept.count(MODEL, segments, sum(segment.tokens for segment in segments))


def test_a_single_question_costs_little_more_than_without_a_cache() -> None:
    assert costs([], 0, ours=True) == costs([], 0)
    assert costs([], 60, ours=True) <= 1.26 * costs([], 60)


def test_a_long_thread_costs_little_more_than_by_the_best_fixed_way() -> None:
    for pages in (0, 60):
        fixed = [costs(PAUSES_S, pages, ttl) for ttl in (None, CacheTtl.FIVE_MINUTES, CacheTtl.HOUR)]
        assert costs(PAUSES_S, pages, ours=True) <= 1.15 * min(fixed)
    assert costs(PAUSES_S, 60, ours=True) < 0.35 * costs(PAUSES_S, 60)
