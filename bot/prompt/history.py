"""Turns a thread and its prepared files into the conversation that the model is sent, within a budget.

Pure, and the same for the same thread: what a thread said once is written the same way in every later turn, block for
block, so that the API's prompt cache recognises it. Rules:

- people and other apps speak as ``user``, each with a name before the words; this bot speaks as ``assistant``;
- who said what can be told by the form, whatever people write and files hold (``spoken``);
- neighbouring messages of one role become one, but each keeps blocks of its own, so what comes later changes none of
  them. A text right after another one brings the blank line between them with it;
- files stand before the words they came with, and a file that could not be read is named with the reason;
- a message without words, which only mentions this bot, asks for a reply, in later turns too;
- the first and the last message are ``user``, and the question is the end;
- above the budget, the words of older messages are left out, except the first; then whole messages with their files;
  the text says how many. More is left out than necessary, so that the cut stays in place for several turns (``steps``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from bot.conversation import Conversation, Message, Role
from bot.estimates import MARGIN, estimate_tokens
from bot.messages import AuthorKind, ContentBlock, Note, PreparedFile, TextBlock, ThreadMessage, ThreadPace
from bot.prompt import spoken
from bot.prompt.trimming import TOGETHER, Said, Size, joined, trimmed
from bot.visible import seen

REASON_CHARS_MAX = 300

OPENING = TextBlock("[This thread begins with a message of yours.]")


@dataclass(frozen=True, slots=True)
class History:
    conversation: Conversation
    left_out: int
    """How many messages the budget had no room for."""
    newest: int
    """How many of the newest messages are sent, including the question."""
    total: int
    pace: ThreadPace


@dataclass(frozen=True, slots=True)
class _Context:
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
    context = _Context(files, spoken.speakers(message.author for message in (*unique.values(), question)))
    said: list[Said] = []
    for message in unique.values():
        one = _said(message, context, first=not said)
        said += [one] if one.attached or one.words else []
    said.append(_question(question, context, first=not said))
    room = Size(tokens_max / MARGIN, bytes_max) - Size.of([TextBlock(system), OPENING])
    fitting = trimmed(said, room)
    sent = _merged(fitting.messages)
    tokens = estimate_tokens([TextBlock(system), *(block for message in sent for block in message.content)])
    pace = _pace([*unique.values(), question], files)
    return History(Conversation(system, sent, tokens=tokens), fitting.left_out, fitting.newest, len(said), pace)


# --- one message ---------------------------------------------------------------------------------------------------


def _said(message: ThreadMessage, context: _Context, *, first: bool) -> Said:
    """Our own words are an ``assistant`` message; files are always ``user`` content, whoever posted them."""
    attached = tuple(_attached(message, context))
    if message.author.kind is AuthorKind.THIS_BOT:
        text = _text_only(message.text).strip()
        return Said(attached, Role.ASSISTANT, (TextBlock(text),) if text else ())
    words = _words(message, context) or _bare_mention(first=first)
    return Said(attached, Role.USER, (_spoken(message, words, context),))


def _question(message: ThreadMessage, context: _Context, *, first: bool) -> Said:
    words = _words(message, context) or _bare_mention(first=first)
    return Said(tuple(_attached(message, context)), Role.USER, (_spoken(message, words, context),))


def _bare_mention(*, first: bool) -> str:
    """What a message without words and files most likely means: it is here because it mentions this bot."""
    return "Hello." if first else "Please reply to the conversation above."


def _words(message: ThreadMessage, context: _Context) -> str:
    """What was written and what was spoken. A file without words asks to be read; in later turns too, since the prompt
    cache wants the same words again."""
    prepared = [context.files[file.id] for file in message.attachments if file.id in context.files]
    said = [_text_only(text).strip() for text in (message.text, *(spoken.typed(file.words) for file in prepared))]
    if words := "\n\n".join(filter(None, said)):
        return words
    return spoken.read_request(len(message.attachments)) if message.attachments else ""


def _attached(message: ThreadMessage, context: _Context) -> list[ContentBlock]:
    blocks: list[ContentBlock] = []
    for attachment in message.attachments:
        prepared = context.files.get(attachment.id, PreparedFile(attachment.id))
        if prepared.words:
            blocks.append(TextBlock(f"[{context.speaker(message)} spoke, and Slack wrote it down.]"))
            continue
        content = [block for block in map(_sendable, prepared.blocks) if block]
        reasons = " ".join(_sentence(note, "It" if number else "it") for number, note in enumerate(prepared.notes))
        if not content:
            if TOGETHER in reasons:  # the same words, whether it was fetched this time or not
                reasons = "newer files leave no room for it"
            reasons = f"not read: {reasons}" if reasons else "not read"
        label = f"File from {context.speaker(message)}: {spoken.one_line(attachment.name, spoken.NAME_CHARS_MAX)}"
        blocks += [TextBlock(f"[{label} ({reasons})]" if reasons else f"[{label}]"), *content]
    return blocks


def _sentence(note: Note, pronoun: str) -> str:
    """The attachment itself is the pronoun, a file within it has its name ("a.zip › b.pdf")."""
    subject = spoken.one_line(note.file_name, spoken.NAME_CHARS_MAX) if " › " in note.file_name else pronoun
    return f"{subject} {spoken.one_line(note.reason, REASON_CHARS_MAX)}"


def _spoken(message: ThreadMessage, text: str, context: _Context) -> TextBlock:
    said = spoken.message(context.speaker(message), text)
    return TextBlock(f"{message.dateline}\n\n{said}" if message.dateline else said)


def _sendable(block: ContentBlock) -> ContentBlock | None:
    if not isinstance(block, TextBlock):
        return block
    text = _text_only(block.text)
    return TextBlock(spoken.in_file(text)) if text.strip() else None


def _text_only(text: str) -> str:
    """Without what JSON can carry and UTF-8 cannot, or what nobody means or sees: halves of surrogate pairs, NUL, words
    that are spelled in characters without a picture."""
    return seen(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", ""))


def _pace(messages: Sequence[ThreadMessage], prepared: Mapping[str, PreparedFile]) -> ThreadPace:
    """The message before our latest one is the question that it answers, as ``slack.read`` orders them."""
    files = any(file.id in prepared and prepared[file.id].blocks for one in messages for file in one.attachments)
    own = [number for number, message in enumerate(messages) if message.author.kind is AuthorKind.THIS_BOT]
    before = [message for message in messages[: max(own, default=0)] if message.author.kind is not AuthorKind.THIS_BOT]
    pause_s = _seconds(messages[-1].ts) - _seconds(before[-1].ts) if before else 0.0
    return ThreadPace(bool(before), max(0.0, pause_s), files)


def _seconds(ts: str) -> float:
    """A command's question has the id of a trigger in the place of a ts, and no history."""
    try:
        return float(ts)
    except ValueError:
        return 0.0


# --- the whole -----------------------------------------------------------------------------------------------------


def _merged(messages: Sequence[Message]) -> tuple[Message, ...]:
    merged = [
        Message(role, _in_a_row([joined(message.content) for message in group]))
        for role, group in groupby(messages, key=lambda message: message.role)
    ]
    return tuple(merged if merged[0].role is Role.USER else [Message(Role.USER, (OPENING,)), *merged])


def _in_a_row(contents: Sequence[Sequence[ContentBlock]]) -> tuple[ContentBlock, ...]:
    """It is not documented what the API puts between two texts, so a blank line is part of the second one."""
    content: list[ContentBlock] = []
    for first, *others in contents:
        if isinstance(first, TextBlock) and content and isinstance(content[-1], TextBlock):
            first = TextBlock(f"\n\n{first.text}")  # noqa: PLW2901 - the same block
        content += [first, *others]
    return tuple(content)
