"""A thread and its prepared files go in; the conversation that the model is sent comes out, within a token budget.

Pure, and the same for the same thread: what a thread said once is written the same way in every later turn, so that the
API's prompt cache recognises it. Rules:

- people and other apps speak as ``user``, each with a name before the words; this bot speaks as ``assistant``;
- who said what can be told by the form, whatever people write and files hold (``spoken``);
- turns of one role are merged, texts beside each other become one block, blank text is dropped;
- files stand before the words they came with, and a file that could not be read is named with the reason;
- the first and the last turn are ``user``, and the question is the end;
- over the budget the oldest messages go, but for the first, and the text says how many.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bot import spoken
from bot.messages import (
    AuthorKind,
    ContentBlock,
    Conversation,
    ImageBlock,
    Message,
    Note,
    PdfBlock,
    PreparedFile,
    Role,
    TextBlock,
    ThreadMessage,
)

CHARS_PER_TOKEN = 2.5
WIDE_CHARS_FROM = "\u2e80"
"""From here on (CJK, Hangul, emoji) a character is about one token."""
IMAGE_PATCH_PX = 28
IMAGE_TOKENS_MAX = 4_784
PDF_PAGE_TOKENS = 3_000
MARGIN = 1.1
"""Estimates of tokens, and what to add for their error. claude:en/build-with-claude/vision,
claude:en/build-with-claude/pdf-support, claude:en/about-claude/models/overview, 2026-11-22."""
NOTICE_TOKENS = 50
SEPARATOR_TOKENS = 1
TRIM_STEP = 0.25
"""Of the budget. Trimming goes in steps: the cut stays in place, and the prompt cache holds, for several turns."""
REASON_CHARS_MAX = 300

OPENING = TextBlock("[This thread begins with a message of yours.]")


@dataclass(frozen=True, slots=True)
class History:
    conversation: Conversation
    left_out: int
    """How many messages the budget had no room for."""


@dataclass(frozen=True, slots=True)
class _Turn:
    role: Role
    blocks: tuple[ContentBlock, ...]


@dataclass(frozen=True, slots=True)
class _Heard:
    """What messages are read with: what became of their files, and the names of those who speak."""

    files: Mapping[str, PreparedFile] = field(repr=False)
    speakers: Mapping[tuple[str, AuthorKind], str] = field(repr=False)

    def speaker(self, message: ThreadMessage) -> str:
        return self.speakers[message.author.id, message.author.kind]


def build(
    messages: Sequence[ThreadMessage], files: Mapping[str, PreparedFile], *, system: str, tokens_max: int
) -> History:
    """``messages`` are oldest first and end with the question; ``files`` are keyed by attachment id.

    The estimate stays within ``tokens_max`` unless ``system`` and the question alone are more than that.
    """
    *earlier, question = messages
    unique = {message.ts: message for message in earlier if message.ts != question.ts}
    heard = _Heard(files, spoken.speakers(message.author for message in (*unique.values(), question)))
    said = [turns for message in unique.values() if (turns := _turns(message, heard))]
    said.append(_question(question, heard, first=not said))
    kept, left_out = _within(said, tokens_max / MARGIN - estimate_tokens([TextBlock(system), OPENING]))
    return History(Conversation(system, _merged(kept)), left_out)


def estimate_tokens(blocks: Iterable[ContentBlock]) -> float:
    return sum(map(_block_tokens, blocks))


# --- one message ---------------------------------------------------------------------------------------------------


def _turns(message: ThreadMessage, heard: _Heard) -> list[_Turn]:
    """Our own words are an ``assistant`` turn; files are always ``user`` content, whoever posted them."""
    attached = _attached(message, heard)
    if message.author.kind is AuthorKind.THIS_BOT:
        text = _text_only(message.text).strip()
        turns = [_Turn(Role.USER, tuple(attached)), _Turn(Role.ASSISTANT, (TextBlock(text),) if text else ())]
        return [turn for turn in turns if turn.blocks]
    words = _words(message, heard)
    return [_Turn(Role.USER, (*attached, _spoken(message, words, heard)))] if words else []


def _question(message: ThreadMessage, heard: _Heard, *, first: bool) -> list[_Turn]:
    """Always one ``user`` turn: where nothing was written, it asks for what a bare mention most likely means."""
    words = _words(message, heard) or ("Hello." if first else "Please reply to the conversation above.")
    return [_Turn(Role.USER, (*_attached(message, heard), _spoken(message, words, heard)))]


def _words(message: ThreadMessage, heard: _Heard) -> str:
    """What was written and what was spoken. A file without words asks to be read; in later turns too, since the prompt
    cache wants the same words again."""
    prepared = [heard.files[file.id] for file in message.attachments if file.id in heard.files]
    said = [_text_only(text).strip() for text in (message.text, *(file.words for file in prepared))]
    if words := "\n\n".join(filter(None, said)):
        return words
    return f"Please read the attached file{'s' * (len(message.attachments) > 1)}." if message.attachments else ""


def _attached(message: ThreadMessage, heard: _Heard) -> list[ContentBlock]:
    blocks: list[ContentBlock] = []
    for attachment in message.attachments:
        prepared = heard.files.get(attachment.id, PreparedFile(attachment.id))
        if prepared.words:
            blocks.append(TextBlock(f"[{heard.speaker(message)} spoke, and Slack wrote it down.]"))
            continue
        content = [block for block in map(_sendable, prepared.blocks) if block]
        reasons = " ".join(_sentence(note, "It" if number else "it") for number, note in enumerate(prepared.notes))
        if not content:
            reasons = f"not read: {reasons}" if reasons else "not read"
        label = f"File from {heard.speaker(message)}: {spoken.one_line(attachment.name, spoken.NAME_CHARS_MAX)}"
        blocks += [TextBlock(f"[{label} ({reasons})]" if reasons else f"[{label}]"), *content]
    return blocks


def _sentence(note: Note, pronoun: str) -> str:
    """The attachment itself is the pronoun, a file within it has its name ("a.zip › b.pdf")."""
    subject = spoken.one_line(note.file_name, spoken.NAME_CHARS_MAX) if " › " in note.file_name else pronoun
    return f"{subject} {spoken.one_line(note.reason, REASON_CHARS_MAX)}"


def _spoken(message: ThreadMessage, text: str, heard: _Heard) -> TextBlock:
    return TextBlock(spoken.message(heard.speaker(message), text))


def _sendable(block: ContentBlock) -> ContentBlock | None:
    if not isinstance(block, TextBlock):
        return block
    text = _text_only(block.text)
    return TextBlock(spoken.in_file(text)) if text.strip() else None


def _text_only(text: str) -> str:
    """Without what JSON can carry and UTF-8 cannot, or what nobody means: halves of surrogate pairs, and NUL."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


