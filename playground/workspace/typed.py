"""Makes ``text`` and ``blocks``, as Slack's clients send them, of what a person types into the composer.

Pure. Clients send the exact structure as one rich_text block and a lossy mrkdwn ``text`` beside it; @names and #names
become tokens, & < > entities. Source: slack:messaging/formatting-message-text; docs/slack.md §9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from playground.workspace import emoji
from playground.workspace.records import Json
from playground.workspace.tokens import elements, escape, unescape

NAME = re.compile(r"(?<![\w<])([@#])([\w.-]*\w)")
URL = re.compile(r"(?<![<|])\bhttps?://[^\s<>|]*[^\s<>|.,;:!?)\]'\"]")
FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
LITERAL = re.compile(r"<[@#!][^<>\n]+>|```.*?```|`[^`\n]+`", re.DOTALL)
"""What is left as it was typed: whole tokens, and code, in which no name and no emoji is looked for."""
LIST_ITEM = re.compile(r"(?:[-•*]|(\d+)\.) +(.*)")
STYLED = re.compile(r"`([^`\n]+)`|\*([^*\n]+)\*|(?<!\w)_([^_\n]+)_(?!\w)|~([^~\n]+)~")
STYLES = ("code", "bold", "italic", "strike")


def mrkdwn(typed: str, users: Mapping[str, str], channels: Mapping[str, str]) -> str:
    """``text`` as Slack keeps it. ``users`` and ``channels`` map names to ids with their sigils (``@U1``, ``#C1``,
    ``!subteam^S1``); tokens typed whole stay tokens."""

    def name(match: re.Match[str]) -> str:
        ids = users if match[1] == "@" else channels
        found = ids.get(match[2].lower())
        return f"<{found}>" if found else match[0]

    out: list[str] = []
    end = 0
    for literal in LITERAL.finditer(typed):
        kept = literal[0] if literal[0].startswith("<") else escape(literal[0])
        out += [_plain(typed[end : literal.start()], name), kept]
        end = literal.end()
    return "".join([*out, _plain(typed[end:], name)])


def _plain(typed: str, name: Callable[[re.Match[str]], str]) -> str:
    return URL.sub(lambda url: f"<{url[0]}>", NAME.sub(name, emoji.coded(escape(typed))))


def rich_text(text: str, block_id: str) -> list[Json]:
    """The block for a mrkdwn text: sections, quotes, lists and preformatted parts."""
    parts: list[Json] = []
    end = 0
    for fence in FENCE.finditer(text):
        parts += _lines(text[end : fence.start()].strip("\n"))
        code: Json = {"type": "text", "text": unescape(fence[1])}
        parts.append({"type": "rich_text_preformatted", "border": 0, "elements": [code]})
        end = fence.end()
    parts += _lines(text[end:].lstrip("\n") if end else text)
    return [{"type": "rich_text", "block_id": block_id, "elements": parts}] if parts else []


def _lines(text: str) -> list[Json]:
    """Neighbouring lines of one sort become one part."""
    parts: list[Json] = []
    for line in text.split("\n") if text else []:
        sort, content = _sort(line)
        last = parts[-1] if parts else {}
        if sort.get("type") == "rich_text_list":
            item = {"type": "rich_text_section", "elements": _styled(content)}
            if last.get("type") == "rich_text_list" and last["style"] == sort["style"]:
                last["elements"].append(item)
            else:
                parts.append({**sort, "elements": [item]})
        elif last.get("type") == sort["type"]:
            last["elements"] += [{"type": "text", "text": "\n"}, *_styled(content)]
        else:
            parts.append({**sort, "elements": _styled(content)})
    return parts


def _sort(line: str) -> tuple[Json, str]:
    if line.startswith("&gt;"):
        return {"type": "rich_text_quote"}, line.removeprefix("&gt;").lstrip()
    if item := LIST_ITEM.fullmatch(line):
        return {"type": "rich_text_list", "style": "ordered" if item[1] else "bullet", "indent": 0, "border": 0}, item[
            2
        ]
    return {"type": "rich_text_section"}, line


def _styled(text: str) -> list[Json]:
    out: list[Json] = []
    end = 0
    for run in STYLED.finditer(text):
        out += elements(text[end : run.start()])
        style = next(name for name, content in zip(STYLES, run.groups(), strict=True) if content is not None)
        content = next(filter(None, run.groups()))
        code: Json = {"type": "text", "text": unescape(content), "style": {"code": True}}
        out += [code] if style == "code" else elements(content, {style: True})
        end = run.end()
    return out + elements(text[end:])
