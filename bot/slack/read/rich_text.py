"""Reads a ``rich_text`` block as Markdown.

Pure. Its texts are literal, not escaped. Source: slack:reference/block-kit/blocks/rich-text-block and the pages of its
elements. Elements are nested (a list in a quote) up to a bound, so that no JSON exhausts the stack.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

from bot.slack.read.markdown import TOO_DEEP, code_span, emphasised, fence, link, quoted
from bot.slack.read.mentions import Naming
from bot.slack.shapes import Json, number_of, object_of, objects_of, text_of

INDENT_MAX = 8
DEPTH_MAX = 6
STYLES = ("bold", "italic", "strike", "code")
LABELS = ("text", "label", "title", "name", "salesforce_field_label")
LINKS = frozenset(
    {
        "link",
        "attachment_mention",
        "canvas",
        "citation",
        "file",
        "list_record",
        "message_mention",
        "work_object_mention",
    }
)
"""Elements with a text and an address."""


def to_markdown(block: Json, naming: Naming) -> str:
    return _below_each_other(objects_of(block.get("elements")), naming, DEPTH_MAX)


def inline(elements: Sequence[Json], naming: Naming) -> str:
    """A section's elements as one run of text; neighbours of one style share one pair of marks."""
    runs = []
    for style, group in groupby(elements, key=_style):
        marks = dict(zip(STYLES, style, strict=True))
        if marks.pop("code"):
            run = code_span("".join(_plain(element, naming) for element in group))
        else:
            run = "".join(_marked(element, naming) for element in group)
        runs.append(emphasised(run, **marks) if any(marks.values()) else run)
    return "".join(runs)


def _below_each_other(elements: Sequence[Json], naming: Naming, depth: int) -> str:
    before = ""
    parts: list[str] = []
    for element in elements:
        part, kind = _element(element, naming, depth), text_of(element.get("type"))
        if not part.strip():
            continue
        # One list in Slack arrives as one element for each change of indent.
        gap = "\n" if kind == before == "rich_text_list" else "\n\n"
        parts += [gap * bool(parts), part]
        before = kind
    return "".join(parts)


def _element(element: Json, naming: Naming, depth: int) -> str:
    children = objects_of(element.get("elements"))
    if not depth:
        return TOO_DEEP
    match element.get("type"):
        case "rich_text_list":
            markdown = _list(element, children, naming, depth)
        case "rich_text_preformatted":
            code = "".join(_plain(child, naming) for child in children)
            markdown = fence(code, text_of(element.get("language"))) if code.strip() else ""
        case "rich_text_quote":
            said = _content(children, naming, depth)
            return quoted(said) if said else ""
        case _:
            return _content(children, naming, depth) if children else _plain(element, naming)
    return quoted(markdown) if element.get("border") == 1 else markdown


def _content(children: Sequence[Json], naming: Naming, depth: int) -> str:
    """Inline elements as one run, with block elements on lines of their own between them."""
    parts = [
        _below_each_other(list(group), naming, depth - 1) if apart else inline(list(group), naming).strip("\n")
        for apart, group in groupby(children, key=_stands_apart)
    ]
    return "\n\n".join(part for part in parts if part)


def _stands_apart(element: Json) -> bool:
    return text_of(element.get("type")).startswith("rich_text")


def _list(element: Json, items: Sequence[Json], naming: Naming, depth: int) -> str:
    pad = "    " * min(max(number_of(element.get("indent")), 0), INDENT_MAX)
    first = number_of(element.get("offset")) + 1
    lines = []
    for number, item in enumerate(items, start=first):
        marker = _marker(text_of(element.get("style")), number)
        body = _element(item, naming, depth - 1)
        lines.append(pad + marker + body.replace("\n", "\n" + pad + " " * len(marker.split()[0] + " ")))
    return "\n".join(lines)


def _marker(style: str, number: int) -> str:
    return {"ordered": f"{number}. ", "checked": "- [x] ", "unchecked": "- [ ] "}.get(style, "- ")


def _style(element: Json) -> tuple[bool, ...]:
    style = object_of(element.get("style"))
    return tuple(style.get(name) is True for name in STYLES)


def _marked(element: Json, naming: Naming) -> str:
    if element.get("type") in LINKS and text_of(element.get("url")):
        return link(text_of(element.get("url")), _label(element))
    return _plain(element, naming)


def _plain(element: Json, naming: Naming) -> str:  # noqa: C901, PLR0911 (one line for each kind of element)
    match element.get("type"):
        case "user" | "canvas_user_mention":
            return naming("@", text_of(element.get("user_id")))
        case "channel":
            return naming("#", text_of(element.get("channel_id")))
        case "message_mention" | "canvas_message_unfurl" if not _label(element):
            channel = text_of(element.get("channel_id") or element.get("root_message_channel"))
            return f"(a message in {naming('#', channel)})"
        case "usergroup":
            return naming("!", text_of(element.get("usergroup_id")))
        case "team":
            return f"@{text_of(element.get('team_id'))}"
        case "broadcast":
            return f"@{text_of(element.get('range'))}"
        case "emoji":
            return _emoji(element)
        case "date":
            return text_of(element.get("fallback")) or _date(number_of(element.get("timestamp")))
        case "color":
            return text_of(element.get("value"))
        case "text":
            return text_of(element.get("text"))
        case _:
            return _label(element) or text_of(element.get("url")) or text_of(element.get("fallback"))


def _label(element: Json) -> str:
    """The documented names of the fields that less common elements show."""
    return next((text for key in LABELS if (text := text_of(element.get(key)))), "")


def _emoji(element: Json) -> str:
    """Slack gives code points as ``1f44b-1f3fc``, and none for a workspace's custom emoji."""
    points = text_of(element.get("unicode"))
    if re.fullmatch(r"[0-9a-fA-F]{2,6}(-[0-9a-fA-F]{2,6})*", points):
        numbers = [int(point, 16) for point in points.split("-")]
        if all(number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF for number in numbers):
            return "".join(map(chr, numbers))
    return f":{text_of(element.get('name'))}:"


def _date(timestamp_s: int) -> str:
    try:
        return datetime.fromtimestamp(timestamp_s, UTC).strftime("%Y-%m-%d %H:%M UTC")
    except (OverflowError, OSError, ValueError):
        return str(timestamp_s)
