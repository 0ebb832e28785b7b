"""Makes the blocks that Slack keeps and returns for the blocks of a payload.

Pure. One ``markdown`` block becomes several: rich_text, header, table and divider blocks with generated block_ids; its
own block_id is not kept. Source: slack:reference/block-kit/blocks/markdown-block; docs/slack.md §2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from bot.limits import HEADER_TEXT_CHARS_MAX
from playground.workspace.inlines import inline_elements
from playground.workspace.records import Json
from playground.workspace.tokens import TOKEN, unescape

ENTITY = re.compile(r"&(?:amp|lt|gt);")


class _Markdown(MarkdownIt):
    """GitHub's tables and strikethrough, no HTML, Slack's tokens and its three entities."""

    def __init__(self) -> None:
        super().__init__("commonmark", {"html": False})
        self.enable(["table", "strikethrough"])
        self.disable(["entity", "html_inline", "html_block"])
        self.inline.ruler.before("autolink", "slack_token", _slack_token)
        self.inline.ruler.after("slack_token", "slack_entity", _slack_entity)

    def normalizeLink(self, url: str) -> str:  # noqa: N802 - the library's name
        return url

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return bool(url)


def _slack_token(state: StateInline, silent: bool) -> bool:
    match = TOKEN.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.push("slack_token", "", 0).content = match["body"]
    state.pos = match.end()
    return True


def _slack_entity(state: StateInline, silent: bool) -> bool:
    match = ENTITY.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.pending += unescape(match[0])
    state.pos = match.end()
    return True


_MARKDOWN = _Markdown()


def expand(blocks: Sequence[Json], new_id: Callable[[], str], *, markdown: bool = True) -> list[Json]:
    """Every block with a block_id; markdown blocks expanded unless ``markdown`` is false (live servers differ)."""
    out: list[Json] = []
    for block in blocks:
        if block["type"] == "markdown" and markdown:
            out += [{**part, "block_id": new_id()} for part in markdown_blocks(str(block["text"]))]
        elif block["type"] == "markdown":
            out.append({**block, "block_id": new_id()})
        else:
            out.append({**block, "block_id": block.get("block_id") or new_id()})
    return out


def markdown_blocks(text: str) -> list[Json]:
    """Blocks without ids. Neighbouring rich text parts share one rich_text block, paragraphs one section."""
    out: list[Json] = []
    for block in _Reader(_MARKDOWN.parse(text)).blocks():
        if block["type"] == "rich_text" and out and out[-1]["type"] == "rich_text":
            _join(out[-1]["elements"], block["elements"])
        else:
            out.append(block)
    return out


def _join(parts: list[Json], more: list[Json]) -> None:
    for part in more:
        if part["type"] == parts[-1]["type"] == "rich_text_section":
            parts[-1]["elements"] += [{"type": "text", "text": "\n\n"}, *part["elements"]]
        else:
            parts.append(part)


class _Reader:
    """Walks the token stream once, left to right."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def _next(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def blocks(self, until: str | None = None) -> list[Json]:
        out: list[Json] = []
        while self._at < len(self._tokens):
            token = self._next()
            if token.type == until:
                break
            out += self._block(token)
        return out

    def _block(self, token: Token) -> list[Json]:
        match token.type:
            case "heading_open":
                out = [self._heading()]
            case "hr":
                out = [{"type": "divider"}]
            case "table_open":
                out = [self._table()]
            case "blockquote_open":
                out = [_rich_text([_quote(self.blocks("blockquote_close"))])]
            case "bullet_list_open" | "ordered_list_open":
                out = _group(self._list(token, indent=0))
            case "fence" | "code_block":
                out = [_rich_text([_preformatted(token)])]
            case "inline":
                out = [_rich_text([_section(token)])]
            case _:
                out = []
        return out

    def _heading(self) -> Json:
        inline = self._next()
        self._next()
        text = "".join(str(item.get("text") or item.get("url") or "") for item in inline_elements(inline))
        if not text or len(text) > HEADER_TEXT_CHARS_MAX:
            bold = [item | {"style": {**item.get("style", {}), "bold": True}} for item in inline_elements(inline)]
            return _rich_text([{"type": "rich_text_section", "elements": bold}])
        return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": True}}

    def _table(self) -> Json:
        rows: list[list[Json]] = []
        align: list[Json] = []
        while (token := self._next()).type != "table_close":
            if token.type == "tr_open":
                rows.append([])
            elif token.type in ("th_open", "td_open"):
                inline = self._next()
                section = {"type": "rich_text_section", "elements": inline_elements(inline)}
                rows[-1].append({"type": "rich_text", "elements": [section]})
                if token.type == "th_open":
                    align.append({"align": str(token.attrGet("style") or "text-align:left").rpartition(":")[2]})
        return {"type": "table", "rows": rows, "column_settings": align}

    def _list(self, opening: Token, indent: int) -> list[Json]:
        """One rich_text_list for each run of items at one depth; deeper lists and code stand between them."""
        ordered = opening.type == "ordered_list_open"
        closing = opening.type.replace("_open", "_close")
        number = int(opening.attrGet("start") or 1) if ordered else 1
        parts: list[Json] = []
        current: Json | None = None
        while (token := self._next()).type != closing:
            if token.type == "list_item_open":
                current = current or _new_list(parts, indent, number if ordered else None)
                current["elements"].append({"type": "rich_text_section", "elements": []})
                number += 1
            elif token.type == "inline" and current is not None:
                section = current["elements"][-1]["elements"]
                section += ([{"type": "text", "text": "\n"}] if section else []) + inline_elements(token)
            elif token.type in ("bullet_list_open", "ordered_list_open"):
                parts += self._list(token, indent + 1)
                current = None
            elif not token.type.startswith(("paragraph", "list_item")):
                parts += self._block(token)
                current = None
            elif token.type == "paragraph_open" and current is None:
                parts.append(_section(self._next()))
        return parts


