"""Escapes the model's text so that Slack shows it exactly and obeys nothing in it.

Pure. Slack reads ``<…>`` as a mention, a broadcast or a link, in mrkdwn and in ``markdown`` blocks alike; then it
decodes ``&amp;``, ``&lt;`` and ``&gt;`` once and does not read the result again. Source:
slack:messaging/formatting-message-text.
"""

from __future__ import annotations

import re
from typing import Any

_ENTITIES = ("&amp;", "&lt;", "&gt;")
_HALF_ENTITY = re.compile(r"&\w{0,3}\Z")


def decode(text: str) -> str:
    """What Slack shows for ``text``: its three entities decoded, once."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def escape(markdown: str) -> str:
    """For a ``markdown`` block: ``decode(escape(x)) == x``, and nothing in it opens a token.

    ``>`` stays, since quotes begin with it and it cannot end a token that never began; ``&`` stays if nothing would be
    decoded, so that addresses and code do not become longer than necessary.
    """
    for entity in _ENTITIES:
        markdown = markdown.replace(entity, f"&amp;{entity[1:]}")
    return markdown.replace("<", "&lt;")


def plain(text: str, chars_max: int | None = None) -> str:
    """For ``text`` fields (notifications, screen readers): fully escaped, cut to ``chars_max`` with an ellipsis."""
    if chars_max is None:
        return _escaped(text)
    escaped = _escaped(text[: chars_max + 1])
    if len(text) <= chars_max and len(escaped) <= chars_max:
        return escaped
    kept = escaped[: max(0, chars_max - 1)]
    if (cut := _HALF_ENTITY.search(kept)) and escaped[cut.start() :].startswith(_ENTITIES):
        kept = kept[: cut.start()]
    return kept.rstrip() + "…"


def text_object(text: str) -> dict[str, Any]:
    """For a block: a text in which Slack reads no mention, no link, no emoji and no markup.
    slack:reference/block-kit/composition-objects/text-object."""
    return {"type": "plain_text", "text": text, "emoji": False}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
