"""Reads cells that hold more than a value: pictures, data types such as stocks and places, newer errors.

For older programs such a cell says #VALUE!. WPS Office has a formula of its own for pictures, which names them. I/O:
reads parts of the package with the first such cell, and writes pictures. Source: [MS-XLSX] 2.3.6 and 2.6 (rich values).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar
from xml.etree import ElementTree as ET

from bot.files.outbox import Outbox
from bot.files.worker.documents.excel_escapes import unescaped
from bot.files.worker.documents.package import Package, attribute, child, descendants, local
from bot.files.worker.sheets.model import Sheet, Workbook

_FOLDER = "xl/richdata"
_IMAGE, _WEB_IMAGE = "_rvRel:LocalImageIdentifier", "WebImageIdentifier"
_ERRORS = {
    "8": "#SPILL!",
    "9": "#CONNECT!",
    "10": "#BLOCKED!",
    "11": "#UNKNOWN!",
    "12": "#FIELD!",
    "13": "#CALC!",
    "14": "#BUSY!",
    "18": "#EXTERNAL!",
    "19": "#TIMEOUT!",
}
_OF_WPS = re.compile(r'=?(?:_xlfn\.)?DISPIMG\("([^"]{1,100})",\s*\d+\)')
_T = TypeVar("_T")
_VALUES_MAX = 50_000
_CHARS_MAX = 1_000
"""The most characters of one value: many cells may hold the same."""


@dataclass(frozen=True, slots=True)
class _RichValue:
    """``part`` is where a picture is; ``text`` is what else people see, or its alternative text."""

    text: str = ""
    part: str = ""
    is_picture: bool = False


class WithinCells:
    """Pictures within cells become pictures of the workbook, each once."""

    def __init__(self, package: Package, workbook: Workbook, out: Outbox) -> None:
        self._package = package
        self._workbook = workbook
        self._out = out
        self._values = _RichValues(package)
        self._met: dict[str, str] = {}

    def shown(self, sheet: Sheet, cell: ET.Element, text: str) -> str:
        """What people see of a cell that holds more than ``text``; empty if it does not."""
        number = cell.get("vm")
        found = self._values.value(number) if number else self._values.named(text) if "DISPIMG" in text else None
        if found is None or not found.is_picture:
            return found.text if found is not None else ""
        where = cell.get("r", "")
        first = self._met.setdefault(found.part, f"{sheet.name}!{where}") if found.part else ""
        if first == f"{sheet.name}!{where}":
            self._workbook.add_picture(self._package, found.part, f"picture in “{sheet.name}” at {where}", self._out)
        said = f"picture, as at {first}" if first and first != f"{sheet.name}!{where}" else "picture"
        return f"[{said}: {found.text}]" if found.text else f"[{said}]"


class _RichValues:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._found: list[_RichValue | None] | None = None
        self._of_wps: dict[str, _RichValue] | None = None

    def named(self, text: str) -> _RichValue | None:
        """The picture that WPS shows in place of this cell text."""
        found = _OF_WPS.fullmatch(text)
        if found is None:
            return None
        if self._of_wps is None:
            self._of_wps = dict(_cell_images(self._package))
        return self._of_wps.get(found[1])

    def value(self, number: str) -> _RichValue | None:
        """``number`` is the cell's ``vm``, from 1; ``None`` for a value with nothing of its own to show."""
        if self._found is None:
            self._found = list(_all(self._package))
        at = int(number) - 1 if number.isdecimal() and len(number) < 10 else -1
        return self._found[at] if 0 <= at < len(self._found) else None


