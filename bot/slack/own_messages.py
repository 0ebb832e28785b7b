"""What the bot writes on its own messages so that a later process finds them, and reads back from them. Pure.

A reply is a row of messages, its *parts*. Each carries metadata that names the question it answers and its part number;
the parts of the answer count from 0, and the notice that a question is queued is part ``NOTICE``.
Source: slack:messaging/message-metadata. Where Slack keeps no metadata, the database's records serve.

A press of a button is a question without a message of its own. Its ts is made up: that of the message with the button
and one more digit, so that it stands right behind that message and is the same however often the button is pressed.
"""

from __future__ import annotations

from typing import Any

from bot.messages import Question
from bot.ports import Button
from bot.slack.shapes import Json, object_of, text_of

ANSWER_EVENT = "answer"
ASIDE_EVENT = "aside"
NOTICE = -1
NUMBER_DIGITS_MAX = 20
TS_DIGITS = 6
"""After the point of a message's ts. slack:reference/objects/message-object."""
_SHARE_DIGIT = "4"
_PRESS_DIGIT = {Button.CONTINUE: "1", Button.ASK_AGAIN: "2", Button.READ_ALL: "3"}


def metadata(question: Question, part: int) -> dict[str, Any]:
    """The ``metadata`` argument for the message that shows ``part`` of the reply to ``question``."""
    return {"event_type": ANSWER_EVENT, "event_payload": {"question_ts": question.ts, "part": part}}


def aside_metadata() -> dict[str, Any]:
    """Of a message that is no answer of the model's, so that it is no part of what the model reads."""
    return {"event_type": ASIDE_EVENT, "event_payload": {}}


def is_aside(message: Json) -> bool:
    """Of a message of ours."""
    return object_of(message.get("metadata")).get("event_type") == ASIDE_EVENT


def answered_question(message: Json) -> tuple[str, int] | None:
    """The ts of the question that one of our messages answers, and its part; ``None`` where no metadata says so."""
    written = object_of(message.get("metadata"))
    if written.get("event_type") != ANSWER_EVENT:
        return None
    payload = object_of(written.get("event_payload"))
    ts, part = text_of(payload.get("question_ts")), payload.get("part")
    return (ts, part if isinstance(part, int) else 0) if ts else None


def press_ts(message_ts: str, button: Button) -> str:
    """The ts of the question that a press of ``button`` under the message ``message_ts`` asks."""
    return message_ts + _PRESS_DIGIT[button]


def share_ts(message_ts: str) -> str:
    """The ts of the wish to post the private answer that the message ``message_ts`` shows."""
    return message_ts + _SHARE_DIGIT


def message_ts(ts: str) -> str:
    """The ts that Slack knows: that of the message whose button asked the question; of all others their own."""
    seconds, point, serial = ts.partition(".")
    return f"{seconds}{point}{serial[:TS_DIGITS]}"


def ts_order(ts: str) -> tuple[int, int]:
    """A key to sort by: ts are ``seconds.serial``, and as texts of unequal length they sort wrongly."""
    seconds, _, serial = ts.partition(".")
    digits = serial.ljust(TS_DIGITS + 1, "0") if len(serial) >= TS_DIGITS else serial
    return _number(seconds), _number(digits)


def _number(digits: str) -> int:
    return int(digits) if digits.isdecimal() and len(digits) <= NUMBER_DIGITS_MAX else 0
