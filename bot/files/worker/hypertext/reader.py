"""Turns HTML into readable text: for mails and for what is written in Slack itself (canvases, posts).

Pure. An HTML5 parser finds the structure, whatever was left open. Simple structure becomes Markdown: headings, lists,
quotations, links, table rows; a picture is given by its alternative text. What people do not see (scripts, styles,
hidden elements) is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, LexborNode

from bot.files.worker.documents.equations import linear
from bot.files.worker.documents.package import Broken, parsed
from bot.files.worker.hypertext.flow import Flow
from bot.files.worker.hypertext.mended import mended
from bot.files.worker.hypertext.tags import bare_words, parses_in_time
from bot.files.worker.numerals import CAPITALS, LETTERS, ROMAN, SMALL_ROMAN
from bot.files.worker.raised import lowered, raised

_SKIPPED = frozenset({"script", "style", "title", "template", "head", "desc", "metadata", "datalist", "iframe"})
_SKIPPED |= {"noembed", "noframes", "rp", "-comment", "!doctype", "-doctype"}
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "dl", "pre", "blockquote"})
_BLOCKS = _PARAGRAPHS | {
    *("div", "section", "article", "header", "footer", "main", "nav", "aside", "address", "figure", "figcaption"),
    *("form", "fieldset", "legend", "details", "summary", "dt", "dd", "caption", "center", "hgroup", "optgroup"),
    *(
        "option",
        "body",
        "html",
        "dialog",
        "dir",
        "menu",
        "listing",
        "xmp",
        "tbody",
        "thead",
        "tfoot",
        "hr",
        "svg",
        "noscript",
    ),
}
_LISTS = frozenset({"ul", "ol", "menu", "dir"})
_STRUCK = frozenset({"s", "strike", "del"})
_APART = frozenset({"button", "meter", "progress", "select", "video", "audio", "object", "canvas", "label"})
"""Elements that are separate from the words around them, even without a blank in the source."""
_SMALL: dict[str, Callable[[str], str]] = {"sup": raised, "sub": lowered}
_WORDS = {**{f"h{level}": "#" * level + " " for level in range(1, 7)}, "hr": "---", **dict.fromkeys(_STRUCK, "~~")}
_OPENERS: dict[str, Callable[[Flow], None]] = {
    "li": Flow.open_item,
    "blockquote": Flow.open_quotation,
    "tr": Flow.open_row,
    "td": Flow.open_cell,
    "th": Flow.open_cell,
    "a": Flow.open_link,
}
_EQUATION_CHARS_MAX = 50_000
_FRAMES_MAX = 3
_FRAMES = re.compile(r"</?(?:noframes|frameset|frame)\b[^<>]*>", re.IGNORECASE)
_FORMS = {"a": LETTERS, "A": CAPITALS, "i": SMALL_ROMAN, "I": ROMAN}
_FORMS_OF_STYLE = {"alpha": LETTERS, "latin": LETTERS, "roman": SMALL_ROMAN}
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:[^;]*?\b(lower|upper)-(alpha|latin|roman)\b", re.IGNORECASE)
_VERBATIM = frozenset({"pre", "textarea", "listing", "xmp"})
_SHOWN_VALUES = frozenset({"", "text", "submit", "button", "reset", "email", "number", "date", "url", "tel", "search"})
_UNSEEN = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all)", re.IGNORECASE)


def to_text(html: str, depth: int = 0) -> str:
    """Lines without trailing or leading blanks, and at most one empty line in a row. Hidden elements are used only if
    nothing else is there. ``depth`` counts the pages that this one is within. For frames, whose pages are elsewhere,
    the text for browsers without frames is used.

    Markup that is made to keep a parser busy gives its bare words.
    """
    html = mended(html.replace("\0", ""))
    if not parses_in_time(html):
        flow = Flow()
        for line in bare_words(html).splitlines():
            flow.words(line)
            flow.end_line()
        return flow.text()
    # without events, since with them the parser copies the chosen option of a list at every option
    root = LexborHTMLParser(html.encode("utf-8", "replace").decode(), options=LexborDocumentOptions.WO_EVENTS).root
    if root is None:
        return "\n"
    text = _Reader(depth, hidden=False).read(root)
    if not text.strip():
        text = _Reader(depth, hidden=True).read(root)
    if not text.strip() and depth < _FRAMES_MAX and (page := _FRAMES.sub(" ", html)) != html:
        return to_text(page, depth + 1)
    return text


class _Reader:
    """Walks the tree without recursion, since markup may be nested deeper than Python's call stack."""

    def __init__(self, depth: int, *, hidden: bool) -> None:
        self._depth = depth
        self._hidden = hidden
        self._flow = Flow()
        self._verbatim = self._lists = 0
        self._small: list[Callable[[str], str]] = []

    def read(self, root: LexborNode) -> str:
        open_nodes: list[tuple[LexborNode, str]] = []
        node: LexborNode | None = root
        while node is not None or open_nodes:
            if node is None:
                node, tag = open_nodes.pop()
                self._leave(node, tag)
                node = node.next
                continue
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "")
                node = node.next
            elif self._enter(node, tag):
                open_nodes.append((node, tag))
                node = node.first_child
            else:
                node = node.next
        return self._flow.text()

    def _text(self, data: str) -> None:
        data = self._small[-1](data) if self._small else data
        if self._verbatim:
            self._flow.lines(data)
        else:
            self._flow.words(data)

    def _enter(self, node: LexborNode, tag: str) -> bool:
        """Whether to show its children."""
        attributes = node.attributes
        if tag in _SKIPPED and not (tag == "iframe" and attributes.get("srcdoc")):
            return False
        if not self._hidden and ("hidden" in attributes or _UNSEEN.search(attributes.get("style") or "")):
            return False
        if tag == "iframe":
            self._frame(attributes["srcdoc"] or "")
            return False
        if tag == "math" and (equation := _equation(node)):
            self._flow.words(equation)
            return False
        if tag in _BLOCKS:
            self._end_line(tag)
        self._verbatim += tag in _VERBATIM
        self._begin(tag, attributes)
        return True

    def _frame(self, page: str) -> None:
        """A page within an attribute of this one (``srcdoc``)."""
        if self._depth < _FRAMES_MAX:
            for line in to_text(page, self._depth + 1).splitlines():
                self._flow.end_line()
                self._flow.words(line)
        self._flow.end_line()

    def _end_line(self, tag: str) -> None:
        """A list within a list follows its item without an empty line."""
        self._flow.end_line(paragraph=tag in _PARAGRAPHS and not (tag in _LISTS and self._lists))

    def _begin(self, tag: str, attributes: dict[str, str | None]) -> None:
        flow = self._flow
        if tag in _OPENERS:
            _OPENERS[tag](flow)
            if tag == "li" and attributes.get("value"):
                flow.number_item(_number(attributes["value"]))
        elif tag in _LISTS:
            self._lists += 1
            flow.open_list(_number(attributes.get("start")) if tag == "ol" else None, _form(attributes))
        elif tag == "br":
            flow.end_line(even_empty=True)
        elif tag == "input":
            flow.words(_input(attributes))
        elif tag in _SMALL:
            self._small.append(_SMALL[tag])
        elif tag == "rt":
            flow.words(" (")
        elif tag in _APART:
            flow.words(" ")
        elif tag in {"img", "area", "image"} and (attributes.get("alt") or "").strip():
            flow.words(f"[{attributes['alt']}]")
        else:
            flow.words(_WORDS.get(tag, ""))

    def _leave(self, node: LexborNode, tag: str) -> None:
        flow = self._flow
        if tag in _LISTS:
            self._lists -= 1
            flow.close_list()
        elif tag in {"li", "blockquote", "tr", "td", "th"}:
            flow.close(tag)
        elif tag == "a":
            flow.close_link((node.attributes.get("href") or "").strip())
        elif tag in _STRUCK:
            flow.words("~~")
        elif tag in _SMALL:
            self._small.pop()
        elif tag == "rt":
            flow.words(")")
        elif tag in _APART:
            flow.words(" ")
        self._verbatim -= tag in _VERBATIM
        if tag in _BLOCKS:
            self._end_line(tag)


