"""A ``rich_text`` block, as Slack's composer sends it, becomes Markdown."""

from __future__ import annotations

from typing import Any

import pytest
from markdown_it import MarkdownIt

from bot.slack.read import mentions, rich_text

NAMES = {"U012A3CDE": "Ada", "C123ABC456": "general"}


def read(*elements: dict[str, Any]) -> str:
    return rich_text.to_markdown({"type": "rich_text", "elements": list(elements)}, mentions.by_name(NAMES))


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words, **({"style": style} if style else {})}


def bullets(*items: str, style: str = "bullet", **more: int) -> dict[str, Any]:
    return {
        "type": "rich_text_list",
        "style": style,
        "indent": 0,
        "border": 0,
        "elements": [section(text(item)) for item in items],
        **more,
    }


@pytest.mark.parametrize(
    ("element", "markdown"),
    [
        ({"type": "user", "user_id": "U012A3CDE"}, "@Ada"),
        ({"type": "user", "user_id": "U0NOBODY"}, "@U0NOBODY"),
        ({"type": "channel", "channel_id": "C123ABC456"}, "#general"),
        ({"type": "usergroup", "usergroup_id": "S0GROUP"}, "@S0GROUP"),
        ({"type": "team", "team_id": "T0TEAM"}, "@T0TEAM"),
        ({"type": "broadcast", "range": "here"}, "@here"),
        ({"type": "emoji", "name": "cat", "unicode": "1f431"}, "🐱"),
        ({"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fc", "skin_tone": 3}, "👋🏼"),
        ({"type": "emoji", "name": "party-parrot"}, ":party-parrot:"),
        ({"type": "emoji", "name": "odd", "unicode": "ffffff"}, ":odd:"),
        ({"type": "emoji", "name": "half", "unicode": "d83d"}, ":half:"),
        ({"type": "date", "timestamp": 1720710212, "format": "{date}", "fallback": "July 11"}, "July 11"),
        ({"type": "date", "timestamp": 1720710212, "format": "{date_num} at {time}"}, "2024-07-11 15:03 UTC"),
        ({"type": "date", "timestamp": 10**18}, "1000000000000000000"),
        ({"type": "color", "value": "#F405B3"}, "#F405B3"),
        ({"type": "link", "url": "https://example.com/?a=1&b=2"}, "https://example.com/?a=1&b=2"),
        ({"type": "link", "url": "https://example.com", "text": "here"}, "[here](https://example.com)"),
        ({"type": "message_mention", "channel_id": "C123ABC456", "message_ts": "1.2"}, "(a message in #general)"),
        ({"type": "of_tomorrow", "text": "still words"}, "still words"),
    ],
)
def test_every_inline_element_becomes_markdown(element: dict[str, Any], markdown: str) -> None:
    assert read(section(text("so: "), element)) == f"so: {markdown}"


@pytest.mark.parametrize(
    ("elements", "markdown"),
    [
        ([text("a "), text("bold", bold=True), text(" word")], "a **bold** word"),
        ([text("all", bold=True, italic=True, strike=True)], "***~~all~~***"),
        ([text("is"), text(" spaced ", bold=True), text("out")], "is **spaced** out"),
        ([text("one\n\ntwo", italic=True)], "*one*\n\n*two*"),
        (
            [text("bold ", bold=True), {"type": "emoji", "name": "cat", "unicode": "1f431", "style": {"bold": True}}],
            "**bold 🐱**",
        ),
        ([text("x = y", code=True)], "`x = y`"),
        ([text("a `tick` here", code=True)], "``a `tick` here``"),
        ([text("`", code=True)], "`` ` ``"),
        ([text("code", code=True, bold=True)], "**`code`**"),
        ([{"type": "link", "url": "https://e.com", "text": "e", "style": {"bold": True}}], "**[e](https://e.com)**"),
        ([{"type": "link", "url": "https://e.com", "style": {"code": True}}], "`https://e.com`"),
        ([text("1 &lt; 2 is literal")], "1 &lt; 2 is literal"),
    ],
)
def test_styles_become_markdown(elements: list[dict[str, Any]], markdown: str) -> None:
    assert read(section(*elements)) == markdown


def test_lists_nest_and_go_on_counting() -> None:
    markdown = read(
        section(text("Steps:\n")),
        bullets("first", "second", style="ordered"),
        bullets("a detail\nover two lines", indent=1),
        bullets("deeper", indent=2),
        bullets("third", style="ordered", offset=2),
    )

    assert markdown == (
        "Steps:\n\n1. first\n2. second\n    - a detail\n      over two lines\n        - deeper\n3. third"
    )
    html = MarkdownIt().render(markdown)
    assert html.count("<ol>") == 1
    assert html.count("<ul>") == 2
    assert "<pre>" not in html


def test_a_checklist_becomes_markdown() -> None:
    assert read(bullets("done", style="checked"), bullets("open", style="unchecked")) == "- [x] done\n- [ ] open"


def test_a_quote_ends_where_the_text_goes_on() -> None:
    quote = {"type": "rich_text_quote", "elements": [text("one\n\ntwo")]}

    assert read(quote, section(text("after"))) == "> one\n>\n> two\n\nafter"


def test_code_keeps_its_language_and_what_looks_like_a_fence() -> None:
    code = {
        "type": "rich_text_preformatted",
        "language": "python",
        "border": 0,
        "elements": [text("print('```')\n"), {"type": "link", "url": "https://example.com/x"}],
    }

    assert read(section(text("see")), code) == "see\n\n````python\nprint('```')\nhttps://example.com/x\n````"


def test_code_within_a_quote() -> None:
    code = {"type": "rich_text_preformatted", "border": 1, "elements": [text("x = 1")]}

    assert read(code) == "> ```\n> x = 1\n> ```"


@pytest.mark.parametrize(
    "block",
    [{}, {"elements": None}, {"elements": [None, 3, {"type": "rich_text_list"}, {"elements": [{"type": "user"}]}]}],
)
def test_unknown_shapes_do_no_harm(block: dict[str, Any]) -> None:
    assert rich_text.to_markdown(block, mentions.by_name(NAMES)) in ("", "@")
