"""Sums up the messages of a channel in a request truthfully, with their links. Pure."""

from __future__ import annotations

import re
from collections import Counter

from playground.practice_model.received import Received

SHOWN_MAX = 12
WORDS_MAX = 16
_WISH = re.compile(r"\bcatch me up\b", re.IGNORECASE)
_FILE = re.compile(r'^File "messages of ([^"\n]*)" \([^\n]*\):\n(`{3,})[^`\n]*\n(.*?)\n\2$', re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"^ *(?:↳ )?\[\d{4}-\d\d-\d\d (\d\d:\d\d)\] ([^:\n]+): (.*) \((https?://\S+)\)$", re.MULTILINE)


def answer_about_channel(received: Received) -> str | None:
    """``None`` where the request does not end with such a wish, or has no such messages."""
    asked = "\n".join(received.messages[-1].texts)
    found = _FILE.search(asked) if _WISH.search(asked) else None
    if found is None:
        return None
    said = _LINE.findall(found[3])
    people = Counter(name for _, name, _, _ in said)
    talkers = ", ".join(f"{name} ({count})" for name, count in people.most_common(5))
    lines = [f"- {_few(text)} ([{name}, {at}]({link}))" for at, name, text, link in said[-SHOWN_MAX:]]
    more = [f"{len(said) - SHOWN_MAX:,} older messages are not in this list."] if len(said) > SHOWN_MAX else []
    return "\n\n".join(
        [
            f"## What happened in {found[1]}",
            f"{len(said):,} messages reached me, by {talkers}. I am the practice model: I tell you what was written.",
            "\n".join(lines),
            *more,
        ]
    )


def _few(text: str) -> str:
    words = text.replace("⏎", " ").split()
    return " ".join(words[:WORDS_MAX]) + (" …" if len(words) > WORDS_MAX else "")
