"""Finds a rarer codec that makes far better words of a text than the one it seems to be in.

Pure. The code pages of DOS and the Macintosh, and Vietnamese ones, are tried only if the usual reading breaks the rules
of words, so usual texts never reach them. They are also tried for tables with the line ends of old Macintoshes, even if
the usual reading breaks no rule.
"""

from __future__ import annotations

import re
import unicodedata

from bot.files.worker.encodings import more_codecs  # noqa: F401 - registers some of these
from bot.files.worker.encodings.plausible import out_of_place

_OF_MACINTOSH = ("mac_roman", "mac_latin2", "mac_turkish", "mac_greek", "mac_cyrillic")
_OF_DOS = ("cp852", "cp857", "cp860", "cp865", "cp737", "cp869", "cp720", "cp1125")
_OF_ISO = ("iso8859-13", "iso8859-4", "iso8859-10", "iso8859-16", "iso8859-3", "iso8859-14")
_CODECS = ("mac_roman", *_OF_DOS, *_OF_ISO, "viscii", "tcvn", *_OF_MACINTOSH[1:])
"""Of equals the earlier one."""
_ODD_MIN = 0.4
"""A reading is doubtful if it has this much oddness (a character weighs 1), and this share of the characters is odd."""
_ODD_SHARE_MIN = 0.06
_ODD_SHARES_MIN = {"cp850": 0.04, "cp1252": 0.12}
"""Texts in several languages are slightly odd in the commonest encoding; that of DOS is itself rare."""
_BETTER_BY = 4
_EASTERN = ("cp932", "euc", "gb", "big5", "cp950", "cp949", "johab", "utf")
_VIETNAMESE = frozenset({"viscii", "tcvn"})
_VIETNAMESE_SHARE_MIN = 0.12
"""The share of letters beyond ASCII: Vietnamese has far more than other languages in Latin letters."""
_VIETNAMESE_MIN = 4
"""Fewer make a single word, which says too little."""
_SYLLABLE_MAX = 7
_LONG_ONE_IN = 20
_WORD = re.compile(r"[^\W\d_]+")
_HELD = re.compile(r"([^\W\d_\x00-\x7f])\1\1")
"""No word has a letter three times in a row, but signs come in rows."""
_QUOTED = re.compile(
    r"[’“‘«”»–—](?:(?<=[^\W\d_]’)(?=[^\W\d_])|(?<=[“‘«])(?<![^\s(\[].)(?=[\w¿¡])"
    r"|(?<=[\w.,!?][”’»])(?![^\s.,;:!?)\]])|(?<= [–—])(?= ))"
)
"""Quotation marks and dashes where they belong: they touch words as letters do."""
_SOFT_HYPHEN = b"\xad"
"""It occurs within words, where it is no letter."""


def rarer(sample: bytes, usual: str, *, old_macintosh: bool) -> str:
    """``usual`` itself, unless another is far better. ``old_macintosh``: lines end with CR alone."""
    if usual.startswith(_EASTERN):
        return usual
    one_byte = usual.startswith(("cp12", "iso8859"))
    odd, count = _odd(sample.replace(_SOFT_HYPHEN, b"") if one_byte else sample, usual)
    share = odd / max(count, 1)
    doubtful = odd >= _ODD_MIN and share >= _ODD_SHARES_MIN.get(usual, _ODD_SHARE_MIN)
    candidates = _CODECS if doubtful else _OF_MACINTOSH if old_macintosh else ()
    candidates = candidates if old_macintosh or not doubtful else ("cp850", *candidates)
    most = share / _BETTER_BY if doubtful else share
    best = usual
    for codec in candidates:
        reading, of = _odd(sample, codec)
        own = reading / max(of, 1)
        if codec in _VIETNAMESE and not _may_be_vietnamese(sample, codec, count):
            continue
        if doubtful and not _within_words(sample.decode(codec, "replace"), begins=codec in _OF_ISO):
            continue
        if own < most or (own == most and best == usual and old_macintosh):
            best, most = codec, own
    return best


def _may_be_vietnamese(sample: bytes, codec: str, count: int) -> bool:
    """Vietnamese words have one syllable, so none is long."""
    if count < max(_VIETNAMESE_SHARE_MIN * len(sample), _VIETNAMESE_MIN):
        return False
    words = _WORD.findall(unicodedata.normalize("NFC", sample.decode(codec, "replace")))
    long = sum(len(word) > _SYLLABLE_MAX and not word.isascii() for word in words)
    return long * _LONG_ONE_IN <= len(words)


def _within_words(text: str, *, begins: bool) -> bool:
    """Whether most characters beyond ASCII are letters that touch others; signs usually don't.

    ``begins`` also requires that a third have a letter after them, unlike exponents and signs of units.
    """
    if _HELD.search(text):
        return False
    text = _QUOTED.sub(lambda found: "ä" * len(found[0]), f" {text} ")
    others = [at for at, char in enumerate(text) if not char.isascii()]
    letters = [at for at in others if text[at].isalpha() and (text[at - 1].isalpha() or text[at + 1].isalpha())]
    followed = sum(text[at + 1].isalpha() for at in letters)
    return 2 * len(letters) > len(others) and (not begins or 3 * followed >= len(others))


def _odd(sample: bytes, codec: str) -> tuple[float, int]:
    """Control characters count as odd, too: bytes of other encodings are controls in these."""
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError:
        return float(len(sample)), len(sample)
    return out_of_place(text, codec)
