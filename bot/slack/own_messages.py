"""The metadata on the bot's own messages, by which a later process finds them. Pure.

A reply is a row of messages, its *parts*. Each carries metadata that names the question it answers and its part number;
the parts of the answer count from 0, and the notice that a question is queued is part ``NOTICE``. Source:
slack:messaging/message-metadata. If Slack keeps no metadata, the database's records are used.

A button press or a shortcut is a question without a message of its own. Its ts is made up: the ts of the message with
the button, or Slack's time of the shortcut, plus one more digit. So it sorts right after that, and is the same however
often it is delivered.
"""

from __future__ import annotations

import re
from typing import Any

from bot.closing import Button
from bot.messages import Question
from bot.slack.shapes import Json, object_of, text_of

ANSWER_EVENT = "answer"
ASIDE_EVENT = "aside"
ASKED_EVENT = "asked"
TOLD_EVENT = "told"
NOTICE = -1
NUMBER_DIGITS_MAX = 20
TS_DIGITS = 6
"""Digits after the point of a message's ts. slack:reference/objects/message-object."""
_SHARE_DIGIT, _SHORTCUT_DIGIT, _SUMMARY_DIGIT, _SUMMARY_IN_THREAD_DIGIT = "4", "5", "6", "7"
_TS = re.compile(r"[0-9]{1,12}\.[0-9]{6}")
_PRESS_DIGIT = {Button.CONTINUE: "1", Button.ASK_AGAIN: "2", Button.READ_ALL: "3", Button.AS_FILE: "8"}


def metadata(question: Question, part: int, revision: int = 0) -> dict[str, Any]:
    """The ``metadata`` argument for the message that shows ``part`` of the reply to ``question``; ``revision`` tells
    what it shows from what it showed before."""
    payload = {"question_ts": question.ts, "part": part, **({"revision": revision} if revision else {})}
    return {"event_type": ANSWER_EVENT, "event_payload": payload}


def revision_of(message: Json) -> int | None:
    """The revision of one of our messages; ``None`` where Slack does not tell."""
    revision = object_of(object_of(message.get("metadata")).get("event_payload")).get("revision")
    return revision if isinstance(revision, int) else None


def aside_metadata(about: Question | None = None) -> dict[str, Any]:
    """Metadata of a message that is not the model's answer, and which the model therefore does not read; ``about``: by
    which question it can be found."""
    return {"event_type": ASIDE_EVENT, "event_payload": {} if about is None else _key(about)}


def asked_metadata(question: Question) -> dict[str, Any]:
    """Metadata of a message that says what was asked elsewhere, and which the model reads."""
    return {"event_type": ASKED_EVENT, "event_payload": _key(question)}


def told_metadata(question: Question, key: str) -> dict[str, Any]:
    """Metadata of a direct message that says what could not be shown where it was asked, and which the model reads;
    ``key`` is this message's own."""
    return {"event_type": TOLD_EVENT, "event_payload": {**_key(question), "key": key}}


def is_aside(message: Json) -> bool:
    """Metadata of one of our messages."""
    return object_of(message.get("metadata")).get("event_type") == ASIDE_EVENT


def _key(question: Question) -> dict[str, str]:
    return {"channel_id": question.channel_id, "question_ts": question.ts}


def answered_question(message: Json) -> tuple[str, int] | None:
    """The ts of the question that one of our messages answers, and its part; ``None`` without such metadata."""
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
    """The ts of the question that posts the private answer shown by the message ``message_ts``."""
    return message_ts + _SHARE_DIGIT


def is_ts(text: str) -> bool:
    """Whether it is a ts as Slack makes them, to which another digit can be appended."""
    return _TS.fullmatch(text) is not None


def shortcut_ts(action_ts: str) -> str:
    """The ts of the question that was asked in a modal about a message."""
    return action_ts + _SHORTCUT_DIGIT


def summary_ts(action_ts: str, *, in_thread: bool) -> str:
    """The ts of the question for a summary; ``in_thread``: the shortcut was used on a reply, so the person sees the
    thread."""
    return action_ts + (_SUMMARY_IN_THREAD_DIGIT if in_thread else _SUMMARY_DIGIT)


def asked_in_thread(ts: str) -> bool:
    """Whether a summary's ts says so: see ``summary_ts``."""
    return ts.endswith(_SUMMARY_IN_THREAD_DIGIT)


def message_ts(ts: str) -> str:
    """The ts that Slack knows: for a press, that of the message with the button; for all others their own."""
    seconds, point, serial = ts.partition(".")
    return f"{seconds}{point}{serial[:TS_DIGITS]}"


def ts_order(ts: str) -> tuple[int, int]:
    """A sort key: ts are ``seconds.serial``, and as texts of unequal length they would sort wrongly."""
    seconds, _, serial = ts.partition(".")
    digits = serial.ljust(TS_DIGITS + 1, "0") if len(serial) >= TS_DIGITS else serial
    return _number(seconds), _number(digits)


def _number(digits: str) -> int:
    return int(digits) if digits.isdecimal() and len(digits) <= NUMBER_DIGITS_MAX else 0
