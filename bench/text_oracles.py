"""Reads the texts of a file with independent readers: kinds that are text, or texts in a zip.

I/O: reads files. ElementTree, ``json``, ``zipfile`` and a few lines of each format's own rules, none of them the bot's.
"""

from __future__ import annotations

import html
import json
import posixpath
import quopri
import re
import struct
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

_UNSEEN = re.compile(
    rb"(?is)<!--.*?-->|<(head|script|style)\b.*?</\1\s*>|<(head|script|style)\b[^>]*/>|<nav\b[^>]*hidden.*?</nav>"
)
_TAG = re.compile(r"(?s)<(/?)([a-zA-Z]+)[^>]*>|<[!?][^>]*>")
_INLINE = re.compile(r"(?i)a|abbr|b|big|cite|code|em|font|i|ins|kbd|q|s|small|span|strong|sub|sup|tt|u|var")
_OBJECT = re.compile(r"<[\w.]+ (?:size|object|at) ")
_OF_EVENTS = re.compile(r"(?i)(?:[\w-]+\.)?(SUMMARY|DESCRIPTION|LOCATION|COMMENT|FN|NOTE|TITLE|ORG|NICKNAME)[;:]")
_LONG_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{40,}={0,2}\s*){3,}|[A-Za-z0-9+/]{200,}={0,2}")
_OF_OFFICE = re.compile(r"mso-application|schemas\.microsoft\.com/office|urn:schemas-microsoft-com:office|opendocument")
_OF_PROGRAMS = re.compile(r"(?i)^(?:this is an event reminder|alarm notification|reminder)\W*$")
"""What programs write where nobody has written anything."""
_SOURCES = (".csv", ".tsv", ".md", ".xml", ".svg", ".json", ".tex", ".org", ".vtt")
_ATTACHED_TITLE, _SUBJECT = 0x00018010, 0x00018004


# --- books -----------------------------------------------------------------------------------------------------------
def epub(path: Path) -> Iterator[str]:
    """The chapters that the package's spine names."""
    with zipfile.ZipFile(path) as book:
        container = ET.fromstring(book.read("META-INF/container.xml"))
        package = unquote(next(one.attrib["full-path"] for one in container.iter() if _local(one) == "rootfile"))
        root = ET.fromstring(book.read(package))
        items = {one.attrib["id"]: one.attrib for one in root.iter() if _local(one) == "item" and "id" in one.attrib}
        for one in root.iter():
            item = items.get(one.attrib.get("idref", ""), {}) if _local(one) == "itemref" else {}
            if item.get("media-type") == "application/xhtml+xml":
                yield _page(
                    book.read(posixpath.normpath(posixpath.join(posixpath.dirname(package), unquote(item["href"]))))
                )


def _page(content: bytes) -> str:
    text = _UNSEEN.sub(b" ", content).decode("utf-8")
    return html.unescape(_TAG.sub(lambda tag: "" if _INLINE.fullmatch(tag[2] or "") else " ", text))


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


# --- calendars and cards ---------------------------------------------------------------------------------------------
def calendar(path: Path) -> Iterator[str]:
    """What events and cards say of themselves, unfolded; other properties are for programs, or days."""
    content = path.read_bytes().decode("utf-8-sig")
    soft = re.sub(r"=\r?\n", "=\n", content)
    folded = re.sub(r"(?<!=)\r?\n[ \t]", "", soft)
    for line in re.sub(r"=\n[ \t]?", "", folded).splitlines():
        named = _OF_EVENTS.match(line)
        if named:
            head, _, value = re.sub(r'"[^"]*"', "", line).partition(":")
            if "QUOTED-PRINTABLE" in head.upper():
                value = quopri.decodestring(value.encode()).decode("utf-8")
            if "BASE64" not in head.upper():
                text = re.sub(r"\\[nN]", " ", re.sub(r"\\([,;:\\])", r"\1", value)).replace("\\", " ")
                yield "" if _OF_PROGRAMS.match(text) else text


# --- notebooks and drawings ------------------------------------------------------------------------------------------
def notebook(path: Path) -> Iterator[str]:
    """Sources of cells, and their outputs: what was printed, else the page, as people are shown it, else the words."""
    book = json.loads(path.read_bytes())
    sheets = book.get("worksheets") or [book]
    for cell in (cell for sheet in sheets for cell in sheet.get("cells", [])):
        yield _joined(cell.get("source", cell.get("input", "")))
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            yield _joined(output.get("text", ""))
            plain = (
                _joined(data.get("text/plain", "")) if not _OBJECT.match(_joined(data.get("text/plain", ""))) else ""
            )
            yield _page(_joined(data["text/html"]).encode()) if "text/html" in data else plain


def _joined(lines: str | list[str]) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", lines if isinstance(lines, str) else "".join(lines))


def visio(path: Path) -> Iterator[str]:
    """The text of every shape of every page that is not a master's."""
    with zipfile.ZipFile(path) as drawing:
        for name in drawing.namelist():
            if re.fullmatch(r"visio/pages/page\d+\.xml", name):
                root = ET.fromstring(drawing.read(name))
                yield from ("".join(one.itertext()) for one in root.iter() if _local(one) == "Text")


def winmail(path: Path) -> Iterator[str]:
    """The names of attachments, which are records of their own beside the properties."""
    content = path.read_bytes()
    position = 6
    while position + 9 < len(content):
        name, length = struct.unpack_from("<II", content, position + 1)
        value = content[position + 9 : position + 9 + length].rstrip(b"\0")
        if name in (_ATTACHED_TITLE, _SUBJECT) and value.isascii():
            yield Path(value.decode()).stem if "~" not in value.decode() else ""
        position += 9 + length + 2


def source(path: Path) -> Iterator[str]:
    """A text in UTF-8 as it is, but for long base64, which is pictures; nothing of what an office program wrote."""
    text = path.read_bytes().decode("utf-8-sig")
    yield "" if _OF_OFFICE.search(text[:2_000]) else _LONG_BASE64.sub(" ", text)


READERS: dict[str, tuple[str, Callable[[Path], Iterable[str]]]] = {
    ".epub": ("book", epub),
    **dict.fromkeys((".ics", ".vcs"), ("calendar", calendar)),
    ".vcf": ("address cards", calendar),
    ".ipynb": ("notebook", notebook),
    **dict.fromkeys((".vsdx", ".vsdm"), ("Visio drawing", visio)),
    ".tnef": ("winmail.dat", winmail),
    **dict.fromkeys(
        (".csv", ".tsv", ".md", ".xml", ".svg", ".json", ".tex", ".org", ".vtt"), ("text in UTF-8", source)
    ),
}
