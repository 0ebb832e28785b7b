"""Finds the Slack messages that a question links to, each once, in order. Pure.

Source: slack:reference/methods/chat.getPermalink: ``https://…/archives/C0123456789/p1234567890123456``, and for a reply
followed by ``?thread_ts=1234567890.123456&cid=…``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_LINK = re.compile(
    r"https://(?:[a-z0-9-]+\.)+slack(?:-gov)?\.com/archives/([CDG][A-Z0-9]{2,31})/p([0-9]{10})([0-9]{6})\b"
    r"(?:\?(?:[\w.%=-]+&(?:amp;)?){0,5}?thread_ts=([0-9]{10}\.[0-9]{6})\b)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Permalink:
    """``root_ts``: the ts of the thread's first message, which may be ``ts`` itself."""

    channel_id: str
    ts: str
    root_ts: str


def permalinks_in(text: str) -> list[Permalink]:
    """``text`` is Markdown. Quoted links are somebody else's, such as those in a forwarded message, which is there in
    full."""
    found: dict[tuple[str, str], Permalink] = {}
    own = "\n".join(line for line in text.split("\n") if not line.startswith(">"))
    for match in _LINK.finditer(own):
        channel_id, ts = match[1].upper(), f"{match[2]}.{match[3]}"
        found.setdefault((channel_id, ts), Permalink(channel_id, ts, match[4] or ts))
    return list(found.values())
