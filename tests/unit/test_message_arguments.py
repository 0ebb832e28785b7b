"""What stands under an answer is words: no name in it is a mention, a link, an emoji or bold."""

from __future__ import annotations

from bot.messages import Note
from bot.slack.write.content import Content
from bot.slack.write.message_arguments import message, note_line

HOSTILE = "@channel https://evil.example/*bold*_x_:tada:.docx"


def test_a_status_and_notes_are_plain_text() -> None:
    content = Content(footer=(f"Reading {HOSTILE}…",), notes=(Note(HOSTILE, "is empty."),))

    (context,) = message(content)["blocks"]

    assert context["elements"] == [
        {"type": "plain_text", "text": f"Reading {HOSTILE}…", "emoji": False},
        {"type": "plain_text", "text": f"📎 {HOSTILE} is empty.", "emoji": False},
    ]


def test_no_name_begins_anything_of_slacks() -> None:
    sent = message(Content("Yes.", notes=(Note("<!channel>\u202e\n<@U1>", "is empty."),)))
    assert sent["blocks"][-1]["elements"][0]["text"] == "📎 ‹!channel›‹@U1› is empty."
    assert note_line(Note("\n", "is empty.")) == "A file is empty."
