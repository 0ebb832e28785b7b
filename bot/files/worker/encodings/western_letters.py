"""Letters of Western languages where none of these has them: often a word of Central Europe that is misread.

Pure. A table whose only word beyond ASCII is in its first line ("Ilość", "Kč", "Judeţ") has nothing else to tell its
encoding by. Single words of Gaelic break two of these rules; its texts are still recognised.
"""

from __future__ import annotations

import re
from collections.abc import Callable

_VOWELS = frozenset("aeiouyäöüáéíóúàèìòùâêîôûãõåæø")
_PLAIN_VOWELS = frozenset("aeiou")
_ACUTE = frozenset("áéíýú")
_NOT_AFTER_OE = frozenset("æœwrmkpz")
_CZECH = re.compile(r"(?<![^\W\d_])(?:K[èÈ]|DIÈ|PSÈ|IÈO?)(?![^\W\d_])")
"""How "Kč" and other abbreviations in Czech and Slovak tables look."""


def misplaced(before: str, char: str, after: str) -> float:
    """How odd a letter is between its neighbours, which need not be letters."""
    if char == "Ÿ" and after.islower():
        return 0.7
    rule = _RULES.get(char.lower())
    return 0.6 if rule is not None and rule(before.lower(), after.lower()) else 0.0


def czech_abbreviations(text: str) -> int:
    """How many there are."""
    return len(_CZECH.findall(text)) if any(part in text for part in ("Kè", "KÈ", "DIÈ", "PSÈ", "IÈ")) else 0


def is_misplaced_ordinal(before: str, char: str, after: str) -> bool:
    """Ordinals stand behind numbers and abbreviations, hence behind consonants: "3ª", "Nº", "Drª"."""
    if char not in "ªº":
        return False
    if after.isalpha() and not before.isalnum():
        return True
    return char == "º" and before in _VOWELS and not after.isalpha()


def _is_no_french(left: str, right: str) -> bool:
    """French has "œu", "œi" and, in learned words, "œ" before a few consonants; the Polish "ś" is anywhere."""
    return right in _NOT_AFTER_OE or left in _VOWELS or (left.isalpha() and (right == "c" or not right.isalpha()))


def _is_no_spanish(left: str, right: str) -> bool:
    """A vowel follows in Spanish. Many words end in "añ" and "iñ" in Breton."""
    return left.isalpha() and (right not in _VOWELS if right.isalpha() else left in {"e", "u"})


def _is_no_icelandic(left: str, right: str) -> bool:
    """In Icelandic "þ" begins words, also within longer ones."""
    return (left.isalpha() and not right.isalpha()) or (left in _PLAIN_VOWELS and right in _PLAIN_VOWELS)


_RULES: dict[str, Callable[[str, str], bool]] = {
    "œ": _is_no_french,
    "ñ": _is_no_spanish,
    "ê": lambda left, right: right == "z" or (left == "i" and not right.isalpha()),
    "æ": lambda left, right: left in _PLAIN_VOWELS and right in _PLAIN_VOWELS,
    "ì": lambda _left, right: right.isalpha(),
    "ù": lambda _left, right: right.isalpha(),
    "è": lambda left, right: left == "e" or right in {"k", "j"},
    "ø": lambda left, right: left in _ACUTE or right in _ACUTE,
    "þ": _is_no_icelandic,
}
"""By the letter: whether it is misplaced after the first and before the second."""
