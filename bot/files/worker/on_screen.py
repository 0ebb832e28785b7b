"""Removes what only terminals and printers need from a text. Pure.

Sources: ECMA-48 (escapes), and xterm for commands to the window.
"""

from __future__ import annotations

import re

_ESCAPES = re.compile(
    r"\x1b\][^\x07\x1b\r\n]*+(?:\x07|\x1b\\)"  # window: title, hyperlinks
    r"|\x1b[PX^_][^\x1b]*+\x1b\\"  # device
    r"|\x1b\[[0-?]*+[ -/]*+[@-~]?"  # colours, cursor movement
    r"|\x1b[ -/]++[0-~]?"  # character sets
    r"|\x1b[0-~]?"
)
_LINES_END = re.compile(r"[\x0b\x0c\x1c-\x1e\x85]")
"""Also those of mainframes, and page and record separators."""
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1b\x7f\ufeff\ud800-\udfff]")

_OF_ASCII = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
"""Characters that may need a change."""
_PIECE_CHARS = 64_000


def visible(text: str, *, controlled: bool = True) -> str:
    """Removes control characters, and replaces other line separators by LF. ``controlled`` is false if it is known to
    have no control characters of ASCII but tabs and line ends."""
    if not controlled and not _has_others(text):
        return text
    if "\x08" in text:
        text = "\n".join(_typed_over(line) if "\x08" in line else line for line in text.split("\n"))
    if _is_plain(text):
        return text
    text = _LINES_END.sub("\n", text).replace("\x1f", "\t")
    return _CONTROLS.sub("", text)


def _is_plain(text: str) -> bool:
    """Whether the text needs no change. Most don't, and checking takes a fifth of the time of changing."""
    if _has_others(text):
        return False
    try:
        pieces = (text[at : at + _PIECE_CHARS].encode() for at in range(0, len(text), _PIECE_CHARS))
        return all(len(piece.translate(None, _OF_ASCII)) == len(piece) for piece in pieces)
    except UnicodeEncodeError:  # a lone surrogate
        return False


def _has_others(text: str) -> bool:
    return not text.isascii() and ("\x85" in text or "\ufeff" in text)


def without_escapes(text: str) -> str:
    return _ESCAPES.sub("", text) if "\x1b" in text else text


def _typed_over(line: str) -> str:
    """Printers go back and type again: bold is a letter twice, underlining is a letter over a stroke."""
    shown: list[str] = []
    at = 0
    for char in line:
        if char == "\x08":
            at = max(at - 1, 0)
            continue
        if at == len(shown):
            shown.append(char)
        elif char != "_" or shown[at] == " ":
            shown[at] = char
        at += 1
    return "".join(shown)
