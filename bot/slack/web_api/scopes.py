"""Checks which scopes a token lacks, and what fails without each.

I/O: the log. The list is ``app_scopes``, which the manifest uses, too.
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
"""The optional ones: without them only that fails, and nothing else."""
POSTING = "chat:write"


def missing(scopes: Collection[str]) -> list[str]:
    """``scopes``: the token's, or empty if Slack does not say."""
    return sorted(set(NEEDED) - set(scopes)) if scopes else []


def check(scopes: Collection[str]) -> None:
    """Warns about each missing scope. Raises ``StartFailed`` if not even an answer can be posted."""
    lacking = missing(scopes)
    if POSTING in lacking:
        raise StartFailed(
            f"SLACK_BOT_TOKEN: the app lacks the scope {POSTING}, and {NEEDED[POSTING]}. {where.add_scope(POSTING)}"
        )
    warn(scopes)


def warn(scopes: Collection[str], **whose: str) -> None:
    """Logs each missing scope; an optional one only as information."""
    for scope in missing(scopes):
        level = logging.INFO if scope in OPTIONAL else logging.WARNING
        log.log(level, "slack.scope_missing", scope=scope, effect=NEEDED[scope], mend=where.add_scope(scope), **whose)
