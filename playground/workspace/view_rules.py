"""Checks a view that an app wants shown: returns it as Slack keeps it, or raises ``Refused`` with Slack's code.

Pure. Sources: slack:reference/views/modal-views, slack:reference/views/home-tab-views (lengths, 100 blocks),
slack:reference/block-kit/blocks (which blocks stand where), slack:reference/block-kit/block-elements.
"""

from __future__ import annotations

import json
from typing import Any

from playground.workspace import blocks as block_kit
from playground.workspace.errors import InvalidBlocks, Refused
from playground.workspace.records import Json

TITLE_CHARS_MAX = 24
BLOCKS_MAX = 100
METADATA_CHARS_MAX = 3_000
ID_CHARS_MAX = 255
VIEW_BYTES_MAX = 250_000
LABEL_CHARS_MAX = 2_000
PLACEHOLDER_CHARS_MAX = 150
INPUT_CHARS_MAX = 3_000
NOT_IN_VIEWS = frozenset({"context_actions", "markdown", "table"})
INPUTS = frozenset({"plain_text_input", "radio_buttons", "checkboxes", "static_select"})
FIELDS = {
    "modal": ("title", "close", "submit", "clear_on_close", "notify_on_close", "submit_disabled"),
    "home": (),
}
COMMON = ("type", "blocks", "private_metadata", "callback_id", "external_id")


def checked(view: object, kind: str) -> Json:
    """``kind``: modal or home."""
    if not isinstance(view, dict):
        raise _invalid("must provide an object", "/view")
    if view.get("type") != kind:
        raise _invalid(f"must be one of: {kind}", "/view/type")
    unknown = [name for name in view if name not in (*COMMON, *FIELDS[kind])]
    if unknown:
        raise _invalid(f"additional properties are not allowed: {unknown[0]}", "/view")
    if len(json.dumps(view).encode()) > VIEW_BYTES_MAX:
        raise Refused("view_too_large")
    _lengths(view)
    blocks = _blocks(view.get("blocks"))
    if kind == "modal":
        _modal(view, has_input=any(block["type"] == "input" for block in blocks))
    return view


def _lengths(view: Json) -> None:
    for name, most in (("private_metadata", METADATA_CHARS_MAX), ("callback_id", ID_CHARS_MAX)):
        value = view.get(name, "")
        if not isinstance(value, str) or len(value) > most:
            raise _invalid(f"must be less than {most + 1} characters", f"/view/{name}")


def _modal(view: Json, *, has_input: bool) -> None:
    for name in ("title", "close", "submit"):
        if (given := view.get(name)) is not None or name == "title":
            _plain(given, TITLE_CHARS_MAX, f"/view/{name}")
    if has_input and view.get("submit") is None:
        raise _invalid("missing required field: submit", "/view")


def _blocks(given: object) -> list[Json]:
    if not isinstance(given, list) or not all(isinstance(block, dict) for block in given):
        raise _invalid("must provide an array", "/view/blocks")
    if len(given) > BLOCKS_MAX:
        raise _invalid(f"no more than {BLOCKS_MAX} items allowed", "/view/blocks")
    for number, block in enumerate(given):
        pointer = f"/view/blocks/{number}"
        if block.get("type") in NOT_IN_VIEWS:
            raise _invalid(f"unsupported type: {block['type']}", pointer)
        if block.get("type") == "input":
            _input(block, pointer)
            continue
        try:
            block_kit.check([block])
        except InvalidBlocks as error:
            raise _invalid(str(error.beside["errors"]), pointer) from error
    ids = [block["block_id"] for block in given if block.get("block_id")]
    if len(ids) != len(set(ids)):
        raise _invalid("`block_id` must be unique", "/view/blocks")
    return given


def _input(block: Json, pointer: str) -> None:
    _plain(block.get("label"), LABEL_CHARS_MAX, f"{pointer}/label")
    if block.get("hint") is not None:
        _plain(block["hint"], LABEL_CHARS_MAX, f"{pointer}/hint")
    element = block.get("element")
    if not isinstance(element, dict) or element.get("type") not in INPUTS:
        raise _invalid("unsupported type of element", f"{pointer}/element")
    if element.get("placeholder") is not None:
        _plain(element["placeholder"], PLACEHOLDER_CHARS_MAX, f"{pointer}/element/placeholder")
    most = element.get("max_length", INPUT_CHARS_MAX)
    if not isinstance(most, int) or not 1 <= most <= INPUT_CHARS_MAX:
        raise _invalid(f"must be at most {INPUT_CHARS_MAX}", f"{pointer}/element/max_length")


def _plain(given: Any, chars_max: int, pointer: str) -> None:  # noqa: ANN401 - JSON of any shape
    if not isinstance(given, dict) or given.get("type") != "plain_text":
        raise _invalid("must be a plain_text object", pointer)
    text = given.get("text")
    if not isinstance(text, str) or not 0 < len(text) <= chars_max:
        raise _invalid(f"must be more than 0 and less than {chars_max + 1} characters", f"{pointer}/text")


def _invalid(reason: str, pointer: str) -> Refused:
    line = f"[ERROR] {reason} [json-pointer:{pointer}]"
    return Refused("invalid_arguments", response_metadata={"messages": [line]})
