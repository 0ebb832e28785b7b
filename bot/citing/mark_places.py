"""Places marks in an answer's words, as they arrive, where people look for them.

Pure: the result does not depend on how the words are split into pieces. Nothing is read twice. Rules:

1. A mark comes after the words that it is about, before the blank that follows them. If that is inside a word, code, a
   link or bold text, it comes after that (``mark_inline``).
2. In a table it stays inside the cell. Mere structure (a list's dash, a table's rule) is never split.
3. After a code block it gets a line of its own.
4. A mark is put out together with the words that follow it, or at the end, so that showing it costs no call.
5. After an address there is a blank before it, or it would become part of the address.

An answer that breaks off within code keeps its marks out of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto

from bot.citing.mark_inline import Inline

HEAD_CHARS_MAX = 400
"""Of a line; a longer one is no fence or rule that anybody means."""
_ITEM = r"(?:[-*+]|\d{1,9}[.)])[ \t]+"
_FENCE = re.compile(rf"(?P<indent>[ \t>]*(?:{_ITEM})*)(?P<mark>`{{3,}}|~{{3,}})(?P<info>.*)")
_CLOSING = re.compile(r"[ \t>]*(`{3,}|~{3,})[ \t\r]*")
_MAY_CLOSE = re.compile(r"[ \t>]*(`*|~*)[ \t\r]*")
_STRUCTURE = r"[-*_=:|# \t+>]*"
_UNDECIDED = re.compile(
    rf"{_STRUCTURE}|[ \t>|]*\d{{1,9}}[.)]?|[ \t>]*(?:{_ITEM})*(?:`{{0,2}}|~{{0,2}}|`{{3,}}[^`]*|~{{3,}}.*)"
)
"""What may still become a fence, a rule, or the beginning of an item."""
_BEFORE_WORDS = re.compile(rf"[ \t>|]*(?:(?:{_ITEM}|#{{1,6}}[ \t]+)[|> \t]*)*")


class _In(Enum):
    HEAD = auto()
    """The beginning of a line, which may be structure."""
    LINE = auto()
    CODE_HEAD = auto()
    """The beginning of a line of code, which may be its end."""
    CODE = auto()


@dataclass(slots=True)
class MarkPlaces:
    _state: _In = _In.HEAD
    _inline: Inline = field(default_factory=Inline)
    _head: str = field(default="", repr=False)
    _gap: str = field(default="", repr=False)
    """What came after the newest words and is not out yet: blanks and structure."""
    _waiting: list[str] = field(default_factory=list)
    """Marks that have no place yet."""
    _placed: str = field(default="", repr=False)
    """Marks that come before the gap."""
    _fence: str = field(default="", repr=False)
    _indent: str = field(default="", repr=False)
    """Of the code block that the words end with."""
    _after_code: bool = False
    _plain: bool = True
    """Whether a mark may be put into this line."""
    _out: list[str] = field(default_factory=list, repr=False)

    def feed(self, text: str) -> str:
        for char in text:
            self._read(char)
        return self._taken()

    def put(self, mark: str) -> None:
        """A mark for the words so far; the same one only once in a row."""
        if mark in self._waiting or mark in self._placed:
            return
        if self._head.strip(" \t>|")[:1].isdigit():  # a number, unless it proves to be an item's
            self._begin_words()
        self._waiting.append(mark)
        if self._gap:
            self._place()

    def close(self) -> str:
        """All that was held back."""
        if self._state is _In.CODE_HEAD:
            self._end_code_line("")
        elif self._state is _In.HEAD and self._head:
            self._end_head("")
        if self._state in (_In.HEAD, _In.LINE):
            self._inline.arrives("\n")
            self._end_block()
        self._release()
        return self._taken()

    def _taken(self) -> str:
        text, self._out = "".join(self._out), []
        return text

    # --- lines -------------------------------------------------------------------------------------------------------

    def _read(self, char: str) -> None:
        match self._state:
            case _In.HEAD if char == "\n":
                self._end_head(char)
            case _In.HEAD:
                self._head += char
                if len(self._head) > HEAD_CHARS_MAX or not _UNDECIDED.fullmatch(self._head):
                    self._begin_words()
            case _In.LINE:
                self._read_inline(char)
                if char == "\n":
                    self._state, self._head = _In.HEAD, ""
            case _In.CODE_HEAD if char == "\n":
                self._end_code_line(char)
            case _In.CODE_HEAD:
                self._head += char
                if len(self._head) > HEAD_CHARS_MAX or not _MAY_CLOSE.fullmatch(self._head):
                    self._out.append(self._head)
                    self._state, self._head = _In.CODE, ""
            case _In.CODE:
                self._out.append(char)
                self._state = _In.CODE_HEAD if char == "\n" else _In.CODE

    def _end_head(self, end: str) -> None:
        """A line that is structure all through, or a fence, or words after all."""
        head, self._head = self._head, ""
        if fence := _FENCE.fullmatch(head):
            self._end_block()
            self._gap += head + end
            self._release()
            self._fence, self._indent = fence["mark"], re.sub(r"[^ \t>]", " ", fence["indent"])
            self._state = _In.CODE_HEAD
        elif re.fullmatch(_STRUCTURE, head):
            self._end_block()
            self._gap += head + end
        else:
            self._head = head
            self._begin_words()
            if end:
                self._read(end)

    def _begin_words(self) -> None:
        head, self._head = self._head, ""
        before = _BEFORE_WORDS.match(head)
        structure = before[0] if before else ""
        if structure.strip():
            self._end_block()
        self._gap += structure
        self._state, self._plain = _In.LINE, len(head) <= HEAD_CHARS_MAX
        for char in head[len(structure) :]:
            self._read_inline(char)

    def _end_code_line(self, end: str) -> None:
        head, self._head = self._head, ""
        closing = _CLOSING.fullmatch(head)
        self._out.append(head)
        if closing and closing[1].startswith(self._fence):
            self._gap, self._fence, self._after_code, self._state = end, "", True, _In.HEAD
            self._inline.reset()
            self._place()
        else:
            self._out.append(end)

    # --- words -------------------------------------------------------------------------------------------------------

    def _read_inline(self, char: str) -> None:
        self._inline.arrives(char)
        if char.isspace() or char == "|":
            self._place()
            self._gap += char
            self._inline.read(" ")
            return
        if self._waiting and not self._gap and self._inline.parts_from(char):
            self._place()
        self._release()
        self._out.append(char)
        self._inline.read(char)

    def _place(self) -> None:
        """Puts the marks that wait before the gap, if they may stand there."""
        if not (self._waiting and self._plain and (self._inline.free() or self._after_code)):
            return
        marks = "".join(self._waiting)
        if self._after_code:
            marks = marks if self._placed else f"\n{self._indent}{marks}"
        elif self._inline.in_address:
            marks, self._inline.word = f" {marks}", ""
        self._placed += marks
        self._waiting = []

    def _end_block(self) -> None:
        """What was open is over with the block, and the marks have waited for long enough."""
        self._inline.reset()
        self._place()

    def _release(self) -> None:
        if self._gap or self._placed:
            self._out += (self._placed, self._gap)
            self._gap = self._placed = ""
        self._after_code = False