def _equation(node: LexborNode) -> str:
    """Empty if it is not XML; its words are then shown as they are."""
    html = (node.html or "")[:_EQUATION_CHARS_MAX].replace("&nbsp;", "\u00a0")
    try:
        return " ".join(linear(parsed(html.encode("utf-8", "replace"))).split())
    except Broken:
        return ""


def _number(start: str | None) -> int:
    return int(start) if start and re.fullmatch(r"-?[0-9]{1,6}", start) else 1


def _form(attributes: dict[str, str | None]) -> str:
    """How a list writes its numbers, in the words of ``numerals``."""
    style = _LIST_STYLE.search(attributes.get("style") or "")
    if style is None:
        return _FORMS.get(attributes.get("type") or "", "")
    form = _FORMS_OF_STYLE[style[2].lower()]
    return form if style[1].lower() == "lower" else {LETTERS: CAPITALS, SMALL_ROMAN: ROMAN}[form]


def _input(attributes: dict[str, str | None]) -> str:
    """What a form field shows."""
    kind = (attributes.get("type") or "").lower()
    if kind in {"checkbox", "radio"}:
        return "[x] " if "checked" in attributes else "[ ] "
    shown = attributes.get("value") or attributes.get("placeholder") or ""
    return f" {shown} " if kind in _SHOWN_VALUES else ""
