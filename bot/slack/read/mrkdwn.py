"""Converts Slack's ``text`` (mrkdwn) to Markdown.

Pure. Code comes first, since nothing in it is markup; then the ``<…>`` tokens and the three styles; last, and once, the
three entities, since a token's brackets are never escaped and a person's always are. Source:
slack:messaging/formatting-message-text.
"""

from __future__ import annotations

import re

from bot.slack.escape import decode
from bot.slack.read.markdown import code_span, emphasised, fence, link
from bot.slack.read.mentions import Naming

_CODE = re.compile(r"```(?P<block>.+?)```|`(?P<span>[^`\n]+)`", re.DOTALL)
_TOKEN = r"<[^<>]*>"  # noqa: S105 (a pattern, not a secret)


def _styled(mark: str, name: str) -> str:
    """Slack treats a mark as formatting only if it is next to its text and at the edge of a word."""
    m = re.escape(mark)
    return rf"(?<![\w{m}]){m}(?P<{name}>(?=[^\s{m}])(?:{_TOKEN}|[^{m}\n<])+(?<!\s)){m}(?![\w{m}])"


_MARKUP = re.compile(
    "|".join([rf"(?P<token>{_TOKEN})", _styled("*", "bold"), _styled("_", "italic"), _styled("~", "strike")])
)


def to_markdown(text: str, naming: Naming) -> str:
    parts, end = [], 0
    for code in _CODE.finditer(text):
        parts.append(_prose(text[end : code.start()], naming))
        inside = _verbatim(code["block"] or code["span"], naming)
        parts.append(f"\n{fence(inside.strip(chr(10)))}\n" if code["block"] else code_span(inside))
        end = code.end()
    parts.append(_prose(text[end:], naming))
    return re.sub(r"\n{3,}", "\n\n", "".join(parts)).strip()


def _prose(text: str, naming: Naming) -> str:
    parts, end = [], 0
    for found in _MARKUP.finditer(text):
        parts.append(decode(text[end : found.start()]))
        end = found.end()
        if found["token"]:
            parts.append(_token(found["token"], naming))
        else:
            style = found.lastgroup or ""
            parts.append(emphasised(_prose(found[style], naming), **{style: True}))
    parts.append(decode(text[end:]))
    return "".join(parts)


def _verbatim(text: str, naming: Naming) -> str:
    """In code, an address that Slack linked by itself becomes the plain address again."""

    def unlinked(token: re.Match[str]) -> str:
        target, _, label = token[0][1:-1].partition("|")
        return (label or target) if target[:1] not in "@#!" else _token(token[0], naming)

    return decode(re.sub(_TOKEN, unlinked, text))


def _token(token: str, naming: Naming) -> str:
    target, _, label = token[1:-1].partition("|")
    sigil, rest, shown = target[:1], target[1:], decode(label).strip()
    if sigil in ("@", "#"):
        return naming(sigil, rest, shown.lstrip(sigil))
    if sigil == "!":
        command, _, argument = rest.partition("^")
        if command == "subteam":
            return naming("!", argument, shown.lstrip("@"))
        if command in ("here", "channel", "everyone"):
            return f"@{command}"
        return shown or f"<{decode(target)}>"
    return link(decode(target), shown) or decode(token)
