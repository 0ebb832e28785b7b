"""A question's words go in; the Slack messages that they link to come out, each once, in order. Pure.

Source: slack:reference/methods/chat.getPermalink: ``https://…/archives/C0123456789/p1234567890123456``, and for a reply
``?thread_ts=1234567890.123456&cid=…`` behind it.
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
    """``root_ts`` is that of the thread's first message, which ``ts`` may be itself."""

    channel_id: str
    ts: str
    root_ts: str


def permalinks_in(text: str) -> list[Permalink]:
    """``text`` is Markdown. What is quoted there is another's, such as a forwarded message, which is there whole."""
    found: dict[tuple[str, str], Permalink] = {}
    own = "\n".join(line for line in text.split("\n") if not line.startswith(">"))
    for match in _LINK.finditer(own):
        channel_id, ts = match[1].upper(), f"{match[2]}.{match[3]}"
        found.setdefault((channel_id, ts), Permalink(channel_id, ts, match[4] or ts))
    return list(found.values())
