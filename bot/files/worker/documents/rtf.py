"""Reads the words of rich text (RTF); or the HTML or plain text that Outlook wrapped in it.

Pure, and linear. Sources: Microsoft's RTF specification 1.9.1, [MS-OXRTFEX] for wrapped text. The library ``striprtf``
leaves out headers, footnotes, comments and text boxes, does not know wrapped HTML, and took 17 s for 33 kB and 168 s
for 66 kB of unclosed fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.files.worker.documents import field_words
from bot.files.worker.documents.bylines import beside_marks, byline, day_of, in_one_piece, named, state
from bot.files.worker.documents.rtf_words import (
    ABOUT,
    AROUND,
    CHANGES,
    CHARS,
    CODE_PAGES,
    FONT_CHARSETS,
    LITERALS,
    SHOWN_ALTHOUGH_STARRED,
    SKIPPED,
)
from bot.files.worker.encodings.charsets import decoded
from bot.files.worker.raised import aligned

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(\r?\n|[^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_HYPERLINK = re.compile(r'HYPERLINK\s+(?:\\[a-z]\s+)*"([^"]{1,2000})"')
_ALIGNED = {b"super": "superscript", b"sub": "subscript", b"nosupersub": ""}
_GROUPS_MAX = 100_000
"""Deep enough for any document; deeper groups are read as if they were not nested."""


@dataclass(frozen=True, slots=True)
class _State:
    """State that a group inherits, and that ends with it. ``skip_chars`` follow a character given by number."""

    skipped: bool = False
    destination: bytes = b""
    font: int = -1
    skip_chars: int = 1
    hidden: bool = False
    not_html: bool = False
    change: str = ""
    changed_by: int = -1
    align: str = ""


def to_text(data: bytes) -> str:
    """The words of a document, with a line for each paragraph."""
    reader = _Reader(data)
    text = beside_marks(reader.read())
    lines = [line.rstrip(" |") for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def wrapped(data: bytes) -> tuple[str, str] | None:
    """The kind ("html" or "text") and the text that Outlook wrapped in RTF; ``None`` if it is ordinary RTF."""
    kind = "html" if b"\\fromhtml" in data[:2_000] else "text" if b"\\fromtext" in data[:2_000] else ""
    return (kind, _Reader(data, wraps_html=kind == "html").read()) if kind else None


def _looks(state: _State) -> tuple[str, str, bool]:
    return state.change, state.align, state.hidden


class _Reader:
    def __init__(self, data: bytes, *, wraps_html: bool = False) -> None:
        self._data = data
        self._wraps_html = wraps_html
        self._state = _State()
        self._states: list[_State] = []
        self._starred = False
        self._code_page = "cp1252"
        self._fonts: dict[int, str] = {}
        self._pieces: list[str] = []
        self._bytes = bytearray()
        self._bytes_encoding = ""
        self._skip_left = 0
        self._link = ""
        self._about: list[str] = []
        self._author = self._day = self._state_of_comment = ""
        self._commented: list[str] = []
        self._comments: list[int] = []
        self._authors: list[str] = []
        self._change = self._property = self._behind = ""

    def read(self) -> str:
        at = 0
        while (match := _TOKEN.match(self._data, at)) is not None:
            at = match.end()
            word, number, hexadecimal, symbol, brace, text = match.groups()
            if word:
                at += self._word(word, number)
            elif hexadecimal:
                self._add_bytes(bytes((int(hexadecimal, 16),)))
            elif text:
                self._add_bytes(text)
            elif brace:
                self._open() if brace == b"{" else self._close()
            elif symbol:
                self._symbol(symbol)
        self._flush()
        self._end_change()
        return "".join(self._pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    # --- groups ------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._skip_left = 0
        if len(self._states) < _GROUPS_MAX:
            self._states.append(self._state)
            within = self._state.destination
            skipped = self._state.skipped or within == b"upr"
            self._state = replace(self._state, destination=within if within in ABOUT else b"", skipped=skipped)

    def _close(self) -> None:
        self._skip_left = 0
        if not self._states:
            return
        left = self._state
        if _looks(left) != _looks(self._states[-1]):
            self._flush()
        if left.destination in {b"footnote", b"annotation"} and not left.skipped:
            self._flush()
            if left.destination == b"annotation" and self._comments:
                start = self._comments.pop()
                said = in_one_piece("".join(self._pieces[start:]))
                by = byline(self._author, self._day, self._state_of_comment)
                self._pieces[start:] = [f" [Comment{by}: {said}"]
                self._commented.append(self._author)
                self._author = self._day = self._state_of_comment = ""
            self._add("]")
        elif left.destination in ABOUT and self._states[-1].destination != left.destination:
            self._flush()
            self._learn(left.destination, "".join(self._about))
            self._about.clear()
        elif left.destination == b"shptxt":
            self._add("\n")
        elif left.destination == b"fldrslt" and self._link:
            if self._link not in "".join(self._pieces[-3:]):
                self._add(f" ({self._link})")
            self._link = ""
        self._state = self._states.pop()
        self._starred = False
        behind, self._behind = self._behind, ""
        self._add(behind)

    def _learn(self, destination: bytes, about: str) -> None:
        if destination == b"atnauthor":
            self._author = about.strip()
        elif destination == b"sn":
            self._property = about.strip()
        elif destination == b"sv":
            self._behind = f"\n{about}\n" if self._property == "gtextUNICODE" else ""
        elif destination == b"revtbl":
            self._authors = about.split(";")
        elif destination == b"atnparent":  # counted back from this one
            back = int(about) if re.fullmatch(r"\s*-\d{1,5}\s*", about) else 0
            author = self._commented[back] if -len(self._commented) <= back < 0 else ""
            self._state_of_comment = state(reply_to=author) if back else ""
        elif destination == b"atndate":
            self._day = day_of(int(about)) if re.fullmatch(r"\s*-?\d{1,10}\s*", about) else ""
        else:
            link = _HYPERLINK.search(about)
            self._link = link[1] if link else self._link
            self._behind = field_words.of_code(about)

    # --- words -------------------------------------------------------------------------------------------------------

    def _word(self, word: bytes, number: bytes | None) -> int:
        """How many of the following bytes belong to it."""
        value = int(number) if number else None
        if word == b"bin":
            return max(value or 0, 0)
        if word in {b"upr", b"ud"}:
            self._in_unicode_too(word)
        elif word in SKIPPED or (self._starred and word not in SHOWN_ALTHOUGH_STARRED):
            self._state = replace(self._state, skipped=True, destination=word)
        elif word in AROUND or word in ABOUT or word in {b"annotation", b"fldrslt", b"htmltag"}:
            self._flush()
            self._state = replace(self._state, destination=word)
            if word == b"annotation" and self._shown():
                self._comments.append(len(self._pieces))
                self._pieces.append("")
            self._add(AROUND.get(word, ""))
        elif word == b"u" and value is not None:
            self._add(chr(value % 0x1_0000))
            self._skip_left = self._state.skip_chars
        elif word in CHARS:
            self._add(CHARS[word])
        else:
            self._setting(word, value)
        self._starred = False
        return 0

    def _in_unicode_too(self, word: bytes) -> None:
        """A text may come in two versions; the Unicode one follows the other."""
        if word == b"ud":
            self._state = replace(self._state, skipped=self._states[-2].skipped if len(self._states) > 1 else False)
        elif not self._state.skipped:
            self._state = replace(self._state, destination=b"upr")

    def _setting(self, word: bytes, value: int | None) -> None:
        state = self._state
        if word in {b"f", b"deff"} and value is not None:
            self._state = replace(state, font=value)
        elif word == b"fcharset" and value is not None:
            self._fonts.setdefault(state.font, FONT_CHARSETS.get(value, ""))
        elif word == b"uc" and value is not None:
            self._state = replace(state, skip_chars=min(max(value, 0), 10))
        elif word == b"v":
            self._flush()
            self._state = replace(state, hidden=value != 0)
        elif word == b"plain":
            self._flush()
            self._state = replace(state, hidden=False, change="", changed_by=-1, align="")
        elif word in _ALIGNED:
            self._flush()
            self._state = replace(state, align=_ALIGNED[word] if value != 0 and not self._wraps_html else "")
        elif word in CHANGES:
            self._flush()
            self._state = replace(state, change=CHANGES[word] if value != 0 else "")
        elif word in {b"revauth", b"revauthdel"} and value is not None:
            self._state = replace(state, changed_by=value)
        elif word == b"htmlrtf":
            self._state = replace(state, not_html=value != 0)
        else:
            self._change_of_code_page(word, value)

    def _change_of_code_page(self, word: bytes, value: int | None) -> None:
        if word == b"ansicpg" and value:
            self._code_page = f"cp{value}" if value != 65001 else "utf-8"
        else:
            self._code_page = CODE_PAGES.get(word, self._code_page)

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol in LITERALS:
            self._add_bytes(symbol)
        else:
            self._add(CHARS.get(symbol, ""))

    # --- text --------------------------------------------------------------------------------------------------------

    def _shown(self) -> bool:
        state = self._state
        return not (state.skipped or (self._wraps_html and (state.hidden or state.not_html)))

    def _add(self, text: str) -> None:
        if not text or not self._shown():
            return
        self._flush()
        self._take(text)

    def _add_bytes(self, data: bytes) -> None:
        if self._skip_left:
            skipped = min(self._skip_left, len(data))
            self._skip_left -= skipped
            data = data[skipped:]
        if not data or not self._shown():
            return
        encoding = self._fonts.get(self._state.font, "") or self._code_page
        if encoding != self._bytes_encoding:
            self._flush()
        self._bytes_encoding = encoding
        self._bytes += data

    def _flush(self) -> None:
        """Collects bytes until a character is complete: of two bytes one may be literal, the other given by number."""
        if self._bytes:
            data = bytes(self._bytes)
            self._bytes.clear()
            self._take(data.decode("ascii") if data.isascii() else decoded(data, self._bytes_encoding))

    def _take(self, text: str) -> None:
        if self._state.destination in ABOUT:
            self._about.append(text)
            return
        by = self._state.changed_by
        author = named(self._authors[by]) if 0 <= by < len(self._authors) else ""
        change = self._state.change + (f" by {author}" if author else "") if self._state.change else ""
        change = change or ("hidden" if self._state.hidden else "")
        if "\n" in text:
            self._end_change()  # each line has marks of its own, since pages are searched line by line
        elif change != self._change and text.strip():
            self._end_change()
            self._pieces += [f" [{change}: "] if change else []
            self._change = change
        self._pieces.append(aligned(text, self._state.align))

    def _end_change(self) -> None:
        self._pieces += ["] "] if self._change else []
        self._change = ""
