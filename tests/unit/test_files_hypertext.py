"""HTML as readable text: what belongs together stays together, and nothing that people see is lost."""

from __future__ import annotations

import pytest

from bot.files.worker.hypertext.reader import to_text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<h2>Agenda</h2><ul><li>One</li><li>Two</li></ul>", "## Agenda\n\n- One\n- Two\n"),
        ("<ul><li>One<ul><li>inner<li>other</ul><li>Two</ul>", "- One\n  - inner\n  - other\n- Two\n"),
        ("<ol start=3><li>c<li>d</ol>", "3. c\n4. d\n"),
        ("<ol type=a start=2><li>x<ol type=I><li>y</ol><li value=27>z</ol>", "b. x\n  I. y\naa. z\n"),
        ("<ol style='margin:0;list-style-type: upper-alpha'><li>x<li>y</ol>", "A. x\nB. y\n"),
        ("<ol style='list-style:inside lower-roman'><li value=9>x<li>y<li value=0>z</ol>", "ix. x\nx. y\n0. z\n"),
        ("<ul><li value=4>x</ul>", "- x\n"),
        (
            "<blockquote>He wrote:<blockquote>She wrote</blockquote></blockquote>Yes",
            "> He wrote:\n>\n> > She wrote\n\nYes\n",
        ),
        (
            "<a href=https://x.example>this</a> and <a href=https://x.example/>x.example</a>",
            "this (https://x.example) and x.example\n",
        ),
        (
            "<a href='mailto:a@b.c'>Ann</a>, <a href='mailto:a@b.c'>a@b.c</a>, <a href=#top>top</a>",
            "Ann (mailto:a@b.c), a@b.c, top\n",
        ),
        ("<pre>a  b\n  c</pre>", "a  b\n  c\n"),
        ("one<br>two<br><br>three", "one\ntwo\n\nthree\n"),
        ("<p>a &amp; b&nbsp;&lt;c&gt;", "a & b <c>\n"),
        ("<del>old</del> new", "~~old~~ new\n"),
        ("<input type=checkbox checked>done <input type=hidden value=no><input value=yes>", "[x] done yes\n"),
        ("<select><option>A<option>B</select>", "A\nB\n"),
        ("<title>t</title><script>s()</script><style>p{}</style><template>x</template>y", "y\n"),
    ],
)
def test_structure_becomes_markdown_where_that_is_cheap(page: str, text: str) -> None:
    assert to_text(page) == text


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<table><tr><th>Name<th>Sum<tr><td>A<td>5<tr><td>B<td></table>", "Name | Sum\nA | 5\nB\n"),
        ("<table><tr><td><p>Name</p></td><td><p>Sum</p></td></tr></table>", "Name | Sum\n"),
        ("<table><tr><td><table><tr><td>x<td>y</table><td>aside</table>", "x | y\n\naside\n"),
        (f"<table><tr><td>{'long ' * 100}<td>short</table>", f"{'long ' * 100}".strip() + "\nshort\n"),
        ("<table>before<tr><td>in</table>", "before\n\nin\n"),
    ],
    ids=["figures", "paragraphs in cells", "a table that keeps a page in shape", "long cells", "words beside cells"],
)
def test_rows_of_figures_are_lines_and_other_tables_are_text(page: str, text: str) -> None:
    assert to_text(page) == text


@pytest.mark.parametrize(
    "page", ["<div>" * 100_000 + "words", "<b a=1>" * 50_000 + "<p>words", "<ul><li>" * 60_000 + "words"]
)
def test_a_page_that_would_keep_a_parser_busy_gives_its_words(page: str) -> None:
    assert to_text(page) == "words\n"


def test_words_come_out_of_a_huge_page_in_their_lines() -> None:
    page = "<div>" * 30_000 + "<p>One &amp; <b>two</b></p><script>no()</script><p>Three"
    assert to_text(page) == "One & two\nThree\n"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("10<sup>3</sup> m<sup>2</sup>, H<sub>2</sub>O, 10<sup>-6</sup>", "10³ m², H₂O, 10⁻⁶"),
        ("the 1<sup>st</sup> of a<sub>n</sub>", "the 1st of an"),
        ("see<sup><a href='#f1'>1</a></sup>", "see¹"),
        ("<ruby>漢<rt>kan</rt>字<rt>ji</rt></ruby>", "漢 (kan)字 (ji)"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>", "漢 (kan)"),
        ("<button>Send</button><button>Stop</button><meter>50%</meter>", "Send Stop 50%"),
    ],
    ids=["digits", "letters", "notes", "guides", "guides in brackets", "what stands apart"],
)
def test_small_letters_and_what_stands_apart_keep_their_meaning(page: str, expected: str) -> None:
    assert to_text(f"<p>{page}</p>").strip() == expected


def test_a_page_within_an_attribute_of_another_is_read() -> None:
    frame = "&lt;p&gt;Total &lt;b&gt;12&lt;/b&gt;&lt;p&gt;Yours&lt;script&gt;s()&lt;/script&gt;"
    assert (
        to_text(f"<p>Invoice<iframe srcdoc='{frame}'>old browsers</iframe>thanks")
        == "Invoice\nTotal 12\nYours\nthanks\n"
    )
    assert to_text(f"a<iframe hidden srcdoc='{frame}'></iframe><iframe src=x.html>none</iframe>b") == "ab\n"


def test_pages_within_pages_end_somewhere() -> None:
    page = "deep"
    for _ in range(6):
        page = f'<p>page<iframe srcdoc="{page.replace("&", "&amp;").replace(chr(34), "&quot;")}"></iframe>'
    assert to_text(page) == "page\npage\npage\npage\n"


XHTML = '<html xmlns="http://www.w3.org/1999/xhtml"><head>'


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("<head><title/><style type='text/css'/></head><p>All of it</p>", "All of it\n"),
        (f"{XHTML}<script src='a.js' /><title /></head><p>All</p><script>no()</script><p>of it</p>", "All\n\nof it\n"),
        ('<?xml version="1.0"?><html><style/><p>All</p><style>p{}</style>of it', "All\n\nof it\n"),
        ("<script src=a.js/><p>no</p></script><p>All of it", "All of it\n"),
        ("<p>Name: <textarea name=n/><p>All of it", "Name:\n\nAll of it\n"),
        ("<p>İİİİ</p><head><title>Report<body><p>All of it", "İİİİ\n\nReport\n\nAll of it\n"),
        ("<frameset><frame src=a><noframes>All of <b>it</b></noframes></frameset>", "All of it\n"),
    ],
)
def test_an_element_that_nothing_ends_swallows_nothing(page: str, text: str) -> None:
    assert to_text(page) == text


@pytest.mark.parametrize("mode", ["shadowmode", "shadowrootmode"])
def test_the_inside_of_components_is_shown_as_browsers_show_it(mode: str) -> None:
    inner = f"<template {mode}=open><i>deeper</i><template>never</template></template>"
    page = f"<p>Before</p><my-card><template {mode}='open'><p>Inside</p>{inner}</template></my-card><p>After</p>"
    assert to_text(page) == "Before\n\nInside\n\ndeeper\n\nAfter\n"
