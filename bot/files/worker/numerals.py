"""Writes the number of a list item in the list's form: 3 as 3, c, C, iii or III. Pure."""

from __future__ import annotations

_ROMAN = (
    *((1_000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_ROMAN_MAX = 3_999
LETTERS, CAPITALS, SMALL_ROMAN, ROMAN = "lowerLetter", "upperLetter", "lowerRoman", "upperRoman"
"""Word's names for the forms, including ``decimalZero`` (001). Any other form is written in digits."""


def numeral(number: int, form: str) -> str:
    """Letters continue as in Word, with aa after z. A number that the form can't express is written in digits."""
    if form in {LETTERS, CAPITALS} and 0 < number <= 26 * 50:
        text = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
    elif form in {SMALL_ROMAN, ROMAN} and 0 < number <= _ROMAN_MAX:
        text = _roman(number)
    else:
        return str(number).zfill(2 if form == "decimalZero" else len(form) if form.strip("0") == "1" else 0)
    return text.upper() if form in {CAPITALS, ROMAN} else text


def _roman(number: int) -> str:
    text = ""
    for value, sign in _ROMAN:
        text += sign * (number // value)
        number %= value
    return text
