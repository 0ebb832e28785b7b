"""Checks the ``blocks`` of a payload: raises ``Refused`` with Slack's code if Slack would not accept them.

Pure. Sources: slack:reference/block-kit/blocks/* and block-elements/*, limits in bot.limits; codes and pointers as in
docs/slack.md §2. Checked before a markdown block is expanded; ``check_expanded`` counts what it became.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from bot import limits
from playground.workspace.errors import InvalidBlocks, Refused
from playground.workspace.records import Json

BLOCK_ID_CHARS_MAX = 255
FIELDS_MAX = 10
FIELD_CHARS_MAX = 2_000
ACTIONS_MAX = 25
CONTEXT_ACTIONS_MAX = 5
ALT_TEXT_CHARS_MAX = 2_000
ACTION_ID_CHARS_MAX = 255
URL_CHARS_MAX = 3_000
BLOCKS_CHARS_MAX = 13_200
"""All blocks of a message together, their JSON around the text included: undocumented, "12,000 text characters with a
buffer for block containers". Reported live at about 13,200: slackapi/bolt-js#2509, #2867, read 2026-11-22."""


def check(blocks: object) -> list[Json]:
    """The blocks themselves, if they are a list of objects that Slack would take in a message."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        raise Refused("invalid_blocks_format")
    if len(blocks) > limits.BLOCKS_MAX:
        raise InvalidBlocks(f"no more than {limits.BLOCKS_MAX} items allowed", "/blocks")
    ids = [block["block_id"] for block in blocks if block.get("block_id")]
    if len(ids) != len(set(ids)):
        raise InvalidBlocks("`block_id` must be unique", "/blocks")
    for number, block in enumerate(blocks):
        _check_block(block, f"/blocks/{number}")
    markdown = sum(len(block["text"]) for block in blocks if block["type"] == "markdown")
    if markdown > limits.MARKDOWN_CHARS_MAX or sum(map(_weight, blocks)) > BLOCKS_CHARS_MAX:
        raise Refused("msg_blocks_too_long")
    return blocks


def check_expanded(blocks: Sequence[Json], *, tables_max: int = 1) -> None:
    """The blocks that a reader sees: 50 at most, one table (slack:reference/block-kit/blocks/table-block)."""
    if len(blocks) > limits.BLOCKS_MAX:
        raise InvalidBlocks(f"no more than {limits.BLOCKS_MAX} items allowed", "/blocks")
    tables = [block for block in blocks if block["type"] == "table"]
    if len(tables) > tables_max:
        reason = "only_one_table_allowed"
        raise Refused("invalid_attachments", response_metadata={"messages": [f"[ERROR] {reason}"]})
    for number, table in enumerate(tables):
        _table(table, f"/blocks/{number}")


def _weight(block: Json) -> int:
    """What a block adds to the total: its text where a limit of its own speaks of text, else all of its JSON."""
    if block["type"] == "markdown":
        return len(block["text"])
    if block["type"] == "table":
        return _table_chars(block)
    return len(json.dumps(block, ensure_ascii=False))


def _check_block(block: Json, pointer: str) -> None:
    check_one = _CHECKS.get(block.get("type", ""))
    if check_one is None:
        raise InvalidBlocks(f"unsupported type: {block.get('type')}", f"{pointer}/type")
    block_id = block.get("block_id", "")
    if not isinstance(block_id, str) or len(block_id) > BLOCK_ID_CHARS_MAX:
        raise InvalidBlocks(f"must be less than {BLOCK_ID_CHARS_MAX + 1} characters", f"{pointer}/block_id")
    check_one(block, pointer)


def _string(value: object, chars_max: int, pointer: str, *, may_be_empty: bool = False) -> None:
    if not isinstance(value, str):
        raise InvalidBlocks("must provide a string", pointer)
    if not value and not may_be_empty:
        raise InvalidBlocks("must be more than 0 characters", pointer)
    if len(value) > chars_max:
        raise InvalidBlocks(f"must be less than {chars_max + 1} characters", pointer)


def _list(value: object, items_max: int, pointer: str) -> list[Any]:
    if not isinstance(value, list):
        raise InvalidBlocks("must provide an array", pointer)
    if not value:
        raise InvalidBlocks("no fewer than 1 items allowed", pointer)
    if len(value) > items_max:
        raise InvalidBlocks(f"no more than {items_max} items allowed", pointer)
    return value


def _text_object(value: object, chars_max: int, pointer: str, *, plain: bool = False) -> None:
    if not isinstance(value, dict):
        raise InvalidBlocks("must provide an object", pointer)
    allowed = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    if value.get("type") not in allowed:
        raise InvalidBlocks(f"must be one of: {', '.join(allowed)}", f"{pointer}/type")
    _string(value.get("text"), chars_max, f"{pointer}/text")


def _markdown(block: Json, pointer: str) -> None:
    _string(block.get("text"), limits.MARKDOWN_CHARS_MAX, f"{pointer}/text")


def _section(block: Json, pointer: str) -> None:
    if block.get("text") is None and block.get("fields") is None:
        raise InvalidBlocks("missing required field: text or fields", pointer)
    if block.get("text") is not None:
        _text_object(block["text"], limits.SECTION_TEXT_CHARS_MAX, f"{pointer}/text")
    if block.get("fields") is not None:
        for number, item in enumerate(_list(block["fields"], FIELDS_MAX, f"{pointer}/fields")):
            _text_object(item, FIELD_CHARS_MAX, f"{pointer}/fields/{number}")
    if block.get("accessory") is not None:
        _element(block["accessory"], f"{pointer}/accessory")


def _header(block: Json, pointer: str) -> None:
    _text_object(block.get("text"), limits.HEADER_TEXT_CHARS_MAX, f"{pointer}/text", plain=True)


def _divider(block: Json, pointer: str) -> None:
    """Has nothing to check."""


def _image(block: Json, pointer: str) -> None:
    _string(block.get("alt_text"), ALT_TEXT_CHARS_MAX, f"{pointer}/alt_text")
    if not block.get("slack_file"):
        _string(block.get("image_url"), URL_CHARS_MAX, f"{pointer}/image_url")


def _context(block: Json, pointer: str) -> None:
    elements = _list(block.get("elements"), limits.CONTEXT_ELEMENTS_MAX, f"{pointer}/elements")
    for number, item in enumerate(elements):
        where = f"{pointer}/elements/{number}"
        if isinstance(item, dict) and item.get("type") == "image":
            _image(item, where)
        else:
            _text_object(item, limits.SECTION_TEXT_CHARS_MAX, where)


def _actions(block: Json, pointer: str) -> None:
    _elements(_list(block.get("elements"), ACTIONS_MAX, f"{pointer}/elements"), pointer)


def _context_actions(block: Json, pointer: str) -> None:
    elements = _list(block.get("elements"), CONTEXT_ACTIONS_MAX, f"{pointer}/elements")
    for number, item in enumerate(elements):
        if not isinstance(item, dict) or item.get("type") not in ("feedback_buttons", "icon_button"):
            raise InvalidBlocks("unsupported element", f"{pointer}/elements/{number}/type")


def _elements(elements: list[Any], pointer: str) -> None:
    for number, item in enumerate(elements):
        _element(item, f"{pointer}/elements/{number}")
    ids = [item["action_id"] for item in elements if item.get("action_id")]
    if len(ids) != len(set(ids)):
        raise InvalidBlocks("`action_id` must be unique within the block", f"{pointer}/elements")


def _element(item: object, pointer: str) -> None:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        raise InvalidBlocks("must provide an object", pointer)
    _string(item.get("action_id", "a"), ACTION_ID_CHARS_MAX, f"{pointer}/action_id")
    if item["type"] == "button":
        _text_object(item.get("text"), limits.BUTTON_TEXT_CHARS_MAX, f"{pointer}/text", plain=True)
        _string(item.get("value", ""), limits.BUTTON_VALUE_CHARS_MAX, f"{pointer}/value", may_be_empty=True)
        if item.get("style", "primary") not in ("primary", "danger"):
            raise InvalidBlocks("must be one of: primary, danger", f"{pointer}/style")


def _rich_text(block: Json, pointer: str) -> None:
    if not isinstance(block.get("elements"), list):
        raise InvalidBlocks("must provide an array", f"{pointer}/elements")
    allowed = ("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted")
    for number, part in enumerate(block["elements"]):
        if not isinstance(part, dict) or part.get("type") not in allowed or not isinstance(part.get("elements"), list):
            raise InvalidBlocks("invalid rich text element", f"{pointer}/elements/{number}")
        if part["type"] == "rich_text_list" and part.get("style") not in ("bullet", "ordered"):
            raise InvalidBlocks("must be one of: bullet, ordered", f"{pointer}/elements/{number}/style")


def _table(block: Json, pointer: str) -> None:
    rows = _list(block.get("rows"), limits.TABLE_ROWS_MAX, f"{pointer}/rows")
    for number, row in enumerate(rows):
        for cell in _list(row, limits.TABLE_COLUMNS_MAX, f"{pointer}/rows/{number}"):
            if not isinstance(cell, dict) or cell.get("type") not in ("raw_text", "rich_text", "raw_number"):
                raise InvalidBlocks("invalid cell", f"{pointer}/rows/{number}")
    if _table_chars(block) > limits.TABLE_CHARS_MAX:
        raise InvalidBlocks(f"must be less than {limits.TABLE_CHARS_MAX + 1} characters", f"{pointer}/rows")


def _table_chars(block: Json) -> int:
    return sum(_chars(cell) for row in block["rows"] for cell in row)


def _chars(part: Json) -> int:
    return len(str(part.get("text", ""))) + sum(map(_chars, part.get("elements") or []))


_CHECKS: dict[str, Callable[[Json, str], None]] = {
    "actions": _actions,
    "context": _context,
    "context_actions": _context_actions,
    "divider": _divider,
    "header": _header,
    "image": _image,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "section": _section,
    "table": _table,
}
