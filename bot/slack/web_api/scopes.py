"""What a token may do goes in; which permissions are missing comes out, and what fails without each.

I/O: the log. The list is that of ``app_scopes``, by which the manifest asks for them.
"""

from __future__ import annotations

import logging
from collections.abc import Collection

from bot.errors import StartFailed
from bot.setup import where
from bot.setup.app_scopes import SCOPES
from bot.telemetry.logs import get_logger

log = get_logger(__name__)

NEEDED = {scope.name: scope.without for scope in SCOPES if not scope.added_by}
"""Scopes of a bot token, and what fails without each."""
OPTIONAL = frozenset(scope.name for scope in SCOPES if scope.optional)
"""Of these those without which only that fails, and nothing else."""
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
    warn(scopes)


def warn(scopes: Collection[str], **whose: str) -> None:
    """Of each that is missing; one that is optional is no more than worth knowing."""
    for scope in missing(scopes):
        level = logging.INFO if scope in OPTIONAL else logging.WARNING
        log.log(level, "slack.scope_missing", scope=scope, effect=NEEDED[scope], mend=where.add_scope(scope), **whose)
