"""Recognises by its shape a token or key that is a different one, or was not copied correctly. Pure.

No sentence contains any of the value. Source of the prefixes: slack:authentication/tokens.
"""

from __future__ import annotations

import re

from bot.setup import where

_KINDS = (
    ("xoxb-", "a bot token", "SLACK_BOT_TOKEN"),
    ("xoxe.xoxb-", "a bot token", "SLACK_BOT_TOKEN"),
    ("xapp-", "an app-level token", "SLACK_APP_TOKEN"),
    ("xoxp-", "a person's token", ""),
    ("xoxe.xoxp-", "a person's token", ""),
    ("xoxe-", "a refresh token", ""),
    ("xoxc-", "a browser's token", ""),
    ("xoxd-", "a browser's cookie", ""),
    ("xoxa-", "a token of an old kind", ""),
    ("xoxr-", "a refresh token", ""),
    ("xoxs-", "a token of an old kind", ""),
    ("xwfp-", "a workflow's token", ""),
)
_BEGINNINGS = {"SLACK_BOT_TOKEN": "xoxb-", "SLACK_APP_TOKEN": "xapp-"}
_ROTATES = "xoxe.xoxb-"
OF_ANY_SHAPE = frozenset({"DATABASE_URL", "BOT_TOKEN_KEY"})
_HEX = re.compile(r"[0-9a-f]{32}")
_QUOTES = "\"'`“”‘’„«»"


def fault(name: str, value: str) -> str:
    """What is wrong with the secret that ``name`` is set to, as a predicate of its name; empty if nothing is."""
    if value[0] in _QUOTES or value[-1] in _QUOTES:
        return "has quotation marks around it, which can become part of the value. Please remove them."
    if value != value.strip():
        return "has a space or a line break before or after it. Please remove it."
    return "" if name in OF_ANY_SHAPE else _miscopied(name, value) or _swapped(name, value)


def _miscopied(name: str, value: str) -> str:
    if value.lower().startswith("bearer "):
        return "begins with “Bearer”. Please give only the key."
    if re.search(r"\s", value):
        return f"has a space or a line break in it: it was not copied correctly. {where.OF.get(name, '')}".rstrip()
    if not (value.isascii() and value.isprintable()):
        return f"contains characters that no token has: it was not copied correctly. {where.OF.get(name, '')}".rstrip()
    return ""


def _swapped(name: str, value: str) -> str:
    for beginning, kind, owner in _KINDS:
        if value.startswith(beginning) and owner != name:
            return f"is {kind} of Slack's{f', which belongs in {owner}' if owner else ''}. {where.OF.get(name, '')}"
    expected = _BEGINNINGS.get(name)
    if expected is None or value.startswith((expected, f"xoxe.{expected}")):
        return ""
    return f"does not begin with {expected}: this is another kind of token. {where.OF[name]}"


def doubt(name: str, value: str) -> str:
    """What is probably wrong, though nobody can be sure; empty if nothing is."""
    if name == "SLACK_SIGNING_SECRET" and value and not _HEX.fullmatch(value):
        return f"is not 32 digits and letters from a to f, as Slack's signing secrets are. {where.OF[name]}"
    if name == "SLACK_BOT_TOKEN" and value.startswith(_ROTATES):
        return (
            "expires within twelve hours, since the app rotates its tokens. Please install the app over OAuth, which "
            "lets "
            "the bot renew them: docs/many_workspaces.md."
        )
    return ""


DOUBTED = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET")
