"""What a token may do goes in; which permissions are missing comes out, and what fails without each.

I/O: the log. ``manifest.yml`` asks for the same, which a test compares.
"""

from __future__ import annotations

from collections.abc import Collection

from bot.errors import StartFailed
from bot.logs import get_logger
from bot.setup import where

log = get_logger(__name__)

NEEDED = {
    "app_mentions:read": "mentions of the bot do not reach it",
    "channels:history": "questions in public channels fail: their threads cannot be read",
    "channels:read": "names of public channels are not known",
    "chat:write": "nothing can be posted",
    "commands": "/ask does not work",
    "files:read": "attached files cannot be read",
    "groups:history": "questions in private channels fail: their threads cannot be read",
    "groups:read": "names of private channels are not known",
    "im:history": "direct messages do not reach the bot",
    "im:write": "what only the person who asked should read cannot be sent to them",
    "mpim:history": "group direct messages do not reach the bot",
    "reactions:read": "a stop sign on a question does not end its answer",
    "usergroups:read": "names of user groups are not known",
    "users:read": "nobody is answered, since nobody knows who may be",
}
"""Scopes of a bot token, and what fails without each."""
POSTING = "chat:write"


def missing(scopes: Collection[str]) -> list[str]:
    """``scopes``: what the token may do, empty where Slack does not say."""
    return sorted(set(NEEDED) - set(scopes)) if scopes else []


def check(scopes: Collection[str]) -> None:
    """Warns of each that is missing. Raises ``StartFailed`` where not even an answer can be posted."""
    lacking = missing(scopes)
    if POSTING in lacking:
        raise StartFailed(
            f"SLACK_BOT_TOKEN: the app lacks the scope {POSTING}, and {NEEDED[POSTING]}. {where.add_scope(POSTING)}"
        )
    for scope in lacking:
        log.warning("slack.scope_missing", scope=scope, effect=NEEDED[scope], mend=where.add_scope(scope))
