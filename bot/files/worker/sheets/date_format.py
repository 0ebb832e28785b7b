"""Formats a date or time with a spreadsheet's number format.

Pure. Source: ECMA-376 part 1, 18.8.31. ``m`` means minutes after hours or before seconds, and months otherwise.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from bot.files.worker.sheets import format_names
from bot.files.worker.sheets.east_asian_digits import Writing, of_date

DATE_TOKEN = re.compile(
    r"am/pm|a/p|aaa+|上午/下午|午前/午後|오전/오후"
    r"|\[h+\]|\[m+\]|\[s+\]|\.0+(?![#?0-9])|y+|m+|d+|h+|s+|e+|g+|b[12]|b+",
    re.IGNORECASE,
)
_TAIWAN, _BUDDHIST, _LANGUAGE, _OF_THE_SYSTEM = 0x404, 7, 0x3FF, 0xF000
_SEPARATORS = {
    **dict.fromkeys((0x02, 0x05, 0x07, 0x0B, 0x0E, 0x0F, 0x14, 0x15, 0x18, 0x19, 0x1A, 0x1B, 0x1F), "."),
    **dict.fromkeys((0x22, 0x23, 0x24, 0x25, 0x26, 0x2F, 0x3F, 0x0810, 0x081D, 0x100C), "."),
    **dict.fromkeys((0x06, 0x13, 0x1D, 0x27, 0x0816, 0x0C0C, 0x1009), "-"),
    0x0813: "/",
}
"""What stands between the numbers of a date, by language or by language and country, where it is not a slash."""
_ERAS = (
    (date(2019, 5, 1), "R", "令和"),
    (date(1989, 1, 8), "H", "平成"),
    (date(1926, 12, 25), "S", "昭和"),
    (date(1912, 7, 30), "T", "大正"),
    (date(1868, 1, 25), "M", "明治"),
)


def in_calendar(token: str, locale: str) -> str:
    """The meaning of a date token if the format names a language or calendar ("404", "D07041E"): years of the Republic
    of China are ``re``, its name ``rg``, Buddhist years ``b``; names get their language after a colon."""
    number = int(locale, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,8}", locale) else 0
    if number & 0xFFFF == _TAIWAN and token[0] in "eg":
        return f"r{token}"
    if token[0] == "y" and number >> 16 & 0xFF == _BUDDHIST:
        return "b" * max(len(token), 2)
    is_name = token[0] in "mda" and len(token) > 2 and "/" not in token
    return f"{token}:{number & _LANGUAGE}" if is_name and number & 0xFFFF < _OF_THE_SYSTEM else token


def separator(locale: str) -> str:
    """What a slash means in a format of this language: LibreOffice writes the German "dd.mm.yyyy" with slashes."""
    number = int(locale, 16) & 0xFFFF if re.fullmatch(r"[0-9A-Fa-f]{1,8}", locale) else 0
    own = _SEPARATORS.get(number & _LANGUAGE, "/") if number < _OF_THE_SYSTEM else "/"
    return _SEPARATORS.get(number, own)


def shown_date(
    when: datetime,
    serial: float,
    tokens: list[tuple[bool, str]],
    writing: Writing | None = None,
    *,
    day: int | None = None,
) -> str:
    """``tokens`` are the format's, each with whether it stands for a part of the date; ``serial`` counts in days.
    ``day`` is the number of one that no calendar knows."""
    dates = [text for is_part, text in tokens if is_part]
    has_era = any(text[0] == "g" for text in dates)
    era = next((one for one in _ERAS if when.date() >= one[0]), None) if has_era else None
    if "b2" in dates or (has_era and era is None):
        return when.date().isoformat()  # the Hijri calendar, or a day before all eras
    twelve = any("/" in text for text in dates)
    places = max((len(text) - 1 for text in dates if text[0] == "."), default=0)
    when = _rounded(when, places) if any(text[0] in "hs[" for text in dates) else when
    out, number, before = list[str](), 0, ""
    for is_part, text in tokens:
        if not is_part:
            out.append(text)
            continue
        after = next((later for later in dates[number + 1 :] if later[0] in "hmsyd["), "")
        number += 1
        if text[0] == "[":
            shown = _run(serial, text, places)
        elif text[0] == "d" and len(text) < 3 and day is not None:
            shown = str(day).zfill(len(text))
        else:
            in_era = _in_era(when, text, era) if era is not None else ""
            shown = in_era or _part(when, _minutes(text, before, after), twelve=twelve)
        out.append(shown if writing is None else of_date(shown, writing, is_year=text[0] in "yb"))
        before = text if text[0] != "." and "/" not in text else before
    return "".join(out).strip()


def _rounded(when: datetime, places: int) -> datetime:
    """The time, rounded to that many places of a second."""
    unit = 10 ** max(6 - places, 0)
    late = when + timedelta(microseconds=unit // 2)
    return late - timedelta(microseconds=late.microsecond % unit)


def _run(serial: float, text: str, places: int) -> str:
    """Total hours, minutes or seconds, as far as the time is shown."""
    moments = (round(serial * 86_400_000) * 10**places + 500) // 1_000
    seconds = {"h": 3_600, "m": 60, "s": 1}[text[1]]
    return str(moments // (seconds * 10**places)).zfill(len(text) - 2)


def _in_era(when: datetime, text: str, era: tuple[date, str, str]) -> str:
    """The name of a Japanese era, or the year within it; empty for other tokens."""
    begins, letter, name = era
    if text[0] == "g":
        return (letter, name[0], name)[min(len(text), 3) - 1]
    return str(when.year - begins.year + 1).zfill(min(len(text), 2)) if text[0] == "e" else ""


def _minutes(text: str, before: str, after: str) -> str:
    """Tells the two meanings of ``m`` apart: minutes become ``n``."""
    near_time = before.strip("[")[:1] == "h" or after.strip("[")[:1] == "s"
    return text.replace("m", "n") if text in {"m", "mm"} and near_time else text


def _part(when: datetime, text: str, *, twelve: bool) -> str:  # noqa: PLR0911 - a line a token
    if text[0] in "mda" and len(text) > 2 and "/" not in text:
        return format_names.name(when, text)
    hour = (when.hour + 11) % 12 + 1 if twelve else when.hour
    width = len(text)
    match text[0]:
        case _ if "/" in text:
            return text.upper().split("/")[when.hour >= 12]
        case ".":
            return f".{when.microsecond:06}"[:width]
        case "y" | "e":
            return f"{when.year:04}" if width > 2 or text[0] == "e" else f"{when.year % 100:02}"
        case "b":
            year = when.year + 543
            return "" if text == "b1" else f"{year:04}" if width > 2 else f"{year % 100:02}"
        case "r":
            years = str(when.year - 1911).zfill(min(width - 1, 2))
            return years if text[1] == "e" else "中華民國" if width > 3 else "民國"
        case "m" | "d":
            return str(when.month if text[0] == "m" else when.day).zfill(width)
        case "h":
            return str(hour).zfill(min(width, 2))
        case "n":
            return str(when.minute).zfill(width)
        case _:
            return str(when.second).zfill(min(width, 2))
