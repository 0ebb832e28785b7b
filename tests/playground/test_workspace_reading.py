"""What a message shows, whom it notifies, and how large an image is."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from playground.workspace.image_size import image_size
from playground.workspace.reading import pings, visible_text


def test_blocks_are_what_is_seen_and_text_is_only_a_fallback() -> None:
    message = {
        "text": "notification",
        "blocks": [
            {"type": "header", "text": {"type": "plain_text", "text": "T &lt;"}},
            {
                "type": "section",
                "text": {"type": "mrkdwn", "text": "a &lt; b"},
                "fields": [{"type": "mrkdwn", "text": "f"}],
            },
            {"type": "context", "elements": [{"type": "mrkdwn", "text": "c"}, {"type": "plain_text", "text": "d"}]},
            {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Go"}}]},
            {"type": "table", "rows": [[{"type": "raw_text", "text": "1"}, {"type": "raw_text", "text": "2"}]]},
        ],
        "files": [{"id": "F1", "name": "a.pdf"}, {"id": "F2"}],
    }
    assert visible_text(message) == "T &lt;\na < b\nf\nc d\n1 | 2\na.pdf\nF2"
    assert visible_text({"text": "a &amp; b"}) == "a & b"


def test_lists_show_their_numbers() -> None:
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    part = {"type": "rich_text_list", "style": "ordered", "offset": 2, "indent": 1, "elements": [item, item]}
    assert visible_text({"blocks": [{"type": "rich_text", "elements": [part]}]}) == "  3. x\n  4. x"


@pytest.mark.parametrize(
    ("text", "blocks", "targets"),
    [
        ("<@U1> and <!here>", [], ["U1", "here"]),
        ("&lt;@U1&gt; &lt;!channel&gt;", [], []),
        ("<#C1> <https://a.b|<x>", [], []),
        ("<!subteam^S1|@devs>", [], ["S1"]),
        ("", [{"type": "markdown", "text": "`<!everyone>`"}], ["everyone"]),
        ("", [{"type": "section", "text": {"type": "mrkdwn", "text": "<@U2>"}}], ["U2"]),
        ("", [{"type": "header", "text": {"type": "plain_text", "text": "<@U2>"}}], []),
        ("", [{"type": "rich_text", "elements": [{"elements": [{"type": "user", "user_id": "U3"}]}]}], ["U3"]),
    ],
)
def test_a_message_notifies_everybody_that_it_mentions(
    text: str, blocks: list[dict[str, object]], targets: list[str]
) -> None:
    assert list(pings(text, blocks)) == targets


@pytest.mark.parametrize("kind", ["PNG", "GIF", "JPEG"])
def test_image_sizes_are_those_of_the_pixels(kind: str) -> None:
    out = io.BytesIO()
    Image.new("RGB", (37, 21)).save(out, kind)
    assert image_size(out.getvalue()) == (37, 21)
    assert image_size(out.getvalue()[:8]) is None


def test_other_bytes_have_no_size() -> None:
    assert image_size(b"%PDF-1.7") is None
    assert image_size(b"") is None
