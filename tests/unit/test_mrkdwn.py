"""Slack's ``text`` becomes Markdown: tokens, styles, code and entities."""

from __future__ import annotations

import pytest

from bot.slack.read import mentions, mrkdwn

NAMES = {"U012A3CDE": "Ada", "C024BE7LR": "general"}


def read(text: str) -> str:
    return mrkdwn.to_markdown(text, mentions.by_name(NAMES))


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("Hey <@U012A3CDE>, thanks", "Hey @Ada, thanks"),
        ("<@U012A3CDE|bob> is known by the label", "@bob is known by the label"),
        ("Who is <@U0NOBODY>?", "Who is @U0NOBODY?"),
        ("Why not join <#C024BE7LR>?", "Why not join #general?"),
        ("Why not join <#C024BE7LR|all-hands>?", "Why not join #all-hands?"),
        ("<#C0PRIVATE|> has no label", "#C0PRIVATE has no label"),
        ("<!subteam^SAZ94GDB8> and <!subteam^SAZ94GDB8|@eng>", "@SAZ94GDB8 and @eng"),
        ("<!here> <!channel> <!everyone> <!here|here>", "@here @channel @everyone @here"),
        ("<!date^1392734382^Posted {date_num}|Posted 2014-02-18>", "Posted 2014-02-18"),
        ("<!date^1392734382^{date}^https://example.com/|Feb 18>", "Feb 18"),
    ],
)
def test_mentions_are_shown_by_name(text: str, markdown: str) -> None:
    assert read(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("<http://www.foo.com|www.foo.com>", "[www.foo.com](http://www.foo.com)"),
        ("<https://example.com/a_b_c?x=1&amp;y=*2*>", "https://example.com/a_b_c?x=1&y=*2*"),
        ("<https://example.com/wiki/A_(b)|A>", "[A](<https://example.com/wiki/A_(b)>)"),
        ("<https://example.com|[draft] R&amp;D>", r"[\[draft\] R&D](https://example.com)"),
        ("<mailto:bob@example.com|Email Bob>", "[Email Bob](mailto:bob@example.com)"),
        ("<mailto:bob@example.com|bob@example.com>", "bob@example.com"),
        ("<tel:+15555550100|+15555550100>", "+15555550100"),
    ],
)
def test_links_keep_their_addresses(text: str, markdown: str) -> None:
    assert read(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("*bold* _italic_ ~gone~", "**bold** *italic* ~~gone~~"),
        ("*_both_*", "***both***"),
        ("*<@U012A3CDE>* decides", "**@Ada** decides"),
        ("*see <https://example.com/*x*|the *page*>*", "**see [the *page*](https://example.com/*x*)**"),
        ("2*3*4 = 24 and snake_case_name", "2*3*4 = 24 and snake_case_name"),
        ("* not bold*, *nor this *", "* not bold*, *nor this *"),
        ("*not\nover lines*", "*not\nover lines*"),
        ("(*bold*), _italic_!", "(**bold**), *italic*!"),
    ],
)
def test_styles_are_taken_where_slack_takes_them(text: str, markdown: str) -> None:
    assert read(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("&lt;@U012A3CDE&gt; was typed", "<@U012A3CDE> was typed"),
        ("&amp;lt; is how one writes it", "&lt; is how one writes it"),
        ("&gt; quoted", "> quoted"),
        ("5 &nbsp; stays", "5 &nbsp; stays"),
    ],
)
def test_entities_are_decoded_once_and_last(text: str, markdown: str) -> None:
    assert read(text) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("use `*x*` and `List&lt;int&gt;`", "use `*x*` and `List<int>`"),
        ("`curl <https://example.com/a?b=1&amp;c=2>`", "`curl https://example.com/a?b=1&c=2`"),
        ("look:\n```a &lt; b\n*c*```\ndone", "look:\n\n```\na < b\n*c*\n```\n\ndone"),
        ("```see <http://foo.com|foo.com>```", "```\nsee foo.com\n```"),
        ("an odd ` tick *bold*", "an odd ` tick **bold**"),
    ],
)
def test_nothing_in_code_is_markup(text: str, markdown: str) -> None:
    assert read(text) == markdown


def test_ids_can_be_kept_and_named_later() -> None:
    kept = mrkdwn.to_markdown("<@U012A3CDE> in <#C024BE7LR>, <!subteam^S1>", mentions.as_tokens)

    assert kept == "<@U012A3CDE> in <#C024BE7LR>, <!subteam^S1>"
    assert mentions.named(kept, mentions.by_name(NAMES)) == "@Ada in #general, @S1"


def test_ids_can_be_listed_before_names_are_known() -> None:
    mentioned = mentions.Mentioned()
    mrkdwn.to_markdown("<@U2> and <@U1>, again <@U2|b>, <@U2>, in <#C9>, `&lt;@U7&gt;`", mentioned)

    assert mentioned.ids == ["U2", "U1", "C9"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("<@UBOT> what is this?", "what is this?"),
        ("<@UBOT>what is this?", "what is this?"),
        ("<@UBOT|claude>: <@UBOT>, hi", "hi"),
        ("summarise this <@UBOT>", "summarise this"),
        ("summarise this <@UBOT> <@UBOT|claude> ", "summarise this"),
        ("<@UBOT> who is <@UBOT>", "who is <@UBOT>"),
        ("ask <@UBOT> about it", "ask <@UBOT> about it"),
        ("<@UBOT>'s answer was wrong", "<@UBOT>'s answer was wrong"),
        ("<@UBOTH> is somebody else", "<@UBOTH> is somebody else"),
        ("  <@UBOT>  ", ""),
        ("   ", ""),
    ],
)
def test_the_address_is_not_part_of_the_question(text: str, left: str) -> None:
    assert mentions.unaddressed(text, "UBOT") == left


def test_a_label_is_kept_with_its_id_and_shown_where_nothing_better_is_known() -> None:
    kept = mrkdwn.to_markdown("<@U1|ada> in <#C1|general>, <!subteam^S1|@eng>", mentions.as_tokens)
    mentioned = mentions.Mentioned()
    mentions.named(kept, mentioned)

    assert kept == "<@U1|ada> in <#C1|general>, <!subteam^S1|eng>"
    assert (mentioned.ids, mentioned.nameless) == (["U1", "C1", "S1"], ["C1"])
    assert mentions.named(kept, mentions.by_name({"C1": "renamed"})) == "@ada in #general, @eng"


def test_what_a_message_calls_a_channel_is_not_shown_where_it_may_be_a_private_one() -> None:
    kept = mrkdwn.to_markdown("<#C1|layoffs>", mentions.as_tokens)

    assert mentions.named(kept, mentions.by_name({})) == "#C1"
    assert mentions.named(kept, mentions.by_name({}, channel_labels=True)) == "#layoffs"
