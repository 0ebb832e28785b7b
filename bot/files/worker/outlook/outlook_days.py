"""Works out which day people see for a moment that Outlook stores for a whole day.

Pure. Sources: [MS-OXOCAL] 2.2.1.9 and 2.2.1.39 (an event of whole days begins and ends at midnight where it was made,
which is kept in UTC), [MS-OXOCNTC] 2.2.1.5.1 (a birthday is kept at 11:59, by older versions at that midnight).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.files.worker.outlook.mapi import Key, Properties

_ZONE: Key = ("appointment", 0x8233)
_HALF, _DAY = timedelta(hours=12), timedelta(days=1)
_AHEAD_MAX_MINUTES = 15 * 60


def of_event(properties: Properties, begins: Key, ends: Key) -> Iterator[tuple[str, str]]:
    """Its first day and its last: it ends at the midnight behind that."""
    first, end = properties.moment(begins), properties.moment(ends)
    ahead = _ahead(properties)
    if first is not None:
        yield "Begins", day(first + ahead)
    if end is not None:
        last = end - _DAY if first is None or end - first >= _DAY else first
        yield "Ends", day(last + ahead)


def day(moment: datetime) -> str:
    """By the nearest midnight; 11:59 is still of the day before it."""
    try:
        return f"{moment + _HALF:%Y-%m-%d}"
    except OverflowError:
        return f"{moment:%Y-%m-%d}"


def _ahead(properties: Properties) -> timedelta:
    """How far the clocks were ahead of UTC, without summer time; nothing where that is not said."""
    zone = properties.data(_ZONE)
    bias = struct.unpack_from("<i", zone)[0] if len(zone) >= 4 else 0
    return timedelta(minutes=-bias) if abs(bias) <= _AHEAD_MAX_MINUTES else timedelta()
