"""Every documented limit of blocks, one character or element below and above it."""

from __future__ import annotations

from typing import Any

import pytest

from playground.workspace.blocks import check, check_expanded
from playground.workspace.errors import Refused

Json = dict[str, Any]


def section(text: str) -> Json:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def header(text: str) -> Json:
    return {"type": "header", "text": {"type": "plain_text", "text": text}}


def context(count: int) -> Json:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": "x"}] * count}


def button(text: str = "Go", **more: object) -> Json:
    return {"type": "button", "text": {"type": "plain_text", "text": text}, **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def markdown(count: int) -> Json:
    return {"type": "markdown", "text": "x" * count}


def table(rows: int = 1, columns: int = 1, cell: str = "x") -> Json:
    return {"type": "table", "rows": [[{"type": "raw_text", "text": cell}] * columns] * rows}


def code_of(blocks: object) -> str:
    with pytest.raises(Refused) as refused:
        check_expanded(check(blocks))
    return refused.value.code


@pytest.mark.parametrize(
    "blocks",
    [
        [section("x" * 3000)],
        [header("x" * 150)],
        [context(10)],
        [actions(*(button(action_id=f"a{n}") for n in range(25)))],
        [actions(button("x" * 75, value="v" * 2000, style="primary"))],
        [markdown(6000), markdown(6000)],
        [{"type": "divider"}] * 50,
        [table(100, 20, "x")],
        [{"type": "divider", "block_id": "b" * 255}],
        [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": []}]}],
        [{"type": "image", "image_url": "https://a.b/c.png", "alt_text": "c"}],
    ],
)
def test_what_is_just_within_the_limits_is_taken(blocks: list[Json]) -> None:
    check_expanded(check(blocks))


@pytest.mark.parametrize(
    ("blocks", "code"),
    [
        ("text", "invalid_blocks_format"),
        ({"type": "divider"}, "invalid_blocks_format"),
        (["text"], "invalid_blocks_format"),
        ([{"type": "nonsense"}], "invalid_blocks"),
        ([{}], "invalid_blocks"),
        ([section("x" * 3001)], "invalid_blocks"),
        ([section("")], "invalid_blocks"),
        ([{"type": "section"}], "invalid_blocks"),
        ([{"type": "section", "text": "plain"}], "invalid_blocks"),
        ([header("x" * 151)], "invalid_blocks"),
        ([{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}], "invalid_blocks"),
        ([context(11)], "invalid_blocks"),
        ([context(0)], "invalid_blocks"),
        ([actions(*(button(action_id=f"a{n}") for n in range(26)))], "invalid_blocks"),
        ([actions(button(action_id="a"), button(action_id="a"))], "invalid_blocks"),
        ([actions(button("x" * 76))], "invalid_blocks"),
        ([actions(button(value="v" * 2001))], "invalid_blocks"),
        ([actions(button(style="loud"))], "invalid_blocks"),
        ([markdown(12_001)], "invalid_blocks"),
        ([markdown(0)], "invalid_blocks"),
        ([markdown(6000), markdown(6001)], "msg_blocks_too_long"),
        ([markdown(12_000), section("x" * 1300)], "msg_blocks_too_long"),
        ([{"type": "divider"}] * 51, "invalid_blocks"),
        ([{"type": "divider", "block_id": "b" * 256}], "invalid_blocks"),
        ([{"type": "divider", "block_id": "b"}] * 2, "invalid_blocks"),
        ([table(), table()], "invalid_attachments"),
        ([table(101)], "invalid_blocks"),
        ([table(1, 21)], "invalid_blocks"),
        ([table(11, 1, "x" * 1000)], "invalid_blocks"),
    ],
)
def test_what_is_beyond_them_is_refused_with_slacks_code(blocks: object, code: str) -> None:
    assert code_of(blocks) == code


def test_the_reason_has_a_pointer_to_the_place() -> None:
    with pytest.raises(Refused) as refused:
        check([{"type": "divider"}, section("x" * 3001)])
    assert refused.value.beside["response_metadata"] == {
        "messages": ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"]
    }


def test_several_tables_where_a_server_takes_them() -> None:
    check_expanded([table(), table()], tables_max=2)
