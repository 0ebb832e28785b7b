"""What a person may do about an answer goes in; a button comes out, and its press is a question. Pure.

Source: slack:reference/interaction-payloads/block_actions-payload.
"""

from __future__ import annotations

from typing import Any

from bot.messages import Asked, Question
from bot.ports import Offer
from bot.slack.shapes import Json, object_of, objects_of, text_of

BLOCK_ID = "offer"
LABELS = {Offer.CONTINUE: "Continue", Offer.RETRY: "Ask again"}
WORDS = {
    Offer.CONTINUE: "Please go on exactly where your answer broke off, without repeating any of it.",
    Offer.RETRY: "",
}
"""What the person says with a press; nothing asks for an answer to the thread as it stands."""
SERIALS = {Offer.CONTINUE: "1", Offer.RETRY: "2"}


def block(offer: Offer) -> dict[str, Any]:
    label = {"type": "plain_text", "text": LABELS[offer]}
    return {
        "type": "actions",
        "block_id": BLOCK_ID,
        "elements": [{"type": "button", "action_id": offer.value, "text": label}],
    }


def question_of(body: Json) -> Question | None:
    """The question that a press asks; ``None`` where it names no message.

    Its ts is the message's and one more digit: it stands right behind the answer that it is about, and is the same
    however often the button is pressed.
    """
    channel, message = text_of(object_of(body.get("channel")).get("id")), object_of(body.get("message"))
    team, user = text_of(object_of(body.get("team")).get("id")), text_of(object_of(body.get("user")).get("id"))
    action = next((text_of(action.get("action_id")) for action in objects_of(body.get("actions"))), "")
    ts = text_of(message.get("ts"))
    if not (team and channel and ts and action in set(Offer)):
        return None
    offer = Offer(action)
    return Question(
        team_id=team,
        channel_id=channel,
        ts=ts + SERIALS[offer],
        thread_ts=text_of(message.get("thread_ts")) or ts,
        user_id=user,
        asked=Asked.DIRECT if channel.startswith("D") else Asked.MENTION,
        text=WORDS[offer],
    )


def without(message: Json) -> dict[str, Any]:
    """``ts``, ``text`` and ``blocks`` of the message once its offer is taken."""
    blocks = [block for block in objects_of(message.get("blocks")) if block.get("block_id") != BLOCK_ID]
    return {"ts": text_of(message.get("ts")), "text": text_of(message.get("text")), "blocks": blocks}
