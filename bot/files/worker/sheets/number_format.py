"""Formats a cell's number as a spreadsheet program shows it in a wide enough column.

Pure. Source of the codes: ECMA-376 part 1, 18.8.30 and 18.8.31. Where the display depends on the machine (the system's
date format, names of months), dates are ISO 8601 and names English, unless the code names a language.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from fractions import Fraction

from bot.files.worker.sheets.date_format import shown_date
from bot.files.worker.sheets.east_asian_digits import Writing, asked_for, one_by_one, with_units
from bot.files.worker.sheets.format_sections import Part, chosen, sections_of

BUILT_IN = {
    0: "General",
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    5: "$#,##0;($#,##0)",
    6: "$#,##0;($#,##0)",
    7: "$#,##0.00;($#,##0.00)",
    8: "$#,##0.00;($#,##0.00)",
    13: "# ??/??",
    14: "yyyy-mm-dd",
    15: "d-mmm-yy",
    16: "d-mmm",
    17: "mmm-yy",
    18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM",
    20: "h:mm",
    21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm",
    **dict.fromkeys((*range(27, 32), 36, *range(50, 55), 57, 58), "yyyy-mm-dd"),
    **dict.fromkeys((32, 33, 34, 35, 55, 56), "h:mm:ss"),
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
    41: "#,##0",
    42: "$#,##0",
    43: "#,##0.00",
    44: "$#,##0.00",
    45: "mm:ss",
    46: "[h]:mm:ss",
    47: "mm:ss.0",
    48: "##0.0E+0",
    49: "@",
}
"""Built-in codes by number. 14 and 22 follow the reader's system; here they are ISO."""
_CODE_CHARS_MAX = 400
_FULL_BELOW = 1e21
_PLACES_MAX = 30
_UNREAL = {0: (date(1900, 1, 1), 0), 60: (date(1900, 2, 28), 29)}
"""How Excel shows day 0 (usually an empty cell elsewhere) and day 60: a day of that month, and its number."""
_EPOCH, _EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a cell's time has no zone


def shown(value: float, code: str, *, from_1904: bool = False) -> str:
    """Never raises: a code that makes no sense is treated as ``general``."""
    try:
        return _shown(value, code[:_CODE_CHARS_MAX] or "General", from_1904=from_1904)
    except (ValueError, ArithmeticError, InvalidOperation, LookupError):
        return general(value)


def general(value: float) -> str:
    """Whole numbers in full, since they may be article or account numbers; others to ten digits."""
    if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - only not-a-number is not itself
        return "#NUM!"
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    in_full = 1e8 <= abs(value) < 1e15  # a sum of money, not a power of ten
    digits, sign, exponent = f"{value:{'.15' if in_full else '.10'}g}".partition("e")
    return f"{digits}E{exponent[0]}{exponent[1:].zfill(2)}" if sign else digits


def shown_iso(text: str, code: str, *, from_1904: bool = False) -> str:
    """Of a date or a time that a file holds as ISO 8601, as Excel 2003 XML and workbooks of the strict kind do."""
    held = text.strip()
    try:
        when = datetime.fromisoformat(held if "-" in held else f"1899-12-30T{held}").replace(tzinfo=None)
    except ValueError:
        return text
    if when.date() == _EPOCH.date():
        days = (when - _EPOCH) / timedelta(days=1)  # a time alone, whatever days count from
    else:
        days = (when - (_EPOCH_1904 if from_1904 else _EPOCH)) / timedelta(days=1)
        days -= not from_1904 and 1 <= days < 61  # Excel knows a 29 February 1900
    usual = "h:mm:ss" if 0 <= days < 1 else "yyyy-mm-dd h:mm:ss" if days % 1 else "yyyy-mm-dd"
    return shown(days, code if is_date(code) else usual, from_1904=from_1904)


def shown_text(text: str, code: str) -> str:
    """A text cell: its format may add words around it."""
    sections = sections_of(code[:_CODE_CHARS_MAX])
    parts = next((parts for _, parts in sections[-1:] if ("digit", "@") in parts), None)
    if parts is None or not text:
        return text
    return "".join(text if part == ("digit", "@") else part[1] for part in parts if part[0] != "writing")


def is_date(code: str) -> bool:
    return any(kind == "date" for _, parts in sections_of(code[:_CODE_CHARS_MAX])[:1] for kind, _ in parts)


def moment(value: float, *, from_1904: bool = False) -> datetime:
    """Raises ``OverflowError`` or ``ValueError`` if it is no date."""
    if not from_1904 and 0 < value < 60:
        value += 1  # Excel knows a 29 February 1900
    return (_EPOCH_1904 if from_1904 else _EPOCH) + timedelta(milliseconds=round(value * 86_400_000))


def _shown(value: float, code: str, *, from_1904: bool) -> str:
    parts, magnitude = chosen(value, sections_of(code))
    writing, parts = (asked_for(parts[0][1]), parts[1:]) if parts and parts[0][0] == "writing" else (None, parts)
    kinds = {kind for kind, _ in parts}
    too_large = abs(value) >= _FULL_BELOW and "exponent" not in kinds
    if ("digit", "@") in parts or too_large:
        return general(value)
    if "general" in kinds:
        number = general(magnitude) if writing is None else with_units(general(magnitude), writing)
        return "".join(number if kind == "general" else part for kind, part in parts)
    if "date" in kinds:
        return _date(value, magnitude, parts, writing, from_1904=from_1904)
    digits = _number(abs(magnitude), parts) if "digit" in kinds else "".join(part for _, part in parts)
    minus = magnitude < 0 and bool(parts) and ("digit" not in kinds or re.search(r"[1-9]", digits))  # no minus zero
    digits = digits if writing is None else one_by_one(digits, writing)
    return f"-{digits}" if minus else digits


