"""A thread and its prepared files go in; the conversation that the model is sent comes out, within a budget.

Pure, and the same for the same thread: what a thread said once is written the same way in every later turn, block for
block, so that the API's prompt cache recognises it. Rules:

- people and other apps speak as ``user``, each with a name before the words; this bot speaks as ``assistant``;
- who said what can be told by the form, whatever people write and files hold (``spoken``);
- turns of one role are merged, but each message keeps blocks of its own: what comes later changes none of them. A text
  right behind another one brings the blank line between them with it;
- files stand before the words they came with, and a file that could not be read is named with the reason;
- a message without words, which only mentions this bot, asks for a reply, in later turns too;
- the first and the last turn are ``user``, and the question is the end;
- over the budget the words of older messages go, but for the first; then whole messages with their files; the text says
  how many. More goes than has to, so that the cut stays in place for several turns (``steps``).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bot import spoken, steps
from bot.estimates import MARGIN, PDF_PAGE_TOKENS, bytes_json, estimate_tokens
from bot.messages import (
    AuthorKind,
    ContentBlock,
    Conversation,
    Message,
    Note,
    PreparedFile,
    Role,
    TextBlock,
    ThreadMessage,
)

__all__ = ["MARGIN", "PDF_PAGE_TOKENS", "History", "build", "estimate_tokens"]

NOTICE_TOKENS = 60
NOTICE_BYTES = 500
SEPARATOR_TOKENS = 1
REASON_CHARS_MAX = 300

OPENING = TextBlock("[This thread begins with a message of yours.]")


@dataclass(frozen=True, slots=True)
class History:
    conversation: Conversation
    left_out: int
    """How many messages the budget had no room for."""


@dataclass(frozen=True, slots=True)
class _Said:
    """One message. ``attached`` is ``user`` content, whoever posted it; ``role`` is that of the words."""

    attached: tuple[ContentBlock, ...]
    role: Role
    words: tuple[TextBlock, ...]

    def turns(self) -> list[_Turn]:
        if self.role is Role.USER:
            return [_Turn(Role.USER, (*self.attached, *self.words))]
        both = _Turn(Role.USER, self.attached), _Turn(Role.ASSISTANT, self.words)
        return [turn for turn in both if turn.blocks]


@dataclass(frozen=True, slots=True)
class _Turn:
    role: Role
    blocks: tuple[ContentBlock, ...]


@dataclass(frozen=True, slots=True)
class _Size:
    tokens: float
    bytes: float

    @classmethod
    def of(cls, blocks: Iterable[ContentBlock]) -> _Size:
        listed = _joined(blocks)
        return cls(SEPARATOR_TOKENS + estimate_tokens(listed), sum(map(bytes_json, listed)))

    def __sub__(self, other: _Size) -> _Size:
        return _Size(self.tokens - other.tokens, self.bytes - other.bytes)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What messages are read with: what became of their files, and the names of those who speak."""

    files: Mapping[str, PreparedFile] = field(repr=False)
    speakers: Mapping[tuple[str, AuthorKind], str] = field(repr=False)

    def speaker(self, message: ThreadMessage) -> str:
        return self.speakers[message.author.id, message.author.kind]


def build(
    messages: Sequence[ThreadMessage],
    files: Mapping[str, PreparedFile],
    *,
    system: str,
    tokens_max: float,
    bytes_max: float = math.inf,
) -> History:
    """``messages`` are oldest first and end with the question; ``files`` are keyed by attachment id.

    The estimates stay within both bounds unless ``system`` and the question alone are more than that. ``bytes_max`` is
    of the request's JSON.
    """
    *earlier, question = messages
    unique = {message.ts: message for message in earlier if message.ts != question.ts}
    heard = _Heard(files, spoken.speakers(message.author for message in (*unique.values(), question)))
    said: list[_Said] = []
    for message in unique.values():
        one = _said(message, heard, first=not said)
        said += [one] if one.attached or one.words else []
    said.append(_question(question, heard, first=not said))
    room = _Size(tokens_max / MARGIN, bytes_max) - _Size.of([TextBlock(system), OPENING])
    kept, left_out = _within(said, room)
    return History(Conversation(system, _merged(kept)), left_out)


# --- one message ---------------------------------------------------------------------------------------------------


def _said(message: ThreadMessage, heard: _Heard, *, first: bool) -> _Said:
    """Our own words are an ``assistant`` turn; files are always ``user`` content, whoever posted them."""
    attached = tuple(_attached(message, heard))
    if message.author.kind is AuthorKind.THIS_BOT:
        text = _text_only(message.text).strip()
        return _Said(attached, Role.ASSISTANT, (TextBlock(text),) if text else ())
    words = _words(message, heard) or _bare_mention(first=first)
    return _Said(attached, Role.USER, (_spoken(message, words, heard),))


