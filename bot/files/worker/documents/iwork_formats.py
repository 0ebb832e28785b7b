"""Formats a value of an iWork document as people see it in the cell.

Pure. Apple does not document the formats; they are known from other readers. Months and days are in English.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Mapping
from datetime import datetime

from bot.files.worker.documents.iwa import blobs, fields, text, whole
from bot.files.worker.sheets import number_format
from bot.files.worker.sheets.format_names import DAYS, MONTHS

Fields = dict[int, list[int | bytes]]
CUSTOM_FORMATS = 222
"""The kind of the object that lists custom formats."""
_TYPE, _PLACES, _CURRENCY, _NEGATIVE, _THOUSANDS = 1, 2, 3, 4, 5
_BASE, _PLACES_OF_BASE, _PATTERN, _CUSTOM_PATTERN, _SCALE, _IS_FRACTION, _CUSTOM_ID = 8, 9, 14, 18, 19, 20, 41
_ACCURACY = 11
_ONE = struct.pack("<d", 1.0)
_PARENTHESES_FROM = 2
"""How negative numbers are written: with a sign, in red, in parentheses, in both."""
_PLACES_AUTOMATIC = 253
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SYMBOLS = {
    "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "CN¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "BRL": "R$",
    "CAD": "CA$", "AUD": "A$", "NZD": "NZ$", "HKD": "HK$", "MXN": "MX$", "TWD": "NT$", "VND": "₫",
}  # fmt: skip
"""As Numbers writes them in English; other currencies are given by code."""
_DATE_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*")
_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_DIGITS_OF_PATTERN = re.compile(r"((?=[#0.])[#0,]*(?:\.[#0]*)?(?:E\+?0+)?%?)")


def shown_number(value: float, form: Fields, custom: Mapping[bytes, Fields]) -> str:
    """Uses ``general`` if the format is unknown."""
    own = _custom(form, custom)
    if own is not None:
        made, by_condition = _for_value(own, value)
        return _by_pattern(abs(value) if by_condition else value, made)
    write = _WRITERS.get(whole(form, _TYPE))
    return (write(value, form) if write is not None else "") or number_format.general(value)


def _money(value: float, form: Fields) -> str:
    return _decimal(value, form, before=_symbol(form))


def _symbol(form: Fields) -> str:
    code = text(form, _CURRENCY)
    return _SYMBOLS.get(code, f"{code} ")


def _scientific(value: float, form: Fields) -> str:
    places = whole(form, _PLACES)
    return f"{value:.{places}E}" if places < _PLACES_AUTOMATIC else f"{value:E}"


def _fraction(value: float, form: Fields) -> str:
    """With that many digits, or with a fixed denominator."""
    accuracy = whole(form, _ACCURACY, 0xFFFF_FFFE)
    digits = 0x1_0000_0000 - accuracy
    below = "?" * digits if digits <= 3 else str(accuracy & 0xFFFF)
    return number_format.shown(value, f"# ??/{below}").strip()


def _decimal(value: float, form: Fields, *, before: str = "", behind: str = "") -> str:
    places = whole(form, _PLACES, _PLACES_AUTOMATIC)
    thousands = "#,##0" if whole(form, _THOUSANDS) else "0"
    shown = abs(value)
    if places < _PLACES_AUTOMATIC:
        decimals = f".{'0' * min(places, 20)}" if places else ""
        digits = number_format.shown(shown, f"{thousands}{decimals}{behind}")
    else:
        own = number_format.general(shown * 100 if behind else shown)
        whole_part, point, rest = own.partition(".")
        grouped = number_format.shown(float(whole_part), thousands) if whole_part.isdecimal() else whole_part
        digits = f"{grouped}{point}{rest}{behind}"
    if value >= 0:
        return f"{before}{digits}"
    return f"({before}{digits})" if whole(form, _NEGATIVE) >= _PARENTHESES_FROM else f"-{before}{digits}"


def _in_base(value: float, form: Fields) -> str:
    base, left, digits = whole(form, _BASE, 10), abs(int(value)), ""
    if not 2 <= base <= len(_DIGITS):
        return number_format.general(value)
    while left:
        left, digit = divmod(left, base)
        digits = _DIGITS[digit] + digits
    return ("-" if value < 0 else "") + digits.zfill(min(whole(form, _PLACES_OF_BASE), 64) or 1)


_WRITERS: dict[int, Callable[[float, Fields], str]] = {
    256: _decimal,
    257: _money,
    258: lambda value, form: _decimal(value, form, behind="%"),
    259: _scientific,
    262: _fraction,
    263: lambda value, _: "☑" if value else "☐",
    267: lambda value, _: "★" * min(max(int(value), 0), 5),
    269: _in_base,
}
"""By the type of the format."""


def _custom(form: Fields, custom: Mapping[bytes, Fields]) -> Fields | None:
    """The custom format that ``form`` refers to, with its conditions."""
    return next((custom[key] for key in blobs(form, _CUSTOM_ID) if key in custom), None)


def _for_value(made: Fields, value: float) -> tuple[Fields, bool]:
    """The first format whose condition holds, which writes its own minus sign, else the one without a condition."""
    for condition in map(fields, blobs(made, 4)):
        bound = next((struct.unpack("<d", one)[0] for one in blobs(condition, 4) if len(one) == 8), None)
        if bound is None:
            bound = next((struct.unpack("<f", one)[0] for one in blobs(condition, 2) if len(one) == 4), 0.0)
        holds = (value == bound, value < bound, value <= bound, value > bound, value >= bound)
        kind = whole(condition, 1)
        if kind < len(holds) and holds[kind]:
            return _without_condition(condition), True
    return _without_condition(made), False


def _without_condition(made: Fields) -> Fields:
    return next((fields(form) for form in blobs(made, 3)), {})


def _by_pattern(value: float, form: Fields) -> str:
    """Words and signs around one number, whose digits are formatted as in a spreadsheet."""
    if whole(form, _IS_FRACTION):
        return _fraction(value, form)
    scale = struct.unpack("<d", next(iter(blobs(form, _SCALE)), _ONE))[0]
    pieces = _QUOTED.split(text(form, _CUSTOM_PATTERN))
    where = next((at for at, piece in enumerate(pieces) if not at % 2 and _DIGITS_OF_PATTERN.search(piece)), -1)
    if where < 0:
        return "".join(pieces).replace("''", "'").strip() or number_format.general(value)
    before, code, behind = _DIGITS_OF_PATTERN.split(pieces[where], maxsplit=1)
    code = code if whole(form, _THOUSANDS) else code.replace(",", "")
    code = f"0{code}" if code.startswith(".") else code
    digits = number_format.shown(value * scale, code) or "0"
    pieces[where] = before + re.sub(r"\.(?=\D*$)", "", digits) + behind
    return "".join(pieces).replace("''", "'").replace("¤", _symbol(form).strip())


def listed(archive: Fields) -> dict[bytes, Fields]:
    """Custom formats, by the ids that cell formats refer to."""
    return dict(zip(blobs(archive, 1), map(fields, blobs(archive, 2)), strict=False))


# --- durations -------------------------------------------------------------------------------------------------------
_UNITS = (
    ("week", 604_800_000),
    ("day", 86_400_000),
    ("hour", 3_600_000),
    ("minute", 60_000),
    ("second", 1_000),
    ("millisecond", 1),
)
"""From the largest unit, which is 1; each following one is twice the previous."""
_STYLE, _LARGEST, _SMALLEST, _AUTOMATIC = 7, 15, 16, 40
_COLONS, _LETTERS = 0, 1
_SHORT = {"millisecond": "ms"}


def shown_duration(seconds: float, form: Fields) -> str:
    """ "1:30:00", "1h 30m" or "1 hour 30 minutes"; empty if the format says nothing of units."""
    left = round(abs(seconds) * 1_000)
    first, last = (min(whole(form, key).bit_length() - 1, len(_UNITS) - 1) for key in (_LARGEST, _SMALLEST))
    if whole(form, _AUTOMATIC):
        fits = [at for at, (_, size) in enumerate(_UNITS) if left >= size]
        first = fits[0] if fits else 1
        last = next((at for at, (_, size) in enumerate(_UNITS) if left % size == 0), first) if fits else 1
    if not 0 <= first <= last:
        return ""
    style, pieces = whole(form, _STYLE), list[str]()
    for name, size in _UNITS[first : last + 1]:
        number, left = divmod(left, size)
        count = f"{number + left / size:.3g}" if left and size == _UNITS[last][1] else str(number)
        if style == _COLONS:
            digits = {"minute": 2, "second": 2, "millisecond": 3}.get(name, 0) if first < last else 0
            apart = "." if name == "millisecond" and pieces else ":" if pieces else ""
            pieces.append(f"{apart}{count.zfill(digits)}")
        elif style == _LETTERS:
            pieces.append(f"{count}{_SHORT.get(name, name[0])}")
        else:
            pieces.append(f"{count} {name}{'s' if count != '1' else ''}")
    shown = ("" if style == _COLONS else " ").join(pieces)
    return f"-{shown}" if seconds < 0 and any(char in "123456789" for char in shown) else shown


# --- moments ---------------------------------------------------------------------------------------------------------


def shown_moment(when: datetime, form: Fields, custom: Mapping[bytes, Fields]) -> str:
    """Empty if the format has no pattern, or an unsupported one."""
    own = _custom(form, custom)
    pattern = text(_without_condition(own), _CUSTOM_PATTERN) if own is not None else text(form, _PATTERN)
    known = all(not token[2] or token[2] in _PARTS for token in _DATE_TOKEN.finditer(pattern))
    return _DATE_TOKEN.sub(lambda token: _token(when, token), pattern) if known else ""


def _token(when: datetime, token: re.Match[str]) -> str:
    """Source: Unicode Technical Standard 35, part 4, "Date Format Patterns"."""
    if token[2] is None:
        return token[1].replace("''", "'") or "'"
    return _PARTS[token[2]](when, len(token[0]))


def _number(value: int, width: int) -> str:
    return str(value).zfill(width)


def _name(name: str, width: int) -> str:
    return name[:3] if width == 3 else name[:1] if width == 5 else name


_PARTS: dict[str, Callable[[datetime, int], str]] = {
    "y": lambda when, width: f"{when.year % 100:02}" if width == 2 else _number(when.year, width),
    "M": lambda when, width: _name(MONTHS[when.month - 1], width) if width > 2 else _number(when.month, width),
    "d": lambda when, width: _number(when.day, width),
    "D": lambda when, width: _number(when.timetuple().tm_yday, width),
    "E": lambda when, width: _name(DAYS[when.weekday()], max(width, 3)),
    "a": lambda when, _: "AM" if when.hour < 12 else "PM",
    "H": lambda when, width: _number(when.hour, width),
    "k": lambda when, width: _number(when.hour or 24, width),
    "h": lambda when, width: _number((when.hour + 11) % 12 + 1, width),
    "K": lambda when, width: _number(when.hour % 12, width),
    "m": lambda when, width: _number(when.minute, width),
    "s": lambda when, width: _number(when.second, width),
    "S": lambda when, width: f"{when.microsecond:06}"[:width],
    "Q": lambda when, width: f"Q{(when.month + 2) // 3}" if width > 2 else _number((when.month + 2) // 3, width),
    "G": lambda _, __: "AD",
}
_PARTS["L"], _PARTS["u"], _PARTS["c"] = _PARTS["M"], _PARTS["y"], _PARTS["E"]
