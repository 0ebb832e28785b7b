"""The blocks of an earlier answer go in, as whatever Slack returns for them; the Markdown that was said comes out.

Pure. Slack keeps a ``markdown`` block as it is or expands it into ``rich_text``, ``header``, ``table``, ``divider``,
``section`` and ``image``. Texts of ``markdown``, ``mrkdwn`` and ``plain_text`` are escaped, those of ``rich_text`` and
``raw_text`` literal. Source: slack:reference/block-kit/blocks/markdown-block and the pages of the other blocks.
"""

from __future__ import annotations

from bot.slack.escape import decode
from bot.slack.read import mrkdwn, rich_text
from bot.slack.read.markdown import heading, joined, link, table
from bot.slack.read.mentions import Naming
from bot.slack.shapes import Json, number_of, object_of, objects_of, text_of

BESIDE_THE_ANSWER = frozenset({"context", "actions", "context_actions"})
"""What stands around an answer: status lines, notes and buttons."""
HEADING_LEVEL = 2
"""For a header that does not say its own."""


def to_markdown(blocks: list[Json], naming: Naming, *, leave_out: frozenset[str] = BESIDE_THE_ANSWER) -> str:
    return joined([_block(block, naming) for block in blocks if text_of(block.get("type")) not in leave_out])


def _block(block: Json, naming: Naming) -> str:  # noqa: PLR0911 (one line for each kind of block)
    match block.get("type"):
        case "markdown":
            return decode(text_of(block.get("text")))
        case "rich_text":
            return rich_text.to_markdown(block, naming)
        case "header":
            title = _text_object(block.get("text"), naming)
            return heading(title, number_of(block.get("level")) or HEADING_LEVEL) if title.strip() else ""
        case "section":
            texts = [block.get("text"), *objects_of(block.get("fields"))]
            return joined([_text_object(text, naming) for text in texts])
        case "divider":
            return "---"
        case "image":
            return _image(block)
        case "table" | "data_table":
            return _table(block, naming)
        case "context":
            return joined([_text_object(element, naming) for element in objects_of(block.get("elements"))])
        case _:
            return ""


def _text_object(value: object, naming: Naming) -> str:
    text = object_of(value)
    if text.get("type") == "mrkdwn":
        return mrkdwn.to_markdown(text_of(text.get("text")), naming)
    return decode(text_of(text.get("text")))


def _image(block: Json) -> str:
    alt = decode(text_of(block.get("alt_text")) or text_of(object_of(block.get("title")).get("text")))
    url = text_of(block.get("image_url"))
    return f"!{link(url, alt or 'image')}" if url else alt


def _table(block: Json, naming: Naming) -> str:
    rows = block.get("rows")
    cells = [[_cell(cell, naming) for cell in objects_of(row)] for row in rows] if isinstance(rows, list) else []
    settings = block.get("column_settings")
    columns = [object_of(column) for column in settings] if isinstance(settings, list) else []
    return table(cells, [text_of(column.get("align")) for column in columns])


def _cell(cell: Json, naming: Naming) -> str:
    if cell.get("type") == "rich_text":
        return rich_text.to_markdown(cell, naming)
    text = cell.get("text", cell.get("value", ""))
    return text if isinstance(text, str) else str(text)
