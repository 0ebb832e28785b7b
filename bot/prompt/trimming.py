"""Decides what of a long thread fits into a request.

Pure. First the words of older messages go, but not those of the first message; if that is not enough, older messages
with their files, then the first one; the question never. ``steps`` decides where to cut.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.conversation import Message, Role
from bot.estimates import bytes_json, estimate_tokens
from bot.messages import ContentBlock, TextBlock
from bot.prompt import steps

NOTICE_TOKENS = 60
NOTICE_BYTES = 500
SEPARATOR_TOKENS = 1
TOGETHER = "together with this thread's newer files it would be"
"""For notes on files that newer ones leave no room for."""


@dataclass(frozen=True, slots=True)
class Said:
    """One message. ``attached`` is ``user`` content, whoever posted it; ``role`` is that of the words."""

    attached: tuple[ContentBlock, ...]
    role: Role
    words: tuple[TextBlock, ...]

    def messages(self) -> list[Message]:
        if self.role is Role.USER:
            return [Message(Role.USER, (*self.attached, *self.words))]
        both = Message(Role.USER, self.attached), Message(Role.ASSISTANT, self.words)
        return [message for message in both if message.content]


@dataclass(frozen=True, slots=True)
class Size:
    tokens: float
    bytes: float

    @classmethod
    def of(cls, blocks: Iterable[ContentBlock]) -> Size:
        listed = joined(blocks)
        return cls(SEPARATOR_TOKENS * bool(listed) + estimate_tokens(listed), sum(map(bytes_json, listed)))

    @property
    def is_positive(self) -> bool:
        return self.tokens >= 0 and self.bytes >= 0

    def __sub__(self, other: Size) -> Size:
        return Size(self.tokens - other.tokens, self.bytes - other.bytes)


@dataclass(frozen=True, slots=True)
class Trimmed:
    messages: list[Message]
    left_out: int
    """How many messages do not fit."""
    newest: int
    """How many of the newest do."""


def trimmed(said: Sequence[Said], room: Size) -> Trimmed:
    """``said`` ends with the question."""
    whole = [Size.of((*one.attached, *one.words)) for one in said]
    if _fit(whole, room) or len(said) == 1:
        return Trimmed(_messages(said), 0, len(said))
    room -= Size(NOTICE_TOKENS, NOTICE_BYTES)
    older = said[1:-1]
    rest = room - whole[0] - whole[-1] - _total(Size.of(one.attached) for one in older)
    if not rest.is_positive:
        return _without_files_too(said, whole, room)
    cut = 1 + _cut([Size.of(one.words) for one in older], whole[-1], rest)
    files = [Message(Role.USER, one.attached) for one in said[1:cut] if one.attached]
    messages = [*said[0].messages(), _notice(cut - 1), *files, *_messages(said[cut:])]
    return Trimmed(messages, cut - 1, len(said) - cut)


def _without_files_too(said: Sequence[Said], whole: Sequence[Size], room: Size) -> Trimmed:
    rest = room - whole[-1] - whole[0]
    begin = 1 if rest.is_positive else 0
    cut = 1 + _cut(whole[1:-1], whole[-1], rest if begin else room - whole[-1])
    with_files = any(one.attached for one in said[begin:cut])
    messages = [*_messages(said[:begin]), _notice(cut - begin, with_files=with_files), *_messages(said[cut:])]
    return Trimmed(messages, cut - begin, len(said) - cut)


def _messages(said: Iterable[Said]) -> list[Message]:
    return [message for one in said for message in one.messages()]


def _fit(sizes: Sequence[Size], room: Size) -> bool:
    total = _total(sizes)
    return total.tokens <= room.tokens and total.bytes <= room.bytes


def _total(sizes: Iterable[Size]) -> Size:
    listed = list(sizes)
    return Size(sum(one.tokens for one in listed), sum(one.bytes for one in listed))


def _cut(older: Sequence[Size], question: Size, room: Size) -> int:
    """How many of the messages after the first one go, so that the others fit beside the question.

    The question counts among them: in the next turn it is one of them, and the cut should be the same then.
    """
    by_tokens = steps.cut([*(size.tokens for size in older), question.tokens], room.tokens + question.tokens)
    by_bytes = steps.cut([*(size.bytes for size in older), question.bytes], room.bytes + question.bytes)
    return min(len(older), max(by_tokens, by_bytes))


def _notice(left_out: int, *, with_files: bool = False) -> Message:
    one = left_out == 1
    what = "1 earlier message of this thread is" if one else f"{left_out} earlier messages of this thread are"
    files = f" with the files that came with {'it' if one else 'them'}" if with_files else ""
    return Message(Role.USER, (TextBlock(f"[{what} left out here{files}: the thread is too long.]"),))


def joined(blocks: Iterable[ContentBlock]) -> list[ContentBlock]:
    """Joins adjacent texts."""
    joined: list[ContentBlock] = []
    for block in blocks:
        before = joined[-1] if joined else None
        if isinstance(block, TextBlock) and isinstance(before, TextBlock):
            joined[-1] = TextBlock(f"{before.text}\n\n{block.text}")
        else:
            joined.append(block)
    return joined
