"""What the playground's page draws for every kind of block, and that nothing people write becomes markup."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page

from tests.slack_blocks import BLOCKS, visible

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

ATTACK = '<img src=x onerror="window.attacked=1"><script>window.attacked=1</script>'

DRAW = """async (list) => {
    const { blocks } = await import("/page/blocks.js");
    const names = { me: "U1", user: (id) => ({ U1: "alex" })[id], channel: (id) => ({ C1: "general" })[id] };
    document.body.replaceChildren(...blocks(list, names));
    document.querySelectorAll("svg, .code-bar").forEach((drawing) => drawing.remove());
    return document.body.innerHTML;
}"""


def rich(*elements: dict[str, Any]) -> dict[str, Any]:
    return {"type": "rich_text", "elements": list(elements)}


def words(*leaves: dict[str, Any] | str) -> dict[str, Any]:
    elements = [{"type": "text", "text": leaf} if isinstance(leaf, str) else leaf for leaf in leaves]
    return {"type": "rich_text_section", "elements": elements}


def styled(text: str, *styles: str) -> dict[str, Any]:
    return {"type": "text", "text": text, "style": dict.fromkeys(styles, True)}


def items(style: str, indent: int, *texts: str, offset: int = 0) -> dict[str, Any]:
    drawn = [words(text) for text in texts]
    return {"type": "rich_text_list", "style": style, "indent": indent, "offset": offset, "elements": drawn}


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": mrkdwn(text)}


def markdown(text: str) -> dict[str, Any]:
    return {"type": "markdown", "text": text}


def line(inner: str) -> str:
    return f'<p class="lines" dir="auto">{inner}</p>'


LINK = (
    '<a href="https://x.example/" title="https://x.example/" target="_blank" rel="noopener noreferrer nofollow">x</a>'
)

DRAWN = [
    (
        rich(words(styled("b", "bold"), " ", styled("both", "italic", "strike"))),
        line("<strong>b</strong> <em><s>both</s></em>"),
    ),
    (rich(words(styled("f(x)", "code"))), line("<code>f(x)</code>")),
    (rich(words({"type": "link", "url": "https://x.example", "text": "x"})), line(LINK)),
    (rich(words({"type": "emoji", "name": "any", "unicode": "1f680"})), line("🚀")),
    (
        rich(words({"type": "user", "user_id": "U1"})),
        line('<span class="mention mention-me" data-user="U1">@alex</span>'),
    ),
    (rich(words({"type": "channel", "channel_id": "C1"})), line('<a class="mention" href="#/C1">#general</a>')),
    (rich(words({"type": "broadcast", "range": "here"})), line('<span class="mention mention-me">@here</span>')),
    (rich({**words("q"), "type": "rich_text_quote"}), f'<blockquote dir="auto">{line("q")}</blockquote>'),
    (
        rich(items("ordered", 0, "one"), items("bullet", 1, "sub"), items("ordered", 0, "two", offset=1)),
        f'<ul dir="auto"><li dir="auto">{line("sub")}</li></ul></li><li dir="auto">{line("two")}</li></ol>',
    ),
    (rich(items("ordered", 0, "five", offset=4)), f'<ol start="5" dir="auto"><li dir="auto">{line("five")}</li></ol>'),
    ({"type": "header", "text": plain("Title :tada:")}, '<h3 class="block-header" dir="auto">Title 🎉</h3>'),
    ({"type": "divider"}, "<hr>"),
    (section("*b* _i_ ~s~ `c`"), "<strong>b</strong> <em>i</em> <s>s</s> <code>c</code>"),
    (section("<https://x.example|x> <@U1> <#C1>"), LINK),
    (section("&gt; quoted\nafter"), f'<blockquote dir="auto">{line("quoted")}</blockquote>{line("after")}'),
    ({"type": "section", "fields": [mrkdwn("*Fee*"), plain("*12*")]}, f'<div class="field">{line("*12*")}</div>'),
    ({"type": "context", "elements": [mrkdwn("_small_")]}, '<span dir="auto"><em>small</em></span>'),
    (
        {"type": "table", "rows": [[{"type": "raw_text", "text": "Year"}], [rich(words(styled("2026", "bold")))]]},
        f'<th dir="auto">Year</th></tr></thead><tbody><tr><td dir="auto">{line("<strong>2026</strong>")}</td>',
    ),
    (markdown("## Heading"), '<h3 dir="auto">Heading</h3>'),
    (
        markdown("**b** *i* ~~s~~ `c` [x](https://x.example)"),
        f"<strong>b</strong> <em>i</em> <s>s</s> <code>c</code> {LINK}",
    ),
    (markdown("snake_case_name 2 * 3 **open"), line("snake_case_name 2 * 3 **open")),
    (
        markdown("3. three\n   - sub"),
        f'<ol start="3" dir="auto"><li dir="auto">{line("three")}<ul dir="auto"><li dir="auto">{line("sub")}',
    ),
    (
        markdown("- [x] done"),
        '<li class="task" dir="auto"><input type="checkbox" disabled="" checked="" aria-label="Done">',
    ),
    (markdown("> q"), f'<blockquote dir="auto">{line("q")}</blockquote>'),
    (markdown("| a | b |\n|---|--:|\n| 1 | 2 |"), '<td dir="auto">1</td><td dir="auto" data-align="end">2</td>'),
    (markdown("```py\na = 1 < 2\n```"), '<pre tabindex="0"><code>a = 1 &lt; 2</code></pre>'),
    (markdown("```py\nhalf = wri"), '<pre tabindex="0"><code>half = wri</code></pre>'),
    (markdown("a\n\n---\n\nb"), f"{line('a')}<hr>{line('b')}"),
    ({"type": "hologram"}, "A block of the kind “hologram”"),
]


@pytest.mark.parametrize(("block", "drawn"), DRAWN, ids=lambda value: value["type"] if isinstance(value, dict) else "")
async def test_a_block_is_drawn(empty_page: Page, block: dict[str, Any], drawn: str) -> None:
    assert drawn in await empty_page.evaluate(DRAW, [block])


async def test_buttons_carry_what_their_click_reports(empty_page: Page) -> None:
    button = {"type": "button", "action_id": "go", "value": "v", "text": plain("Continue"), "style": "primary"}
    feedback = {
        "type": "feedback_buttons",
        "action_id": "rate",
        "negative_button": {"text": plain("Bad answer"), "value": "-1"},
    }
    await empty_page.evaluate(
        DRAW,
        [
            {"type": "actions", "block_id": "b", "elements": [button]},
            {"type": "context_actions", "block_id": "c", "elements": [feedback]},
        ],
    )
    found = await empty_page.eval_on_selector_all(
        "button", "(all) => all.map(({ dataset: d }) => [d.blockId, d.actionId, d.value])"
    )
    assert found == [["b", "go", "v"], ["c", "rate", "-1"]]
    assert await empty_page.get_by_role("button", name="Bad answer").is_visible()


ESCAPED = ATTACK.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
HOSTILE = [
    rich(
        words(ATTACK, {"type": "link", "url": "https://x.example", "text": ATTACK}, {"type": "emoji", "name": ATTACK})
    ),
    rich({"type": "rich_text_preformatted", "language": ATTACK, "elements": [{"type": "text", "text": ATTACK}]}),
    {"type": "header", "text": plain(ATTACK)},
    section(ATTACK),
    section(ESCAPED),
    section(f"```{ATTACK}```"),
    {"type": "section", "fields": [plain(ATTACK)]},
    {"type": "context", "elements": [mrkdwn(ESCAPED)]},
    {"type": "table", "rows": [[{"type": "raw_text", "text": ATTACK}], [{"type": "raw_text", "text": ATTACK}]]},
    {"type": "actions", "elements": [{"type": "button", "text": plain(ATTACK)}]},
    {"type": "image", "image_url": "https://x.example/i.png", "alt_text": ATTACK, "title": plain(ATTACK)},
    markdown(ATTACK),
    markdown(f"# {ATTACK}\n\n- {ATTACK}\n\n> {ATTACK}\n\n```\n{ATTACK}\n```"),
    markdown(f"[{ATTACK}](https://x.example)"),
    markdown(ESCAPED),
]


@pytest.mark.parametrize("block", HOSTILE, ids=lambda block: block["type"])
async def test_markup_in_what_people_write_stays_text(empty_page: Page, block: dict[str, Any]) -> None:
    await empty_page.evaluate(DRAW, [block])
    assert ATTACK in (await empty_page.text_content("body") or "")
    assert await empty_page.locator("body img, body script").count() == 0
    assert await empty_page.evaluate("window.attacked") is None


@pytest.mark.parametrize(
    "target",
    [
        "javascript:window.attacked=1",
        "JaVaScRiPt:alert(1)",
        " javascript:1",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        "//x.example",
        "/ui/state",
    ],
)
async def test_only_web_and_mail_addresses_become_links(empty_page: Page, target: str) -> None:
    link = {"type": "link", "url": target, "text": "here"}
    image = {"type": "image", "image_url": target, "alt_text": "picture"}
    await empty_page.evaluate(
        DRAW, [rich(words(link)), section(f"<{target}|here>"), markdown(f"[here]({target}) <{target}>"), image]
    )
    assert await empty_page.locator("body a, body img").count() == 0
    assert "here" in (await empty_page.text_content("body") or "")


async def test_web_and_mail_addresses_become_links(empty_page: Page) -> None:
    await empty_page.evaluate(
        DRAW,
        [
            markdown("[a](http://a.example) https://b.example/c_d_(e). [f](mailto:f@g.example)"),
            section("<https://h.example?a=1&amp;b=2>"),
        ],
    )
    found = await empty_page.eval_on_selector_all("a", "(all) => all.map((link) => link.href)")
    assert found == [
        "http://a.example/",
        "https://b.example/c_d_(e)",
        "mailto:f@g.example",
        "https://h.example/?a=1&b=2",
    ]


@pytest.mark.parametrize(
    "block",
    [section("&amp;lt; &lt;b&gt;"), markdown("&amp;lt; &lt;b&gt;"), section("`&amp;lt; &lt;b&gt;`")],
    ids=["mrkdwn", "markdown", "code"],
)
async def test_entities_are_decoded_exactly_once(empty_page: Page, block: dict[str, Any]) -> None:
    await empty_page.evaluate(DRAW, [block])
    assert await empty_page.text_content("body") == "&lt; <b>"


async def test_a_half_written_answer_is_drawn_at_every_length(empty_page: Page) -> None:
    table = "| h | i |\n|:-:|--|\n| `j` | [k](https://l.example) |"
    text = f"## T\n\n1. a **b _c_** `d`\n   - [ ] e\n\n> q\n> - r\n\n{table}\n\n~~~py\nm\n~~~\n\n---\n<@U1> \\* z"
    blank = await empty_page.evaluate(
        f"""async (text) => {{
            const draw = {DRAW};
            const blank = [];
            for (let end = 1; end <= text.length; end += 1) {{
                await draw([{{ type: "markdown", text: text.slice(0, end) }}]);
                if (!document.body.textContent.trim() && /\\w/.test(text.slice(0, end))) blank.push(end);
            }}
            return blank;
        }}""",
        text,
    )
    assert blank == []
    assert (
        await empty_page.locator("h3, ol li ul li input, blockquote ul, table td a, pre, hr, .mention-me").count() == 7
    )


async def test_wide_code_and_tables_scroll_in_their_own_box(empty_page: Page) -> None:
    row = [{"type": "raw_text", "text": f"column {number}"} for number in range(20)]
    await empty_page.evaluate(
        DRAW, [markdown("```\n" + "wide " * 200 + "\n```"), {"type": "table", "rows": [row, row]}]
    )
    assert await empty_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    wider = "(all) => all.map((box) => box.scrollWidth > box.clientWidth)"
    assert await empty_page.eval_on_selector_all("pre, .table-box", wider) == [True, True]


# --- what Slack's reference names, and what stands below a message ---------------------------------------------------

BELOW = """async (list) => {
    const { below } = await import("/page/below.js");
    const names = { me: "U1", user: () => "alex", channel: () => "general", group: () => "eng" };
    document.body.replaceChildren(...(below(list, names) ?? []).flat(Infinity).filter(Boolean));
    return document.body.innerText;
}"""
INTERACTIVE = {"actions", "auth_provider", "share_shortcut", "input"}
"""Kinds that the page does not show in full: menus are closed, and two kinds no workspace here holds."""


@pytest.mark.parametrize("kind", sorted(BLOCKS.keys() - INTERACTIVE))
async def test_the_page_shows_the_words_of_every_kind_of_block(empty_page: Page, kind: str) -> None:
    samples = [block for block in BLOCKS[kind] if "accessory" not in block or block["accessory"]["type"] == "button"]
    await empty_page.evaluate(DRAW, samples)
    shown = await empty_page.evaluate("document.body.textContent + document.body.innerHTML")

    assert "A block of the kind" not in shown
    assert [word for word in visible(samples) if word not in shown] == []


@pytest.mark.parametrize("markup", ["text", "fallback", "author_name", "footer", "title", "pretext"])
async def test_markup_below_a_message_stays_text(empty_page: Page, markup: str) -> None:
    await empty_page.evaluate(BELOW, [{"is_share": True, markup: ATTACK}, {markup: ATTACK}])
    assert await empty_page.evaluate("window.attacked") is None
    assert await empty_page.locator("body img, body script").count() == 0


async def test_what_stands_below_a_message_is_shown(empty_page: Page) -> None:
    original = {"blocks": [section("disk *full*")]}
    forwarded = {
        "is_share": True, "author_name": "Ops", "from_url": "https://x.example/p1",
        "message_blocks": [{"message": original}], "files": [{"id": "F1", "name": "log.txt"}],
    }  # fmt: skip
    pasted = {
        "fallback": "[no preview available]",
        "blocks": [{"type": "table", "rows": [[plain("item"), plain("sum")]]}],
    }
    build = {
        "author_name": "CI",
        "title": "Build 7",
        "text": "is *red*",
        "footer": "on main",
        "fields": [{"title": "a"}],
    }
    shown = await empty_page.evaluate(BELOW, [forwarded, pasted, build, {"is_share": True, "fallback": "in short"}])

    for words_shown in ("Ops", "disk full", "log.txt", "item", "sum", "CI", "Build 7", "is red", "on main", "in short"):
        assert words_shown in shown
    assert "no preview" not in shown
