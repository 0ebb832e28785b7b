"""Writes down what was said in a channel, for the model, and what people are told about it. Pure.

One message a line, whatever its words hold, so that nobody can write a message that somebody else seems to have said.
What is forwarded in one stands in lines of its own below it, which begin with who wrote it: the app's own word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.catching_up.periods import written
from bot.messages import FileBytes, Note, TextBlock, ThreadMessage, WholeText
from bot.prompt import spoken
from bot.prompt.dates import zone_of

CHARS_MAX = 400_000
"""Characters of a channel that one question reads."""
AT_ONCE_CHARS_MAX = 120_000
"""More than this is read in batches, like long documents."""
ENDS_CHARS = 10_000
"""How much of a batched transcript the request holds if no batch could be read."""
MESSAGE_CHARS_MAX = 2_000
NEW_LINE = " ⏎ "
FORWARDED = "    ↱ "
_FORWARDED = re.compile(rf"(?:{NEW_LINE})?(?:> )*{spoken.HEAD}")
ABOUT = "messages of a Slack channel, one a line, with links; what one forwards is below it, behind ↱"
WANTED = (
    "(What was written in {channel} from {start} on is in the file above, oldest first, with replies below what they "
    "answer. Tell me what happened there: what matters most first, by topic, what was decided, what is still open, and "
    "what waits for me. Be short. Behind each claim link the message that it rests on, with the address at the end of "
    "its line and the author's name and the time as the link's words, and link nothing else. Say nothing that no "
    "message says.)"
)


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """A message with its permalink; ``reply``: it is in a thread."""

    message: ThreadMessage
    link: str = field(repr=False)
    reply: bool


@dataclass(frozen=True, slots=True)
class ChannelHistory:
    """What was read of a channel, oldest first, each reply below its thread's first message.

    ``start_s``: the time from which it was read; ``own_start``: that is the reader's newest message there. ``older``:
    there is more between that and what was read; ``replies_left``: how many replies were not read.
    """

    channel_id: str
    name: str = field(repr=False)
    entries: Sequence[TranscriptEntry]
    start_s: float
    own_start: bool = False
    older: bool = False
    replies_left: int = 0

    @property
    def called(self) -> str:
        return f"#{name}" if (name := spoken.plain_name(self.name)) else "this channel"

    def since(self, zone: str) -> str:
        return f"{'your newest message there, ' if self.own_start else ''}{written(self.start_s, zone)}"


@dataclass(frozen=True, slots=True)
class Transcript:
    """``lines`` may be fewer than the messages read: the newest are kept."""

    lines: Sequence[str] = field(repr=False)
    left_out: int

    @property
    def text(self) -> str:
        return "\n".join(self.lines) + "\n"

    @property
    def long(self) -> bool:
        return len(self.text) > AT_ONCE_CHARS_MAX


def transcript_of(history: ChannelHistory, zone: str) -> Transcript:
    speakers = spoken.speakers(entry.message.author for entry in history.entries)
    said = [
        _lines(entry, speakers[entry.message.author.id, entry.message.author.kind], zone) for entry in history.entries
    ]
    chars, kept = 0, 0
    for lines in reversed(said):
        chars += sum(len(line) + 1 for line in lines)
        if chars > CHARS_MAX:
            break
        kept += 1
    left_out = len(said) - kept
    return Transcript([line for lines in said[left_out:] for line in lines], left_out)


def block_of(transcript: Transcript, name: str, data: FileBytes | None) -> TextBlock:
    """``data``: all of it on disk, where it is ``long``."""
    text = transcript.text
    if data is None:
        return TextBlock(f'File "{name}" ({ABOUT}):\n{spoken.fenced(text)}')
    whole = WholeText(data, len(transcript.lines), name, ABOUT, "", 0, "was not read whole.")
    ends = f"{text[:ENDS_CHARS]}\n[…]\n{text[-ENDS_CHARS:]}"
    return TextBlock(f'File "{name}" ({ABOUT}, its beginning and its end):\n{spoken.fenced(ends)}', whole)


def notes_on(history: ChannelHistory, transcript: Transcript, zone: str) -> tuple[Note, ...]:
    """What the answer is based on, and what it lacks."""
    replies = sum(entry.reply for entry in history.entries)
    number = len(history.entries)
    counted = f"{number:,} message{'s' * (number != 1)}"
    within = f", {replies:,} of them in threads" if replies else ""
    said = [f"was read starting from {history.since(zone)}: {counted}{within}."]
    if history.older or transcript.left_out:
        said.append("has older messages from that time that were not read. Please ask about a shorter time.")
    if history.replies_left:
        left = history.replies_left
        said.append(f"has {left:,} more repl{'ies' if left > 1 else 'y'} in threads from that time that I didn't read.")
    return tuple(Note(history.called, reason) for reason in said)


def wanted(history: ChannelHistory, zone: str) -> str:
    return WANTED.format(channel=history.called, start=written(history.start_s, zone))


def _lines(entry: TranscriptEntry, speaker: str, zone: str) -> list[str]:
    message = entry.message
    at = datetime.fromtimestamp(float(message.ts), zone_of(zone))
    text, *forwarded = _parted(NEW_LINE.join(_flat(message.text))[:MESSAGE_CHARS_MAX])
    names = ", ".join(spoken.one_line(file.name, spoken.NAME_CHARS_MAX) for file in message.attachments)
    files = f" (with files: {names})" if names else ""
    mark = "  ↳ " if entry.reply else ""
    line = f"{mark}[{at:%Y-%m-%d %H:%M}] {speaker}: {text}{files} ({entry.link})"
    return [line, *(f"{FORWARDED}{each}" for each in forwarded)]


def _parted(text: str) -> list[str]:
    """A message's own words, then what it forwards, each part with its head."""
    return _FORWARDED.split(text)


def _flat(text: str) -> Iterator[str]:
    """Whatever may look like the end of a line to a reader is one."""
    return (line.strip() for line in text.splitlines() if line.strip())
