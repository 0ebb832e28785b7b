"""Reads votes from presses of the thumbs and from the modal that asks for a reason. Pure.

Sources: slack:reference/block-kit/block-elements/feedback-buttons-element,
slack:reference/interaction-payloads/block_actions-payload,
slack:reference/interaction-payloads/view-interactions-payload.
"""

from __future__ import annotations

from typing import Any

from bot.feedback import Vote, VoteReason
from bot.messages import EntryPoint, Question
from bot.slack import buttons, interactions
from bot.slack.input_modal import TextInput, input_modal
from bot.slack.shapes import Json, id_of, object_of, text_of, ts_of

WHY = "feedback_reason"
REASON = TextInput(
    block_id="reason",
    action_id="words",
    label="What could have been better?",
    placeholder="Wrong, made up, not what I asked, too long…",
    chars_max=500,
    optional=True,
)
KEPT_HOW_LONG = (
    "Your vote has been counted. Whoever runs me can read what you write here, and it is kept for at most 90 days."
)
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
    """The modal that asks for the reason; it carries along which answer the vote is on."""
    return input_modal(
        WHY,
        {"channel": vote.channel_id, "ts": vote.ts},
        REASON,
        title="What was wrong?",
        submit="Send",
        close="Skip",
        below=KEPT_HOW_LONG,
    )


def is_reason(body: Json) -> bool:
    return body.get("type") == "view_submission" and object_of(body.get("view")).get("callback_id") == WHY


def reason_of(body: Json, team_id: str) -> VoteReason | None:
    """The reason for a vote; ``None`` if nothing was written or the answer is not named."""
    about, words = interactions.carried_along(body), interactions.typed_in(body, REASON).strip()
    channel, ts, user = id_of(about.get("channel")), ts_of(about.get("ts")), interactions.user_id(body)
    return VoteReason(team_id, channel, ts, user, words) if words and channel and ts and user else None
