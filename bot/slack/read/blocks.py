"""Reads Block Kit's blocks as Markdown of what they show, whoever made them.

Pure. Slack keeps a ``markdown`` block as it is or expands it into ``rich_text``, ``header``, ``table``, ``divider``,
``section`` and ``image``. Texts of ``markdown``, ``mrkdwn`` and ``plain_text`` are escaped, those of ``rich_text`` and
``raw_text`` literal. Most kinds are a few texts in a fixed order. If a kind is unknown, the texts in it are read, and
``Shown.whole`` says that there may be more.
Source: slack:reference/block-kit/blocks and the pages of each block.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from bot.slack.escape import decode
from bot.slack.read import figures, mrkdwn, rich_text
from bot.slack.read.markdown import TOO_DEEP, heading, joined, link
from bot.slack.read.mentions import Naming
from bot.slack.shapes import Json, number_of, object_of, text_of

NOTHING: frozenset[str] = frozenset()
BESIDE_AN_ANSWER = frozenset({"context", "actions", "context_actions"})
"""The blocks around an answer of ours: status lines, notes and buttons."""
HEADING_LEVEL = 2
"""The level of a header that does not give its own."""
DEPTH_MAX = 8
"""Depth of blocks within blocks: a table in a container is two."""
PARTS = {
    "actions": ("elements",),
    "alert": ("text",),
    "auth_provider": ("name", "description", "connected_identity", "connected_context", "accessory"),
    "card": ("hero_image", "icon", "title", "subtitle", "body", "actions"),
    "carousel": ("elements",),
    "container": ("icon", "rich_text_title", "title", "subtitle", "child_blocks"),
    "context": ("elements",),
    "context_actions": ("elements",),
    "file": ("file",),
    "input": ("label", "element", "hint"),
    "plan": ("title", "tasks"),
    "section": ("text", "fields", "accessory"),
    "share_shortcut": ("title", "description", "button_label"),
    "task_card": ("title", "status", "details", "output", "sources"),
}
"""The fields of each block that show something, in the order in which Slack shows them."""
SHAPED = frozenset(
    {
        "call",
        "data_table",
        "data_visualization",
        "divider",
        "header",
        "image",
        "markdown",
        "rich_text",
        "table",
        "video",
    }
)  # fmt: skip
"""Kinds of blocks that are more than a row of texts."""
ANY_PARTS = (
    "hero_image", "title", "rich_text_title", "subtitle", "label", "name", "text", "body", "description", "caption",
    "alt_text", "summary", "content", "placeholder", "initial_value", "initial_date", "initial_time", "initial_user",
    "initial_users", "initial_channel", "initial_channels", "initial_conversation", "initial_conversations",
    "initial_option", "initial_options", "options", "option_groups", "positive_button", "negative_button", "fields",
    "elements", "blocks", "child_blocks", "tasks", "items", "details", "output", "sources", "author_name",
    "provider_name", "accessory", "actions", "hint", "footer",
)  # fmt: skip
"""The same for kinds without a line above: pickers, menus, options, and future blocks."""
CHOSEN = {"initial_user": "@", "initial_users": "@"} | dict.fromkeys(
    ("initial_channel", "initial_channels", "initial_conversation", "initial_conversations"), "#"
)
"""Fields that hold ids, and their sigils."""


@dataclass(frozen=True, slots=True)
class Shown:
    """``whole``: every block is of a known kind, and at least one says something or was left out on purpose."""

    markdown: str = field(repr=False)
    whole: bool


def read(blocks: Sequence[Json], naming: Naming, *, leave_out: frozenset[str] = NOTHING) -> Shown:
    """``leave_out``: kinds that are known, and not read."""
    kinds = [text_of(block.get("type")) for block in blocks]
    texts = [
        "" if kind in leave_out else _block(block, naming, DEPTH_MAX) for kind, block in zip(kinds, blocks, strict=True)
    ]
    said = any(text.strip() for kind, text in zip(kinds, texts, strict=True) if kind != "divider")
    known = all(kind in PARTS or kind in SHAPED for kind in kinds)
    return Shown(joined(texts), known and (said or not leave_out.isdisjoint(kinds)))


def _block(block: Json, naming: Naming, depth: int) -> str:  # noqa: C901, PLR0911, PLR0912 (one line for each kind)
    if not depth:
        return TOO_DEEP
    kind = text_of(block.get("type"))
    shown = partial(_texts, naming=naming, depth=depth - 1)
    match kind:
        case "mrkdwn":
            return mrkdwn.to_markdown(text_of(block.get("text")), naming)
        case "plain_text" | "markdown":
            return decode(text_of(block.get("text")))
        case "rich_text":
            return rich_text.to_markdown(block, naming)
        case "header":
            title = " ".join(shown(block, "text"))
            return heading(title, number_of(block.get("level")) or HEADING_LEVEL) if title.strip() else ""
        case "divider":
            return "---"
        case "image":
            return _image(block, shown(block, "title"))
        case "video":
            return _video(block, shown(block, "title"), shown(block, "description"))
        case "table" | "data_table":
            return joined([*shown(block, "caption"), figures.table_of(block, lambda cell: _cell(cell, naming, depth))])
        case "data_visualization":
            return figures.chart(block)
        case "call":
            call = object_of(object_of(block.get("call")).get("v1"))
            return link(text_of(call.get("join_url")), decode(text_of(call.get("name"))))
        case "button" | "workflow_button" | "icon_button":
            return _button(block, shown(block, "text", "accessibility_label"))
        case "url":
            return link(text_of(block.get("url")), decode(text_of(block.get("text"))))
        case "context":
            return " ".join(shown(block, *PARTS[kind]))
        case _:
            texts = shown(block, *PARTS.get(kind, ANY_PARTS))
            return joined(texts) if kind in PARTS else "\n".join(texts)


def _texts(block: Json, *fields: str, naming: Naming, depth: int) -> list[str]:
    """What each field shows, in order, the blank ones left out."""
    texts = []
    for name in fields:
        value = block.get(name)
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str) and item:
                texts.append(_named(name, item, naming))
            elif isinstance(item, Mapping):
                texts.append(_block(item, naming, depth))
    return [text for text in texts if text.strip()]


def _named(field: str, text: str, naming: Naming) -> str:
    if field in CHOSEN:
        return naming(CHOSEN[field], text)
    return f"({decode(text).replace('_', ' ')})" if field == "status" else decode(text)


def _image(block: Json, titles: Sequence[str]) -> str:
    alt, title = decode(text_of(block.get("alt_text"))), " ".join(titles)
    url = text_of(block.get("image_url")) or text_of(object_of(block.get("slack_file")).get("url"))
    picture = f"!{link(url, alt or title or 'image')}" if url else alt
    return joined([title if alt and title != alt else "", picture or title])


def _video(block: Json, titles: Sequence[str], descriptions: Sequence[str]) -> str:
    title, alt = " ".join(titles), decode(text_of(block.get("alt_text")))
    url = text_of(block.get("title_url")) or text_of(block.get("video_url"))
    by = [decode(text_of(block.get(field))) for field in ("author_name", "provider_name")]
    head = link(url, title or alt)
    return joined([head, " · ".join(filter(None, by)), *descriptions, alt if title and alt != title else ""])


def _button(block: Json, labels: Sequence[str]) -> str:
    label, url = next(iter(labels), ""), text_of(block.get("url"))
    return link(url, label) if url else f"[{label}]" if label else ""


def _cell(cell: Json, naming: Naming, depth: int) -> str:
    """A table's cell. ``raw_text`` is literal; a number comes with the text that shows it."""
    if cell.get("type") in ("raw_text", "raw_number") or not cell.get("type"):
        text = cell.get("text", cell.get("value", ""))
        return text if isinstance(text, str) else str(text)
    return _block(cell, naming, depth - 1)
