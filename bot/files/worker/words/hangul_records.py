"""Converts the sections of a binary Hangul document (HWP 5) to the XML of the newer form.

Pure. Source: Hancom's "HWP 5.0" format description, 3.2.3, 4.1 and 4.3: a section is a stream of records with levels;
records of deeper levels belong to the record before them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree import ElementTree as ET

from bot.files.worker.documents.package import Broken

_PARAGRAPH, _TEXT, _CONTROL, _LIST, _TABLE, _EQUATION, _TEXT_ART = 66, 67, 71, 72, 77, 88, 90
INFLATED_BYTES_MAX = 40_000_000
_RECORDS_MAX, _DEPTH_MAX = 400_000, 60
_CHAR_ALONE = frozenset({0, 10, 13, *range(24, 32)})
_CHAR_INLINE = frozenset({*range(4, 10), 19, 20})
"""Characters below 32: those that stand alone, and those that are eight units long. The others stand for a control."""
_SIGNS = {9: "\t", 10: "\n", 24: "-", 30: " ", 31: " "}
_UNITS = 8
_CONTROLS = {
    "tbl ": "tbl",
    "head": "header",
    "foot": "footer",
    "fn  ": "footNote",
    "en  ": "endNote",
    "tcmt": "hiddenComment",
    "eqed": "equation",
    "gso ": "rect",
    "atno": "autoNum",
    "tdut": "dutmal",
    "tcps": "compose",
}
_ROW_AT = 10
"""Offset in the record that begins a cell."""


@dataclass(slots=True)
class _Record:
    tag: int
    data: bytes
    inner: list[_Record] = field(default_factory=list)


def sections(streams: Mapping[str, bytes], *, packed: bool) -> Iterator[ET.Element]:
    """``streams`` are those of BodyText, by name. Raises ``Broken`` for a section that cannot be read."""
    numbered = sorted((int(name[7:]), data) for name, data in streams.items() if name[7:].isdecimal())
    left = INFLATED_BYTES_MAX
    for _, data in numbered:
        content = inflated(data, left) if packed else data
        left -= len(content)
        section, root = ET.Element("sec"), _Record(0, b"")
        whole = _fill_tree(root, content)
        section.extend(_paragraph(record, 0) for record in root.inner if record.tag == _PARAGRAPH)
        yield section
        if not whole or left <= 0:
            raise Broken("more than is read")


def inflated(data: bytes, bytes_max: int) -> bytes:
    try:
        return zlib.decompressobj(-15).decompress(data, max(bytes_max, 1))
    except zlib.error as error:
        raise Broken("not packed as it says") from error


def _fill_tree(root: _Record, content: bytes) -> bool:
    """Whether it was read to its end."""
    open_records, at = [root], 0
    for _ in range(_RECORDS_MAX):
        if at + 4 > len(content):
            return at <= len(content)
        (head,) = struct.unpack_from("<I", content, at)
        level, size, at = head >> 10 & 0x3FF, head >> 20, at + 4
        if size == 0xFFF and at + 4 <= len(content):
            (size,) = struct.unpack_from("<I", content, at)
            at += 4
        record = _Record(head & 0x3FF, content[at : at + size])
        at += size
        del open_records[min(level + 1, len(open_records)) :]
        open_records[-1].inner.append(record)
        if len(open_records) <= _DEPTH_MAX:
            open_records.append(record)
    return False


def _paragraph(record: _Record, depth: int) -> ET.Element:
    """Each control is put where its character is in the text, in order."""
    paragraph = ET.Element("p")
    run = ET.SubElement(paragraph, "run")
    controls = iter([inner for inner in record.inner if inner.tag == _CONTROL])
    units = b"".join(inner.data for inner in record.inner if inner.tag == _TEXT)
    start = at = 0
    while at + 2 <= len(units):
        code = int.from_bytes(units[at : at + 2], "little")
        if code >= 32:
            at += 2
            continue
        _say(run, units[start:at])
        if code in _SIGNS:
            ET.SubElement(run, "t").text = _SIGNS[code]
        elif code not in _CHAR_ALONE | _CHAR_INLINE and (control := next(controls, None)) is not None:
            run.append(_control(control, depth + 1))
        at += 2 if code in _CHAR_ALONE else 2 * _UNITS
        start = at
    _say(run, units[start:at])
    run.extend(_control(control, depth + 1) for control in controls)
    return paragraph


def _say(run: ET.Element, units: bytes) -> None:
    if units:
        ET.SubElement(run, "t").text = units.decode("utf-16-le", "replace")


def _control(record: _Record, depth: int) -> ET.Element:
    element = ET.Element(_CONTROLS.get(record.data[:4][::-1].decode("latin-1"), "x"))
    if depth > _DEPTH_MAX:
        return element
    if element.tag == "tbl":
        _fill_table(element, record, depth)
    elif element.tag == "equation":
        script = next((_counted(inner.data, 4) for inner in record.inner if inner.tag == _EQUATION), "")
        ET.SubElement(element, "script").text = script
    elif element.tag == "dutmal":
        main = _counted(record.data, 4)
        ET.SubElement(element, "mainText").text = main
        ET.SubElement(element, "subText").text = _counted(record.data, 6 + 2 * len(main))
    elif element.tag == "compose":
        element.set("composeText", _counted(record.data, 4))
    elif element.tag == "autoNum" and len(record.data) >= 10:
        element.set("num", str(int.from_bytes(record.data[8:10], "little")))
    else:
        _fill(element, record, depth)
    return element


def _fill(element: ET.Element, record: _Record, depth: int) -> None:
    """The paragraphs of a drawing, a note, a header or a footer, at whatever level."""
    inside = ET.SubElement(element, "subList")
    waiting = list(reversed(record.inner))
    while waiting:
        inner = waiting.pop()
        if inner.tag == _PARAGRAPH:
            inside.append(_paragraph(inner, depth + 1))
        elif inner.tag == _TEXT_ART and (words := _counted(inner.data, 32)):
            ET.SubElement(ET.SubElement(ET.SubElement(inside, "p"), "run"), "t").text = words
        else:
            waiting += reversed(inner.inner)


def _fill_table(element: ET.Element, record: _Record, depth: int) -> None:
    """Each cell begins with a list that has its row number; a list before the table itself is the caption."""
    row, number, begun = element, -1, False
    cell = ET.SubElement(element, "caption")
    inside = ET.SubElement(cell, "subList")
    for inner in record.inner:
        if inner.tag == _TABLE:
            begun = True
        elif inner.tag == _LIST and begun:
            own = int.from_bytes(inner.data[_ROW_AT : _ROW_AT + 2], "little")
            if own != number:
                row, number = ET.SubElement(element, "tr"), own
            inside = ET.SubElement(ET.SubElement(row, "tc"), "subList")
        elif inner.tag == _PARAGRAPH:
            inside.append(_paragraph(inner, depth + 1))
        if inner.tag == _LIST:
            inside.extend(_paragraph(one, depth + 1) for one in inner.inner if one.tag == _PARAGRAPH)


def _counted(data: bytes, at: int) -> str:
    """A text after its length in characters; empty if that is more than there is."""
    count = int.from_bytes(data[at : at + 2], "little")
    text = data[at + 2 : at + 2 + 2 * count]
    return text.decode("utf-16-le", "replace") if count and len(text) == 2 * count else ""
