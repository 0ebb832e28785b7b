"""Reads a day as calendars and cards write it, and writes it as people see it.

Pure. Sources: RFC 5545, 3.6.1 (an event of whole days ends before the day that is given), RFC 6350, 4.3.1 (days without
a year), and what Apple's address book does for those: it gives a year, and says which one is to be left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from itertools import islice

from bot.files.worker.mails.card_lines import Property

_WHOLE = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)")
_NO_YEAR = re.compile(r"--(\d\d)-?(\d\d)(?:T.{1,40})?")
_ONE = timedelta(days=1)


def first_day(items: Sequence[Property], begin: int) -> str:
    """When the event begins that begins with this item; Outlook writes that behind its end."""
    for item in islice(items, begin + 1, None):
        if item.name in {"BEGIN", "END", "DTSTART"}:
            return item.value if item.name == "DTSTART" else ""
    return ""


def last_day(end: str, first: str) -> str:
    """``first`` is the event's first day; some programs give it again as the end of an event of one day."""
    try:
        until, begins = _day(end), _day(first)
        return (until - _ONE).strftime("%Y%m%d") if until > begins else end
    except (ValueError, OverflowError):
        return end


def _day(text: str) -> date:
    """Raises ``ValueError`` for what is no day alone."""
    found = _WHOLE.fullmatch(text.strip())
    if found is None:
        raise ValueError(text)
    return date(*map(int, found.groups()))


def without_year(day: str, left_out: str) -> str:
    """Month and day where there is no year, or where it is the one that is to be left out."""
    if (bare := _NO_YEAR.fullmatch(day)) is not None:
        return f"{bare[1]}-{bare[2]}"
    whole = _WHOLE.match(day)
    return f"{whole[2]}-{whole[3]}" if whole is not None and left_out and whole[1] == left_out else day
