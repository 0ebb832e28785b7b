"""Reads votes from presses of the thumbs and from the modal that asks for a reason. Pure.

Sources: slack:reference/block-kit/block-elements/feedback-buttons-element,
slack:reference/interaction-payloads/block_actions-payload,
slack:reference/interaction-payloads/view-interactions-payload.
"""

from __future__ import annotations

import json
from typing import Any

from bot.feedback import Vote, VoteReason
from bot.messages import EntryPoint, Question
from bot.slack import buttons, interactions
from bot.slack.escape import text_object
from bot.slack.shapes import Json, id_of, object_of, text_of, ts_of

WHY = "feedback_reason"
BLOCK, ACTION = "reason", "words"
CHARS_MAX = 500
THANKS = "Thank you for telling me."


def vote_of(body: Json, team_id: str) -> Vote | None:
    """The vote; ``None`` for other presses, and for one that does not name the answer."""
    used = interactions.used_element(body)
    value = text_of(used.get("value"))
    if used.get("action_id") != buttons.FEEDBACK or value not in {buttons.GOOD, buttons.BAD}:
        return None
    container, message = object_of(body.get("container")), object_of(body.get("message"))
    channel, user = interactions.channel_id(body), interactions.user_id(body)
    ts = ts_of(message.get("ts")) or ts_of(container.get("message_ts"))
    return Vote(team_id, channel, ts, user, value == buttons.GOOD) if channel and ts and user else None


def voter(vote: Vote, body: Json) -> Question:
    """For the access control, and for what only the voter is told: voting is let in under the same rules as asking."""
    thread_ts = text_of(object_of(body.get("message")).get("thread_ts")) or vote.ts
    of = (vote.team_id, vote.channel_id, f"{vote.ts}0", thread_ts, vote.user_id, EntryPoint.MENTION, "", (), None)
    return Question(*of, user_team=interactions.user_team(body))


def why_view(vote: Vote) -> dict[str, Any]:
    words = {
        "type": "plain_text_input",
        "action_id": ACTION,
        "multiline": True,
        "focus_on_load": True,
        "max_length": CHARS_MAX,
        "placeholder": text_object("Wrong, made up, not what I asked, too long…"),
    }
    said = (
        "Your vote has been counted. Whoever runs me can read what you write here, and it is kept for at most 90 days."
    )
    return {
        "type": "modal",
        "callback_id": WHY,
        "private_metadata": json.dumps({"channel": vote.channel_id, "ts": vote.ts}),
        "title": text_object("What was wrong?"),
        "submit": text_object("Send"),
        "close": text_object("Skip"),
        "blocks": [
            {
                "type": "input",
                "block_id": BLOCK,
                "optional": True,
                "label": text_object("What could have been better?"),
                "element": words,
            },
            {"type": "context", "elements": [text_object(said)]},
        ],
    }


def is_reason(body: Json) -> bool:
    return body.get("type") == "view_submission" and object_of(body.get("view")).get("callback_id") == WHY


def reason_of(body: Json, team_id: str) -> VoteReason | None:
    """The reason for a vote; ``None`` if nothing was written or the answer is not named."""
    about, words = interactions.carried_along(body), interactions.typed_in(body, BLOCK, ACTION).strip()
    channel, ts, user = id_of(about.get("channel")), ts_of(about.get("ts")), interactions.user_id(body)
    return VoteReason(team_id, channel, ts, user, words) if words and channel and ts and user else None
