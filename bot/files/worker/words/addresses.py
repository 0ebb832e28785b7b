"""Lists a document's links with their words and addresses, since pages show only the words.

Pure. Sources: ECMA-376 part 1, 17.16.22 and 17.16.5.25 (Word) and 21.1.2.3.5 (slides); OpenDocument 1.3 part 3, 6.1.8.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from bot.files.worker.documents.bylines import in_one_piece
from bot.files.worker.documents.package import Package, Relation, attribute, child, descendants, local
from bot.files.worker.web_addresses import ADDRESS_CHARS_MAX, ELSEWHERE, LINKS_MAX, WORDS_CHARS_MAX, bare
from bot.files.worker.words.lines import Section, Words

_HYPERLINK = re.compile(r'\s*HYPERLINK\s+(?:"([^"]*)"|([^\s"\\]\S*))', re.IGNORECASE)


@dataclass(slots=True)
class _Field:
    code: str = ""
    words: str = ""
    shows: bool = False
    """Whether its code has ended."""


class Addresses:
    def __init__(self) -> None:
        self._lines: dict[str, None] = {}

    def of_word(self, block: ET.Element, targets: Mapping[str, str]) -> None:
        """Links with an address among the relations, fields of the paragraph, and links of Word 2003."""
        fields = list[_Field]()
        for part in block.iter():
            name = local(part)
            if name == "t":
                for field in fields:
                    field.words += part.text or "" if field.shows else ""
            elif name in {"hyperlink", "hlinkClick"}:
                self._add(_words_of(part), targets.get(attribute(part, "id"), ""))
            elif name == "hlink":
                self._add(_words_of(part), attribute(part, "dest"))
            elif name == "fldSimple":
                self._add(_words_of(part), _address_of(attribute(part, "instr")))
            elif name == "instrText" and fields:
                fields[-1].code += part.text or ""
            elif name == "fldChar":
                self._field(attribute(part, "fldCharType"), fields)
        while fields:  # it ends in a later paragraph
            self._field("end", fields)

    def of_part(self, tree: ET.Element, package: Package, part: str) -> None:
        """A part beside the text, such as a header, with relations of its own."""
        self.of_word(tree, targets_of(package.relations(part)))

    def _field(self, sign: str, fields: list[_Field]) -> None:
        if sign == "begin":
            fields.append(_Field())
        elif fields and sign == "separate":
            fields[-1].shows = True
        elif fields and sign == "end":
            field = fields.pop()
            self._add(field.words, _address_of(field.code))

    def of_slide(self, slide: ET.Element, targets: Mapping[str, str]) -> None:
        """Links of runs, and of whole shapes."""
        for run in descendants(slide, "r", "fld", "sp", "pic", "cxnSp", "graphicFrame") if targets else ():
            about = [child(run, "rPr"), *descendants(run, "cNvPr")]
            link = next((link for one in about if one is not None for link in descendants(one, "hlinkClick")), None)
            if link is not None:
                words = " ".join(part.text or "" for part in descendants(run, "t"))
                self._add(words, targets.get(attribute(link, "id"), ""))

    def of_open_document(self, content: ET.Element) -> None:
        """Links of words and of what is drawn; shapes of presentations keep theirs as an event."""
        for link in descendants(content, "a"):
            self._add("".join(link.itertext()), attribute(link, "href"))
        for shape in content.iter():
            listeners = child(shape, "event-listeners")
            for event in listeners if listeners is not None else ():
                self._add("".join(shape.itertext()), attribute(event, "href"))

    def add_to(self, words: Words) -> None:
        if self._lines:
            section = Section("Addresses of links")
            for line in self._lines:
                section.add(line, shown=False)
            words.sections.append(section)

    def _add(self, words: str, address: str) -> None:
        """Without addresses that the words already contain, and places within the document."""
        words = in_one_piece(words)[:WORDS_CHARS_MAX]
        if ELSEWHERE.match(address) and bare(address) not in words and len(self._lines) < LINKS_MAX:
            line = f"{words}: {address[:ADDRESS_CHARS_MAX]}" if words else address[:ADDRESS_CHARS_MAX]
            self._lines[line] = None


def _words_of(link: ET.Element) -> str:
    return "".join(part.text or "" for part in descendants(link, "t"))


def _address_of(code: str) -> str:
    """The address in the code of a field; empty if it leads to a place within the document, or is another field."""
    found = _HYPERLINK.match(code)
    return (found[1] or found[2] or "").strip() if found is not None else ""


def targets_of(relations: Mapping[str, Relation]) -> dict[str, str]:
    """The addresses outside the package, by relation id."""
    return {number: one.target for number, one in relations.items() if one.external and one.kind == "hyperlink"}