def _new_list(parts: list[Json], indent: int, number: int | None) -> Json:
    part: Json = {"type": "rich_text_list", "style": "bullet", "indent": indent, "border": 0, "elements": []}
    if number is not None:
        part["style"] = "ordered"
        if number > 1:
            part["offset"] = number - 1
    parts.append(part)
    return part


def _section(inline: Token) -> Json:
    return {"type": "rich_text_section", "elements": inline_elements(inline)}


def _group(parts: Sequence[Json]) -> list[Json]:
    """Parts of rich text as rich_text blocks, whole blocks (a table within a list) as they are."""
    return [_rich_text([part]) if part["type"].startswith("rich_text_") else part for part in parts]


def _rich_text(parts: list[Json]) -> Json:
    return {"type": "rich_text", "elements": parts}


def _preformatted(token: Token) -> Json:
    part: Json = {"type": "rich_text_preformatted", "border": 0}
    language = unescape(token.info.split(maxsplit=1)[0]) if token.info.strip() else ""
    content = unescape(token.content.removesuffix("\n"))
    part["elements"] = [{"type": "text", "text": content}] if content else []
    return part | ({"language": language} if language else {})


def _quote(blocks: Sequence[Json]) -> Json:
    """A quote holds inline elements only: what it contains is laid out line by line."""
    out: list[Json] = []
    for block in blocks:
        for part in block["elements"] if block["type"] == "rich_text" else _rows(block):
            if out:
                out.append({"type": "text", "text": "\n"})
            out += _lines_of(part)
    return {"type": "rich_text_quote", "elements": out}


def _rows(block: Json) -> list[Json]:
    """What is no rich text, as lines of it: a heading's text, the rows of a table."""
    if block["type"] != "table":
        return [{"elements": [block["text"]] if "text" in block else []}]
    gap = {"type": "text", "text": " | "}
    return [
        {
            "elements": [part for cell in row for section in cell["elements"] for part in (*section["elements"], gap)][
                :-1
            ]
        }
        for row in block["rows"]
    ]


def _lines_of(part: Json) -> list[Json]:
    if part.get("type") != "rich_text_list":
        return [{**item, "type": "text"} if item.get("type") == "plain_text" else item for item in part["elements"]]
    out: list[Json] = []
    for number, item in enumerate(part["elements"], int(part.get("offset", 0)) + 1):
        mark = f"{number}. " if part["style"] == "ordered" else "• "
        out += [{"type": "text", "text": ("\n" if out else "") + mark}, *item["elements"]]
    return out
