"""Finds the words that Word shows for a field without a stored result: a formula, a sign, a place to type.

Pure. Source: ECMA-376 part 1, 17.16.5, and Microsoft's description of the field EQ.
"""

from __future__ import annotations

import re

from bot.files.worker.raised import lowered, raised

_CODE_CHARS_MAX = 2_000
_DEPTH_MAX = 20
_SHOWN_ON = re.compile(r"(?:MACRO|GOTO)BUTTON\s+(?:\"[^\"]*\"|\S+)\s+(.*)", re.IGNORECASE | re.DOTALL)
_SIGN = re.compile(r"SYMBOL\s+(0x[0-9a-f]{1,6}|\d{1,7})(.*)", re.IGNORECASE | re.DOTALL)
_GENERAL = re.compile(r'\\\*\s*(?:"[^"]*"|[A-Za-z]+\d*)')
"""Options for layout only: phonetic readings of Chinese and Japanese are written this way."""
_SWITCH = re.compile(r"\\([A-Za-z]+)\s*(-?\d*)\s*")
_GREEK = "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ", "αβχδεφγηιϕκλμνοπθρστυϖωξψζ"
SYMBOL_FONT = {
    **dict(zip(range(0x41, 0x5B), _GREEK[0], strict=True)),
    **dict(zip(range(0x61, 0x7B), _GREEK[1], strict=True)),
    **dict(zip((0xA2, 0xA3, 0xA5, 0xAB, 0xAC, 0xAD, 0xAE, 0xAF), "′≤∞↔←↑→↓", strict=True)),
    **dict(zip(range(0xB0, 0xBC), "°±″≥×∝∂•÷≠≡≈", strict=True)),
    **dict(zip((0xC6, 0xC7, 0xC8, 0xCE, 0xCF, *range(0xD1, 0xD7), 0xDB, 0xDE), "∅∩∪∈∉∇®©™∏√⇔⇒", strict=True)),
    **dict(zip((0xE5, 0xF2), "∑∫", strict=True)),
}
"""Signs of that font, by code."""


def of_code(code: str) -> str:
    """Empty for a field without words, or with words elsewhere."""
    code = code.strip()[:_CODE_CHARS_MAX]
    if found := _SHOWN_ON.match(code):
        return found[1].strip()
    if found := _SIGN.match(code):
        return _sign(int(found[1], 0), found[2])
    if code[:3].upper() in {"EQ ", "EQ\\"}:
        text, _ = _Equation(_GENERAL.sub("", code[2:])).read(0)
        return " ".join(text.split())
    return ""


def _sign(number: int, switches: str) -> str:
    if r"\u" in switches:
        return chr(number) if 0x20 <= number < 0xD800 else ""
    if re.search(r'\\f\s*"?Symbol', switches, re.IGNORECASE):
        return SYMBOL_FONT.get(number & 0xFF, "")
    return bytes([number]).decode("cp1252", "replace") if 0x20 <= number < 0x100 and r"\f" not in switches else ""


class _Equation:
    def __init__(self, code: str) -> None:
        self._code = code
        self._at = 0

    def read(self, depth: int) -> tuple[str, str]:
        """Up to a comma or the closing parenthesis, and that sign."""
        pieces = list[str]()
        while self._at < len(self._code):
            char = self._code[self._at]
            if depth and char in ",;)":
                self._at += 1
                return "".join(pieces), char
            if depth < _DEPTH_MAX and _SWITCH.match(self._code, self._at):
                pieces.append(self._switches(depth))
            elif char == "\\":
                pieces.append(self._code[self._at + 1 : self._at + 2])
                self._at += 2
            elif char == "(" and depth < _DEPTH_MAX:
                self._at += 1
                pieces.append(f"({', '.join(self._arguments(depth))})")
            else:
                pieces.append(char)
                self._at += 1
        return "".join(pieces), ""

    def _arguments(self, depth: int) -> list[str]:
        found = list[str]()
        while True:
            text, end = self.read(depth + 1)
            found.append(text.strip())
            if end not in {",", ";"}:
                return found

    def _switches(self, depth: int) -> str:
        """The switches after a field's name, and the parentheses that follow."""
        names, lowers = set[str](), False
        while (switch := _SWITCH.match(self._code, self._at)) is not None:
            names.add(switch[1].lower())
            lowers = switch[1].lower() == "do" or switch[2].startswith("-")
            self._at = switch.end()
        if self._code[self._at : self._at + 1] != "(":
            return ""
        self._at += 1
        return _placed(names, [part for part in self._arguments(depth) if part], lowers=lowers)


def _placed(names: set[str], parts: list[str], *, lowers: bool) -> str:
    if "f" in names and len(parts) == 2:
        return "/".join(part if part.isalnum() else f"({part})" for part in parts)
    if "r" in names and parts:
        return f"{raised(parts[0]) if len(parts) > 1 else ''}√({parts[-1]})"
    if "i" in names and len(parts) == 3:
        return f"{'∑' if 'su' in names else '∏' if 'pr' in names else '∫'}_({parts[0]})^({parts[1]}) {parts[2]}"
    if "o" in names and len(parts) == 2:
        return f"{parts[1]} ({parts[0]})"  # a phonetic reading above a character
    if "up" in names or "do" in names:
        return "".join(map(lowered if lowers else raised, parts))
    return ", ".join(parts)
