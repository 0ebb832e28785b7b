"""Makes the buttons below answers, and questions of their presses. Pure.

Source: slack:reference/interaction-payloads/block_actions-payload; docs/slack.md §7.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.closing import Button
from bot.messages import EntryPoint, Question
from bot.slack import interactions, own_messages
from bot.slack.shapes import Json, object_of, objects_of, text_of, ts_of

BLOCK_ID = "button"
STOP = "stop"
SHARE = "share"
FEEDBACK, GOOD, BAD = "feedback", "good", "bad"
POST_LABEL = "Post to channel"
SHARE_LABEL = "Share in thread"
STOP_LABEL = "Stop writing…"
"""Also shows that the answer is still growing, in one line that moves none of its words."""
LABELS = {
    Button.CONTINUE: "Continue",
    Button.ASK_AGAIN: "Ask again",
    Button.READ_ALL: "Read it all",
    Button.AS_FILE: "As a file",
}
WORDS = {
    Button.CONTINUE: "Please go on exactly where your answer broke off, without repeating any of it.",
    Button.ASK_AGAIN: "",
    Button.READ_ALL: "Please read all of it, and then answer the question above.",
}
"""What the press says on the person's behalf; an empty text asks for an answer to the thread as it stands."""


def actions_block(button: Button, question_ts: str = "") -> dict[str, Any]:
    """``question_ts``: the question that the answer above belongs to; needed for a file of it."""
    of_answer = {"value": question_ts} if button is Button.AS_FILE else {}
    label = {"type": "plain_text", "text": LABELS[button]}
    return {
        "type": "actions",
        "block_id": BLOCK_ID,
        "elements": [{"type": "button", "action_id": button.value, "text": label, **of_answer}],
    }


def feedback_block() -> dict[str, Any]:
    """Thumbs up and down. Source: slack:reference/block-kit/blocks/context-actions-block; allowed only in messages."""
    up = {"text": {"type": "plain_text", "text": "Good answer"}, "value": GOOD}
    down = {"text": {"type": "plain_text", "text": "Bad answer"}, "value": BAD}
    thumbs = {"type": "feedback_buttons", "action_id": FEEDBACK, "positive_button": up, "negative_button": down}
    return {"type": "context_actions", "elements": [thumbs]}


def stop_block(question_ts: str) -> dict[str, Any]:
    """A button that ends the answer to the question ``question_ts``."""
    label = {"type": "plain_text", "text": STOP_LABEL}
    button = {"type": "button", "action_id": STOP, "value": question_ts, "text": label}
    return {"type": "actions", "block_id": BLOCK_ID, "elements": [button]}


def share_block(value: str) -> dict[str, Any]:
    """A button that posts a private answer for others; ``value`` as ``share_value`` makes it."""
    label = {"type": "plain_text", "text": SHARE_LABEL if value.count(" ") > 1 else POST_LABEL}
    button = {"type": "button", "action_id": SHARE, "value": value, "text": label}
    return {"type": "actions", "block_id": BLOCK_ID, "elements": [button]}


def share_value(question: Question, key: str) -> str:
    """The private question's ts, the key to its answer, and its thread's ts if it was asked in one."""
    return " ".join([question.ts, key, *([] if question.starts_thread else [question.thread_ts])])


def shared(body: Json, team_id: str) -> Question | None:
    """The question that posts a private answer; ``None`` for other presses.

    For an ephemeral message Slack names only the place: ``container`` has it, and ``message`` is missing.
    """
    used, container = interactions.used_element(body), object_of(body.get("container"))
    if used.get("action_id") != SHARE:
        return None
    channel = interactions.channel_id(body)
    asked_ts, key, thread_ts = (*text_of(used.get("value")).split(" "), "", "")[:3]
    shown_ts = ts_of(container.get("message_ts")) or ts_of(object_of(body.get("message")).get("ts"))
    if not (channel and asked_ts and key and shown_ts):
        return None
    ts = own_messages.share_ts(shown_ts)
    return Question(
        team_id=team_id,
        channel_id=channel,
        ts=ts,
        thread_ts=ts_of(thread_ts) or ts,
        user_id=interactions.user_id(body),
        entry_point=EntryPoint.SHARE,
        text=f"{asked_ts} {key}",
        attachments=(),
        response_url=text_of(body.get("response_url")) or None,
        user_team=interactions.user_team(body),
    )


def stopped_question(body: Json) -> str | None:
    """The ts of the question whose answer a press should end; ``None`` for other presses."""
    used = interactions.used_element(body)
    return text_of(used.get("value")) if used.get("action_id") == STOP else None


def is_under_ours(body: Json, bot_user_id: str, bot_id: str) -> bool:
    """Whether a press is under a message of this bot's, rather than under a copy of one or one of its twin
    elsewhere."""
    message = object_of(body.get("message"))
    by = {text_of(message.get("user")), text_of(message.get("bot_id"))} - {""}
    return bool(by & {bot_user_id, bot_id})


def question_of(body: Json, team_id: str, bot_user_id: str, bot_id: str) -> Question | None:
    """The question that a press asks; ``None`` unless it is under a message of the bot's. For a press that stops an
    answer it only says who pressed where.

    It belongs to ``team_id``, where the message is, whoever presses: for a person from another company ``team`` is
    their own workspace, and an app installed for a whole organisation gets none.
    """
    channel, message = interactions.channel_id(body), object_of(body.get("message"))
    used = interactions.used_element(body)
    action = text_of(used.get("action_id"))
    ts = ts_of(message.get("ts"))
    if not (is_under_ours(body, bot_user_id, bot_id) and channel and ts and action in {*Button, STOP}):
        return None
    button = None if action == STOP else Button(action)
    entry_point = EntryPoint.in_channel(channel)
    text = "" if button is None else WORDS.get(button, "")
    if button is Button.AS_FILE:
        entry_point, text = EntryPoint.FILE, text_of(used.get("value"))
    return Question(
        team_id=team_id,
        channel_id=channel,
        ts=ts if button is None else own_messages.press_ts(ts, button),
        thread_ts=ts_of(message.get("thread_ts")) or ts,
        user_id=interactions.user_id(body),
        entry_point=entry_point,
        text=text,
        attachments=(),
        response_url=None,
        user_team=interactions.user_team(body),
        confirmed=button is Button.READ_ALL,
    )


@dataclass(frozen=True, slots=True)
class PressedMessage:
    """The message that a pressed button was under, without the button."""

    channel_id: str
    ts: str
    text: str = field(repr=False)
    blocks: list[Json] = field(repr=False)


def pressed_message(body: Json) -> PressedMessage:
    message = object_of(body.get("message"))
    blocks = [block for block in objects_of(message.get("blocks")) if block.get("block_id") != BLOCK_ID]
    channel, ts, text = interactions.channel_id(body), text_of(message.get("ts")), text_of(message.get("text"))
    return PressedMessage(channel, ts, text, blocks)
