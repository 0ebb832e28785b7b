"""Finds the ids in a Slack text and writes names for them in Markdown.

Pure. Every reader of Slack's text takes a ``Naming``, so one grammar serves three purposes: to keep the ids, to list
them, and to write names for them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Protocol

from bot.prompt.spoken import DistinctNames, alike, mentioned, plain_name

MENTIONED_MAX = 50
"""Ids of one message that are looked up; if it mentions more people, the rest are shown as ids."""


class Naming(Protocol):
    """Returns what to write for a mention. ``sigil``: ``@`` for a user, ``#`` for a channel, ``!`` for a user group;
    ``label``: the name in the message itself, as in older ones and slash commands."""

    def __call__(self, sigil: str, mentioned_id: str, label: str = "", /) -> str: ...


_TOKEN = re.compile(r"<(@|#|!subteam\^)([A-Z0-9]{1,32})(?:\|([^<>|]*))?>")
_GOES_ON = re.compile(r"['’-]\w")
"""After a mention: it is part of a longer phrase ("@claude's answer"), not an address."""
NOT_PEOPLE = ("B", "C", "D", "G")
_BREAKS_OUT = re.compile(r"[<>|]")


def as_tokens(sigil: str, mentioned_id: str, label: str = "", /) -> str:
    """Keeps the id, in Slack's own form, for ``named`` to replace later."""
    shown = f"|{label}" if label and not _BREAKS_OUT.search(label) else ""
    return f"<{'!subteam^' if sigil == '!' else sigil}{mentioned_id}{shown}>"


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """``names``, with the names of people and user groups made distinct."""
    distinct = DistinctNames()
    return {
        id_: name if id_.startswith(NOT_PEOPLE) else distinct.given(plain_name(name), id_)
        for id_, name in names.items()
    }


def by_name(names: Mapping[str, str], *, channel_labels: bool = False) -> Naming:
    """Writes ``@Ada``, ``@"Ada Byron"`` and ``#general``; an id without a name is shown as it is. ``names``: from
    ``told_apart``.

    If a channel has no known name, the message's label may be that of a private channel, which not every reader of the
    answer knows: it is used only with ``channel_labels``.
    """

    def naming(sigil: str, mentioned_id: str, label: str = "", /) -> str:
        mark = "#" if sigil == "#" else "@"
        open_to_all = mark == "@" or mentioned_id in names or channel_labels
        called = label.removeprefix(mark) if open_to_all else ""
        return mark + next(filter(None, map(mentioned, (called, names.get(mentioned_id, ""), mentioned_id))), "")

    return naming


def holders(names: Mapping[str, str]) -> dict[str, str]:
    """Ids by name, in the form of ``alike``. ``names``: from ``told_apart``."""
    return {alike(plain_name(name)): id_ for id_, name in names.items() if not id_.startswith(NOT_PEOPLE)}


class Mentioned:
    """A naming that records which ids it was asked for, in order, each once.

    ``nameless``: those without a label in the message, as many as are worth a lookup; and channels.
    """

    def __init__(self) -> None:
        self._labels: dict[str, str] = {}

    def __call__(self, sigil: str, mentioned_id: str, label: str = "", /) -> str:
        self._labels.setdefault(mentioned_id, "" if sigil == "#" else label)
        return as_tokens(sigil, mentioned_id, label)

    @property
    def ids(self) -> list[str]:
        return list(self._labels)

    @property
    def nameless(self) -> list[str]:
        return [mentioned_id for mentioned_id, label in self._labels.items() if not label][:MENTIONED_MAX]


def named(markdown: str, naming: Naming) -> str:
    """``markdown`` with the ids from ``as_tokens`` replaced by what ``naming`` writes."""

    def name(token: re.Match[str]) -> str:
        return naming("!" if token[1].startswith("!") else token[1], token[2], token[3] or "")

    return _TOKEN.sub(name, markdown)


def nameless_in(markdown: str) -> list[str]:
    """The ids in a text as ``as_tokens`` keeps them, see ``Mentioned``."""
    mentioned = Mentioned()
    named(markdown, mentioned)
    return mentioned.nameless


def unaddressed(markdown: str, user_id: str) -> str:
    """``markdown`` without the mentions of ``user_id`` at its beginning or, failing that, at its end: they only say who
    is asked. Ids are in the form of ``as_tokens``."""
    address = re.compile(rf"(?P<mention><@{re.escape(user_id)}(?:\|[^<>|]*)?>)[\s,:;]*")
    start = begin = len(markdown) - len(markdown.lstrip())
    while (found := address.match(markdown, start)) and not _GOES_ON.match(markdown, found.end("mention")):
        start = found.end()
    if start > begin:
        return markdown[start:].strip()
    end = _stripped(markdown, len(markdown))
    for found in reversed(list(address.finditer(markdown))):
        if found.end("mention") != end:
            break
        end = _stripped(markdown, found.start())
    return markdown[begin:end]


def _stripped(text: str, end: int) -> int:
    """Where the white space before ``end`` begins."""
    while end and text[end - 1].isspace():
        end -= 1
    return end
