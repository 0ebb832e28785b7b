"""Scans the tags of HTML: how much work a parser would have, and the bare words.

Pure, and linear for any HTML. An HTML5 parser is not: for each tag it searches the open elements, repeats every open
formatting element in each new block, and compares all attributes of a tag. Nested or repeated a hundred thousand times,
each of these takes minutes or gigabytes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bot.files.entities import unescape

_STEPS_MAX = 100_000_000
"""Steps through open elements and attributes; a third of a second."""
_COPIES_MAX = 1_000_000
"""Formatting elements that a parser may have to repeat."""
_TAGS_MAX = 1_000_000
"""Tags and attributes together; a parser needs some 200 bytes for each."""
_NAME = re.compile(r"<([/!?]?)([a-zA-Z][^\s/>]*)?")
_ATTRIBUTE = re.compile(r"""[\s/]*(?:[^\s/>=][^\s/>=]*|=)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>"'][^\s>]*))?|[\s/]+""")
_FORMATTING = frozenset(
    {"a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"}
)
_RAW = frozenset({"script", "style", "textarea", "title", "xmp", "iframe", "noembed", "noframes"})
"""Elements that only their own end tag closes."""
_HIDDEN = frozenset({"script", "style", "title"})
_NEVER_NESTED = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
    | {"html", "head", "body", "p", "li", "dt", "dd", "option", "tr", "td", "th", "tbody", "thead", "tfoot"}
)
_INLINE = _FORMATTING | {"span", "sub", "sup", "abbr", "wbr"}


@dataclass(frozen=True, slots=True)
class _Tag:
    """``text`` comes before the tag; ``closes`` marks an end tag. Comments and the like have no name."""

    text: str
    name: str
    closes: bool
    attributes: int


def parses_in_time(page: str) -> bool:
    """Whether a parser needs no more time and memory than the page's length explains."""
    open_now: Counter[str] = Counter()
    depth = formatting = steps = copies = count = 0
    for tag in _tags(page):
        count += 1 + tag.attributes
        steps += depth + tag.attributes**2
        copies += formatting
        if steps > _STEPS_MAX or copies > _COPIES_MAX or count > _TAGS_MAX:
            return False
        if tag.name in _NEVER_NESTED or (tag.closes and not open_now[tag.name]):
            continue
        change = -1 if tag.closes else 1
        open_now[tag.name] += change
        depth += change
        formatting += change * (tag.name in _FORMATTING)
    return True


def bare_words(page: str) -> str:
    """The text between the tags, with a line for each block and no other structure."""
    pieces = []
    hidden = False
    for tag in _tags(page):
        pieces.append("" if hidden else unescape(tag.text))
        pieces.append("" if tag.name in _INLINE or not tag.name else "\n")
        hidden = tag.name in _HIDDEN and not tag.closes
    return "".join(pieces)


def _tags(page: str) -> Iterator[_Tag]:
    """The tags as an HTML5 tokenizer sees them, and one without a name at the end."""
    at = begun = 0
    while (at := page.find("<", at)) >= 0:
        if page.startswith("<!--", at):
            end = page.find("-->", at + 4) + 3
            yield _Tag(page[begun:at], "", closes=False, attributes=0)
            at = begun = end if end > 2 else len(page)
            continue
        match = _NAME.match(page, at)
        if match is None or not any(match.groups()):
            at += 1
            continue
        text, name = page[begun:at], (match[2] or "").lower()
        at, attributes = _end_of_tag(page, match.end())
        yield _Tag(text, name, closes=match[1] == "/", attributes=attributes)
        begun = at
        if name in _RAW and match[1] != "/":
            at = _end_of_raw(page, at, name)
    yield _Tag(page[begun:], "", closes=False, attributes=0)


def _end_of_tag(page: str, at: int) -> tuple[int, int]:
    """Where the tag ends, and how many attributes it has. A tag that nothing closes takes the rest of the page."""
    count = 0
    while at < len(page) and page[at] != ">":
        match = _ATTRIBUTE.match(page, at)
        at = match.end() if match and match.end() > at else at + 1
        count += 1
    return min(at + 1, len(page)), count


def _end_of_raw(page: str, at: int, name: str) -> int:
    match = re.compile(rf"</{name}[\s/>]", re.IGNORECASE).search(page, at)
    return match.start() if match else len(page)
