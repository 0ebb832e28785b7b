"""The app's manifest for the settings and the command's arguments. I/O: the environment."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from bot.configuration.environment import Environment
from bot.errors import StartFailed
from bot.setup import app_scopes
from bot.setup.manifest import Wanted, manifest


class _Asked(Environment):
    """Of the settings those that a manifest depends on: it is made before there are any tokens."""

    slack_client_id: str | None = None
    bot_public_url: str | None = None
    bot_allowed_email_domains: str | None = None


def of_settings(url: str, *, agent: bool, without: Sequence[str], as_json: bool = False) -> str:
    """Raises ``StartFailed``."""
    asked = _Asked.load()
    optional = {scope.name for scope in app_scopes.SCOPES if scope.optional}
    for name in without:
        if name not in optional:
            raise StartFailed(f"--without: {name} is no optional scope. These are: {', '.join(sorted(optional))}")
    many = asked.slack_client_id is not None
    address = url or (asked.bot_public_url or "" if many else "")
    if address and (urlsplit(address).scheme != "https" or not urlsplit(address).hostname):
        raise StartFailed(f"--url: {address} is no address that begins with https://, which Slack wants")
    added = (app_scopes.EMAILS,) if asked.bot_allowed_email_domains else ()
    return manifest(Wanted(address, many, agent, added, tuple(without)), as_json=as_json)
