"""The ids that a Slack text mentions go in; what stands for them in Markdown comes out.

Pure. Every reader of Slack's text takes a ``Naming``, so that one grammar serves three ends: to keep the ids, to list
them, and to write names for them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

Naming = Callable[[str, str], str]
"""``naming(sigil, id)`` is what to write for a mention. The sigil is ``@`` for a user, ``#`` for a channel, ``!`` for a
user group."""

_TOKEN = re.compile(r"<(@|#|!subteam\^)([A-Z0-9]+)>")


def as_tokens(sigil: str, mentioned_id: str) -> str:
    """Keeps the id, in Slack's own form, for ``named`` to take up later."""
    return f"<{'!subteam^' if sigil == '!' else sigil}{mentioned_id}>"


def by_name(names: Mapping[str, str]) -> Naming:
    """Writes ``@Ada`` and ``#general``; an id without a name is shown as it is."""

    def naming(sigil: str, mentioned_id: str) -> str:
        return f"{'#' if sigil == '#' else '@'}{names.get(mentioned_id, mentioned_id)}"

    return naming


class Mentioned:
    """A naming that notes which ids it was asked for, in order, each once."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}

    def __call__(self, sigil: str, mentioned_id: str) -> str:
        self._ids[mentioned_id] = None
        return as_tokens(sigil, mentioned_id)

    @property
    def ids(self) -> list[str]:
        return list(self._ids)


def named(markdown: str, naming: Naming) -> str:
    """``markdown`` with the ids that ``as_tokens`` kept replaced by what ``naming`` writes."""
    return _TOKEN.sub(lambda token: naming("!" if token[1].startswith("!") else token[1], token[2]), markdown)


def without_address(markdown: str, mention: str) -> str:
    """``markdown`` without the mention at its beginning or, failing that, at its end: that only said who is asked."""
    once = re.escape(mention) + r"(?![\w-])"
    stripped, found = re.subn(rf"^(?:\s*{once}[\s,:;]*)+", "", markdown)
    return (stripped if found else re.sub(rf"(?:\s*{once})+\s*$", "", markdown)).strip()