def _all(package: Package) -> Iterator[_RichValue | None]:
    """In the order of the workbook's metadata."""
    metadata = package.optional_tree("xl/metadata.xml")
    kinds = [attribute(one, "name") for one in descendants(metadata, "metadataType")]
    numbers = {
        attribute(future, "name"): [next(descendants(one, "rvb"), None) for one in future if local(one) == "bk"]
        for future in descendants(metadata, "futureMetadata")
    }
    values = _values(package)
    listed = child(metadata, "valueMetadata")
    for block in list(listed)[:_VALUES_MAX] if listed is not None else ():
        record = child(block, "rc")
        kind = kinds[_whole(record, "t") - 1] if record is not None and 0 < _whole(record, "t") <= len(kinds) else ""
        known = numbers.get(kind, [])
        at = _whole(record, "v")
        found = known[at] if 0 <= at < len(known) else None
        number = _whole(found, "i")
        yield values[number] if found is not None and 0 <= number < len(values) else None


def _values(package: Package) -> list[_RichValue | None]:
    structures = [
        [attribute(key, "n") for key in one if local(key) == "k"]
        for one in descendants(package.optional_tree(f"{_FOLDER}/rdrichvaluestructure.xml"), "s")
    ]
    pictures = _pictures(package)
    addresses = _addresses(package)
    found = list[_RichValue | None]()
    for value in descendants(package.optional_tree(f"{_FOLDER}/rdrichvalue.xml"), "rv"):
        at = _whole(value, "s")
        keys = structures[at] if 0 <= at < len(structures) else []
        texts = (unescaped((part.text or "")[:_CHARS_MAX]) for part in value if local(part) == "v")
        found.append(_value(dict(zip(keys, texts, strict=False)), pictures, addresses))
    return found


def _value(fields: dict[str, str], pictures: list[str], addresses: list[tuple[str, str]]) -> _RichValue | None:
    words = fields.get("Text", "").strip()
    if _IMAGE in fields:
        return _RichValue(words, _at(pictures, fields[_IMAGE], ""), is_picture=True)
    if _WEB_IMAGE in fields:
        address, part = _at(addresses, fields[_WEB_IMAGE], ("", ""))
        return _RichValue(" ".join(filter(None, (words, address))), part, is_picture=True)
    text = fields.get("_DisplayString", "") or _ERRORS.get(fields.get("errorType", ""), "")
    return _RichValue(text) if text else None


def _at(values: list[_T], number: str, default: _T) -> _T:
    return values[int(number)] if number.isdecimal() and len(number) < 10 and int(number) < len(values) else default


def _pictures(package: Package) -> list[str]:
    part = f"{_FOLDER}/richvaluerel.xml"
    targets = package.relations(part)
    ids = [_id(one) for one in descendants(package.optional_tree(part), "rel")]
    return [targets[one].target if one in targets else "" for one in ids]


def _addresses(package: Package) -> list[tuple[str, str]]:
    """For linked pictures: the address, and the part with a copy, if there is one."""
    part = f"{_FOLDER}/rdrichvaluewebimage.xml"
    targets = package.relations(part)
    found = []
    for one in descendants(package.optional_tree(part), "webImageSrd"):
        address, kept = (targets.get(_id(child(one, name))) for name in ("address", "blip"))
        found.append((address.target if address is not None else "", kept.target if kept is not None else ""))
    return found


def _id(element: ET.Element | None) -> str:
    named = element.attrib.items() if element is not None else ()
    return next((value for key, value in named if key.endswith("}id")), "")


def _whole(element: ET.Element | None, name: str) -> int:
    value = attribute(element, name) if element is not None else ""
    return int(value) if value.isdecimal() and len(value) < 10 else -1


def _cell_images(package: Package) -> Iterator[tuple[str, _RichValue]]:
    part = "xl/cellimages.xml"
    targets = package.relations(part)
    for picture in descendants(package.optional_tree(part), "pic"):
        about, shown = (next(descendants(picture, name), None) for name in ("cNvPr", "blip"))
        if about is None or shown is None:
            continue
        number = next((value for key, value in shown.attrib.items() if key.endswith("}embed")), "")
        if number in targets:
            yield (
                attribute(about, "name"),
                _RichValue(attribute(about, "descr")[:_CHARS_MAX], targets[number].target, is_picture=True),
            )
