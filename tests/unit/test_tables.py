"""Slack takes one table a message; the later ones of a slash command's answer are shown as code."""

from __future__ import annotations

from markdown_it import MarkdownIt

from bot.slack.write.markdown.tables import has_table, later_tables_as_code, tables_as_code

TABLE = "| a | b |\n|---|---|\n| 1 | 2 |"


def kinds(markdown: str) -> list[str]:
    tokens = MarkdownIt().enable("table").parse(markdown)
    return [token.type for token in tokens if token.type in {"table_open", "fence"}]


def test_a_single_table_stays_what_it_is() -> None:
    assert later_tables_as_code(f"Look:\n\n{TABLE}\n\nDone.") == f"Look:\n\n{TABLE}\n\nDone."


def test_later_tables_become_code() -> None:
    text = later_tables_as_code(f"{TABLE}\n\nand\n\n{TABLE}\n\nand\n\n{TABLE}")

    assert kinds(text) == ["table_open", "fence", "fence"]
    assert text.count(TABLE) == 3


def test_what_looks_like_a_table_in_code_is_left_alone() -> None:
    text = f"{TABLE}\n\n```\n{TABLE}\n```\n\n~~~\n{TABLE}\n~~~"

    assert later_tables_as_code(text) == text


def test_all_tables_become_code_where_slack_accepts_no_tables() -> None:
    text = f"**Look:**\n\n{TABLE}\n\nDone."

    assert kinds(tables_as_code(text)) == ["fence"]
    assert tables_as_code(text).replace("```\n", "") == text
    assert has_table(text)
    assert not has_table("a | b\n\n**no table** | at all")
