"""Adds lines to a thread that say on which day, and in which time zone, its messages were written. Pure.

The model should know the date, and whose. It must not be in the system prompt, which begins every request of the
thread: each midnight would cost the whole prompt cache. So a message carries its day with it, from its own ts and its
author's time zone, and reads the same in every later turn. A line appears only if it says something new about its
author, and again after a while, since the beginning of a long thread may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from bot.messages import AuthorKind, EntryPoint, Question, ThreadMessage

AGAIN_AFTER = 25
"""Messages of the thread."""
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
ZONE = re.compile(r"[A-Za-z][\w+-]{0,40}(/[A-Za-z][\w+-]{0,40}){0,3}", re.ASCII)
OFFSET = re.compile(r"UTC([+-])(\d\d):(\d\d)")
_TS = re.compile(r"\d{1,11}(\.\d{1,9})?")


def dated(thread: Sequence[ThreadMessage], question: Question, now_s: float) -> list[ThreadMessage]:
    """``now_s`` is when a command was typed, since its ts is not a time."""
    said: dict[str, tuple[int, date, str]] = {}
    lines: list[ThreadMessage] = []
    for number, message in enumerate(thread):
        command = question.entry_point is EntryPoint.COMMAND and message.ts == question.ts
        at_s = now_s if command else _seconds(message.ts)
        if at_s is None or message.author.kind is AuthorKind.THIS_BOT:
            lines.append(message)
            continue
        zone = message.author.zone
        day = datetime.fromtimestamp(at_s, zone_of(zone)).date()
        last = said.get(message.author.id)
        if last is not None and last[1:] == (day, zone) and number - last[0] < AGAIN_AFTER:
            lines.append(message)
            continue
        said[message.author.id] = number, day, zone
        lines.append(replace(message, dateline=_line(day, zone)))
    return lines


def _line(day: date, zone: str) -> str:
    where = zone if zone and zone_of(zone) is not UTC else "UTC"
    written = f"{DAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}"
    return f"[The next message was written on {written}, in the time zone {where}.]"


def _seconds(ts: str) -> float | None:
    """``None`` unless it is a time of Slack's within the calendar."""
    return float(ts) if _TS.fullmatch(ts) else None


def zone_of(name: str) -> tzinfo:
    """UTC if the zone is unknown."""
    if offset := OFFSET.fullmatch(name):
        behind = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-behind if offset[1] == "-" else behind) if behind < timedelta(hours=24) else UTC
    try:
        return ZoneInfo(name) if ZONE.fullmatch(name) else UTC
    except (OSError, ValueError, LookupError):
        return UTC
