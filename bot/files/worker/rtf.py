"""Rich text (RTF) in, its words out; or the HTML, or the plain text, that Outlook wrapped in it.

Pure, and linear. Sources: Microsoft's RTF specification 1.9.1, [MS-OXRTFEX] for what is wrapped. Written here because
``striprtf`` leaves out headers, footnotes, comments and text boxes, knows no wrapped HTML, and took 17 s for 33 kB and
168 s for 66 kB of fields that were left open.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.files.worker.charsets import decoded

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?|\\'([0-9a-fA-F]{2})|\\(\r?\n|[^a-zA-Z])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\"
)
_SKIPPED = frozenset(
    b"fonttbl colortbl stylesheet info pict nonshppict objdata themedata colorschememapping datastore latentstyles"
    b" listtable listoverridetable revtbl rsidtbl generator pgptbl xmlnstbl filetbl shprslt sp nonesttables mmathPr"
    b" bkmkstart bkmkend xe tc pgdsc fontemb objclass objname blipuid picprop mhtmltag ftnsep ftnsepc aftnsep aftnsepc"
    b" ftncn aftncn template passwordhash upr_old".split()
)
_SHOWN_ALTHOUGH_STARRED = frozenset(b"shpinst shptxt annotation htmltag fldinst atnauthor shppict".split())
_CHARS = {
    b"par": "\n",
    b"line": "\n",
    b"sect": "\n\n",
    b"page": "\n\n",
    b"column": "\n",
    b"row": "\n",
    b"nestrow": "\n",
    b"tab": "\t",
    b"cell": " | ",
    b"nestcell": " | ",
    b"emdash": "—",
    b"endash": "–",
    b"bullet": "•",
    b"lquote": "‘",
    b"rquote": "’",
    b"ldblquote": "“",
    b"rdblquote": "”",
    b"softline": "\n",
    b"emspace": "\u2003",
    b"enspace": "\u2002",
    b"qmspace": "\u2005",
    b"zwj": "\u200d",
    b"zwnj": "\u200c",
    b"~": "\u00a0",
    b"_": "\u2011",
    b"-": "",
    b"\n": "\n",
    b"\r\n": "\n",
    b"\r": "\n",
}
_LITERALS = frozenset({b"{", b"}", b"\\"})
_AROUND = {
    b"footnote": " [Footnote: ",
    b"atnauthor": " ",
    b"annotation": " [Comment: ",
    b"header": "\n",
    b"footer": "\n",
}
_CODE_PAGES = {b"ansi": "cp1252", b"mac": "mac_roman", b"pc": "cp437", b"pca": "cp850"}
_FONT_CHARSETS = {
    0: "cp1252",
    77: "mac_roman",
    128: "cp932",
    129: "cp949",
    130: "cp1361",
    134: "gb18030",
    136: "cp950",
    161: "cp1253",
    162: "cp1254",
    163: "cp1258",
    177: "cp1255",
    178: "cp1256",
    186: "cp1257",
    204: "cp1251",
    222: "cp874",
    238: "cp1250",
    254: "cp437",
    255: "cp850",
}
_HYPERLINK = re.compile(r'HYPERLINK\s+(?:\\[a-z]\s+)*"([^"]{1,2000})"')
_GROUPS_MAX = 100_000
"""Deep enough for any document; what is nested deeper is read as if it were not."""


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits, and what ends with it. ``skip_chars`` follow a character given by its number."""

    skipped: bool = False
    destination: bytes = b""
    font: int = -1
    skip_chars: int = 1
    hidden: bool = False
    not_html: bool = False


def to_text(data: bytes) -> str:
    """The words of a document, a paragraph a line."""
    reader = _Reader(data)
    lines = [line.rstrip(" |") for line in reader.read().split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def wrapped(data: bytes) -> tuple[str, str] | None:
    """The kind ("html" or "text") and the text that an Outlook message keeps in RTF; ``None`` where it is plain RTF."""
    kind = "html" if b"\\fromhtml" in data[:2_000] else "text" if b"\\fromtext" in data[:2_000] else ""
    return (kind, _Reader(data, wraps_html=kind == "html").read()) if kind else None


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
        self._instruction: list[str] = []

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
        return "".join(self._pieces).encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    # --- groups ------------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        self._skip_left = 0
        if len(self._states) < _GROUPS_MAX:
            self._states.append(self._state)
            within = b"fldinst" if self._state.destination == b"fldinst" else b""
            self._state = replace(self._state, destination=within)

    def _close(self) -> None:
        self._skip_left = 0
        if not self._states:
            return
        left = self._state
        if left.destination in {b"footnote", b"annotation"} and not left.skipped:
            self._add("]")
        elif left.destination == b"fldinst":
            self._flush()
            link = _HYPERLINK.search("".join(self._instruction))
            self._link = link[1] if link else self._link
            self._instruction.clear()
        elif left.destination == b"fldrslt" and self._link:
            if self._link not in "".join(self._pieces[-3:]):
                self._add(f" ({self._link})")
            self._link = ""
        self._state = self._states.pop()
        self._starred = False

    # --- words -------------------------------------------------------------------------------------------------------

    def _word(self, word: bytes, number: bytes | None) -> int:
        """How many bytes behind it belong to it."""
        value = int(number) if number else None
        if word == b"bin":
            return max(value or 0, 0)
        if word in _SKIPPED or (self._starred and word not in _SHOWN_ALTHOUGH_STARRED):
            self._state = replace(self._state, skipped=True, destination=word)
        elif word in _AROUND or word in {b"fldinst", b"fldrslt", b"htmltag"}:
            self._state = replace(self._state, destination=word)
            self._add(_AROUND.get(word, ""))
        elif word == b"u" and value is not None:
            self._add(chr(value % 0x1_0000))
            self._skip_left = self._state.skip_chars
        elif word in _CHARS:
            self._add(_CHARS[word])
        else:
            self._setting(word, value)
        self._starred = False
        return 0

    def _setting(self, word: bytes, value: int | None) -> None:
        state = self._state
        if word in {b"f", b"deff"} and value is not None:
            self._state = replace(state, font=value)
        elif word == b"fcharset" and value is not None:
            self._fonts.setdefault(state.font, _FONT_CHARSETS.get(value, ""))
        elif word == b"uc" and value is not None:
            self._state = replace(state, skip_chars=min(max(value, 0), 10))
        elif word == b"v":
            self._state = replace(state, hidden=value != 0)
        elif word == b"plain":
            self._state = replace(state, hidden=False)
        elif word == b"htmlrtf":
            self._state = replace(state, not_html=value != 0)
        elif word == b"ansicpg" and value:
            self._code_page = f"cp{value}" if value != 65001 else "utf-8"
        elif word in _CODE_PAGES:
            self._code_page = _CODE_PAGES[word]

    def _symbol(self, symbol: bytes) -> None:
        if symbol == b"*":
            self._starred = True
        elif symbol in _LITERALS:
            self._add_bytes(symbol)
        else:
            self._add(_CHARS.get(symbol, ""))

    # --- text --------------------------------------------------------------------------------------------------------

    def _shown(self) -> bool:
        state = self._state
        return not (state.skipped or state.hidden or (self._wraps_html and state.not_html))

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
        """Bytes wait until all of a character are there: one of two may stand as itself, the other as its number."""
        if self._bytes:
            data = bytes(self._bytes)
            self._bytes.clear()
            self._take(data.decode("ascii") if data.isascii() else decoded(data, self._bytes_encoding))

    def _take(self, text: str) -> None:
        (self._instruction if self._state.destination == b"fldinst" else self._pieces).append(text)
