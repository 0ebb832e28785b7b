"""Converts a question to the JSON that is stored of it, and back. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import Any

from sqlalchemy.engine import RowMapping

from bot.messages import Attachment, EntryPoint, Question, SlackWords, WordsKind

_FIELDS = [field.name for field in fields(Attachment)]


def dump(question: Question) -> str:
    return json.dumps(
        {
            "text": question.text,
            "attachments": list(map(_written, question.attachments)),
            "response_url": question.response_url,
            "user_team": question.user_team,
            "confirmed": question.confirmed,
        }
    )


def _written(attachment: Attachment) -> dict[str, Any]:
    """Like ``asdict``, which takes ten times as long because it copies what need not be copied."""
    words = attachment.words
    return {name: getattr(attachment, name) for name in _FIELDS} | {"words": asdict(words) if words else None}


def load(row: RowMapping) -> Question:
    payload = json.loads(row["payload"] or "{}")
    return Question(
        team_id=row["team_id"],
        channel_id=row["channel_id"],
        ts=row["ts"],
        thread_ts=row["thread_ts"],
        user_id=row["user_id"],
        entry_point=EntryPoint(row["entry_point"]),
        text=payload.get("text", ""),
        attachments=tuple(map(_attachment, payload.get("attachments", ()))),
        response_url=payload.get("response_url"),
        user_team=payload.get("user_team", ""),
        confirmed=payload.get("confirmed", False),
    )


def _attachment(item: dict[str, Any]) -> Attachment:
    """Reads questions of earlier versions, too, which had fewer fields."""
    known = dict(item)
    if words := known.get("words"):
        known["words"] = SlackWords(**{**words, "kind": WordsKind(words["kind"]), "enclosed": tuple(words["enclosed"])})
    return Attachment.bare(known.pop("id"), known.pop("name"), **known)