# --- the whole -----------------------------------------------------------------------------------------------------


def _within(said: list[list[_Turn]], budget: float) -> tuple[list[_Turn], int]:
    """The messages that fit, and how many do not: the oldest but the first go, then the first, never the question."""
    sizes = [SEPARATOR_TOKENS + estimate_tokens(block for turn in turns for block in turn.blocks) for turns in said]
    excess = sum(sizes) - budget
    if excess <= 0 or len(said) == 1:
        return [turn for turns in said for turn in turns], 0
    step = max(budget * TRIM_STEP, 1.0)
    to_drop = math.ceil((excess + NOTICE_TOKENS) / step) * step
    cut, dropped = 1, 0.0
    while cut < len(said) - 1 and dropped < to_drop:
        dropped += sizes[cut]
        cut += 1
    first = [] if excess + NOTICE_TOKENS > dropped else said[0]
    left_out = cut - bool(first)
    kept = [turn for turns in said[cut:] for turn in turns]
    return [*first, _Turn(Role.USER, (_notice(left_out),)), *kept], left_out


def _notice(left_out: int) -> TextBlock:
    what = "1 earlier message of this thread is" if left_out == 1 else f"{left_out} earlier messages of this thread are"
    return TextBlock(f"[{what} left out here: the thread is too long.]")


def _merged(turns: Sequence[_Turn]) -> tuple[Message, ...]:
    merged = [
        Message(role, _joined(block for turn in group for block in turn.blocks))
        for role, group in groupby(turns, key=lambda turn: turn.role)
    ]
    return tuple(merged if merged[0].role is Role.USER else [Message(Role.USER, (OPENING,)), *merged])


def _joined(blocks: Iterable[ContentBlock]) -> tuple[ContentBlock, ...]:
    joined: list[ContentBlock] = []
    texts: list[str] = []
    for block in blocks:
        if isinstance(block, TextBlock):
            texts.append(block.text)
            continue
        joined += [TextBlock("\n\n".join(texts)), block] if texts else [block]
        texts = []
    return (*joined, TextBlock("\n\n".join(texts))) if texts else tuple(joined)


def _block_tokens(block: ContentBlock) -> float:
    match block:
        case TextBlock():
            wide = 0 if block.text.isascii() else sum(char >= WIDE_CHARS_FROM for char in block.text)
            return wide + (len(block.text) - wide) / CHARS_PER_TOKEN
        case ImageBlock():
            patches = math.ceil(block.width_px / IMAGE_PATCH_PX) * math.ceil(block.height_px / IMAGE_PATCH_PX)
            return min(patches, IMAGE_TOKENS_MAX)
        case PdfBlock():
            return block.pages * PDF_PAGE_TOKENS
