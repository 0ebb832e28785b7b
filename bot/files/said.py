"""Uses Slack's own words for a file (a clip's transcript, an e-mail's text) instead of reading it.

I/O: files.info while Slack is still transcribing, and the download of a long transcript. Nothing is decoded here:
Slack's words are plain text, and WebVTT is text with times between the lines.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import groupby
from pathlib import Path

from bot.errors import SlackError
from bot.files import notes
from bot.files.entities import unescape
from bot.files.extracts import Unreadable, UnreadableNow
from bot.files.names import safe_name
from bot.messages import Attachment, Note, PreparedFile, SlackWords, TextBlock, WordsKind
from bot.prompt.spoken import fenced

LOOKS_MAX = 6
LOOK_EVERY_S = 0.5
"""How long to wait for a transcript: a few seconds, as people would."""
TRANSCRIPT_BYTES_MAX = 2_000_000
ABOUT = {
    WordsKind.MAIL: "e-mail",
    WordsKind.VOICE: "what is said in a voice message, as Slack wrote it down",
    WordsKind.VIDEO: "what is said in a video, as Slack wrote it down",
}
_TAG = re.compile(r"<[^<>]*>")

FileInfo = Callable[[str], Awaitable[Attachment]]
"""Calls files.info for a file id. Raises ``SlackError``."""
FetchTo = Callable[[Attachment, str, Path], Awaitable[None]]
"""Writes what is at an address to a path. Raises ``Unreadable``."""


async def said(
    attachment: Attachment, words: SlackWords, file_info: FileInfo, fetch: FetchTo, to: Path, *, chars_max: int
) -> PreparedFile | None:
    """``None`` if Slack has no words for it. ``to`` is a path to write to. Raises ``UnreadableNow``."""
    words = await _completed(attachment, words, file_info)
    if not words.whole and words.more_url:
        words = await _transcript(attachment, words, words.more_url, fetch, to)
    if not words.text:
        if words.pending:
            raise UnreadableNow(notes.TRANSCRIBING)
        return None
    name = safe_name(attachment.name)
    words, cut_chars = _shortened(words, chars_max)
    left_out = [notes.text_left_out(cut_chars)] if cut_chars else []
    if words.kind is not WordsKind.MAIL and words.own:
        reason = notes.heard(words.text, video=words.kind is WordsKind.VIDEO, whole=words.whole)
        spoken = tuple(Note(name, said_of_it) for said_of_it in (reason, *left_out))
        return PreparedFile(attachment.id, notes=spoken, words=words.text)
    text = TextBlock(f'File "{name}" ({ABOUT[words.kind]}):\n{fenced(words.text, "")}')
    if words.enclosed:
        left_out.append(notes.enclosed(words.enclosed))
    if not words.whole:
        left_out.append(notes.CUT_WORDS)
    return PreparedFile(attachment.id, (text,), tuple(Note(name, reason) for reason in left_out))


def _shortened(words: SlackWords, chars_max: int) -> tuple[SlackWords, int]:
    """The beginning and end of a text that is too long, and how many characters were between them."""
    cut = len(words.text) - chars_max
    if cut <= 0:
        return words, 0
    half = chars_max // 2
    text = f"{words.text[:half]}\n[… {cut:,} characters left out …]\n{words.text[-half:]}"
    return replace(words, text=text), cut


async def _completed(attachment: Attachment, words: SlackWords, file_info: FileInfo) -> SlackWords:
    """Completes words by files.info. The event of a clip comes before its transcript."""
    for look in range(LOOKS_MAX):
        known = words.whole or bool(words.text and words.more_url)
        if not words.pending and (known or look):
            break
        if look:
            await asyncio.sleep(LOOK_EVERY_S)
        try:
            words = replace((await file_info(attachment.id)).words or words, own=words.own)
        except SlackError:
            break
    return words


async def _transcript(attachment: Attachment, words: SlackWords, url: str, fetch: FetchTo, to: Path) -> SlackWords:
    try:
        await fetch(attachment, url, to)
        text = words_of_vtt(await asyncio.to_thread(_beginning, to))
    except (Unreadable, OSError):
        return words  # the beginning that Slack gave
    return replace(words, text=text, whole=True) if text else words


def _beginning(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(TRANSCRIPT_BYTES_MAX).decode("utf-8", "replace")


def words_of_vtt(vtt: str) -> str:
    """The spoken lines, as one text. Source: the WebVTT format: blocks are separated by blank lines, and those with a
    time (``-->``) are cues."""
    spoken: list[str] = []
    in_cue = False
    for line in vtt.splitlines():
        if "-->" in line:
            in_cue = True
        elif not line.strip():
            in_cue = False
        elif in_cue:
            spoken.append(" ".join(unescape(_TAG.sub("", line)).split()))
    return " ".join(line for line, _ in groupby(filter(None, spoken)))
