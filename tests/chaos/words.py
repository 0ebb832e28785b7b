"""Writes an answer of numbered words for a question's number, and reads which words a text shows.

Pure. ``q7w0000 q7w0001 … q7end``: whatever is lost, doubled or older than what was there before shows in the numbers.
"""

from __future__ import annotations

import re

QUESTION = re.compile(r"question (\d+)\b")
WORD = re.compile(r"\bq(\d+)(?:w(\d{4})|(end))\b")
"""Whole ones: what is cut in the middle has fewer digits."""
LINE_WORDS = 12
WORDS_MAX = 10_000


def question(number: int, *, mention: bool = True) -> str:
    return f"{'@claude ' * mention}question {number}"


def answer(number: int, words: int) -> str:
    """``words`` of them and the end, in lines."""
    all_words = [*(f"q{number}w{word:04}" for word in range(words)), f"q{number}end"]
    lines = [all_words[start : start + LINE_WORDS] for start in range(0, len(all_words), LINE_WORDS)]
    return "\n\n".join(" ".join(line) for line in lines)


def pieces(text: str, count: int) -> tuple[str, ...]:
    """``text`` in about ``count`` pieces of one length, cut anywhere."""
    size = max(1, -(-len(text) // count))
    return tuple(text[start : start + size] for start in range(0, len(text), size))


def asked_for(texts: list[str]) -> int | None:
    """The number of the newest question in what the model was sent."""
    found = QUESTION.findall("\n".join(texts))
    return int(found[-1]) if found else None


def shown(text: str, words: dict[int, int]) -> list[tuple[int, int]]:
    """Question and place of each whole word, in order; the end stands after the last of ``words`` of its question, and
    after all there can be where that is not known."""
    return [
        (int(number), words.get(int(number), WORDS_MAX) if end else int(word))
        for number, word, end in WORD.findall(text)
    ]
