"""Reads the comments on a sheet's cells.

I/O: reads the file; runs in a worker process. Newer comments are threads. For older programs the file repeats them as
notes whose author begins with ``tc=``, which are left out if there are threads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.files.worker.documents.bylines import signature, state
from bot.files.worker.documents.excel_escapes import unescaped
from bot.files.worker.documents.package import Package, Relation, attribute, child, descendants, local
from bot.files.worker.sheets.table import column_number

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_COMMENTS_MAX = 20_000


def comments_of(package: Package, relations: Mapping[str, Relation]) -> dict[tuple[int, int], list[str]]:
    """By row and column, oldest first, each with its author if there is one."""
    found: dict[tuple[int, int], list[str]] = {}
    for relation in relations.values():
        if relation.kind == "threadedComment":
            _threads(package, relation.target, found)
    threaded = set(found)
    for relation in relations.values():
        if relation.kind == "comments":
            _notes(package, relation.target, threaded, found)
    return found


def _add(found: dict[tuple[int, int], list[str]], where: str, signed: str, text: str) -> None:
    cell = _CELL.match(where)
    if cell is None or not text.strip() or len(found) >= _COMMENTS_MAX:
        return
    said = text.strip()
    at = (int(cell[2]), column_number(cell[1]))
    found.setdefault(at, []).append(f"{signed}: {said}" if signed else said)


def _threads(package: Package, part: str, found: dict[tuple[int, int], list[str]]) -> None:
    people = {
        attribute(person, "id"): attribute(person, "displayName")
        for name in package.names
        if name.startswith("xl/persons/")
        for person in descendants(package.optional_tree(name), "person")
    }
    comments = list(descendants(package.optional_tree(part), "threadedComment"))
    authors = {attribute(one, "id"): people.get(attribute(one, "personId"), "") for one in comments}
    for comment in comments:
        text, parent = child(comment, "text"), attribute(comment, "parentId")
        standing = state(
            reply_to=authors.get(parent, "") if parent else None,
            resolved=attribute(comment, "done") in {"1", "true"},
        )
        author = people.get(attribute(comment, "personId"), "")
        signed = signature(author, attribute(comment, "dT") if author else "", standing)
        _add(found, attribute(comment, "ref"), signed, (text.text or "") if text is not None else "")


def _notes(
    package: Package, part: str, threaded: set[tuple[int, int]], found: dict[tuple[int, int], list[str]]
) -> None:
    root = package.optional_tree(part)
    authors = ["".join(element.itertext()) for element in descendants(root, "author")]
    for comment in descendants(root, "comment"):
        where, number = attribute(comment, "ref"), attribute(comment, "authorId")
        author = authors[int(number)] if number.isdecimal() and int(number) < len(authors) else ""
        cell = _CELL.match(where)
        if author.startswith("tc=") and cell and (int(cell[2]), column_number(cell[1])) in threaded:
            continue
        pieces = [element.text or "" for element in comment.iter() if local(element) == "t"]
        text = unescaped("".join(pieces))
        said_within = author.startswith("tc=") or text.lstrip().startswith(author)  # Excel writes it into the text
        _add(found, where, "" if said_within else signature(author), text)
