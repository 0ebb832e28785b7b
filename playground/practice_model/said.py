"""Reads from the texts of a request what people said, and who. Pure.

Chats are usually shown to a model as ``Name: words``, a paragraph each. What the app itself says about them, such as
the day or which file comes next, is in lines of its own in square brackets; what a file holds is below a label and
between fences. The model should know all that, but nobody in the chat said it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from playground.practice_model.received import Received, SeenMessage

_SPEAKER = re.compile(r"(?:\A|\n\n)([^\W\d_][^\n:<>|\[\]]{0,79}?(?<!\d)): ")
_FILE = re.compile(r'^File "[^"\n]*" \([^\n]*\):(?:\n(`{3,})[^`\n]*\n(?:.*?\n)?\1$|$)\n*', re.MULTILINE | re.DOTALL)
_APP_LINE = re.compile(r"^\[[^\n]*\]$\n*", re.MULTILINE)


def said_in(message: SeenMessage) -> Iterator[str]:
    """Each text of ``message`` without what the app itself says in it; none that is nothing else."""
    for text in message.texts:
        said = words_of_people(text) if message.role == "user" else text.strip()
        if said:
            yield said


def words_of_people(text: str) -> str:
    return _APP_LINE.sub("", _FILE.sub("", text)).strip()


def names_in(text: str) -> Iterator[str]:
    for match in _SPEAKER.finditer(text):
        if len(match[1].split()) <= 4:
            yield match[1]


def question_of(received: Received) -> str:
    """What the last person wrote, without their name."""
    texts = list(said_in(received.messages[-1]))
    if not texts:
        return ""
    return _SPEAKER.split(texts[-1])[-1].strip().replace("\n  ", "\n")  # further lines may be indented
