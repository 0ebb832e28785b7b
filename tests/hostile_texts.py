"""Texts that are slow to read for who reads them again and again, or looks for the end of what never ends."""

from __future__ import annotations

from collections.abc import Callable

TABLE = "| a | b |\n|---|---|\n"
PIECES = [
    " ", "\n", "\t", "\u00a0", "\r", "[", "]", "](", "[a](", "![", "![a](", "(", ")", "<", ">", "> ",
    ">" * 50 + " a\n", "- ", "- - -\n", "* ", "1. ", "  - a\n", "`", "` ", "`a\n", "```\n", "~~~\n", "```a",
    "```\n~~~\n````\n~~~~\n", "~~~ a\n", "    ```\n", "- ```\n", "|", "|\n", "| a | b |\n", "| a ", "|-", "x-|",
    "-", "---\n", TABLE, TABLE + "\n", "*", "** ", "**a", "_", "~", "~~ ", "&", "&amp;", "&a", "&lt;", "&#",
    "# a\n", "#", ". ", "a. ", "a.* ", "\\", "\\[", ":\n", "<@U1>", "\u0301", "a\u200d", "\u200d", "\U0001f1e6",
    "\U0001f431", "\U0001f3fd", "\ud83d", "a", "\u65e5",
]  # fmt: skip
STARTED: dict[str, Callable[[int], str]] = {
    "sentences in a link": lambda chars: ("[" + "a. " * chars)[:chars],
    "sentences in code": lambda chars: ("`" + "a. " * chars)[:chars],
    "blanks below a table's header": lambda chars: "| a | b |\n" + " " * (chars - 20) + "x-|\n",
    "a second table's header": lambda chars: (TABLE + "\n" + "| a " * chars)[:chars],
    "a second table's rule": lambda chars: (TABLE + "\n| b |\n" + "-" * chars)[:chars],
    "a fence of many ticks": lambda chars: "`" * (chars // 4) + "\n" + "a\n" * (chars * 3 // 8),
    "blanks in a picture's address": lambda chars: ("![a](" + " " * chars)[:chars],
    "pictures without an end": lambda chars: (("![a](" + " " * 600) * chars)[:chars],
    "a title without an end": lambda chars: ('![a](b "' + "a " * chars)[:chars],
    "words behind brackets": lambda chars: "[" * (chars // 2) + "a " * (chars // 4),
}


def hostile(name: str, chars: int) -> str:
    """The text of that name, ``chars`` long."""
    return STARTED[name](chars) if name in STARTED else (name * chars)[:chars]


NAMES = [*PIECES, *STARTED]
