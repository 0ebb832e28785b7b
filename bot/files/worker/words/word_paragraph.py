"""Reads the text of a paragraph of a Word document, and marks what its pages do not show.

Pure. Source: ECMA-376 part 1, 17.3 and 17.13.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bot.files.worker.documents import field_words
from bot.files.worker.documents.bylines import beside_marks, named
from bot.files.worker.documents.equations import linear
from bot.files.worker.documents.package import attribute, child, descendants, local
from bot.files.worker.raised import aligned
from bot.files.worker.words import word_choices
from bot.files.worker.words.word_lists import Lists

_SKIPPED = frozenset({"pPr", "rPr", "delInstrText", "fldData", "sectPr", "tblPr", "trPr", "tcPr", "docPr"})
_CHANGES = {"ins": "inserted", "moveTo": "moved here", "del": "deleted", "moveFrom": "moved away"}
_CHANGES_2003 = {"Word.Insertion": "inserted", "Word.Deletion": "deleted"}
_DEPTH_MAX = 60
_IN_A_WORD = "\0"
"""Follows a change that ends in a letter: a character that XML does not allow."""
_FIELD_BEGINS, _FIELD_SHOWS, _FIELD_ENDS = "\1", "\2", "\3"
_CODE_BEGINS, _CODE_ENDS = "\4", "\5"
"""Before a field's code, before and after its result, and around visible parts of the code. Not allowed in XML."""
_CODE = re.compile(f"{_CODE_BEGINS}([^{_CODE_ENDS}]*){_CODE_ENDS}")
_FIELD = re.compile(
    f"{_FIELD_BEGINS}([^{_FIELD_BEGINS}-{_FIELD_ENDS}]*)(?:({_FIELD_SHOWS})([^{_FIELD_BEGINS}-{_FIELD_ENDS}]*))?{_FIELD_ENDS}"
)
_OPEN_FIELD = re.compile(f"{_FIELD_BEGINS}[^{_FIELD_BEGINS}-{_FIELD_ENDS}]*{_FIELD_SHOWS}")
_MARKS = re.compile(f"[{_FIELD_BEGINS}-{_CODE_ENDS}]")


@dataclass(slots=True)
class Paragraph:
    text: str = ""
    number: str = ""
    """The number of a list item, as shown before its words."""
    marked: bool = False
    """Whether it contains marks for what no page shows: then the whole paragraph is given as context."""
    boxes: list[str] = field(default_factory=list)
    """The paragraphs of attached text boxes."""
    drawn: list[str] = field(default_factory=list)
    """Ids of attached charts and diagrams."""


class Paragraphs:
    """Reads paragraphs in order, and counts the notes."""

    def __init__(self, comments: Mapping[str, str], lists: Lists | None = None) -> None:
        self._comments = comments
        self._lists = lists
        self._met: set[str] = set()
        self._notes: dict[str, list[str]] = {"footnote": [], "endnote": []}

    def read(self, element: ET.Element) -> Paragraph:
        paragraph = Paragraph()
        pieces: list[str] = []
        self._gather(element, paragraph, pieces, 0)
        paragraph.text = _joined(pieces)
        paragraph.number = self._lists.mark(element) if self._lists is not None else _number_of_2003(element)
        return paragraph

    def note_number(self, kind: str, note_id: str) -> int:
        """From 1, in the order of the references in the text; 0 if there is none."""
        met = self._notes[kind]
        return met.index(note_id) + 1 if note_id in met else 0

    def comments_not_met(self) -> list[str]:
        return [f"[{text}]" for number, text in self._comments.items() if number not in self._met]

    def _gather(self, element: ET.Element, paragraph: Paragraph, pieces: list[str], depth: int) -> None:
        if depth > _DEPTH_MAX:
            return
        for part in element:
            name = local(part)
            if name in _SKIPPED:
                continue
            if name in word_choices.BEGINS and (choices := word_choices.line(part)):
                pieces.append(f" {choices} ")
                paragraph.marked = True
            if name in _TEXTS:
                pieces.append(_TEXTS[name](part))
            elif name == "AlternateContent":
                self._gather(ET.Element("choice") if not len(part) else part[0], paragraph, pieces, depth + 1)
            elif name in {"commentReference", "footnoteReference", "endnoteReference"}:
                self._reference(name, attribute(part, "id"), paragraph, pieces)
            elif name in {"drawing", "pict", "object", "txbxContent"}:
                self._drawing(part, paragraph, depth)
            else:
                self._marked(part, name, paragraph, pieces, depth)

    def _reference(self, name: str, number: str, paragraph: Paragraph, pieces: list[str]) -> None:
        kind = name.removesuffix("Reference")
        if kind == "comment":
            self._met.add(number)
            if number in self._comments:
                pieces.append(f" [{self._comments[number]}] ")
                paragraph.marked = True
            return
        if number not in self._notes[kind]:
            self._notes[kind].append(number)
        pieces.append(f"[{self.note_number(kind, number)}]")

    def _drawing(self, element: ET.Element, paragraph: Paragraph, depth: int) -> None:
        for part in descendants(element, "txbxContent", "chart", "relIds", "textpath"):
            if local(part) == "textpath":
                paragraph.boxes += [text for text in [attribute(part, "string").strip()] if text]
            elif local(part) == "txbxContent":
                for inner in descendants(part, "p"):
                    found = Paragraph()
                    pieces: list[str] = []
                    self._gather(inner, found, pieces, depth + 10)
                    text = _joined(pieces).strip()
                    paragraph.boxes += [text] if text else []
            else:
                ids = [value for key, value in part.attrib.items() if key.endswith(("}id", "}dm"))]
                paragraph.drawn += ids[:1]

    def _marked(self, element: ET.Element, name: str, paragraph: Paragraph, pieces: list[str], depth: int) -> None:
        """A run or what wraps runs, in brackets if it is a change, a comment or hidden."""
        mark = _CHANGES.get(name, "")
        author = named(attribute(element, "author"))
        if name == "annotation":  # Word 2003
            kind = attribute(element, "type")
            mark = _CHANGES_2003.get(kind, "comment" if kind == "Word.Comment" else "")
        elif name == "r" and _is_hidden(element):
            mark = "hidden"
        inner: list[str] = []
        if name == "ruby":
            self._ruby(element, paragraph, inner, depth)
        else:
            self._gather(element, paragraph, inner, depth + 1)
        text = "".join(inner)
        if name == "r" and (align := child(element, "rPr", "vertAlign")) is not None:
            text = aligned(text, attribute(align, "val"))
        if name == "p" and text:
            text = f" / {text}" if pieces else text
        if not mark or not _without_fields(text).strip():
            pieces.append(text)
            return
        paragraph.marked = True
        before = next((piece for piece in reversed(pieces) if piece), "")
        apart = "" if before[-1:].isalnum() and text[0].isalnum() else " "
        after = _IN_A_WORD if text[-1].isalnum() else ""
        pieces.append(f"{apart}[{mark}{f' by {author}' if author else ''}: {text.strip()}]{after} ")

    def _ruby(self, element: ET.Element, paragraph: Paragraph, pieces: list[str], depth: int) -> None:
        for name, form in (("rubyBase", "{}"), ("rt", " ({})")):
            part, inner = child(element, name), list[str]()
            if part is not None:
                self._gather(part, paragraph, inner, depth + 1)
                pieces.append(form.format("".join(inner)))


