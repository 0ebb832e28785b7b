"""The database's address and a span of days go in; who used what comes out, as a table for people or as CSV.

I/O: the database, which is only read, also while the bot runs, and the clock. Persons, channels and workspaces are
Slack's ids, since names are not kept.
"""

from __future__ import annotations

import csv as tables
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta

from bot.errors import StartFailed
from bot.store.usage_report import Used, read

EPOCH = date(1970, 1, 1)
DAYS_MAX = 10_000
NOBODY = "Nobody has asked anything since {since}.\n"
COLUMNS = (
    "day",
    "workspace",
    "channel",
    "person",
    "model",
    "questions",
    "input",
    "cache_read",
    "cache_write",
    "output",
)
SHOWN = tuple(name for name in COLUMNS if name != "channel")
FIGURES = 5
"""The last columns."""


async def report(address: str, since: str, *, csv: bool) -> str:
    """``since``: so many days, today included (``7d``), or the first day. Raises ``StartFailed``."""
    first = first_day(since, datetime.now(UTC).date())
    used = await read(address, (first - EPOCH).days)
    if csv:
        return as_csv(used)
    return as_table(used) if used else NOBODY.format(since=first.isoformat())


def first_day(since: str, today: date) -> date:
    """Raises ``StartFailed`` for what is neither."""
    if (match := re.fullmatch(r"(\d{1,5})d", since)) and 1 <= int(match[1]) <= DAYS_MAX:
        return today - timedelta(days=int(match[1]) - 1)
    try:
        return date.fromisoformat(since)
    except ValueError:
        raise StartFailed(
            f"--since: {since} is neither a number of days such as 7d nor a date such as 2026-01-31"
        ) from None


def as_csv(used: Iterable[Used]) -> str:
    text = io.StringIO()
    writer = tables.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((_day(one), one.team_id, one.channel_id, one.user_id, one.model, *_figures(one)) for one in used)
    return text.getvalue()


def as_table(used: Sequence[Used]) -> str:
    """A line for each person, day and model, and one for all of it."""
    lines: dict[tuple[str, ...], list[int]] = {}
    for one in used:
        for key in ((_day(one), one.team_id, one.user_id, one.model), ("total", "", "", "")):
            known = lines.get(key, [0] * FIGURES)
            lines[key] = [before + more for before, more in zip(known, _figures(one), strict=True)]
    total = lines.pop(("total", "", "", ""))
    rows = [SHOWN, *((*key, *map(_number, figures)) for key, figures in lines.items())]
    rows.append(("total", "", "", "", *map(_number, total)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(SHOWN))]
    words = len(SHOWN) - FIGURES
    return "".join(
        "  ".join(
            cell.ljust(width) if column < words else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        + "\n"
        for row in rows
    )


def _day(one: Used) -> str:
    return (EPOCH + timedelta(days=one.day)).isoformat()


def _figures(one: Used) -> tuple[int, ...]:
    return one.questions, one.input, one.cache_read, one.cache_write, one.output


def _number(value: int) -> str:
    return f"{value:,}"
