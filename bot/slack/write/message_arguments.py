"""Makes the arguments of chat.postMessage and chat.update for a message's content. Pure.

The answer is in a ``markdown`` block, and what the bot says about it in a ``context`` block below, so that the two can
be told apart when the thread is read back. ``text`` is for notifications and screen readers. The lines below contain
file names, so they are ``plain_text``, in which nothing is a mention, a link, an emoji or bold; ``parse`` and
``link_names`` do the same for ``text``. Source: slack:reference/block-kit/composition-objects/text-object.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.citing.marks import SOURCE_HEAD
from bot.limits import CONTEXT_ELEMENTS_MAX, SECTION_TEXT_CHARS_MAX
from bot.messages import Note, Source
from bot.slack import buttons
from bot.slack.escape import escape, plain, text_object
from bot.slack.write import web_pages
from bot.slack.write.content import Content, Form
from bot.slack.write.markdown.shown_names import shown_name
from bot.slack.write.markdown.tables import tables_as_code

NOTIFICATION_CHARS_MAX = 3_000
CONTEXT_TEXT_CHARS_MAX = 2_000
SOURCE_CHARS_MAX = 800
"""Characters of the line for one file, which may have many pages."""
MORE_CHARS_MAX = 40
WHOLE_AT = "This answer is longer than Slack shows here. <{address}|All of it is in a direct message to you.>"
NO_PREVIEWS: dict[str, Any] = {"unfurl_links": False, "unfurl_media": False}
"""For chat.postMessage and response_urls: Slack fetches no address in an answer. Streams have no previews anyway, and
an edit keeps what its message was posted with."""
VERBATIM: dict[str, Any] = {"parse": "none", "link_names": False}
"""For chat.postMessage, chat.update and chat.postEphemeral: names of people and channels in ``text`` stay plain
words."""


def message(content: Content, stops: str = "") -> dict[str, Any]:
    """``text`` and ``blocks`` of a message that shows ``content``. ``stops``: the ts of the question; one button ends
    its growing answer, another makes a file of it."""
    footer = below(content)
    pages = [source for source in content.sources if source.address]
    if content.form is Form.TEXT:
        footer += web_pages.in_words(pages)
        return {"text": escape("\n".join(part for part in (content.markdown, *footer) if part)), "blocks": []}
    bill = [content.bill] if content.bill else []  # not where it would be read back as part of the answer
    answer: list[dict[str, Any]] = []
    if content.markdown and content.form <= Form.TABLES_AS_CODE:
        shown = content.markdown if content.form is Form.MARKDOWN else tables_as_code(content.markdown)
        answer = [{"type": "markdown", "text": escape(shown)}]
    elif content.markdown:
        answer = [
            {"type": "section", "text": text_object(chunk), "expand": True}
            for chunk in _chunks(content.markdown, SECTION_TEXT_CHARS_MAX - 100)
        ]
    text = plain(content.markdown or "\n".join([*footer, *bill]), NOTIFICATION_CHARS_MAX)
    pressable = [buttons.actions_block(content.button, stops)] if content.button else []
    if content.growing and stops:
        pressable = [buttons.stop_block(stops)]
    if content.feedback:
        pressable.append(buttons.feedback_block())
    if content.share:
        pressable.append(buttons.share_block(content.share))
    return {
        "text": text,
        "blocks": answer + _small_lines(footer, content.whole_at, pages, bill) + pressable,
    }


def below(content: Content) -> list[str]:
    """The small lines below an answer, except for its usage."""
    files = [source for source in content.sources if not source.address]
    sources = [source_lines(files)] if files else []
    return [*content.footer, *sources, *(f"📎 {note_line(note)}" for note in content.notes)]


def below_in_words(content: Content) -> list[str]:
    """The same including web pages, for where no block is possible for their links."""
    return [*below(content), *web_pages.in_words([source for source in content.sources if source.address])]


def _small_lines(footer: list[str], whole_at: str, pages: Sequence[Source], bill: list[str]) -> list[dict[str, Any]]:
    """First what an answer is based on, last what it used; links need a different kind of block in between."""
    linked = _whole_at(whole_at) + web_pages.block(pages)
    return [*context(footer), *linked, *context(bill)] if linked else context([*footer, *bill])


def _whole_at(address: str) -> list[dict[str, Any]]:
    """The only line with a link, whose address is Slack's own."""
    if not address:
        return []
    text = WHOLE_AT.format(address=escape(address).replace("|", "%7C").replace(">", "%3E"))
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}]


def context(lines: list[str]) -> list[dict[str, Any]]:
    """A context block with one line per element; lines beyond Slack's number of elements share the last one."""
    if not lines:
        return []
    shown = lines[: CONTEXT_ELEMENTS_MAX - 1]
    if rest := lines[CONTEXT_ELEMENTS_MAX - 1 :]:
        shown = [*shown, "\n".join(rest)]
    elements = [text_object(line[:CONTEXT_TEXT_CHARS_MAX]) for line in shown]
    return [{"type": "context", "elements": elements}]


def note_line(note: Note) -> str:
    """The note as one sentence, beginning with the file's name."""
    return f"{shown_name(note.file_name)} {note.reason}"


def source_lines(sources: Sequence[Source]) -> str:
    """One line per file, with its name and pages; a single text, since Slack puts the elements of a context side by
    side."""
    lines = [_source_line(source) for source in sources]
    shown = len(lines)
    while shown > 1 and len("\n".join(lines[:shown])) > CONTEXT_TEXT_CHARS_MAX - MORE_CHARS_MAX:
        shown -= 1
    more = len(lines) - shown
    rest = [f"{SOURCE_HEAD}and {more} more file{'s' * (more > 1)}"] if more else []
    return "\n".join(lines[:shown] + rest)


def _source_line(source: Source) -> str:
    line = f"{SOURCE_HEAD}{shown_name(source.file_name)}, {source.places}"
    if len(line) <= SOURCE_CHARS_MAX:
        return line
    return f"{line[: line.rfind(',', 0, SOURCE_CHARS_MAX - 2)]}, …"


def _chunks(text: str, size: int) -> list[str]:
    """``text`` in blocks of at most ``size`` characters, split at line ends if there are any."""
    chunks: list[str] = []
    while len(text) > size:
        end = text.rfind("\n", 1, size) + 1 or size
        chunks.append(text[:end])
        text = text[end:]
    return [chunk for chunk in (*chunks, text) if chunk.strip()]
