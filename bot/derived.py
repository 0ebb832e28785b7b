"""Settings go in; values that parts are built with come out. Pure."""

from __future__ import annotations

from bot.access import Home, Policy
from bot.settings import Settings


def access_policy(settings: Settings, home: Home) -> Policy:
    none = frozenset[str]()
    return Policy(
        home=home,
        allowed_workspaces=settings.bot_allowed_workspaces or none,
        allowed_channels=settings.bot_allowed_channels or none,
        denied_channels=settings.bot_denied_channels or none,
        allowed_users=settings.bot_allowed_users or none,
        denied_users=settings.bot_denied_users or none,
        allowed_email_domains=settings.bot_allowed_email_domains or none,
        allow_guests=settings.bot_allow_guests,
        allow_external=settings.bot_allow_external,
    )
