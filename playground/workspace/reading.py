"""Says what a person sees of a Slack message, and whom it notifies.

Pure. ``visible_text`` renders blocks as a client does, without their formatting; buttons are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from playground.workspace.records import Json
from playground.workspace.tokens import ping_targets, unescape

PLAIN = ("text", "url", "user_id", "channel_id", "range", "usergroup_id", "name")


def visible_text(message: Json) -> str:
    """The blocks if there are any, otherwise ``text``; file names below."""
    blocks = message.get("blocks") or []
    body = "\n".join(filter(None, map(block_text, blocks))) if blocks else unescape(message.get("text") or "")
    below = [_below(item) for item in message.get("attachments") or []]
    names = [str(file.get("name") or file["id"]) for file in message.get("files") or []]
    return "\n".join([*([body] if body else []), *filter(None, below), *names])


def _below(attachment: Json) -> str:
    """A forwarded message, a pasted table, what another app says in the older form."""
    originals = [visible_text(original["message"]) for original in attachment.get("message_blocks") or []]
    fields = ("pretext", "author_name", "title", "text", "footer")
    texts = [unescape(str(attachment[key])) for key in fields if attachment.get(key) and not originals]
    shown = "\n".join(filter(None, [*originals, *texts, *map(block_text, attachment.get("blocks") or [])]))
    return shown or str(attachment.get("fallback") or "")


def block_text(block: Json) -> str:
    render = _RENDERERS.get(block.get("type", ""))
    return render(block) if render else ""


def _text_object(value: Json | None) -> str:
    value = value or {}
    text = str(value.get("text") or "")
    return unescape(text) if value.get("type") == "mrkdwn" else text


def _section(block: Json) -> str:
    return "\n".join(filter(None, [_text_object(block.get("text")), *map(_text_object, block.get("fields") or [])]))


def _context(block: Json) -> str:
    return " ".join(filter(None, map(_text_object, block.get("elements") or [])))


def _rich_text(block: Json) -> str:
    return "\n".join(rich_text_part(part) for part in block.get("elements") or [])


def rich_text_part(part: Json) -> str:
    if part["type"] == "rich_text_list":
        first = int(part.get("offset", 0)) + 1
        ordered = part.get("style") == "ordered"
        indent = "  " * int(part.get("indent", 0))
        return "\n".join(
            f"{indent}{f'{number}.' if ordered else '•'} {rich_text_part(item)}"
            for number, item in enumerate(part["elements"], first)
        )
    return "".join(_inline(item) for item in part["elements"])


def _inline(item: Json) -> str:
    mark = {"user": "@", "channel": "#", "broadcast": "@", "usergroup": "@"}.get(item["type"], "")
    if item["type"] == "emoji":
        return f":{item['name']}:"
    return mark + next((str(item[key]) for key in PLAIN if item.get(key)), "")


def _table(block: Json) -> str:
    return "\n".join(" | ".join(map(_cell, row)) for row in block["rows"])


def _cell(cell: Json) -> str:
    return _rich_text(cell) if cell.get("type") == "rich_text" else str(cell.get("text", ""))


_RENDERERS: dict[str, Callable[[Json], str]] = {
    "rich_text": _rich_text,
    "section": _section,
    "context": _context,
    "header": lambda block: _text_object(block["text"]),
    "markdown": lambda block: unescape(str(block["text"])),
    "table": _table,
    "divider": lambda _: "---",
    "image": lambda block: str(block.get("alt_text", "")),
}


def pings(text: str, blocks: list[Json]) -> Iterator[str]:
    """Everyone a message notifies: tokens in mrkdwn and markdown, user and broadcast elements of rich text.

    Tokens inside code are counted too: Slack does not promise otherwise, and a bot should not rely on it.
    """
    yield from ping_targets(text)
    for block in blocks:
        yield from _pings_within(block)


def _pings_within(value: object) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _pings_within(item)
    elif isinstance(value, dict):
        if value.get("type") in ("mrkdwn", "markdown") and isinstance(value.get("text"), str):
            yield from ping_targets(value["text"])
        elif value.get("type") in ("user", "broadcast", "usergroup"):
            yield str(value.get("user_id") or value.get("range") or value.get("usergroup_id"))
        for inner in value.values():
            yield from _pings_within(inner)
