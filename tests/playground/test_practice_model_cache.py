"""The practice model counts prompt caching by the API's published rules."""

from __future__ import annotations

from typing import Any

import pytest

from playground.practice_model.faults import BadRequest
from playground.practice_model.prompt_cache import Counted, PromptCache
from playground.practice_model.request_rules import VERSIONS, see_request

MODEL = "claude-sonnet-5-5"
WORDS = "x" * 5_000
"""2,000 tokens."""
FIVE, HOUR = {"type": "ephemeral"}, {"type": "ephemeral", "ttl": "1h"}


class Clock:
    now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> PromptCache:
    return PromptCache(clock)


def text(words: str, marker: dict[str, str] | None = None) -> dict[str, Any]:
    return {"type": "text", "text": words} | ({"cache_control": marker} if marker else {})


def asked(cache: PromptCache, *blocks: dict[str, Any], model: str = MODEL, **more: Any) -> Counted:
    body = {"model": model, "max_tokens": 10, "messages": [{"role": "user", "content": [*blocks]}], **more}
    seen = see_request(body, version=VERSIONS[0], strict_turns=True)
    counted = cache.count(seen.model, seen.segments, seen.tokens)
    assert counted.plain + counted.read + counted.written_5m + counted.written_1h == seen.tokens
    return counted


def test_what_a_marker_ends_is_written_once_and_then_read(cache: PromptCache) -> None:
    assert asked(cache, text(WORDS, FIVE), text("Why?")) == Counted(plain=2, written_5m=2_012)
    assert asked(cache, text(WORDS, FIVE), text("How?")) == Counted(plain=2, read=2_012)
    assert asked(cache, text(WORDS), text("And?", FIVE)) == Counted(read=2_012, written_5m=2)
    assert asked(cache, text(WORDS), text("And?")) == Counted(plain=2_014), "without a marker nothing is looked for"


def test_a_prefix_lives_for_its_ttl_from_its_latest_use(cache: PromptCache, clock: Clock) -> None:
    asked(cache, text(WORDS, FIVE))
    for _ in range(3):
        clock.now_s += 299
        assert asked(cache, text(WORDS, FIVE)).read
    clock.now_s += 300
    assert asked(cache, text(WORDS, HOUR)).written_1h
    clock.now_s += 3_599
    assert asked(cache, text(WORDS, HOUR)).read


def test_one_byte_or_another_model_is_another_prefix(cache: PromptCache) -> None:
    asked(cache, text(WORDS, FIVE), system="You help.")
    assert not asked(cache, text(WORDS, FIVE), system="You help!").read
    assert not asked(cache, text(WORDS, FIVE), system="You help.", model="claude-opus-5-5").read
    assert not asked(cache, text(WORDS, FIVE), system="You help.", output_config={"effort": "low"}).read
    assert asked(cache, text(WORDS, FIVE), system=[text("You help.")]).read


def test_what_is_too_short_is_not_kept(cache: PromptCache) -> None:
    short = text("x" * 2_500, FIVE)
    assert asked(cache, short) == Counted(plain=1_012)
    assert asked(cache, short, model="claude-opus-5-5").written_5m == 1_012


def test_no_more_than_twenty_blocks_are_looked_back(cache: PromptCache) -> None:
    asked(cache, text(WORDS, FIVE))
    more = [text(f"{number}") for number in range(20)]
    assert not asked(cache, text(WORDS), *more, text("?", FIVE)).read
    assert asked(cache, text(WORDS), *more[:19], text("!", FIVE)).read
    assert asked(cache, text(WORDS, FIVE), *more, text("?!", FIVE)).read


def test_an_hour_is_paid_up_to_its_marker_and_five_minutes_after_it(cache: PromptCache) -> None:
    asked(cache, text(WORDS, FIVE))
    assert asked(cache, text(WORDS), text(WORDS, HOUR), text(WORDS, FIVE), text("?")) == Counted(1, 2_012, 2_000, 2_000)
    with pytest.raises(BadRequest, match="must not come after"):
        asked(cache, text(WORDS, FIVE), text(WORDS, HOUR))


def test_a_host_that_keeps_nothing() -> None:
    assert asked(PromptCache(keeps=False), text(WORDS, FIVE)) == Counted(plain=2_012)
