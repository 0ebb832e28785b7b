"""Detects UTF-16 or UTF-32 text without a byte order mark, by its first bytes.

Pure. Such text has zero bytes in blanks and line ends, which other text lacks, unless it is one line of a script
without blanks. A reading counts only if people write all of its characters, and its letters belong to few scripts, or
those of one script stand together. Pictures, sounds and tables of numbers fail that within a few dozen bytes.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from itertools import pairwise

_CODECS = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_BLOCK = re.compile(rb"(?:\0{4}){8,}")
"""Zeros in a row that a log is left with after a power cut. They are no characters of any width."""
_CHARS_MIN = 4
_WITHOUT_BLANK_MAX = 80
_SCRIPTS_MAX = 4
_LINE_BYTES_MAX = 2_000
_TELLING_CHARS = 6
_ALPHABETS = frozenset({"GREEK", "CYRILLIC", "ARMENIAN", "HEBREW", "ARABIC", "THAI", "GEORGIAN"})
"""Scripts whose characters all share one of a few high bytes, which is a control character."""
_JAPANESE = dict.fromkeys(("HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HALFWIDTH", "FULLWIDTH", "IDEOGRAPHIC"), "CJK")
"""One writing uses all of these."""
_RUN_CHARS_MIN = 3
_BLANK_SWAPPED = "\u2000"
"""What a blank looks like in the other byte order; nobody writes it."""
_PLAIN_CONTROLS = frozenset("\t\n\v\f\r\x1a\x1b")
_OTHER_CONTROLS = bytes(byte for byte in range(0x20) if chr(byte) not in _PLAIN_CONTROLS)


def is_written_behind_mark(head: bytes) -> bool:
    """Whether text follows a mark: some programs begin their binary files with a name in UTF-16.

    Damaged text may contain some characters that nobody writes.
    """
    codec, width = ("utf-32", 4) if head.startswith((b"\xff\xfe\0\0", b"\0\0\xfe\xff")) else ("utf-16", 2)
    text = head[: len(head) - len(head) % width].decode(codec, "replace")
    odd = sum(count for char, count in Counter(text).items() if not _all_written(char))
    return odd <= max(len(text) // 10, 2)


def codec_without_mark(head: bytes) -> str | None:
    """``head`` may end within a character."""
    head = _BLOCK.sub(b"", head)
    if b"\0" not in head:
        return _codec_of_line(head)
    if _is_narrow(head):
        return None
    best, highest = None, (-1, 0)
    for codec, width in _CODECS:
        text = _read(head, codec, width)
        if text is not None and _is_written(text, width):
            plain = sum(char.isascii() or (char.isspace() and char != _BLANK_SWAPPED) for char in text)
            if (plain, -len(_scripts(text))) > highest:
                best, highest = codec, (plain, -len(_scripts(text)))
    return best


def _codec_of_line(head: bytes) -> str | None:
    """One line without a blank or an end, hence without a zero: kana, or letters whose high bytes are control
    characters.

    In older East Asian encodings of two bytes kana have no byte 0x30, and nothing has control characters but the end of
    a line: in Russian that one byte and the letter before it are Hangul.
    """
    if not 2 * _CHARS_MIN <= len(head) <= _LINE_BYTES_MAX or len(head) % 2 or head.endswith((b"\n", b"\r")):
        return None
    controls = len(head) - len(head.translate(None, _OTHER_CONTROLS))
    if not controls and _is_utf8(head):
        return None
    for codec, low in (("utf-16-le", head[::2]), ("utf-16-be", head[1::2])):
        text = _read(head, codec, 2)
        if text is not None and _all_written(text) and _is_line(text, low, controls=bool(controls)):
            return codec
    return None


def _is_line(text: str, low: bytes, *, controls: bool) -> bool:
    """``low`` has the low byte of each character; ``controls``: whether any byte is one that other text lacks."""
    scripts = Counter(unicodedata.name(char, "?").split(" ", 1)[0] for char in text)
    eastern = sum("\u3000" <= char <= "\u30ff" or "\uff00" <= char <= "\uffef" for char in text)
    if eastern + scripts["CJK"] >= len(text) <= 4 * eastern:
        return True
    hangul = scripts["HANGUL"] if controls or 4 * sum(byte < 0xA0 for byte in low) >= len(text) else 0
    ideographs = scripts["CJK"] if controls else 0  # Russian capitals of one byte each look so, too
    telling = max(ideographs, hangul) + eastern if len(text) >= _TELLING_CHARS else 0
    return max(telling, *(scripts[name] for name in _ALPHABETS)) >= 0.9 * len(text)


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_narrow(head: bytes) -> bool:
    """Whether it is UTF-8 with a few zeros, which can also be read as pairs that make no words."""
    rest = head.replace(b"\0", b"")
    if len(head) - len(rest) > len(head) // 4 or rest != rest.translate(None, _OTHER_CONTROLS):
        return False
    text = rest.decode("utf-8", "replace")
    return text.count("\ufffd") <= text.endswith("\ufffd")


def _read(head: bytes, codec: str, width: int) -> str | None:
    whole = head[: len(head) - len(head) % width]
    for short in (0, 2):  # may end with the first half of a surrogate pair
        try:
            return whole[: len(whole) - short].decode(codec)
        except UnicodeDecodeError:
            if codec.startswith("utf-32"):
                break
    return None


def _is_written(text: str, width: int) -> bool:
    """In UTF-32 mostly three bytes of four are zero. What can be read so, with blanks, is nothing else, in however many
    scripts. Without blanks it may be increasing numbers."""
    if len(text) < _CHARS_MIN or not _all_written(text):
        return False
    if len(text) > _WITHOUT_BLANK_MAX and not any(map(str.isspace, text)):
        return False
    if width == 4:
        return True
    scripts = _scripts(text)
    common = sum(count for _, count in scripts.most_common(_SCRIPTS_MAX))
    return common >= 0.98 * scripts.total() or _is_in_words(text)


def _is_in_words(text: str) -> bool:
    """Whether letters of a script stand together, as in a table of translations into many languages."""
    letters = [_script(char) for char in text if not char.isascii() and char.isalpha()]
    runs = 1 + sum(one != other for one, other in pairwise(letters))
    return len(letters) >= _RUN_CHARS_MIN * runs


def _all_written(text: str) -> bool:
    """Whether every character is assigned, and none is a control character that text lacks."""
    for char in set(text):
        category = unicodedata.category(char)
        if category in {"Cn", "Co", "Cs"} or (category == "Cc" and char not in _PLAIN_CONTROLS):
            return False
    return True


def _scripts(text: str) -> Counter[str]:
    """Counts letters beyond ASCII by the first word of their Unicode names, which is their script."""
    scripts: Counter[str] = Counter()
    for char, count in Counter(text).items():
        if not char.isascii() and char.isalpha():
            scripts[_script(char)] += count
    return scripts


def _script(char: str) -> str:
    name = unicodedata.name(char, "?").split(" ", 1)[0]
    return _JAPANESE.get(name, name)
