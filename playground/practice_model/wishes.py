"""Answers a question that wants to see how something looks, by showing it.

Pure. The demo's page suggests such questions: *count slowly to 40*, *refuse*, *break off*, *fail*. Whoever presses
*Continue* gets the rest of what was begun, word for word, as from a model that goes on where it stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from playground.practice_model.answer import answer_to
from playground.practice_model.grammar import bursts
from playground.practice_model.received import Received
from playground.practice_model.said import question_of
from playground.practice_model.script import Answer

COUNT_MAX = 500
COUNT_DELAY_S = 0.7
PIECE_DELAY_S = 0.03
FOUND_BY_CHARS = (60, 24, 8)
"""Of the end of what was shown: so many are looked for in the whole."""
GO_ON = "Please go on exactly where your answer broke off"
_COUNT = re.compile(r"\bcount (?:slowly )?to (\d{1,4})\b", re.IGNORECASE)
_REFUSE = re.compile(r"\brefuse\b", re.IGNORECASE)
_BREAK_OFF = re.compile(r"\bbreak off\b", re.IGNORECASE)
_FAIL = re.compile(r"\bfail\b", re.IGNORECASE)
BEGUN = "I had begun to write this sentence, and then "
REFUSAL = {"type": "refusal", "category": None, "explanation": None}


@dataclass(frozen=True, slots=True)
class _Whole:
    pieces: tuple[str, ...]
    delay_s: float = PIECE_DELAY_S


def shown_answer_to(received: Received) -> Answer | None:
    """``None`` where the question has no such wish."""
    question = question_of(received)
    if question.startswith(GO_ON):
        return _rest(received)
    if _REFUSE.search(question):
        return Answer(chunks=(BEGUN,), stop_reason="refusal", stop_details=REFUSAL)
    if _FAIL.search(question):
        return Answer(chunks=(*bursts(BEGUN), "!"), error_after=len(tuple(bursts(BEGUN))), chunk_delay_s=PIECE_DELAY_S)
    if _BREAK_OFF.search(question):
        whole = _whole(received).pieces
        return Answer(chunks=whole[: len(whole) // 2], chunk_delay_s=PIECE_DELAY_S, stop_reason="max_tokens")
    if _COUNT.search(question):
        counted = _whole(received)
        return Answer(chunks=counted.pieces, chunk_delay_s=counted.delay_s)
    return None


def _whole(received: Received) -> _Whole:
    """What the answer is before it is cut, stopped or made to fail."""
    question = question_of(received)
    if wish := _COUNT.search(question):
        return _Whole(tuple(_numbers(min(COUNT_MAX, int(wish[1])))), COUNT_DELAY_S)
    if _FAIL.search(question):
        return _Whole((BEGUN, "the connection broke. ", "Now it is whole."))
    return _Whole(tuple(bursts(answer_to(received))))


def _numbers(end: int) -> Iterator[str]:
    for number in range(1, end + 1):
        yield f"{number}, " if number < end else f"{number}. That is all of them."
        if number % 10 == 0 and number < end:
            yield "\n\n"


def _rest(received: Received) -> Answer | None:
    """What comes after the words that were shown; ``None`` where they are not found in what was begun."""
    messages = received.messages
    shown = ""
    while len(messages) >= 3 and question_of(replace(received, messages=messages)).startswith(GO_ON):
        shown = "".join(messages[-2].texts) + shown
        messages = messages[:-2]
    whole = _whole(replace(received, messages=messages))
    text = "".join(whole.pieces)
    for chars in FOUND_BY_CHARS:
        end = shown.rstrip()[-chars:]
        found = [match.end() for match in re.finditer(re.escape(end), text)] if end else []
        if found:
            at = min(found, key=lambda place: abs(place - len(shown)))  # what is long repeats itself
            rest = text[at:].lstrip() or "There is no more."
            pieces = re.findall(r"\S+\s*", rest) if whole.delay_s == COUNT_DELAY_S else list(bursts(rest))
            return Answer(chunks=tuple(pieces), chunk_delay_s=whole.delay_s)
    return None
