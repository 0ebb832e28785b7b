"""The lines below an answer for the web pages that it is based on, each with a link. Pure.

Of the lines below an answer, only these are mrkdwn. A title is a stranger's words: it is escaped, and followed by the
name of the site. An address has no character that could end the link. Slack fetches none of them (``NO_PREVIEWS``).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.citing.marks import WEB_HEAD
from bot.messages import Source
from bot.slack.escape import plain
from bot.slack.write.markdown.shown_names import shown_name

TEXT_CHARS_MAX = 2_900
"""Of a text object, with space for the line that says how many more there are.
slack:reference/block-kit/composition-objects/text-object has 3,000."""


def block(pages: Sequence[Source]) -> list[dict[str, Any]]:
    """One text with a line for each, since Slack puts the elements of a context side by side."""
    if not pages:
        return []
    text = "\n".join(_fitting([_line(page, _link(page)) for page in pages]))
    return [{"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}]


def in_words(pages: Sequence[Source]) -> list[str]:
    """For a message that is text alone."""
    return _fitting([_line(page, _title(page)) + f" {page.address}" for page in pages])


def _line(page: Source, title: str) -> str:
    return f"{WEB_HEAD}{title}, {page.places}"


def _title(page: Source) -> str:
    return shown_name(page.file_name, "A page")


def _link(page: Source) -> str:
    return f"<{plain(page.address)}|{plain(_title(page)).replace('|', '¦')}>"


def _fitting(lines: list[str]) -> list[str]:
    shown = len(lines)
    while shown > 1 and len("\n".join(lines[:shown])) > TEXT_CHARS_MAX:
        shown -= 1
    more = len(lines) - shown
    rest = [f"{WEB_HEAD}and {more} more page{'s' * (more > 1)}"] if more else []
    return lines[:shown] + rest
