"""The texts of a request go in; what people said in them, and who, comes out. Pure.

Chats are usually told to a model as ``Name: words``, a paragraph each. What the app says of them itself, such as the
day and which file comes next, stands in lines of its own in square brackets, and what a file holds below a label and
between fences. The model is to know all that, and nobody in the chat said it.
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
