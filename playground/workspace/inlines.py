"""Makes the rich text elements that Slack keeps for a Markdown inline token. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from markdown_it.token import Token

from playground.workspace.records import Json
from playground.workspace.tokens import element, unescape

STYLE_OF = {"strong": "bold", "em": "italic", "s": "strike"}


def inline_elements(inline: Token) -> list[Json]:
    """Text, link, user, channel, broadcast elements with their styles; neighbours of equal style are joined."""
    out: list[Json] = []
    for item in _elements(inline.children or []):
        last = out[-1] if out else None
        if last and last["type"] == item["type"] == "text" and last.get("style") == item.get("style"):
            last["text"] += item["text"]
        else:
            out.append(item)
    return out


def _elements(children: list[Token]) -> Iterator[Json]:
    styles: list[str] = []
    link: str | None = None
    for token in children:
        name, _, edge = token.type.rpartition("_")
        if name in STYLE_OF:
            styles = [*styles, STYLE_OF[name]] if edge == "open" else styles[:-1]
        elif name == "link":
            link = unescape(str(token.attrGet("href"))) if edge == "open" else None
        elif token.type == "slack_token":
            yield _styled(element(token.content), styles)
        elif token.type == "image":
            yield _styled({"type": "link", "url": unescape(str(token.attrGet("src"))), "text": token.content}, styles)
        else:
            yield from _text(token, styles, link)


def _text(token: Token, styles: list[str], link: str | None) -> Iterator[Json]:
    code = token.type == "code_inline"
    content = "\n" if token.type in ("softbreak", "hardbreak") else token.content
    text = unescape(content) if code else content
    if not text:
        return
    item: Json = {"type": "text", "text": text} if link is None else {"type": "link", "url": link, "text": text}
    yield _styled(item, [*styles, "code"] if code else styles)


def _styled(item: Json, styles: list[str]) -> Json:
    return item | {"style": dict.fromkeys(styles, True)} if styles else item
