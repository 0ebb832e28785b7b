"""Reads Slack's angle-bracket tokens and three entities in a text: tokens, whom it pings, or the plain text.

Pure. Sources: slack:messaging/formatting-message-text (tokens, &amp; &lt; &gt;); docs/slack.md §2 (tokens work inside
markdown blocks too, escaped ones do not).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from playground.workspace import emoji
from playground.workspace.records import Json

TOKEN = re.compile(r"<(?P<body>[@#!][A-Za-z0-9][^<>\n]*|(?:https?://|mailto:|tel:)[^<>\n]+)>")


def escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def unescape(text: str) -> str:
    """Slack decodes these three and no other entity."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def element(body: str) -> Json:
    """The rich text element for what stands between the angle brackets."""
    target, _, label = body.partition("|")
    if body.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if body.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if body.startswith("!subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("!subteam^")}
    if target in ("!here", "!channel", "!everyone"):
        return {"type": "broadcast", "range": target[1:]}
    if body.startswith("!"):
        return {"type": "text", "text": unescape(label) or f"<{target}>"}
    link: Json = {"type": "link", "url": unescape(target)}
    if label:
        link["text"] = unescape(label)
    return link


def elements(text: str, style: Json | None = None) -> list[Json]:
    """The whole text as rich text elements, tokens recognised and entities decoded."""
    out: list[Json] = []
    end = 0
    for token in TOKEN.finditer(text):
        out += [*emoji.elements(unescape(text[end : token.start()])), element(token["body"])]
        end = token.end()
    out += emoji.elements(unescape(text[end:]))
    if style:
        out = [item | {"style": style} for item in out]
    return out


def ping_targets(text: str) -> Iterator[str]:
    """Whom an unescaped text notifies: user ids, user group ids, here, channel, everyone."""
    for token in TOKEN.finditer(text):
        found = element(token["body"])
        target = found.get("user_id") or found.get("usergroup_id") or found.get("range")
        if target:
            yield target
