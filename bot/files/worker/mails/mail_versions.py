"""Chooses what to show of several versions of a mail's text, so that nothing is repeated and nothing lost.

Pure. Linear in the length of the texts. The richest version is the body. Another is shown below it, under a label, if
it has enough words that were not shown yet: plain text mostly repeats the HTML, but need not. If a version has few
words of its own, only the lines with those are shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from unicodedata import category, normalize

LABEL = "[Another version of the same mail:]"
LABEL_OF_LINES = "[Only in another version of the same mail:]"
_NEW_WORDS_ONE_IN = 5
_NEW_WORDS_MAX = 20
"""A version with this many new words is shown, however long it is: that is a paragraph of its own."""
_WIDE = "\u2e80-\u9fff\uac00-\ud7a3"
_WORD = re.compile(f"[{_WIDE}]|[^\\W_{_WIDE}]+")
_NO_WORDS = re.compile(
    r"https?://[^\s<>()\[\]]+|[(<\[]?mailto:[^\s<>()\[\]]*[)>\]]?|\[[\w.-]{1,80}\.(?:png|jpe?g|gif)\]|\[cid:[^\[\]]*\]|\[\d{1,3}\]|[\u00ad\u200b-\u200d\ufeff]"
)
"""What programs write into one version only: addresses of links and pictures, footnote numbers, line break hints."""


def chosen(versions: Iterable[list[str]], besides: Sequence[str] = ()) -> list[str]:
    """The texts to show: the body, then ``besides``, then what other versions add, each under a label.

    Of versions with equally many words the first is the body. ``versions`` starts with the plainest.
    """
    texts = [version for version in versions if any(text.strip() for text in version)]
    words = [_words(version) for version in texts]
    if not texts:
        return [*besides]
    richest = max(range(len(texts)), key=lambda number: len(words[number]))
    shown = [*texts[richest], *besides]
    known = words[richest] | _marks(texts[richest])
    for number, version in enumerate(texts):
        own = words[number] or _marks(version)
        new = own - known
        if number == richest or not new:
            continue
        if len(new) * _NEW_WORDS_ONE_IN >= len(own) or len(new) >= _NEW_WORDS_MAX:
            shown += [LABEL, *version]
        else:
            lines = [
                line.strip() for text in version for line in text.split("\n") if not new.isdisjoint(_words([line]))
            ]
            shown += [LABEL_OF_LINES, "\n".join(lines)] if lines else []
        known |= own
    return shown


def has_new_words(text: str, shown: str) -> bool:
    return bool(_words([text]) - _words([shown]))


def _words(texts: list[str]) -> set[str]:
    """Each word once, in lower case. In scripts without spaces, every two characters count as a word."""
    found = set()
    for text in texts:
        before = ""
        bare = (
            "" if text in {LABEL, LABEL_OF_LINES} else _NO_WORDS.sub(lambda cut: " " if len(cut[0]) > 1 else "", text)
        )
        for word in _WORD.findall(normalize("NFKC", bare)):
            wide = word if _is_wide(word) else ""
            found.add(before + wide if wide else word.casefold())
            before = wide
    return found


def _is_wide(word: str) -> bool:
    return "\u2e80" <= word[0] <= "\u9fff" or "\uac00" <= word[0] <= "\ud7a3"


def _marks(texts: list[str]) -> set[str]:
    """What a text without words may say: addresses, and signs such as a thumb."""
    marks = (mark.strip("<>()[].,") for text in texts for mark in text.split())
    return {mark for mark in marks if any(sign.isalnum() or category(sign) == "So" for sign in mark)}
