"""What people type becomes what Slack's clients send."""

from __future__ import annotations

from playground.workspace.typed import mrkdwn, rich_text

USERS = {"claude": "@U1", "ada": "@U2"}
CHANNELS = {"general": "#C1"}


def parts(typed: str) -> list[tuple[str, str]]:
    blocks = rich_text(mrkdwn(typed, USERS, CHANNELS), "b1")
    return [(part["type"], str(part["elements"])) for part in blocks[0]["elements"]]


def test_names_become_tokens_and_the_rest_is_escaped() -> None:
    assert mrkdwn("@claude see #general & <b>", USERS, CHANNELS) == "<@U1> see <#C1> &amp; &lt;b&gt;"
    assert mrkdwn("mail me@ada or @nobody", USERS, CHANNELS) == "mail me@ada or @nobody"
    assert mrkdwn("@claude, hi", USERS, CHANNELS) == "<@U1>, hi"


def test_a_typed_mention_stays_and_an_address_becomes_a_link() -> None:
    assert mrkdwn("<@U9> https://a.b/c?d=1&e=2.", USERS, CHANNELS) == "<@U9> <https://a.b/c?d=1&amp;e=2>."


def test_the_block_holds_the_exact_structure() -> None:
    (block,) = rich_text(mrkdwn("@ada *b* `<c>`", USERS, CHANNELS), "b1")
    assert block["block_id"] == "b1"
    assert block["elements"][0]["elements"] == [
        {"type": "user", "user_id": "U2"},
        {"type": "text", "text": " "},
        {"type": "text", "text": "b", "style": {"bold": True}},
        {"type": "text", "text": " "},
        {"type": "text", "text": "<c>", "style": {"code": True}},
    ]


def test_code_lists_and_quotes_are_parts_of_their_own() -> None:
    typed = "look:\n```\nif a < b:\n  pass\n```\n- one\n- two\n1. first\n> said"
    kinds = [kind for kind, _ in parts(typed)]
    assert kinds == [
        "rich_text_section",
        "rich_text_preformatted",
        "rich_text_list",
        "rich_text_list",
        "rich_text_quote",
    ]
    assert "if a < b:\\n  pass" in parts(typed)[1][1]


def test_code_is_left_alone() -> None:
    assert mrkdwn("`@ada <b>` ```\n#general 🎉\n``` @ada", USERS, CHANNELS) == (
        "`@ada &lt;b&gt;` ```\n#general 🎉\n``` <@U2>"
    )


def test_emoji_are_coded_by_name() -> None:
    text = mrkdwn("done 🎉 at 10:30:45 :+1:", USERS, CHANNELS)
    assert text == "done :tada: at 10:30:45 :+1:"
    assert rich_text(text, "b1")[0]["elements"][0]["elements"] == [
        {"type": "text", "text": "done "},
        {"type": "emoji", "name": "tada", "unicode": "1f389"},
        {"type": "text", "text": " at 10:30:45 "},
        {"type": "emoji", "name": "+1", "unicode": "1f44d"},
    ]


def test_nothing_typed_is_no_block() -> None:
    assert rich_text("", "b1") == []
