"""Whatever JSON a request is, the practice model either sees what it holds or refuses it: it never breaks."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from playground.practice_model.answer import answer_to
from playground.practice_model.faults import Refused
from playground.practice_model.received import Received
from playground.practice_model.request_rules import VERSIONS, see_request

WORDS = ("text", "image", "document", "user", "assistant", "base64", "ephemeral", "image/png", "application/pdf", "")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 10) | st.floats(allow_nan=False) | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from((*WORDS, "type", "ttl")), inner),
    max_leaves=6,
)
SOURCE = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
VALID: dict[str, Any] = {
    "model": "claude-sonnet-4-6",
    "max_tokens": 9,
    "temperature": 1,
    "stream": True,
    "system": [{"type": "text", "text": "Be brief.", "cache_control": {"type": "ephemeral", "ttl": "5m"}}],
    "messages": [
        {"role": "user", "content": "Ada: hello\n\nBob: and | you?"},
        {"role": "assistant", "content": [{"type": "text", "text": "Hi."}]},
        {
            "role": "user",
            "content": [
                {"type": "document", "title": "a", "source": {"type": "text", "media_type": "text/plain", "data": "x"}},
                {"type": "text", "text": "a long table with code", "cache_control": {"type": "ephemeral"}},
            ],
        },
    ],
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, below in inner for place in places(below, (*path, key)))]


def changed(value: Any, place: tuple[Any, ...], new: Any) -> Any:
    if not place:
        return new
    whole = copy.deepcopy(value)
    target = whole
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = new
    return whole


def seen(body: Any, version: str) -> Received | Refused:
    try:
        return see_request(body, version=version, strict_turns=True)
    except Refused as refused:
        return refused


@settings(max_examples=300, deadline=None)
@given(place=st.sampled_from(places(VALID)), new=JSON | st.just({"type": "document", "source": SOURCE}))
def test_a_request_with_anything_in_place_of_anything_is_answered_or_refused(place: tuple[Any, ...], new: Any) -> None:
    for version in VERSIONS:
        outcome = seen(changed(VALID, place, new), version)
        if isinstance(outcome, Received):
            assert answer_to(outcome).strip()
        else:
            assert outcome.message


def test_the_request_it_starts_from_is_seen() -> None:
    outcome = seen(copy.deepcopy(VALID), VERSIONS[0])

    assert isinstance(outcome, Received)
    answer = answer_to(outcome)
    assert "> a long table with code" in answer
    assert "two turns of people (Ada, Bob) and one answer of mine" in answer
    assert "```python" in answer
    assert "### Part 12 of 12" in answer
    assert len(answer) > 4_000
