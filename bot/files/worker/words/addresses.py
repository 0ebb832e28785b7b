"""Lists a document's links with their words and addresses, since pages show only the words.

Pure. Sources: ECMA-376 part 1, 17.16.22 (Word) and 21.1.2.3.5 (slides); OpenDocument 1.3 part 3, 6.1.8.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from bot.files.worker.documents.bylines import in_one_piece
from bot.files.worker.documents.package import Relation, attribute, child, descendants
from bot.files.worker.web_addresses import ADDRESS_CHARS_MAX, ELSEWHERE, LINKS_MAX, WORDS_CHARS_MAX, bare
from bot.files.worker.words.lines import Section, Words


class Addresses:
    def __init__(self) -> None:
        self._lines: dict[str, None] = {}

    def of_word(self, block: ET.Element, targets: Mapping[str, str]) -> None:
        for link in descendants(block, "hyperlink") if targets else ():
            words = "".join(part.text or "" for part in descendants(link, "t"))
            self._add(words, targets.get(attribute(link, "id"), ""))

    def of_slide(self, slide: ET.Element, targets: Mapping[str, str]) -> None:
        """Links of runs, and of whole shapes."""
        for run in descendants(slide, "r", "sp", "pic") if targets else ():
            about = [child(run, "rPr"), *descendants(run, "cNvPr")]
            link = next((link for one in about if one is not None for link in descendants(one, "hlinkClick")), None)
            if link is not None:
                words = " ".join(part.text or "" for part in descendants(run, "t"))
                self._add(words, targets.get(attribute(link, "id"), ""))

    def of_open_document(self, content: ET.Element) -> None:
        for link in descendants(content, "a"):
            self._add("".join(link.itertext()), attribute(link, "href"))

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


def targets_of(relations: Mapping[str, Relation]) -> dict[str, str]:
    """The addresses outside the package, by relation id."""
    return {number: one.target for number, one in relations.items() if one.external and one.kind == "hyperlink"}
