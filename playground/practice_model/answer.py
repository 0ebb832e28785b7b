"""Writes a truthful answer, in Markdown, about what a request held.

Pure: the same request has the same answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from playground.practice_model.caught_up import answer_about_channel
from playground.practice_model.parts import answer_about_parts, pages_named, repeated_notes
from playground.practice_model.received import Received, SeenBlock, SeenImage, SeenMessage, SeenPdf, SeenText
from playground.practice_model.said import names_in, question_of, said_in, words_of_people
from playground.practice_model.script import Cite

QUOTE_CHARS_MAX = 280
FIRST_WORDS = 12
LONG_SECTIONS = 12
VERY_LONG_SECTIONS = 40
_FILE_NAME = re.compile(r"[^\s\"'`<>:|/\\]+(?: [^\s\"'`<>:|/\\]+){0,4}?\.[A-Za-z0-9]{2,5}\b")
_LABEL = re.compile(r"^\[[^\]\n:]*: ([^\]\n(`]+?)(?: \(([^\]\n]*)\))?\]$", re.MULTILINE)
"""A line such as ``[File from Ada: notes.txt (not read: it is empty)]``."""
_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def answer_to(received: Received) -> str:
    """Ends with a longer part where the question asks for one: it says "long", "table" or "code"."""
    if (about_parts := answer_about_parts(received)) is not None:
        return about_parts
    if (caught_up := answer_about_channel(received)) is not None:
        return caught_up
    question = question_of(received)
    paragraphs = [
        "## What reached me",
        _quoted(question),
        "I am the practice model on this machine: I do not think, I tell you exactly what I was sent.",
        "\n".join(f"- {line}" for line in _inventory(received)),
    ]
    wishes = set(re.findall(r"\b(long|table|code)\b", question.lower()))
    if "table" in wishes or sum(1 for block in received.blocks() if not isinstance(block, SeenText)) > 1:
        paragraphs.append(_table(received))
    if "code" in wishes:
        paragraphs.append(_code(received))
    if "long" in wishes:
        paragraphs += _long(received, VERY_LONG_SECTIONS if "very long" in question.lower() else LONG_SECTIONS)
    paragraphs += pages_named(received)
    paragraphs += repeated_notes(received)
    paragraphs.append("Ask me again in this thread, and I will see all of it once more.")
    return "\n\n".join(paragraphs)


def cited_answer_to(received: Received) -> list[str | Cite]:
    """The same, with the citation of each quoted page after its quote, if that was asked for."""
    text, parts, at = answer_to(received), list[str | Cite](), 0
    for claim, cite in _claims(received) if received.citing else ():
        found = text.find(claim, at)
        if found >= 0:
            end = found + len(claim)
            parts += [text[at:end], cite]
            at = end
    return [*parts, text[at:]]


def _claims(received: Received) -> Iterator[tuple[str, Cite]]:
    documents = [block for block in received.blocks() if isinstance(block, SeenPdf) or _is_text(block)]
    for number, pdf in enumerate(documents):
        if isinstance(pdf, SeenPdf):
            for page, words in enumerate(pdf.page_words, 1):
                if words:
                    yield f"“{words}”", Cite(number, page, title=pdf.title or None, cited_text=words)


def _is_text(block: SeenBlock) -> bool:
    return isinstance(block, SeenText) and bool(block.title)


def _quoted(question: str) -> str:
    if not question:
        return "> (a file, without a word)"
    short = question if len(question) <= QUOTE_CHARS_MAX else question[:QUOTE_CHARS_MAX].rstrip() + " …"
    return "\n".join(f"> {line}".rstrip() for line in short.splitlines())


def _inventory(received: Received) -> Iterator[str]:
    for number, message in enumerate(received.messages, 1):
        earlier = "" if number == len(received.messages) else ", from earlier in this thread"
        for block, name in _with_names(message):
            if not isinstance(block, SeenText) or block.title:
                yield _described(block, name) + earlier
        for name, remark in _told_of(message):
            yield f"one file in words, `{name}`{f' ({remark})' if remark else ''}{earlier}"
    yield _conversation(received)
    yield f"about {received.tokens:,} tokens in all, {received.system_chars:,} characters of instructions among them"


def _described(block: SeenBlock, name: str) -> str:
    named = f", `{name}`" if name else ""
    match block:
        case SeenPdf(pages=pages, first_words=words, size_bytes=size, page_words=begun):
            said = f", first words “{words}”" if words else ", no text on its first page"
            further = [f"page {page} begins “{words}”" for page, words in enumerate(begun[1:], 2) if words]
            return ", ".join((f"one PDF{named}, {_count(pages, 'page')}, {_size(size)}{said}", *further))
        case SeenImage(format=kind, width_px=width, height_px=height, size_bytes=size, colour=colour):
            return f"one {kind} image{named}, {width} × {height} px, {_size(size)}{f', all {colour}' if colour else ''}"
        case SeenText(text=text):
            return f"one text document{named}, {_count(len(text), 'character')}, first words “{_first_words(text)}”"


def _conversation(received: Received) -> str:
    people = [message for message in received.messages if message.role == "user"]
    texts = [text for message in people for text in said_in(message)]
    names = list(dict.fromkeys(name for text in texts for name in names_in(text)))
    said = f"{_count(len(people), 'turn')} of people"
    if names:
        said += f" ({', '.join(names)})"
    if replies := len(received.messages) - len(people):
        said += f" and {_count(replies, 'answer')} of mine"
    if not texts:
        return said
    length = sum(len(text) for text in texts)
    return f"{said}, {_count(length, 'character')} of their text, beginning “{_first_words(texts[0])}”"


def _with_names(message: SeenMessage) -> Iterator[tuple[SeenBlock, str]]:
    """A block goes by its title, or else by the file name that the text right before it ends with."""
    before = ""
    for block in message.blocks:
        if isinstance(block, SeenImage):
            found = _FILE_NAME.findall(before.strip().rpartition("\n")[2])
            yield block, found[0].strip("*_()[],") if found else ""
        else:
            yield block, block.title
        before = block.text if isinstance(block, SeenText) else ""


def _told_of(message: SeenMessage) -> Iterator[tuple[str, str]]:
    """Files that have a label in the text and no block of their own, each with what the label says about it."""
    shown = {name for _, name in _with_names(message)}
    for text in message.texts:
        for name, remark in _LABEL.findall(text):
            if name not in shown:
                yield name, remark


def _table(received: Received) -> str:
    rows = ["| message | from | what | size |", "|--:|---|---|--:|"]
    for number, message in enumerate(received.messages, 1):
        for block, name in _with_names(message):
            if isinstance(block, SeenText):
                text = block.text if name or message.role != "user" else words_of_people(block.text)
                if not text:
                    continue
                size = _count(len(text), "character")
            else:
                size = _size(block.size_bytes)
            what = {SeenText: "text", SeenImage: "image", SeenPdf: "PDF"}[type(block)]
            named = f" {name.replace('|', '/')}" if name else ""
            rows.append(f"| {number} | {message.role} | {what}{named} | {size} |")
    return "\n".join(rows)


def _code(received: Received) -> str:
    sizes = ", ".join(str(block.tokens) for block in received.blocks())
    return "\n".join(
        (
            "```python",
            "def tokens_of_this_request() -> int:",
            f"    blocks = [{sizes}]",
            "    return sum(blocks)",
            "",
            "",
            "print(tokens_of_this_request())",
            "```",
        )
    )


def _long(received: Received, sections: int) -> Iterator[str]:
    words = [word for message in received.messages for text in said_in(message) for word in text.split()] or ["nothing"]
    for section in range(1, sections + 1):
        yield f"### Part {section} of {sections}"
        heard = " ".join(words[(section * 7 + step) % len(words)] for step in range(9)).replace("`", "'")
        yield (
            f"You asked for something long, so here is part {section}. Among what I was sent are the words `{heard}`. "
            "Nothing in this paragraph is clever: it is here so that you can watch an answer grow, scroll with it, "
            "and see that no word of it is lost, moved or shown twice."
        )
        yield "\n".join(f"{step}. step {step} of part {section}" for step in range(1, 4))


def _first_words(text: str) -> str:
    words = text.split()
    return " ".join(words[:FIRST_WORDS]) + (" …" if len(words) > FIRST_WORDS else "")


def _count(number: int, noun: str) -> str:
    if noun == "page" or number >= len(_NUMBERS):
        return f"{number:,} {noun}{'s' * (number != 1)}"
    return f"{_NUMBERS[number]} {noun}{'s' * (number != 1)}"


def _size(size_bytes: int) -> str:
    if size_bytes < 1_000:
        return f"{size_bytes} bytes"
    if size_bytes < 1_000_000:
        return f"{size_bytes / 1_000:.1f} kB"
    return f"{size_bytes / 1_000_000:.1f} MB"