def _date(value: float, magnitude: float, parts: list[Part], writing: Writing | None, *, from_1904: bool) -> str:
    """Below zero a time that has run is a time with a minus, whatever the program; of moments that is so from 1904."""
    tokens = [(kind == "date", part) for kind, part in parts]
    dates = [part for is_part, part in tokens if is_part]
    if value < 0 and (from_1904 or any(part[0] == "[" for part in dates)):
        size = abs(value)
        return ("-" if magnitude < 0 else "") + shown_date(moment(size, from_1904=from_1904), size, tokens, writing)
    if value < 0 and (value > -1 or not any(part[0] in "yerb" for part in dates)):
        return general(value)  # LibreOffice and Google show days before 1900, Excel does not
    day = _UNREAL.get(round(value * 86_400_000) // 86_400_000) if not from_1904 and value >= 0 else None
    if day is None:
        return shown_date(moment(value, from_1904=from_1904), value, tokens, writing)
    first, number = day
    return shown_date(datetime.combine(first, moment(value).time()), value, tokens, writing, day=number)


def _number(value: float, parts: list[Part]) -> str:
    """Puts digits into their places. Literals stay where they are, also between digits (phone numbers)."""
    mask = "".join(text for kind, text in parts if kind in {"digit", "exponent"})
    if "/" in mask:
        return _fraction(value, parts)
    exponent = next((text for kind, text in parts if kind == "exponent"), "")
    mantissa = re.split(r"[Ee][+-]", mask)[0]
    whole_mask, _, fraction_mask = mantissa.partition(".")
    number = Decimal(repr(value)) * 100 ** min(mask.count("%"), 3)
    thousands = _commas_at_the_end(whole_mask) + _commas_at_the_end(fraction_mask)
    number /= Decimal(1_000) ** min(thousands, 6)
    places = min(sum(char in "0#?" for char in fraction_mask), _PLACES_MAX)
    power = 0
    if exponent and number:
        step = max(sum(char in "0#?" for char in whole_mask), 1)
        power = number.adjusted() - (number.adjusted() % step if step > 1 else 0)
        if _rounded(number.scaleb(-power), places) >= Decimal(10) ** step:
            power += step
        number = number.scaleb(-power)
    digits = f"{_rounded(number, places):f}"
    whole, _, fraction = digits.partition(".")
    grouped = "," in whole_mask.rstrip(",").lstrip(",")
    return _laid(parts, whole.lstrip("0"), fraction, grouped=grouped, power=power)


def _rounded(number: Decimal, places: int) -> Decimal:
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _commas_at_the_end(mask: str) -> int:
    bare = mask.rstrip("%")
    return len(bare) - len(bare.rstrip(","))


def _laid(parts: list[Part], whole: str, fraction: str, *, grouped: bool, power: int) -> str:
    """Fills digits into places, the whole part from its right end; its first place takes all remaining digits."""
    first = next((at for at, part in enumerate(parts) if part[0] == "exponent"), len(parts))
    point = next((at for at, part in enumerate(parts[:first]) if part == ("digit", ".")), first)
    slots = [at for at, part in enumerate(parts[:point]) if part[0] == "digit" and part[1] in "0#?"]
    filled: dict[int, str] = {}
    left, count = whole, 0
    for at in reversed(slots):
        taken, left = (left, "") if at == slots[0] else (left[-1:], left[:-1])
        taken = taken or {"0": "0", "?": " "}.get(parts[at][1], "")
        text = ""
        for char in reversed(taken):
            text = char + ("," if grouped and count and count % 3 == 0 and char != " " else "") + text
            count += 1
        filled[at] = text
    if not slots and whole:
        filled[point] = whole + (parts[point][1] if point < first else "")
    return _joined(parts, filled, fraction, point=point, first=first, power=power)


def _joined(parts: list[Part], filled: dict[int, str], fraction: str, *, point: int, first: int, power: int) -> str:
    kept = len(fraction)
    decimals = [text for kind, text in parts[point + 1 : first] if kind == "digit" and text in "0#?"]
    while kept and fraction[kept - 1] == "0" and decimals[kept - 1 : kept] in (["#"], ["?"]):
        kept -= 1
    out, used = [], 0
    for at, (kind, text) in enumerate(parts):
        if at in filled:
            out.append(filled[at])
        elif kind == "exponent":
            sign = "-" if power < 0 else "+" if text[1] == "+" else ""
            width = sum(char in "0#?" for after in parts[at + 1 :] if after[0] == "digit" for char in after[1])
            out.append(f"E{sign}{str(abs(power)).zfill(width)}")
        elif kind != "digit" or text in "%.":
            out.append("" if text == "." and not kept and decimals and "0" not in decimals else text)
        elif text in "0#?" and point < at < first:
            out.append(fraction[used : used + 1] if used < kept else "")
            used += 1
    return "".join(out).strip()


def _fraction(value: float, parts: list[Part]) -> str:
    mask = "".join(text for kind, text in parts if kind in {"digit", "literal"})
    before, _, after = mask.partition("/")
    mixed = len(before.split()) > 1 or bool(re.search(r"[0#?]\s+[0#?]", before))
    fixed = re.match(r"\s*([1-9]\d*)", after)
    width = sum(char in "0#?" for char in after)
    whole = int(value) if mixed else 0
    rest = Fraction(value) - whole
    if fixed:
        below = int(fixed[1])
        rest_over = round(rest * below)
    else:
        near = rest.limit_denominator(10 ** min(max(width, 1), 4) - 1)
        rest_over, below = near.numerator, near.denominator
    if rest_over == below and mixed:
        whole, rest_over = whole + 1, 0
    if not rest_over:
        return str(whole)
    return (f"{whole} " if whole else "") + f"{rest_over}/{below}"
