"""Parses a number format into sections of tokens, and chooses the section for a number.

Pure. Source of the codes: ECMA-376 part 1, 18.8.30 and 18.8.31. How sections with conditions treat the minus sign is
not documented; here it is as in Excel.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bot.files.worker.sheets import east_asian_digits
from bot.files.worker.sheets.date_format import DATE_TOKEN, in_calendar, separator

Part = tuple[str, str]
"""What a token is, and its text: "literal", "digit", "exponent", "general" or "date"; "writing" is the first,
if any, and holds the section, which asks for East Asian digits."""
Section = tuple[str, list[Part]]
"""A section's condition (empty if it has none) and its tokens."""
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)|\[(?P<bracket>[^\]]*)\]?'
    r"|(?P<general>General|G/通用格式)|(?P<exponent>[Ee][+-])|(?P<digit>[0#?.,%/@])|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_SECTION_END = re.compile(r'(?:"[^"]*"?|\\.|_.|\*.|\[[^\]]*\]?|[^;"\\_*\[])*', re.DOTALL)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d*)?)")
_DATED = re.compile(r"[ymdhsgb]|e(?![+-])|a/p|aaa", re.IGNORECASE)
_PLAIN = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|General|G/通用格式', re.IGNORECASE)
_TEXT = ("digit", "@")


def chosen(value: float, sections: list[Section]) -> tuple[list[Part], float]:
    """The section for this value, and the value to show in it: a section's own minus sign replaces the number's."""
    numeric = sections[:3] if len(sections) < 2 or _TEXT not in sections[-1][1] else sections[:-1][:3]
    if any(condition for condition, _ in numeric):
        return _by_condition(value, numeric)
    if len(numeric) == 1 or value > 0 or (value == 0 and len(numeric) == 2):
        return numeric[0][1], value
    if value < 0:
        return numeric[1][1], -value
    return numeric[2][1], value


def _by_condition(value: float, sections: list[Section]) -> tuple[list[Part], float]:
    """A section that only negative numbers reach writes its own minus sign."""
    for at, (condition, parts) in enumerate(sections):
        bound = _CONDITION.match(condition or ("" if at else ">0"))
        if bound is None:
            own = len(sections) == 2 and _leaves_those_below_zero(sections[0][0])
        else:
            if not _holds(value, bound):
                continue
            least = float(bound[2])
            own = (least < 0 and bound[1] in {"<", "<=", "="}) or (least == 0 and bound[1] == "<")
        return parts, abs(value) if own else value
    return ([("general", "General")], value) if len(sections) == 1 else ([("literal", "#")], abs(value))


def _leaves_those_below_zero(condition: str) -> bool:
    """Whether the second of two sections, without a condition, gets negative numbers as Excel decides."""
    bound = _CONDITION.match(condition)
    return bound is not None and bound[1] != "=" and not (bound[1] in {">", ">="} and float(bound[2]) >= 0)


def _holds(value: float, condition: re.Match[str]) -> bool:
    bound = float(condition[2])
    compared = {"<": value < bound, ">": value > bound, "=": value == bound}
    compared |= {"<=": value <= bound, ">=": value >= bound, "<>": value != bound}
    return compared[condition[1]]


@lru_cache(maxsize=512)
def sections_of(code: str) -> list[Section]:
    pieces, at = list[str](), 0
    while at <= len(code) and len(pieces) < 4:
        found = _SECTION_END.match(code, at)
        end = found.end() if found else len(code)
        pieces.append(code[at:end])
        at = end + 1
    return [_tokens(piece) for piece in pieces] or [("", [("general", "General")])]


def _tokens(section: str) -> Section:
    condition, locale, parts = "", "", list[Part]()
    plain = _PLAIN.sub("", section)
    dated = bool(_DATED.search(plain)) or bool(re.search(r"\[[hms]+\]", section, re.IGNORECASE))
    at = 0
    while at < len(section):
        date = DATE_TOKEN.match(section, at) if dated else None
        if date is not None:
            parts.append(("date", in_calendar(date[0].lower(), locale)))
            at = date.end()
            continue
        found = _TOKEN.match(section, at)
        if found is None:
            break
        at = found.end()
        kind, text = found.lastgroup or "other", found[found.lastgroup or 0]
        if kind == "bracket":
            condition = text if _CONDITION.match(text) else condition
            symbol, _, named = text[1:].partition("-") if text.startswith("$") else ("", "", "")
            locale = named or locale
            parts.append(("literal", symbol))
        elif kind in {"digit", "exponent"} and not (dated and text != "@"):
            parts.append((kind, text))
        elif kind == "digit" and text == "/":
            parts.append(("literal", separator(locale)))
        elif kind == "general":
            parts.append(("general", "General"))
        else:
            parts.append(("literal", {"space": " ", "fill": ""}.get(kind, text)))
    if east_asian_digits.asked_for(section) is not None:
        parts = [("writing", section), *(parts if any(text for _, text in parts) else [("general", "General")])]
    return condition, parts or ([] if not section else [("literal", "")])
