"""Answers truthfully a request about a part of a long file, or with notes on such parts.

Pure. A request for notes on a part says which one it is, "pages 201–300 of 812", and so do the labels of notes that
come back later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from playground.practice_model.received import Received, SeenPdf

WORDS_MAX = 12
REPEATED_CHARS_MAX = 60_000
_WISH = re.compile(r"^\[[^\n]*\bwrite notes\b[^\n]*\]$", re.MULTILINE)
_PLAN = re.compile(r"^\[[^\n]*\bREAD AGAIN: ?[^\n]*\]$", re.MULTILINE)
_PART = re.compile(r"\b(page|line)s? ([\d,]+)(?:–([\d,]+))? of ([\d,]+)")
_NOTES = re.compile(r'^File "([^"\n]*)" \(notes on ([^)\n]*)\):\n(`{3,})\n(.*?)\n\3$', re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r'^File "[^"\n]*" \([^\n]*\):\n(`{3,})[^`\n]*\n(.*?)\n\1$', re.MULTILINE | re.DOTALL)
_IN_PARTS = re.compile(r'^File "([^"\n]*)" \(PDF, ([\d,]+) pages, [^\n]*\[\[\1, p\. 12\]\]', re.MULTILINE)
_WANTED = re.compile(r"\bread (?:pages?|lines?) ([\d,–-]+) again\b", re.IGNORECASE)


def answer_about_parts(received: Received) -> str | None:
    """Notes where a part came with the wish for them, or what has to be read again; ``None`` for all other requests."""
    asked = "\n".join(received.messages[-1].texts)
    if wish := _WISH.search(asked):
        return _notes(received, wish[0])
    if _PLAN.search(asked):
        wanted = _WANTED.search(asked)
        return f"READ AGAIN: {wanted[1] if wanted else 'none'}"
    return None


def repeated_notes(received: Received) -> Iterator[str]:
    """What notes in the request say, by file and part, as they stand there."""
    left = REPEATED_CHARS_MAX
    for message in received.messages:
        for text in message.texts:
            for name, part, _, notes in _NOTES.findall(text):
                if message.role == "user" and left > 0:
                    yield f"Notes on `{name}`, {part}:\n\n{notes[:left]}"
                    left -= len(notes)


def pages_named(received: Received) -> Iterator[str]:
    """A sentence about each file that came as notes, with its pages in the form that the request asks for."""
    for message in received.messages:
        for name, total in (found for text in message.texts for found in _IN_PARTS.findall(text)):
            final = total.replace(",", "")
            yield f"`{name}` begins on its page 1 [[{name}, p. 1]] and ends on page {final} [[{name}, p. {final}]]."


def _notes(received: Received, wish: str) -> str:
    part = _PART.search(wish)
    unit, first = (part[1], int(part[2].replace(",", ""))) if part else ("page", 1)
    lines = [f"This part is {part[0]}." if part else "It was not said which part this is."]
    for block in received.messages[-1].blocks:
        if isinstance(block, SeenPdf):
            lines += [
                f"- {unit} {number}: {words or '(no text)'}" for number, words in enumerate(block.page_words, first)
            ]
    for text in received.messages[-1].texts:
        for _, content in _FENCED.findall(text):
            found = content.splitlines()
            lines.append(f"- {len(found):,} lines, from “{_few(found[0])}” to “{_few(found[-1])}”")
    return "\n".join(lines)


def _few(line: str) -> str:
    return " ".join(line.split()[:WORDS_MAX])[:100]
