"""Which Slack messages a question links to."""

from __future__ import annotations

import pytest

from bot.slack.read.permalinks import Permalink, permalinks_in

URL = "https://acme.slack.com/archives/C0123456789/p1700000000123456"
LINK = Permalink("C0123456789", "1700000000.123456", "1700000000.123456")
REPLY = Permalink("C0123456789", "1700000000.123456", "1699999999.000100")


@pytest.mark.parametrize(
    ("text", "links"),
    [
        (f"What does {URL} mean?", [LINK]),
        (f"[this]({URL}) and <{URL}>", [LINK]),
        (f"{URL}?thread_ts=1699999999.000100&cid=C0123456789", [REPLY]),
        (f"{URL}?cid=C0123456789&thread_ts=1699999999.000100", [REPLY]),
        (f"{URL}?cid=C0123456789&amp;thread_ts=1699999999.000100", [REPLY]),
        (URL.replace("acme.slack", "acme.enterprise.slack"), [LINK]),
        (URL.replace("slack.com", "slack-gov.com"), [LINK]),
        (URL.replace("C0123456789", "D0123456789"), [Permalink("D0123456789", LINK.ts, LINK.root_ts)]),
        (URL.replace("https", "http"), []),
        (URL.replace("acme.slack.com", "slack.com.evil.example"), []),
        (URL.replace("acme.slack.com", "evilslack.com"), []),
        (URL[:-1], []),
        (f"{URL}7", []),
        ("https://acme.slack.com/archives/C0123456789", []),
        (f"see\n\n> Shared message from [Grace]({URL}):", []),
        (f"> and\n{URL}", [LINK]),
        ("no link", []),
    ],
)
def test_links_to_messages_are_told_from_others(text: str, links: list[Permalink]) -> None:
    assert permalinks_in(text) == links
