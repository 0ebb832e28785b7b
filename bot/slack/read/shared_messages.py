"""The messages that a person forwarded, or linked to, go in; Markdown quotes come out.

Pure. Slack puts them into ``attachments`` of the new message and leaves its ``text`` without them. What it fetched for
a link to the web stands there too and is left out: it comes late, and nobody said it.
Source: slack:reference/messaging/payload; the flags as Slack's own clients send them.
"""

from __future__ import annotations

from bot.slack.escape import decode
from bot.slack.read import mrkdwn, rich_text
from bot.slack.read.markdown import joined, link, quoted
from bot.slack.read.mentions import Naming
from bot.slack.shapes import Json, object_of, objects_of, text_of

SHARED = ("is_share", "is_msg_unfurl", "is_reply_unfurl")


def shared_in(message: Json) -> list[Json]:
    attachments = objects_of(message.get("attachments"))
    return [attachment for attachment in attachments if any(attachment.get(flag) is True for flag in SHARED)]


def quotes(message: Json, naming: Naming) -> str:
    """One quote for each shared message, headed by who wrote it and where it stands."""
    return joined([_quote(shared, naming) for shared in shared_in(message)])


def _quote(shared: Json, naming: Naming) -> str:
    text = _text(shared, naming)
    if not text and not objects_of(shared.get("files")):
        return ""
    author = " ".join(decode(text_of(shared.get("author_name"))).split()) or "someone"
    head = f"Shared message from {link(text_of(shared.get('from_url')), author)}:"
    return quoted(joined([head, text]))


def _text(shared: Json, naming: Naming) -> str:
    blocks = [
        block
        for original in objects_of(shared.get("message_blocks"))
        for block in objects_of(object_of(original.get("message")).get("blocks"))
        if block.get("type") == "rich_text"
    ]
    rich = joined([rich_text.to_markdown(block, naming) for block in blocks])
    return rich or mrkdwn.to_markdown(text_of(shared.get("text")), naming)
