"""Reports who used what, as a table for people or as CSV.

I/O: the database, which is only read, even while the bot is running, and the clock. People, channels and workspaces are
Slack's ids, since names are not kept. Dollars are at the prices of the day.
"""

from __future__ import annotations

import csv as tables
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bot.costs.prices import NANO
from bot.csv_cells import no_formula
from bot.errors import StartFailed
from bot.store.usage_report import UsageRow, Voted, read, read_votes
from bot.visible import one_line

EPOCH = date(1970, 1, 1)
DAYS_MAX = 10_000
VOTES = ("day", "workspace", "person", "good", "bad", "reasons")
NO_VOTES = "Nobody has voted on an answer since {since}.\n"
NOBODY = "Nobody has asked anything since {since}.\n"
UNPRICED = "No price is known for {models}, so the dollars leave that out.\n"
DETAILS = ("day", "workspace", "channel", "person", "model")
FIGURES = ("questions", "input", "cache_read", "cache_write_5m", "cache_write_1h", "output", "web_searches")
SHOWN = ("day", "workspace", "person", "model")
"""The default grouping of the table; CSV has all details."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sum. ``dollars``: of usage with a known price; ``unpriced``: the tokens without one."""

    figures: tuple[int, ...]
    nano_dollars: int
    unpriced: int

    @classmethod
    def of(cls, used: UsageRow) -> Line:
        written = used.cache_write - used.cache_write_1h, used.cache_write_1h
        figures = used.questions, used.input, used.cache_read, *written, used.output, used.web_searches
        return cls(figures, used.nano_dollars, used.unpriced)

    def __add__(self, other: Line) -> Line:
        figures = tuple(one + more for one, more in zip(self.figures, other.figures, strict=True))
        return Line(figures, self.nano_dollars + other.nano_dollars, self.unpriced + other.unpriced)


async def report(address: str, since: str, *, csv: bool, by: Sequence[str] = ()) -> str:
    """``since``: a number of days including today (``7d``), or the first day. ``by``: some of ``DETAILS``, in that
    order, the most expensive first. Raises ``StartFailed``."""
    first = first_day(since, datetime.now(UTC).date())
    used = await read(address, (first - EPOCH).days)
    if csv:
        return as_csv(used, by)
    voted = await read_votes(address, (first - EPOCH).days)
    return (as_table(used, by) if used else NOBODY.format(since=first.isoformat())) + sum_of_votes(voted)


async def votes(address: str, since: str, *, csv: bool) -> str:
    """Votes on answers, with their reasons. ``since`` as above. Raises ``StartFailed``."""
    first = first_day(since, datetime.now(UTC).date())
    voted = await read_votes(address, (first - EPOCH).days)
    if csv:
        return votes_as_csv(voted)
    return votes_as_table(voted) if voted else NO_VOTES.format(since=first.isoformat())


def sum_of_votes(voted: Sequence[Voted]) -> str:
    """A line; nothing where nobody voted."""
    if not voted:
        return ""
    good, bad = sum(one.good for one in voted), sum(one.bad for one in voted)
    return f"Votes on answers: {good:,} good, {bad:,} bad; --feedback shows whose, and why.\n"


def votes_as_csv(voted: Iterable[Voted]) -> str:
    text = io.StringIO()
    writer = tables.writer(text, lineterminator="\n")
    writer.writerow(VOTES)
    for one in voted:
        writer.writerow((*_voted_key(one), one.good, one.bad, no_formula(" | ".join(one.reasons))))
    return text.getvalue()


def votes_as_table(voted: Sequence[Voted]) -> str:
    """A line for each person and day, with that day's reasons below it. They are people's words, and reach the terminal
    as nothing else."""
    rows = [VOTES[:-1], *((*_voted_key(one), f"{one.good:,}", f"{one.bad:,}") for one in voted)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    below = [(), *(one.reasons for one in voted)]
    return "".join(
        f"{line}\n" + "".join(f"    {one_line(reason)}\n" for reason in reasons)
        for line, reasons in zip(lines, below, strict=True)
    )


def _voted_key(one: Voted) -> tuple[str, str, str]:
    return (EPOCH + timedelta(days=one.day)).isoformat(), one.team_id, one.user_id


def first_day(since: str, today: date) -> date:
    """Raises ``StartFailed`` for anything else."""
    if (match := re.fullmatch(r"(\d{1,5})d", since)) and 1 <= int(match[1]) <= DAYS_MAX:
        return today - timedelta(days=int(match[1]) - 1)
    try:
        return date.fromisoformat(since)
    except ValueError:
        raise StartFailed(
            f"--since: {since} is neither a number of days such as 7d nor a date such as 2026-01-31"
        ) from None


def details(by: str) -> tuple[str, ...]:
    """``by``: names with commas between them. Raises ``StartFailed``."""
    names = tuple(filter(None, (name.strip() for name in by.split(","))))
    for name in names:
        if name not in DETAILS:
            raise StartFailed(f"--by: {name} is none of {', '.join(DETAILS)}")
    return tuple(dict.fromkeys(names))


def as_csv(used: Iterable[UsageRow], by: Sequence[str] = ()) -> str:
    """Without a price the dollars are empty."""
    text = io.StringIO()
    writer = tables.writer(text, lineterminator="\n")
    writer.writerow((*(by or DETAILS), *FIGURES, "dollars"))
    for key, line in _summed(used, by or DETAILS, in_order=not by):
        whole = line.nano_dollars or not line.unpriced
        writer.writerow((*key, *line.figures, _dollars(line) if whole else ""))
    return text.getvalue()


def as_table(used: Sequence[UsageRow], by: Sequence[str] = ()) -> str:
    """A line for each of what is wanted, and one for all of it."""
    shown = tuple(by or SHOWN)
    lines = _summed(used, shown, in_order=not by)
    ((_, total),) = _summed(used, (), in_order=True)
    rows = [(*shown, *FIGURES, "dollars"), *((*key, *_cells(line)) for key, line in lines)]
    rows.append(("total", *("",) * (len(shown) - 1), *_cells(total)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    written = "".join(
        "  ".join(
            cell.ljust(width) if column < len(shown) else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        + "\n"
        for row in rows
    )
    unpriced = sorted({one.model for one in used if one.unpriced})
    return written + (UNPRICED.format(models=", ".join(unpriced)) if unpriced else "")


def _summed(used: Iterable[UsageRow], by: Sequence[str], *, in_order: bool) -> list[tuple[tuple[str, ...], Line]]:
    """``in_order``: as it was read, oldest day first; else the most expensive first."""
    sums: dict[tuple[str, ...], Line] = {}
    for one in used:
        day = (EPOCH + timedelta(days=one.day)).isoformat()
        named = dict(zip(DETAILS, (day, one.team_id, one.channel_id, one.user_id, one.model), strict=True))
        key = tuple(named[name] for name in by)
        sums[key] = sums[key] + Line.of(one) if key in sums else Line.of(one)
    if in_order:
        return list(sums.items())
    return sorted(sums.items(), key=lambda item: (-item[1].nano_dollars, -item[1].unpriced, item[0]))


def _cells(line: Line) -> tuple[str, ...]:
    dollars = f"{Decimal(line.nano_dollars) / NANO:,.2f}"
    if line.unpriced:
        dollars = f"{dollars} + ?" if line.nano_dollars else "?"
    return (*(f"{figure:,}" for figure in line.figures), dollars)


def _dollars(line: Line) -> str:
    return f"{Decimal(line.nano_dollars) / NANO:.6f}"
