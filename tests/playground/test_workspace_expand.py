"""One markdown block becomes what Slack would return for it."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.workspace.expand import expand, markdown_blocks
from playground.workspace.reading import visible_text


def section(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(elements)}


def text(value: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": value} | ({"style": style} if style else {})


def only_part(markdown: str) -> dict[str, Any]:
    (block,) = markdown_blocks(markdown)
    (part,) = block["elements"]
    assert isinstance(part, dict)
    return part


def test_a_document_becomes_blocks_in_its_order() -> None:
    blocks = markdown_blocks("# Title\n\ntext\n\n---\n\n| a | b |\n|---|--:|\n| 1 | **2** |\n\nend")
    assert [block["type"] for block in blocks] == ["header", "rich_text", "divider", "table", "rich_text"]
    assert blocks[0]["text"] == {"type": "plain_text", "text": "Title", "emoji": True}
    assert blocks[3]["column_settings"] == [{"align": "left"}, {"align": "right"}]
    assert blocks[3]["rows"][1][1]["elements"] == [section(text("2", bold=True))]


@pytest.mark.parametrize(
    ("markdown", "elements"),
    [
        ("**b** *i* ~~s~~ `c`", ["b", " ", "i", " ", "s", " ", "c"]),
        ("one\ntwo", ["one\ntwo"]),
        ("one\n\ntwo", ["one", "\n\n", "two"]),
        (r"\*plain\*", ["*plain*"]),
        ("List<int> -> x", ["List<int> -> x"]),
    ],
)
def test_inline_markup_becomes_elements(markdown: str, elements: list[str]) -> None:
    assert [element["text"] for element in only_part(markdown)["elements"]] == elements


def test_styles_nest() -> None:
    assert only_part("**a *b* `c`**")["elements"] == [
        text("a ", bold=True),
        text("b", bold=True, italic=True),
        text(" ", bold=True),
        text("c", bold=True, code=True),
    ]


def test_slack_decodes_three_entities_and_no_other() -> None:
    assert only_part("&amp; &lt; &gt; &copy; &quot;")["elements"] == [text("& < > &copy; &quot;")]
    assert only_part("`&lt;b&gt; &amp;amp;`")["elements"] == [text("<b> &amp;", code=True)]


def test_unescaped_tokens_are_real_and_escaped_ones_are_text() -> None:
    assert only_part("<@U1> <!here> <#C1> <https://a.b|label>")["elements"] == [
        {"type": "user", "user_id": "U1"},
        text(" "),
        {"type": "broadcast", "range": "here"},
        text(" "),
        {"type": "channel", "channel_id": "C1"},
        text(" "),
        {"type": "link", "url": "https://a.b", "text": "label"},
    ]
    assert only_part("&lt;@U1&gt; &lt;!here&gt;")["elements"] == [text("<@U1> <!here>")]


def test_links_and_images_become_links() -> None:
    assert only_part("[x](http://a/?b=1&amp;c) ![alt](http://i)")["elements"] == [
        {"type": "link", "url": "http://a/?b=1&c", "text": "x"},
        text(" "),
        {"type": "link", "url": "http://i", "text": "alt"},
    ]


def test_a_fence_keeps_its_language_and_its_text() -> None:
    part = only_part("```python\nif a &lt; b:\n\n    pass\n```")
    assert part["language"] == "python"
    assert part["elements"] == [text("if a < b:\n\n    pass")]


def test_lists_nest_by_indent_and_go_on_after_what_stands_between() -> None:
    (block,) = markdown_blocks("3. three\n   - inner\n4. four\n\n   ```\n   code\n   ```\n5. five")
    assert [(part["type"], part.get("indent"), part.get("offset")) for part in block["elements"]] == [
        ("rich_text_list", 0, 2),
        ("rich_text_list", 1, None),
        ("rich_text_list", 0, 3),
        ("rich_text_preformatted", None, None),
        ("rich_text_list", 0, 4),
    ]


def test_a_quote_is_flat() -> None:
    part = only_part("> a\n> - b\n>\n> c")
    assert part["type"] == "rich_text_quote"
    assert "".join(element["text"] for element in part["elements"]) == "a\n• b\nc"


def test_a_heading_too_long_for_a_header_block_is_bold_text() -> None:
    part = only_part(f"# {'x' * 151}")
    assert part["elements"] == [text("x" * 151, bold=True)]


def test_ids_are_made_and_markdown_ids_are_not_kept() -> None:
    numbers = itertools.count()
    blocks = [{"type": "markdown", "block_id": "mine", "text": "# a\n\nb"}, {"type": "divider", "block_id": "d"}]
    assert [block["block_id"] for block in expand(blocks, lambda: f"n{next(numbers)}")] == ["n0", "n1", "d"]
    as_is = expand(blocks, lambda: "n", markdown=False)
    assert [(block["type"], block["block_id"]) for block in as_is] == [("markdown", "n"), ("divider", "d")]


@given(st.text(alphabet=st.sampled_from("ab *_`~#>-|[]()<@U1>!\n1.&lt;\\"), max_size=120))
def test_any_text_can_be_expanded_and_read(markdown: str) -> None:
    blocks = markdown_blocks(markdown)
    assert bool(visible_text({"blocks": blocks})) <= bool(markdown.strip())


@given(st.lists(st.text(alphabet="abcdefgh", min_size=1, max_size=8), min_size=1, max_size=8))
def test_words_survive(words: list[str]) -> None:
    shown = visible_text({"blocks": markdown_blocks("\n\n".join(f"**{word}**\n- {word}" for word in words))})
    assert [line.removeprefix("• ") for line in shown.split("\n") if line] == [
        w for word in words for w in (word, word)
    ]
