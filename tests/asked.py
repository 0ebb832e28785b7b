"""Questions to ask in tests."""

from __future__ import annotations

from typing import Any

from bot.messages import Attachment, EntryPoint, Question

FILE = Attachment.bare("F1", "plan.pdf", mimetype="application/pdf", size_bytes=12, url="https://files.slack.com/F1")


def asked(ts: str, thread_ts: str | None = None, **more: Any) -> Question:
    """A question in #C1; starts a thread unless ``thread_ts`` says which one it is in."""
    given = {
        "team_id": "T1",
        "channel_id": "C1",
        "user_id": "U1",
        "entry_point": EntryPoint.MENTION,
        "text": "What is this?",
        "attachments": (),
        "response_url": None,
    }
    return Question(**{**given, "ts": ts, "thread_ts": thread_ts or ts, **more})
