"""Writes a number in the characters of the formats ``[DBNum1]``, ``[DBNum2]`` and ``[DBNum4]``.

Pure. Source: what Excel shows. If the format has placeholders for digits, each digit becomes a character; otherwise a
whole number is written with its units, as on cheques. ``[DBNum3]`` asks for wide digits, which read the same, so they
stay as they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_SIMPLIFIED, _TRADITIONAL, _JAPANESE, _KOREAN = 0x804, 0x404, 0x411, 0x412


@dataclass(frozen=True, slots=True)
class Writing:
    """``units`` are ten, hundred and thousand, ``groups`` the powers of ten thousand. ``zeros`` says whether a gap
    within a number is read out, ``ones`` whether a one stands before a unit."""

    digits: str
    units: str
    groups: str
    zeros: bool = False
    ones: bool = True


_WRITINGS = {
    (1, _SIMPLIFIED): Writing("〇一二三四五六七八九", "十百千", "万亿兆", zeros=True),
    (2, _SIMPLIFIED): Writing("零壹贰叁肆伍陆柒捌玖", "拾佰仟", "万亿兆", zeros=True),
    (1, _TRADITIONAL): Writing("〇一二三四五六七八九", "十百千", "萬億兆", zeros=True),
    (2, _TRADITIONAL): Writing("零壹貳參肆伍陸柒捌玖", "拾佰仟", "萬億兆", zeros=True),
    (1, _JAPANESE): Writing("〇一二三四五六七八九", "十百千", "万億兆", ones=False),
    (2, _JAPANESE): Writing("〇壱弐参四伍六七八九", "拾百阡", "萬億兆"),
    (1, _KOREAN): Writing("〇一二三四五六七八九", "十百千", "万億兆"),
    (2, _KOREAN): Writing("零壹貳參四伍六七八九", "拾百阡", "萬億兆"),
    (4, _KOREAN): Writing("영일이삼사오육칠팔구", "십백천", "만억조"),
}
_ASKED = re.compile(r"\[DBNum([124])\]", re.IGNORECASE)
_LANGUAGE = re.compile(r"\[\$[^\]-]*-([0-9A-Fa-f]{1,8})\]")
_NUMBER = re.compile(r"(-?)(\d{1,16})((?:\.\d+)?)")


def asked_for(code: str) -> Writing | None:
    """By one section of a format. Without a language it is the reader's, which is Chinese for most such files."""
    kind = _ASKED.search(code)
    if kind is None:
        return None
    named = _LANGUAGE.search(code)
    language = int(named[1], 16) & 0xFFFF if named else _SIMPLIFIED
    return _WRITINGS.get((int(kind[1]), language)) or _WRITINGS.get((int(kind[1]), _SIMPLIFIED))


def one_by_one(text: str, writing: Writing) -> str:
    return text.translate(dict(zip(map(ord, "0123456789"), writing.digits, strict=True)))


def with_units(text: str, writing: Writing) -> str:
    """Of a number as text; one that is too long for the units, or has an exponent, stays as it is."""
    number = _NUMBER.fullmatch(text)
    return text if number is None else number[1] + _whole(number[2], writing) + one_by_one(number[3], writing)


def of_date(text: str, writing: Writing, *, is_year: bool) -> str:
    """Of a part of a date: ten has no one before it, a zero in front stays, and years are digit by digit."""
    if is_year or not text.isdecimal() or len(text) > 2:
        return one_by_one(text, writing)
    zero = writing.digits[0] if text[0] == "0" and text.strip("0") else ""
    return zero + _whole(text, writing).removeprefix(writing.digits[1] if text[0] == "1" and len(text) > 1 else "")


def _whole(digits: str, writing: Writing) -> str:
    number = digits.lstrip("0")
    if not number:
        return writing.digits[0]
    out, gap = "", False
    for at, digit in enumerate(number):
        power = len(number) - 1 - at
        if digit != "0":
            named = writing.ones or digit != "1" or not power % 4
            out += (writing.digits[0] if gap and writing.zeros else "") + (writing.digits[int(digit)] if named else "")
            out += writing.units[power % 4 - 1] if power % 4 else ""
        gap = digit == "0"
        if power and not power % 4 and number[max(at - 3, 0) : at + 1].strip("0"):
            out += writing.groups[power // 4 - 1]
    return out
