"""Keeps one table of a Markdown text, or none, and turns the others into code. Pure.

Slack documents one table a message. A reply in a thread goes on in a further message instead; a slash command's answer
has few of those. If Slack refuses a message, a table in it may be the reason, for its many columns, say.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.slack.write.markdown.lines import FENCE, closes, is_table


def later_tables_as_code(markdown: str) -> str:
    return "\n".join(_lines(markdown.split("\n"), 1))


def tables_as_code(markdown: str) -> str:
    return "\n".join(_lines(markdown.split("\n"), 0))


def has_table(markdown: str) -> bool:
    return tables_as_code(markdown) != markdown


def _lines(lines: list[str], most: int) -> Iterator[str]:
    """With so many tables."""
    fence, tables, inside = "", 0, False
    for number, line in enumerate(lines):
        match = FENCE.match(line)
        if inside and "|" not in line:
            yield "```"
            inside = False
        if match and (not fence or closes(line, fence)):
            fence = "" if fence else match[2]
        elif not fence and not inside and number + 1 < len(lines) and is_table(line, lines[number + 1]):
            tables += 1
            if inside := tables > most:
                yield "```"
        yield line
    if inside:
        yield "```"
