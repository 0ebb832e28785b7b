"""Text that the model wrote goes in; text that Slack shows exactly so, and takes no orders from, comes out.

Pure. Slack reads ``<…>`` as a mention, a broadcast or a link, in mrkdwn and in ``markdown`` blocks alike; then it
decodes ``&amp;``, ``&lt;`` and ``&gt;`` once and does not read the result again.
Source: slack:messaging/formatting-message-text.
"""

from __future__ import annotations

import re

_ENTITIES = {"&amp;": "&", "&lt;": "<", "&gt;": ">"}
_ENTITY = re.compile("|".join(_ENTITIES))
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def decode(text: str) -> str:
    """What Slack shows for ``text``: its three entities decoded, once."""
    return _ENTITY.sub(lambda entity: _ENTITIES[entity[0]], text)


def escape(markdown: str) -> str:
    """For a ``markdown`` block: ``decode(escape(x)) == x``, and nothing in it opens a token.

    ``>`` stays, since quotes begin with it and no token can end that never began; ``&`` stays where nothing would be
    decoded, so that addresses and code are no longer than they must be.
    """
    return _ENTITY.sub(lambda entity: f"&amp;{entity[0][1:]}", markdown).replace("<", "&lt;")


def plain(text: str, chars_max: int | None = None) -> str:
    """For ``text`` fields (notifications, screen readers): fully escaped, cut to ``chars_max`` with an ellipsis."""
    escaped = [_ESCAPES.get(character, character) for character in text]
    if chars_max is None or sum(map(len, escaped)) <= chars_max:
        return "".join(escaped)
    kept, length = [], 1
    for character in escaped:
        length += len(character)
        if length > chars_max:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"