def _joined(pieces: list[str]) -> str:
    """A change within a word does not split it."""
    return beside_marks(re.sub(rf"{_IN_A_WORD} (?=\w)|{_IN_A_WORD}", "", _without_fields("".join(pieces))))


def _without_fields(text: str) -> str:
    """Fields are replaced by their results; one without may show words of its code. A field may end in a later
    paragraph."""
    if _MARKS.search(text) is None:
        return text
    for _ in range(_DEPTH_MAX):
        text, count = _FIELD.subn(_shown, text)
        if not count:
            break
    return _MARKS.sub("", _CODE.sub("", _OPEN_FIELD.sub("", text)))


def _shown(field: re.Match[str]) -> str:
    return _CODE.sub("", field[3]) if field[2] else field_words.of_code("".join(_CODE.findall(field[1])))


def _field_sign(char: ET.Element) -> str:
    signs = {"begin": _FIELD_BEGINS, "separate": _FIELD_SHOWS, "end": _FIELD_ENDS}
    return _chosen(char) + signs.get(attribute(char, "fldCharType"), "")


def _number_of_2003(paragraph: ET.Element) -> str:
    """Word 2003 stores it; for a bullet that is its sign, which is left out."""
    written = child(paragraph, "pPr", "listPr", "t")
    text = attribute(written, "val") if written is not None else ""
    return text if any(char.isalnum() for char in text) else ""


def _is_hidden(run: ET.Element) -> bool:
    vanish = child(run, "rPr", "vanish")
    return vanish is not None and attribute(vanish, "val", "1") not in {"0", "false", "off"}


def _chosen(field_begin: ET.Element) -> str:
    """What a list or a check box in a Word 97 form shows: the chosen entry or a tick, which is in no run."""
    box = child(field_begin, "ffData", "checkBox")
    if box is not None:
        state = child(box, "checked")
        state = child(box, "default") if state is None else state
        return "☐" if state is None or attribute(state, "val", "1") in {"0", "false", "off"} else "☒"
    listed = child(field_begin, "ffData", "ddList")
    if listed is None:
        return ""
    entries = [attribute(entry, "val") for entry in listed if local(entry) == "listEntry"]
    chosen = child(listed, "result")
    number = attribute(chosen, "val", "0") if chosen is not None else "0"
    return entries[int(number)] if number.isdecimal() and int(number[:6]) < len(entries) else ""


def _symbol(code: str, font: str) -> str:
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    if font.casefold() == "symbol" and value & 0xFF in field_words.SYMBOL_FONT:
        return field_words.SYMBOL_FONT[value & 0xFF]
    return _SIGNS.get(value & 0xFF, "") if value >> 8 == _OWN_SIGNS else chr(value) if 0x20 <= value < 0xD800 else ""


_OWN_SIGNS = 0xF0
"""Where Word stores the signs of symbol fonts; most of those below are of Wingdings."""
_SIGNS = {
    0xFC: "✓", 0xFB: "✗", 0xFD: "☒", 0xFE: "☑", 0x6F: "☐", 0x71: "☐", 0x72: "☐", 0xA8: "☐", 0x78: "☒",
    0xB7: "•", 0x6C: "●", 0x6E: "■", 0xA7: "▪", 0xD8: "➢", 0xE0: "→", 0xDF: "←", 0x4A: "☺", 0x4C: "☹",
}  # fmt: skip


_TEXTS: dict[str, Callable[[ET.Element], str]] = {
    **dict.fromkeys(("t", "delText"), lambda part: part.text or ""),
    **dict.fromkeys(("tab", "ptab"), lambda _: "\t"),
    **dict.fromkeys(("br", "cr"), lambda _: "\n"),
    "noBreakHyphen": lambda _: "-",
    "sym": lambda part: _symbol(attribute(part, "char"), attribute(part, "font")),
    "fldChar": _field_sign,
    "instrText": lambda part: f"{_CODE_BEGINS}{part.text or ''}{_CODE_ENDS}",
    **dict.fromkeys(("oMath", "oMathPara"), lambda part: f" {linear(part).strip()} "),
}
"""Text for an element without words."""
