"""Counts how many characters of a decoded text look out of place.

Pure. This tells encodings apart where a text is too short for statistics. In most words all letters are of one script
and one language, capitals come first, signs are outside, and Chinese characters are common ones. A wrong reading breaks
these rules.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from functools import lru_cache
from itertools import repeat

from bot.files.worker.encodings.familiar import familiar
from bot.files.worker.encodings.western_letters import czech_abbreviations, is_misplaced_ordinal, misplaced

_CHARS_MAX, _STEP_CHARS = 4_000, 200
ENOUGH_CHARS = 40
"""This many characters beyond ASCII tell as much as more would."""
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_AROUND = re.compile(r"[^\x00-\x7f](?<=(?=(.{4})).{3})", re.DOTALL)
"""Each of them with the two characters before it and the one after it."""
_WESTERN: tuple[str, ...] = (
    "äöüßé",
    "àâæçéèêëîïôœùûüÿ",
    "áéíñóúüªº",
    "áâãàçéêíóôõúü",
    "àèéìíîòóù",
    "éëïóöüèê",
    "åäöéæøòô",
    "ëç",
)
_WESTERN += ("áðéíóúýþæö", "àçéèíïóòúü")
_CENTRAL = ("áčďéěíňóřšťúůýž", "ąćęłńóśźż", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţ", "äöüß")
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž", "ąćęłńóśźż")
_VIETNAMESE = "àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
_LETTERS = {
    "cp1252": _WESTERN,
    "iso8859-15": _WESTERN,
    "cp850": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859-2": _CENTRAL,
    "cp1254": ("çğıöşüâîûİ",),
    "mac_roman": _WESTERN,
    "cp852": _CENTRAL,
    "mac_latin2": _CENTRAL,
    "cp857": ("çğıöşüâîûİ",),
    "mac_turkish": ("çğıöşüâîûİ",),
    "cp860": ("áâãàçéêíóôõúü",),
    **dict.fromkeys(("ebcdic_037", "ebcdic_500", "ebcdic_1140", "ebcdic_285"), _WESTERN),
    "ebcdic_273": ("äöüß",),
    "ebcdic_277": ("æøåéö",),
    "ebcdic_278": ("åäöé",),
    "ebcdic_280": ("àèéìíîòóù",),
    "ebcdic_284": ("áéíñóúüªº",),
    "ebcdic_297": ("àâæçéèêëîïôœùûüÿ",),
    "ebcdic_1026": ("çğıöşüâîûİ",),
    "ebcdic_870": _CENTRAL,
    "cp865": ("åäöéæøòô",),
    **dict.fromkeys(("cp1258", "viscii", "tcvn"), (_VIETNAMESE,)),
    **dict.fromkeys(("cp1257", "iso8859-13", "iso8859-4"), _BALTIC),
    "iso8859-10": ("āčēģīķļņšūž", "áðéíóúýþæö", "áčđŋšŧž", "åäöéæø"),
    "iso8859-3": ("ċġħżàèìòù", "ĉĝĥĵŝŭ"),
    "iso8859-14": ("âêîôûŵŷáéíóúẃàèìòùäëïöü", "ḃċḋḟġṁṗṡṫáéíóú"),
    "iso8859-16": ("ăâîșț", "čćđšž", "ąćęłńóśźż"),
}
"""The letters beyond ASCII of the languages that were written in each encoding."""
_ALPHABETS = {codec: [frozenset(letters + letters.upper()) for letters in all_] for codec, all_ in _LETTERS.items()}
_COMMON_ROWS = {
    "cp932": ((*range(0x81, 0x84), *range(0x88, 0x98)), 0),
    "euc_jis_2004": ((0xA1, 0xA3, 0xA4, 0xA5, *range(0xB0, 0xD0)), 0),
    "gb18030": ((*range(0xA1, 0xA4), *range(0xB0, 0xD8)), 0xA1),
    "big5hkscs": (range(0xA1, 0xC7), 0),
    "cp949": ((*range(0xA1, 0xA4), *range(0xB0, 0xC9)), 0xA1),
}
"""The first bytes, and the least second byte, of the rows that hold the common characters of each national set."""
_WITHIN_WORDS = frozenset("’‘·-–—‐\xa0。、，ー・「」")
_OPENING = frozenset("‚„")
"""Quotation marks that come before a word; after one they are a letter of another encoding."""
_FINAL_FORMS = frozenset("ςךםןףץ")
_CONSONANTS_ONLY = re.compile(
    r"(?:(?![αεηιουωάέήίόύώϊϋΐΰ])[\u0370-\u03ff]){3,}|(?:(?![аеёиоуыэюяіїєўър])[\u0430-\u045f]){3,}", re.IGNORECASE
)
_GREEK_OR_CYRILLIC = re.compile(r"[\u0370-\u052f\u1c80-\u1c8f\xb5]")
_SQUARED = re.compile(r"(?<![^\W\d_])([kcdm]?m)[²³](?![^\W\d_]|[^\x00-\x7f])")
"""A unit of area or volume. After other letters the sign is a Polish or Czech letter."""
_NUMBERED = re.compile(r"(?<![^\W\d_])è\.\s?\d", re.IGNORECASE)
"""How "č. 5" looks in Western encodings."""
_WORD = re.compile(r"[^\W\d_]+")
_ABBREVIATED = frozenset(
    {"млн", "млрд", "стр", "вкл", "шт", "кг", "см", "мм", "км", "мл", "смс", "гг", "чт", "пт", "сб"}
)
"""Russian words without a vowel. A Slavic "р" may serve as a vowel, and so may the Bulgarian "ъ"."""
_SIGNS_OF_CONSONANTS, _CYRILLIC_VOWELS = frozenset("ъьЪЬ"), frozenset("аеёиоуыэюя")
_PLAIN_SIGNS = frozenset("°®©™§±×÷№")
_MARKS = frozenset("®©™")
_ACCENTED = frozenset("àáâãèéêìíîòóôõùúû")
"""Vowels of Western languages that are rarely adjacent; "théâtre" is one of few words in which they are."""
_ICELANDIC = frozenset("ðþý")
"""Rarer than the Turkish letters that have the same bytes."""
_WESTERN_CODECS = frozenset({"cp1252", "cp850"})
_VOWELS = frozenset("aeiouyäöüáéíóúàèìòùâêîôû")
_ALL_VOWELS = _VOWELS | frozenset("ãõåæøœ")
_BEFORE_VOWELS = frozenset("çù")
"""Or at the end of a word: "leçon", "più"."""
_EASTERN = {"CJK": "Han", "HIRAGANA": "Han", "KATAKANA": "Han", "KATAKANA-HIRAGANA": "Han", "IDEOGRAPHIC": "Han"}
_KANA = ("HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "IDEOGRAPHIC")
_RARELY_KANA = frozenset({"gb18030", "cp949"})
_NO_LETTERS = frozenset({"FEMININE", "MASCULINE", "MICRO"})


def out_of_place(text: str, codec: str, share_max: float = math.inf) -> tuple[float, int]:
    """How many characters are odd, weighted by how odd they are, and out of how many that are not ASCII.

    If there are ``ENOUGH_CHARS`` and a larger share than ``share_max`` is odd, the count may be too low.
    """
    text = text[:_CHARS_MAX]
    if codec in {"cp1258", "tcvn"}:
        text = unicodedata.normalize("NFC", text)  # Vietnamese tone marks come after their letters
    count = len(text) - len(text.encode("ascii", "ignore"))
    odd_max = share_max * count if count >= ENOUGH_CHARS else math.inf
    odd = _foreign(text, codec)
    if odd <= odd_max:
        odd += _numbered(text, codec) + _without_vowels(text)
    if odd > odd_max:
        return odd, count
    text = f"  {_without_squares(text)} "
    for at in range(0, len(text) - 3, _STEP_CHARS):
        for one in map(_odd, _AROUND.findall(text[at : at + _STEP_CHARS + 3]), repeat(codec)):
            odd += one
            if odd > odd_max:
                return odd, count
    return odd, count


def _foreign(text: str, codec: str) -> float:
    """How odd the letters are by themselves: no language of the encoding has them, or no single one has them all."""
    alphabets = _ALPHABETS.get(codec)
    if not alphabets:
        return 0.0
    letters = {char: times for char, times in Counter(BEYOND_ASCII.findall(text)).items() if _script(char)}
    foreign = [sum(times for char, times in letters.items() if char not in known) for known in alphabets]
    everywhere = (times for char, times in letters.items() if not any(char in known for known in alphabets))
    return 0.35 * min(foreign) + 0.5 * sum(everywhere)


def _without_vowels(text: str) -> float:
    """How odd the Greek and Cyrillic words without a vowel are, by their letters. In capitals they are
    abbreviations."""
    if not _GREEK_OR_CYRILLIC.search(text):
        return 0.0
    words = (word for word in _WORD.findall(text) if _CONSONANTS_ONLY.fullmatch(word) and word not in _ABBREVIATED)
    return sum((0.2 if len(word) > 3 else 0.0) * len(word) if word.isupper() else 0.4 * len(word) for word in words)


def _numbered(text: str, codec: str) -> float:
    if codec not in _WESTERN_CODECS:
        return 0.0
    numbers = len(_NUMBERED.findall(text)) if "è." in text or "È." in text else 0
    return 0.7 * (numbers + czech_abbreviations(text))


def _without_squares(text: str) -> str:
    """After letters of these languages, these signs are not odd."""
    return _SQUARED.sub(r"\1 ", text) if "²" in text or "³" in text else text


@lru_cache(maxsize=8_192)
def _odd(around: str, codec: str) -> float:
    """The third of four characters."""
    char = around[2]
    category = unicodedata.category(char)
    if category[0] == "C":
        return 0.5 if char == "\xad" else 2.0
    script = _script(char)
    if script in {"Han", "HANGUL", "HALFWIDTH"}:
        return _odd_eastern(around, script) + _rareness(char, codec)
    return _odd_letter(around, script, category, codec) if script else _odd_sign(around, category)


def _odd_letter(around: str, script: str, category: str, codec: str) -> float:
    before_that, before, char, after = tuple(around)
    left, right = _script(before), _script(after)
    odd = 1.0 if left not in {"", script} or right not in {"", script} else 0.0
    odd += 1.0 if category == "Mn" and left != script else 0.0
    odd += 0.7 if left == script and char.isupper() and before.islower() else 0.0
    odd += 0.7 if right == script and char.islower() and after.isupper() else 0.0
    odd += 0.4 if char.islower() and before.isupper() and before_that.isupper() else 0.0
    odd += 0.4 if before.isdigit() or after.isdigit() else 0.0
    odd += 0.7 if char in _FINAL_FORMS and right == script else 0.0
    if char in _SIGNS_OF_CONSONANTS:
        odd += 0.7 if left != script or before.lower() in _CYRILLIC_VOWELS else 0.0
    if codec == "cp850" and char.lower() in _BEFORE_VOWELS and after.isalpha() and after.lower() not in _ALL_VOWELS:
        odd += 0.4  # so are "á" and "ó" of a Macintosh text
    return odd + (_odd_western(around) if codec in _WESTERN_CODECS else 0.0)


def _odd_western(around: str) -> float:
    """What letters of Central Europe and Turkey look like when they are read as Western ones."""
    _, before, char, after = map(str.lower, around)
    odd = 0.5 if char == "õ" and after != "e" else 0.0  # as in Portuguese
    odd += 0.3 if char in _ICELANDIC else 0.0
    odd += 0.5 if char == "ï" and before.isalpha() and before not in _VOWELS else 0.0  # it separates two vowels
    odd += 0.7 if char == "è" and after in _VOWELS else 0.0
    return odd + misplaced(*around[1:]) + (0.4 if _is_odd_pair(around) else 0.0)


def _is_odd_pair(around: str) -> bool:
    """Whether a vowel follows one with another accent. Three or more are a list of letters."""
    before_that, before, char, after = map(str.lower, around)
    return {before, char} <= _ACCENTED and before not in {"é", char} and _ACCENTED.isdisjoint({before_that, after})


def _odd_sign(around: str, category: str) -> float:
    _, before, char, after = tuple(around)
    left = bool(_script(before)) or not before.isascii()
    right = bool(_script(after)) or not after.isascii()
    if category[0] == "S" or category == "No" or char in "¿¡":
        if left and (right or char in "¿¡"):
            return 1.0
        if category == "No":
            return 0.4 if _script(before) or _script(after) else 0.0
        if ((char in _MARKS or category == "Sc") and _script(after)) or (category == "Sc" and not before.isascii()):
            return 0.5
        return 0.4 if category in {"Sk", "Sm", "So"} and char not in _PLAIN_SIGNS else 0.0
    if (char in _OPENING and (left or after.isspace())) or (char == "¶" and right):
        return 0.7
    within = left and right and char not in _WITHIN_WORDS
    return 0.7 if within or is_misplaced_ordinal(before, char, after) else 0.0


def _odd_eastern(around: str, script: str) -> float:
    before, after = around[1], around[3]
    beside_latin = sum(char.isascii() and char.islower() for char in (before, after))
    scripts = {script, _script(before), _script(after)}
    odd = 0.5 * beside_latin + (0.3 if scripts >= {"Han", "HANGUL"} else 0.0)
    if script == "HALFWIDTH":
        odd += (0.5 if beside_latin else 0.0) + (0.0 if {_script(before), _script(after)} & {script} else 0.5)
    return odd


@lru_cache(maxsize=4_096)
def _script(char: str) -> str:
    """The first word of a letter's Unicode name, which is its script; empty for anything else."""
    if char.isascii():
        return "LATIN" if char.isalpha() else ""
    if unicodedata.category(char)[0] not in "LM":
        return ""
    first = unicodedata.name(char, "").split(" ", 1)[0]
    return "" if first in _NO_LETTERS else _EASTERN.get(first, first)


@lru_cache(maxsize=8_192)
def _rareness(char: str, codec: str) -> float:
    """How rare an East Asian character is: the national sets keep the common ones in rows of their own. Those of China
    and Korea have kana, too, but few texts with them."""
    everyday = char in familiar(codec) or (codec not in _RARELY_KANA and unicodedata.name(char, "").startswith(_KANA))
    return 0.0 if everyday else 0.15 + _out_of_common_rows(char, codec)


def _out_of_common_rows(char: str, codec: str) -> float:
    try:
        raw = char.encode(codec)
    except UnicodeError:
        return 1.0
    if len(raw) != 2:
        return 0.0 if len(raw) == 1 else 1.0
    lead, trail = raw
    leads, trails_from = _COMMON_ROWS.get(codec, (range(256), 0))
    if lead in leads and trail >= trails_from:
        return 0.0
    return 0.3 if codec == "gb18030" and trail >= 0xA1 and 0xD8 <= lead <= 0xF7 else 0.5
