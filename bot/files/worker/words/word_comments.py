"""Reads the comments of a Word document, each with its author, and where it stands in its thread.

I/O: reads parts of the file. Source: ECMA-376 part 1, 17.13.4; [MS-DOCX] 2.5.4.1 (commentsEx), which knows a comment by
the id of its last paragraph.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from bot.files.worker.documents.bylines import byline, in_brackets, state
from bot.files.worker.documents.package import Package, Relation, attribute, descendants
from bot.files.worker.words.addresses import Addresses
from bot.files.worker.words.word_paragraph import Paragraphs


def comments_of(package: Package, relations: Mapping[str, Relation], addresses: Addresses) -> dict[str, str]:
    """By id."""
    elements: list[ET.Element] = []
    more: dict[str, ET.Element] = {}
    for relation in relations.values():
        if relation.kind == "comments":
            tree = package.optional_tree(relation.target)
            addresses.of_part(tree, package, relation.target)
            elements += descendants(tree, "comment")
        elif relation.kind == "commentsExtended":
            tree = package.optional_tree(relation.target)
            more |= {attribute(one, "paraId"): one for one in descendants(tree, "commentEx")}
    authors = {_last_paragraph(element): attribute(element, "author") for element in elements}
    plain, found = Paragraphs({}), {}
    for element in elements:
        texts = [plain.read(part).text for part in descendants(element, "p")]
        text = " / ".join(text for text in texts if text.strip())
        standing = _state(more.get(_last_paragraph(element)), authors)
        by = byline(attribute(element, "author"), attribute(element, "date"), standing)
        found[attribute(element, "id")] = f"comment{by}: {in_brackets(text)}"
    return found


def _last_paragraph(comment: ET.Element) -> str:
    ids = [attribute(part, "paraId") for part in descendants(comment, "p")]
    return ids[-1] if ids else ""


def _state(more: ET.Element | None, authors: Mapping[str, str]) -> str:
    if more is None:
        return ""
    parent = attribute(more, "paraIdParent")
    return state(
        reply_to=authors.get(parent, "") if parent else None, resolved=attribute(more, "done") in {"1", "true", "on"}
    )
