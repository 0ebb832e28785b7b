"""A moment and the tokens of a date's format in, the text that a spreadsheet program shows out.

Pure. Source: ECMA-376 part 1, 18.8.31. ``m`` is minutes after hours or before seconds, months everywhere else.
"""

from __future__ import annotations

import re
from datetime import date, datetime

DATE_TOKEN = re.compile(r"am/pm|a/p|\[h+\]|\[m+\]|\[s+\]|\.0+(?![#?0-9])|y+|m+|d+|h+|s+|e+|g+|b+", re.IGNORECASE)
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_ERAS = (
    (date(2019, 5, 1), "R", "令和"),
    (date(1989, 1, 8), "H", "平成"),
    (date(1926, 12, 25), "S", "昭和"),
    (date(1912, 7, 30), "T", "大正"),
    (date(1868, 1, 25), "M", "明治"),
)


def shown_date(when: datetime, serial: float, tokens: list[tuple[bool, str]]) -> str:
    """``tokens`` are the format's, each with whether it stands for a part of the date; ``serial`` counts in days."""
    dates = [text for is_part, text in tokens if is_part]
    has_era = any(text[0] == "g" for text in dates)
    era = next((one for one in _ERAS if when.date() >= one[0]), None) if has_era else None
    if any(text[0] == "b" for text in dates) or (has_era and era is None):
        return when.date().isoformat()  # the Buddhist calendar, or a day before all eras
    twelve = any(text in {"am/pm", "a/p"} for text in dates)
    seconds_shown = any(text.startswith(".") for text in dates)
    when = when if seconds_shown or when.microsecond < 500_000 else when.replace(microsecond=0)
    out, number, before = list[str](), 0, ""
    for is_part, text in tokens:
        if not is_part:
            out.append(text)
            continue
        after = next((later for later in dates[number + 1 :] if later[0] in "hmsyd["), "")
        in_era = _in_era(when, text, era) if era is not None else ""
        out.append(in_era or _part(when, serial, _minutes(text, before, after), twelve=twelve))
        before = text if text[0] != "." and text[0] != "a" else before
        number += 1
    return "".join(out).strip()


def _in_era(when: datetime, text: str, era: tuple[date, str, str]) -> str:
    """The name of a Japanese era, or the year in it; empty for what else there is of a date."""
    begins, letter, name = era
    if text[0] == "g":
        return (letter, name[0], name)[min(len(text), 3) - 1]
    return str(when.year - begins.year + 1).zfill(min(len(text), 2)) if text[0] == "e" else ""


def _minutes(text: str, before: str, after: str) -> str:
    """Tells the two meanings of m apart: minutes come back as ``n``."""
    near_time = before.strip("[")[:1] == "h" or after.strip("[")[:1] == "s"
    return text.replace("m", "n") if text in {"m", "mm"} and near_time else text


def _part(when: datetime, serial: float, text: str, *, twelve: bool) -> str:  # noqa: PLR0911 - a line a token
    hour = (when.hour + 11) % 12 + 1 if twelve else when.hour
    width = len(text)
    match text[0]:
        case "[":
            unit = {"h": 24, "m": 1_440, "s": 86_400}[text[1]]
            return str(int(round(serial * 86_400) * unit // 86_400)).zfill(width - 2)
        case "a":
            half = ("AM", "PM") if text == "am/pm" else ("A", "P")
            return half[when.hour >= 12]
        case ".":
            return f".{when.microsecond:06}"[:width]
        case "y" | "e":
            return f"{when.year:04}" if width > 2 or text[0] == "e" else f"{when.year % 100:02}"
        case "m":
            name = MONTHS[when.month - 1]
            return str(when.month).zfill(width) if width < 3 else {3: name[:3], 5: name[0]}.get(width, name)
        case "d":
            name = DAYS[when.weekday()]
            return str(when.day).zfill(width) if width < 3 else name[:3] if width == 3 else name
        case "h":
            return str(hour).zfill(min(width, 2))
        case "n":
            return str(when.minute).zfill(width)
        case _:
            return str(when.second).zfill(min(width, 2))
