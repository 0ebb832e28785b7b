"""A ``rich_text`` block goes in; Markdown comes out.

Pure. Its texts are literal, not escaped. Source: slack:reference/block-kit/blocks/rich-text-block and the pages of its
elements.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby

from bot.slack.read.markdown import code_span, emphasised, fence, link, quoted
from bot.slack.read.mentions import Naming
from bot.slack.shapes import Json, number_of, object_of, objects_of, text_of

INDENT_MAX = 8
STYLES = ("bold", "italic", "strike", "code")


def to_markdown(block: Json, naming: Naming) -> str:
    markdown, before = "", ""
    for element in objects_of(block.get("elements")):
        part, kind = _element(element, naming), text_of(element.get("type"))
        if not part.strip():
            continue
        together = (
            kind == before == "rich_text_list"
        )  # one list in Slack comes as one element for each change of indent
        markdown += ("\n" if together else "\n\n") * bool(markdown) + part
        before = kind
    return markdown


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


def _element(element: Json, naming: Naming) -> str:
    children = objects_of(element.get("elements"))
    match element.get("type"):
        case "rich_text_list":
            markdown = _list(element, children, naming)
        case "rich_text_preformatted":
            code = "".join(_plain(child, naming) for child in children)
            markdown = fence(code, text_of(element.get("language"))) if code.strip() else ""
        case "rich_text_quote":
            return quoted(inline(children, naming).strip("\n"))
        case _:
            return inline(children, naming).strip("\n")
    return quoted(markdown) if element.get("border") == 1 else markdown


def _list(element: Json, items: Sequence[Json], naming: Naming) -> str:
    pad = "    " * min(max(number_of(element.get("indent")), 0), INDENT_MAX)
    first = number_of(element.get("offset")) + 1
    lines = []
    for number, item in enumerate(items, start=first):
        marker = _marker(text_of(element.get("style")), number)
        body = inline(objects_of(item.get("elements")), naming).strip("\n")
        lines.append(pad + marker + body.replace("\n", "\n" + pad + " " * len(marker.split()[0] + " ")))
    return "\n".join(lines)


def _marker(style: str, number: int) -> str:
    return {"ordered": f"{number}. ", "checked": "- [x] ", "unchecked": "- [ ] "}.get(style, "- ")


def _style(element: Json) -> tuple[bool, ...]:
    style = object_of(element.get("style"))
    return tuple(style.get(name) is True for name in STYLES)


def _marked(element: Json, naming: Naming) -> str:
    if element.get("type") == "link":
        return link(text_of(element.get("url")), text_of(element.get("text")))
    return _plain(element, naming)


def _plain(element: Json, naming: Naming) -> str:  # noqa: PLR0911 (one line for each kind of element)
    match element.get("type"):
        case "user":
            return naming("@", text_of(element.get("user_id")))
        case "channel":
            return naming("#", text_of(element.get("channel_id")))
        case "message_mention":
            return f"(a message in {naming('#', text_of(element.get('channel_id')))})"
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
        case _:
            return text_of(element.get("text")) or text_of(element.get("url")) or text_of(element.get("fallback"))


def _emoji(element: Json) -> str:
    """Slack gives code points as ``1f44b-1f3fc``, and none for a workspace's own emoji."""
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
