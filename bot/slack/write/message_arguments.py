"""What a message should show goes in; the arguments of chat.postMessage or chat.update come out. Pure.

The answer stands in a ``markdown`` block, what the bot says about it in a ``context`` block below, so that reading the
thread back tells the two apart. ``text`` is for notifications and screen readers. What stands below holds names of
files: it is ``plain_text``, in which nothing is a mention, a link, an emoji or bold, and ``parse`` and ``link_names``
say the same of ``text``. Source: slack:reference/block-kit/composition-objects/text-object.
"""

from __future__ import annotations

from typing import Any

from bot.limits import CONTEXT_ELEMENTS_MAX, SECTION_TEXT_CHARS_MAX
from bot.messages import Note
from bot.slack import buttons
from bot.slack.escape import escape, plain
from bot.slack.write.content import Content, Form

NOTIFICATION_CHARS_MAX = 3_000
CONTEXT_TEXT_CHARS_MAX = 2_000
FILE_NAME_CHARS_MAX = 80
BRACKETS = str.maketrans("<>", "‹›")
"""Nothing of Slack's begins with these, whoever reads the name next."""
NO_PREVIEWS: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}
"""Of chat.postMessage and of what goes to a response_url: Slack fetches no address of an answer. A stream has none
anyway, and an edit keeps what its message was posted with."""
VERBATIM: dict[str, Any] = {"parse": "none", "link_names": False}
"""Of chat.postMessage, chat.update and chat.postEphemeral: names of people and channels in ``text`` are only words."""


def message(content: Content) -> dict[str, Any]:
    """``text`` and ``blocks`` of a message that shows ``content``."""
    footer = [*content.footer, *(f"📎 {note_line(note)}" for note in content.notes)]
    if content.form is Form.TEXT:
        return {"text": escape("\n".join(part for part in (content.markdown, *footer) if part)), "blocks": []}
    footer += [content.bill] if content.bill else []  # not where it would be read back as part of the answer
    answer: list[dict[str, Any]] = []
    if content.markdown and content.form is Form.MARKDOWN:
        answer = [{"type": "markdown", "text": escape(content.markdown)}]
    elif content.markdown:
        answer = [
            {"type": "section", "text": {"type": "plain_text", "text": chunk, "emoji": False}, "expand": True}
            for chunk in _chunks(content.markdown, SECTION_TEXT_CHARS_MAX - 100)
        ]
    text = plain(content.markdown or "\n".join(footer), NOTIFICATION_CHARS_MAX)
    pressable = [buttons.actions_block(content.button)] if content.button else []
    return {"text": text, "blocks": answer + context(footer) + pressable}


def context(lines: list[str]) -> list[dict[str, Any]]:
    """A context block with a line each; what is over Slack's number of elements shares the last one."""
    if not lines:
        return []
    shown = lines[: CONTEXT_ELEMENTS_MAX - 1]
    if rest := lines[CONTEXT_ELEMENTS_MAX - 1 :]:
        shown = [*shown, "\n".join(rest)]
    elements = [{"type": "plain_text", "text": line[:CONTEXT_TEXT_CHARS_MAX], "emoji": False} for line in shown]
    return [{"type": "context", "elements": elements}]


def note_line(note: Note) -> str:
    """The note as one sentence, which begins with the file's name."""
    name = "".join(char for char in note.file_name if char.isprintable()).translate(BRACKETS)
    if len(name) > FILE_NAME_CHARS_MAX:
        name = f"{name[: FILE_NAME_CHARS_MAX - 1]}…"
    return f"{name or 'A file'} {note.reason}"


def _chunks(text: str, size: int) -> list[str]:
    """``text`` in blocks of at most ``size`` characters, parted at line ends where there are any."""
    chunks: list[str] = []
    while len(text) > size:
        end = text.rfind("\n", 1, size) + 1 or size
        chunks.append(text[:end])
        text = text[end:]
    return [chunk for chunk in (*chunks, text) if chunk.strip()]
