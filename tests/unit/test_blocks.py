"""An earlier answer is read back from whatever blocks Slack returns for it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.slack.read import blocks, mentions


def read(*given: dict[str, Any], leave_out: frozenset[str] = blocks.NOTHING) -> str:
    return blocks.read(given, mentions.by_name({"U1": "Ada"}), leave_out=leave_out).markdown


def cell(words: str, **style: bool) -> dict[str, Any]:
    element = {"type": "text", "text": words, **({"style": style} if style else {})}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [element]}]}


def test_a_markdown_block_is_what_was_said() -> None:
    said = "# Plan\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```py\nx: List[int]\n```"

    assert read({"type": "markdown", "text": said}) == said


def test_its_entities_are_decoded_once() -> None:
    assert read({"type": "markdown", "text": "List&lt;int> && &amp;lt;b&amp;gt;"}) == "List<int> && &lt;b&gt;"


def test_an_expanded_answer_is_put_together_again() -> None:
    markdown = read(
        {"type": "header", "block_id": "a", "text": {"type": "plain_text", "text": "Q&amp;A", "emoji": True}},
        cell("It depends."),
        {"type": "divider", "block_id": "b"},
        {"type": "header", "text": {"type": "plain_text", "text": "Details"}, "level": 3},
        {"type": "section", "text": {"type": "mrkdwn", "text": "*Ada* &amp; <@U1>", "verbatim": False}},
        {"type": "image", "image_url": "https://example.com/p.png", "alt_text": "a plot"},
    )

    assert markdown == (
        "## Q&A\n\nIt depends.\n\n---\n\n### Details\n\n**Ada** & @Ada\n\n![a plot](https://example.com/p.png)"
    )


def test_a_table_becomes_a_markdown_table() -> None:
    table = {
        "type": "table",
        "column_settings": [{"align": "left"}, {"align": "right", "is_wrapped": True}],
        "rows": [
            [{"type": "raw_text", "text": "Name"}, cell("Price", bold=True), {"type": "raw_text", "text": "Note"}],
            [cell("a | b"), {"type": "raw_number", "value": 12.5}, {"type": "raw_text", "text": "two\nlines"}],
            [{"type": "raw_text", "text": "short row"}],
        ],
    }

    assert read(table) == (
        "| Name | **Price** | Note |\n| :--- | ---: | --- |\n| a \\| b | 12.5 | two<br>lines |\n| short row |  |  |"
    )


def test_notes_status_and_buttons_are_not_part_of_it() -> None:
    note = {"type": "context", "elements": [{"type": "mrkdwn", "text": "contract.doc: unknown type"}]}
    buttons = {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Retry"}}]}
    feedback = {"type": "context_actions", "elements": []}

    beside = blocks.BESIDE_AN_ANSWER
    assert read({"type": "markdown", "text": "Yes."}, note, buttons, feedback, leave_out=beside) == "Yes."
    assert read(note, leave_out=beside) == ""


@pytest.mark.parametrize(
    "block",
    [
        {"type": "table"},
        {"type": "table", "rows": [[]]},
        {"type": "header"},
        {"type": "section"},
        {"type": "image"},
        {"type": "markdown", "text": None},
        {},
    ],
)
def test_unknown_shapes_do_no_harm(block: dict[str, Any]) -> None:
    assert read(block, {"type": "markdown", "text": "kept"}) == "kept"
