"""Turns words such as "since Monday" into a time, in a time zone. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from bot.prompt.dates import DAYS, MONTHS, zone_of

UNDERSTOOD = "today, yesterday, this week, Monday, 2026-11-20, or last 3 days or hours"
_INTRO = re.compile(r"(?:(?:since|from|for|over|during|in)\s+)?(?:the\s+)?", re.IGNORECASE)
_LAST = re.compile(r"(?:last|past)\s+(?:(?P<number>\d{1,3})\s+)?(?P<unit>hour|day|week)s?")
_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_HOURS = {"hour": 1, "day": 24, "week": 7 * 24}
_DAY_NAMES = {name.lower(): number for number, name in enumerate(DAYS)}


@dataclass(frozen=True, slots=True)
class Period:
    """``hours``: the last hours; else from the beginning of a day: ``date`` (year, month, day), ``days_ago``, or the
    newest ``weekday`` (0: Monday)."""

    hours: int = 0
    date: tuple[int, int, int] | None = None
    days_ago: int = 0
    weekday: int | None = None


def period_in(words: str) -> Period | None:
    """``None`` if the words name no known period."""
    intro = _INTRO.match(words)
    said = words[intro.end() if intro else 0 :].strip().lower()
    if said in {"today", "yesterday"}:
        return Period(days_ago=int(said == "yesterday"))
    if said == "this week":
        return Period(weekday=0)
    if (name := said.removeprefix("last ")) in _DAY_NAMES:
        return Period(weekday=_DAY_NAMES[name])
    if last := _LAST.fullmatch(said):
        return Period(hours=max(int(last["number"] or 1), 1) * _HOURS[last["unit"]])
    if date := _DATE.fullmatch(said):
        year, month, day = (int(part) for part in date.groups())
        return Period(date=(year, month, day)) if _is_day(year, month, day) else None
    return None


def start_of(period: Period, now_s: float, zone: str) -> float:
    """In seconds since 1970."""
    if period.hours:
        return now_s - 3600 * period.hours
    where = zone_of(zone)
    today = datetime.fromtimestamp(now_s, where).date()
    if period.date is not None:
        return datetime(*period.date, tzinfo=where).timestamp()
    days = period.days_ago if period.weekday is None else (today.weekday() - period.weekday) % 7
    return datetime.combine(today - timedelta(days=days), time(), where).timestamp()


def written(at_s: float, zone: str) -> str:
    """ "Wednesday, 25 November 2026, 09:00 (Europe/Amsterdam)"."""
    where: tzinfo = zone_of(zone)
    at = datetime.fromtimestamp(at_s, where)
    day = f"{DAYS[at.weekday()]}, {at.day} {MONTHS[at.month - 1]} {at.year}"
    return f"{day}, {at:%H:%M} ({zone or 'UTC'})"


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        datetime(year, month, day)  # noqa: DTZ001 - a day of the calendar, wherever
    except ValueError:
        return False
    return 1970 <= year  # noqa: SIM300
