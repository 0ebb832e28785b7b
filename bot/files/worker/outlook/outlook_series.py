"""Reads what a series of appointments does not say in words: its final day, and the days without it.

Pure. Source: [MS-OXOCAL] 2.2.1.44. Days are minutes since 1601, in the appointment's own time zone.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bot.files.worker.outlook.mapi import Key, Properties

_PATTERN: Key = ("appointment", 0x8216)
_REPLACED: Key = ("appointment", 0x8228)
_BEFORE_THE_PATTERN, _AFTER_THE_PATTERN = 22, 12
_PATTERN_BYTES = {0: 0, 1: 4, 2: 4, 3: 8, 4: 4, 10: 4, 11: 8, 12: 4}
"""By the type of a pattern: days, weeks, months by day or weekday, their ends, and those of the Hijri year."""
_CHANGES = tuple((1 << place, place in {0, 4}) for place in range(9))
"""What may differ, in order: subject and location are texts after two lengths, all else is a number."""
_WITHOUT_END_FROM = 4500
_DAYS_MAX = 1_000
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


def lines(properties: Properties) -> Iterator[tuple[str, str]]:
    yield "Instead of", properties.date(_REPLACED)
    final, without = _days(properties.data(_PATTERN))
    yield "Until", f"{final:%Y-%m-%d}" if final and final.year < _WITHOUT_END_FROM else ""
    yield "Not on", ", ".join(f"{day:%Y-%m-%d}" for day in without)


def _days(pattern: bytes) -> tuple[datetime | None, list[datetime]]:
    """The final day, and the days that were deleted and not moved; empty if it is cut off."""
    try:
        at = _BEFORE_THE_PATTERN + _PATTERN_BYTES.get(struct.unpack_from("<H", pattern, 6)[0], 0) + _AFTER_THE_PATTERN
        taken_out, at = _dates(pattern, at)
        _, at = _dates(pattern, at)
        (final,) = struct.unpack_from("<4xI", pattern, at)
    except (struct.error, OverflowError):
        return None, []
    changed = set(_changed(pattern, at + 8 + 16))
    return _EPOCH + timedelta(minutes=final), [day for day in taken_out if day not in changed]


def _changed(pattern: bytes, at: int) -> Iterator[datetime]:
    """The days of changed occurrences; each of those is an item attached to the series."""
    try:
        (count,) = struct.unpack_from("<H", pattern, at)
        at += 2
        for _ in range(min(count, _DAYS_MAX)):
            minutes, what = struct.unpack_from("<8xIH", pattern, at)
            at += 14
            yield _EPOCH + timedelta(days=minutes // 1_440)
            for flag, has_text in _CHANGES:
                if what & flag:
                    at += 4 + (struct.unpack_from("<2xH", pattern, at)[0] if has_text else 0)
    except (struct.error, OverflowError):
        return


def _dates(pattern: bytes, at: int) -> tuple[list[datetime], int]:
    (count,) = struct.unpack_from("<I", pattern, at)
    if count > _DAYS_MAX:
        raise struct.error
    minutes = struct.unpack_from(f"<{count}I", pattern, at + 4)
    return [_EPOCH + timedelta(minutes=one) for one in minutes], at + 4 + 4 * count