def _question(message: ThreadMessage, heard: _Heard, *, first: bool) -> _Said:
    words = _words(message, heard) or _bare_mention(first=first)
    return _Said(tuple(_attached(message, heard)), Role.USER, (_spoken(message, words, heard),))


def _bare_mention(*, first: bool) -> str:
    """What a message most likely means that has neither words nor files: it is here since it mentions this bot."""
    return "Hello." if first else "Please reply to the conversation above."


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


def _within(said: Sequence[_Said], room: _Size) -> tuple[list[_Turn], int]:
    """What fits, and how many messages do not.

    Words of older messages go first, but not those of the first message; if that is not enough, older messages with
    their files, then the first. Never the question.
    """
    *earlier, question = said
    whole = [_Size.of((*one.attached, *one.words)) for one in said]
    if _fit(whole, room) or not earlier:
        return [turn for one in said for turn in one.turns()], 0
    room -= _Size(NOTICE_TOKENS, NOTICE_BYTES)
    first, *older = earlier
    words = [_Size.of(one.words) for one in older]
    rest = room - _total(_Size.of(one.attached) for one in older) - whole[0] - whole[-1]
    if rest.tokens >= 0 and rest.bytes >= 0:
        cut = 1 + _cut(words, rest)
        files = [_Turn(Role.USER, one.attached) for one in said[1:cut] if one.attached]
        return [
            *first.turns(),
            _notice(cut - 1),
            *files,
            *(turn for one in said[cut:] for turn in one.turns()),
        ], cut - 1
    rest = room - whole[-1] - whole[0]
    keeps_first = rest.tokens >= 0 and rest.bytes >= 0
    cut = 1 + _cut(whole[1:-1], rest if keeps_first else room - whole[-1])
    begin = first.turns() if keeps_first else []
    left_out = cut - keeps_first
    files_too = sum(bool(one.attached) for one in said[int(keeps_first) : cut])
    kept = [turn for one in (*said[cut:-1], question) for turn in one.turns()]
    return [*begin, _notice(left_out, files_too), *kept], left_out


def _fit(sizes: Sequence[_Size], room: _Size) -> bool:
    total = _total(sizes)
    return total.tokens <= room.tokens and total.bytes <= room.bytes


def _total(sizes: Iterable[_Size]) -> _Size:
    listed = list(sizes)
    return _Size(sum(one.tokens for one in listed), sum(one.bytes for one in listed))


def _cut(sizes: Sequence[_Size], room: _Size) -> int:
    """How many of the messages after the first one go, so that the others fit."""
    by_tokens = steps.bounds([size.tokens for size in sizes], room.tokens)
    by_bytes = steps.bounds([size.bytes for size in sizes], room.bytes)
    least, most = (max(both) for both in zip(by_tokens, by_bytes, strict=True))
    return steps.cut(1 + least, 1 + most) - 1


def _notice(left_out: int, with_files: int = 0) -> _Turn:
    one = left_out == 1
    what = "1 earlier message of this thread is" if one else f"{left_out} earlier messages of this thread are"
    files = f" with the files that came with {'it' if one else 'them'}" if with_files else ""
    return _Turn(Role.USER, (TextBlock(f"[{what} left out here{files}: the thread is too long.]"),))


def _merged(turns: Sequence[_Turn]) -> tuple[Message, ...]:
    merged = [
        Message(role, _in_a_row([_joined(turn.blocks) for turn in group]))
        for role, group in groupby(turns, key=lambda turn: turn.role)
    ]
    return tuple(merged if merged[0].role is Role.USER else [Message(Role.USER, (OPENING,)), *merged])


def _in_a_row(turns: Sequence[Sequence[ContentBlock]]) -> tuple[ContentBlock, ...]:
    """Nobody says what the API puts between two texts, so that a blank line is part of the second one."""
    content: list[ContentBlock] = []
    for first, *others in turns:
        if isinstance(first, TextBlock) and content and isinstance(content[-1], TextBlock):
            first = TextBlock(f"\n\n{first.text}")  # noqa: PLW2901 - the same block
        content += [first, *others]
    return tuple(content)


def _joined(blocks: Iterable[ContentBlock]) -> list[ContentBlock]:
    """Texts beside each other become one."""
    joined: list[ContentBlock] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if isinstance(block, TextBlock) and isinstance(before, TextBlock):
            joined[-1] = TextBlock(f"{before.text}\n\n{block.text}")
        else:
            joined.append(block)
    return joined
