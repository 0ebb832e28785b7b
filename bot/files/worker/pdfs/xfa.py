"""Reads a form of Adobe's XFA: its captions with the values that were filled in, in order.

Pure, on what qpdf has read. Source: XML Forms Architecture 3.3, part 1, 2 to 4: the template has the parts of the form,
and the data has the values under their names. Data that the template does not show comes last.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.etree import ElementTree as ET

import pikepdf

from bot.files.worker.documents.bylines import in_one_piece
from bot.files.worker.documents.package import Broken, attribute, child, descendants, local, parsed

_GROUPS = frozenset({"subform", "subformSet", "area", "pageSet", "pageArea"})
_UNSEEN = frozenset({"hidden", "invisible", "inactive"})
_BLOCKS = frozenset({"p", "br", "div", "li"})
_BYTES_MAX = 30_000_000
_LINES_MAX = 20_000


def lines(pdf: pikepdf.Pdf) -> list[str]:
    """Empty if there is no form that can be understood. May raise what qpdf raises."""
    found = list(_parts(pdf.Root.AcroForm.XFA))
    template = next((one for root in found for one in descendants(root, "template")), None)
    data = next((one for root in found for one in descendants(root, "data")), None)
    form = _Form()
    if template is not None:
        form.walk(template, data)
    if data is not None:
        form.rest(data, ())
    return form.lines[:_LINES_MAX]


def _parts(xfa: pikepdf.Object) -> Iterator[ET.Element]:
    """It is one XML document, or several streams of one, each after its name."""
    streams = [xfa] if isinstance(xfa, pikepdf.Stream) else [one for one in xfa if isinstance(one, pikepdf.Stream)]
    pieces = [stream.read_bytes() for stream in streams]
    if sum(map(len, pieces)) > _BYTES_MAX:
        return
    try:
        yield parsed(b"".join(pieces))
    except Broken:
        for piece in pieces:
            try:
                yield parsed(piece)
            except Broken:  # its beginning or its end
                continue


class _Form:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self._told: set[int] = set()

    def walk(self, part: ET.Element, data: ET.Element | None) -> None:
        for inner in part:
            kind = local(inner)
            if len(self.lines) > _LINES_MAX:
                return
            if attribute(inner, "presence") in _UNSEEN:
                continue
            if kind in _GROUPS:
                bound: Sequence[ET.Element | None] = _bound(inner, data) or [data]
                for one in bound:
                    self.walk(inner, one)
            elif kind == "field":
                self._field(inner, _bound(inner, data))
            elif kind == "exclGroup":
                self._choice(inner, _bound(inner, data))
            elif kind == "draw":
                self._add(_words(child(inner, "value")))

    def _field(self, field: ET.Element, bound: list[ET.Element]) -> None:
        caption = _words(child(field, "caption"))
        value = "; ".join(filter(None, map(self._value, bound))) if bound else _words(child(field, "value"))
        if child(field, "ui", "button") is not None:
            self._add(caption)
        elif child(field, "ui", "checkButton") is not None:
            on = next(iter(_items(field, saved=True)), "1")
            self._add(f"{caption or attribute(field, 'name')}: {'ticked' if value == on else 'not ticked'}")
        elif child(field, "ui", "passwordEdit") is None:
            shown = dict(zip(_items(field, saved=True), _items(field, saved=False), strict=False))
            self._add(f"{caption or attribute(field, 'name')}: {shown.get(value, value)}")

    def _choice(self, group: ET.Element, bound: list[ET.Element]) -> None:
        """One of several, chosen by the value."""
        self._add(_words(child(group, "caption")))
        value = next(filter(None, map(self._value, bound)), "")
        for field in group:
            if local(field) == "field":
                on = next(iter(_items(field, saved=True)), "")
                caption = _words(child(field, "caption")) or attribute(field, "name")
                self._add(f"{caption}: {'chosen' if on and on == value else 'not chosen'}")

    def rest(self, data: ET.Element, path: tuple[str, ...]) -> None:
        for inner in data:
            if len(inner):
                self.rest(inner, (*path, local(inner)))
            elif id(inner) not in self._told and (words := in_one_piece(inner.text or "")):
                self._add(f"{'.'.join((*path[1:], local(inner)))}: {words}")

    def _value(self, data: ET.Element) -> str:
        self._told.update(map(id, data.iter()))
        return in_one_piece(" ".join(data.itertext()))

    def _add(self, line: str) -> None:
        if line.strip(": "):
            self.lines.append(line)


def _bound(part: ET.Element, data: ET.Element | None) -> list[ET.Element]:
    """The data of a part of the form: by its name, or by a path of its own."""
    bind = child(part, "bind")
    how = attribute(bind, "match", "once") if bind is not None else "once"
    if data is None or how == "none":
        return []
    path = (
        attribute(bind, "ref").removeprefix("$.").removeprefix("$record.")
        if how == "dataRef" and bind is not None
        else ""
    )
    names = [name.partition("[")[0] for name in (path or attribute(part, "name")).split(".")]
    found = [data]
    for name in filter(None, names):
        found = [inner for one in found for inner in one if local(inner) == name]
    return found if any(names) else []


def _items(field: ET.Element, *, saved: bool) -> list[str]:
    """The choices as stored, and as people see them, if that differs."""
    lists = [inner for inner in field if local(inner) == "items"]
    fitting = [one for one in lists if (attribute(one, "save") == "1") == saved]
    return ["".join(item.itertext()).strip() for item in next(iter(fitting or lists), ())]


def _words(element: ET.Element | None) -> str:
    """The value of a caption; formatted text is a page of its own."""
    value = element if element is None or local(element) == "value" else child(element, "value")
    return " ".join(_text(value).split()) if value is not None and child(value, "image") is None else ""


def _text(element: ET.Element) -> str:
    inner = (element.text or "") + "".join(_text(one) + (one.tail or "") for one in element)
    return f" {inner} " if local(element) in _BLOCKS else inner
