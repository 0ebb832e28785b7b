"""Makes a first call to Slack, or says which setting is wrong and what to do.

I/O: Slack.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.errors import SlackError, SlackOutcomeUnknown, SlackUnavailable, StartFailed
from bot.setup import where
from bot.slack.web_api.patience import patiently

PATIENCE_S = 60.0
AGAIN = "Please install the app again, and copy its new token."
COPY = "Please copy it again."
ADVICE = {
    "access_denied": "Slack does not let this IP address or app in: please ask an administrator of the workspace.",
    "account_inactive": f"The app was removed from the workspace. {AGAIN}",
    "app_not_installed": AGAIN,
    "app_uninstalled": f"The app was removed from the workspace. {AGAIN}",
    "invalid_auth": f"It belongs to no app. {COPY}",
    "missing_scope": "It lacks a scope.",
    "not_allowed_token_type": "It is another kind of token.",
    "not_authed": COPY,
    "org_login_required": "The workspace is being moved to an organisation: please start again later.",
    "team_access_not_granted": "The organisation has not let the app in here: please ask its administrators.",
    "token_expired": "Tokens of this app expire: token rotation has to be off, as manifest.yml has it, or the app "
    "installed over OAuth: docs/many_workspaces.md.",
    "token_revoked": AGAIN,
}
"""Advice by Slack's error code. Source: slack:reference/methods/auth.test, apps.connections.open."""
AWAY = (
    "Please check the network, the firewall and the proxy (HTTPS_PROXY); status.slack.com says whether Slack is down."
)


class _NoSlack(SlackError):
    """The server there is not Slack."""


async def call_with_retries(
    call: Callable[[], Awaitable[dict[str, Any]]], token_name: str, patience_s: float = PATIENCE_S
) -> dict[str, Any]:
    """Raises ``StartFailed`` if Slack refuses ``token_name`` or stays unreachable."""

    async def checked() -> dict[str, Any]:
        try:
            return await call()
        except SlackOutcomeUnknown as error:
            if error.code in {"http_404", "http_405"}:
                raise _NoSlack(error.method, error.code) from error
            raise

    try:
        return await patiently(checked, patience_s)
    except (SlackUnavailable, SlackOutcomeUnknown) as error:
        raise StartFailed(f"SLACK_API_URL: Slack cannot be reached ({error.code}). {AWAY}") from error
    except _NoSlack as error:
        raise StartFailed(
            f"SLACK_API_URL: this is not the address of Slack's Web API ({error.code}). Please leave it unset, "
            f"unless the bot should talk to another server, whose address ends in /api/."
        ) from error
    except SlackError as error:
        raise StartFailed(
            f"{token_name}: Slack does not accept it ({error.code}). {_advice(error, token_name)}"
        ) from error


def _advice(error: SlackError, token_name: str) -> str:
    return f"{ADVICE.get(error.code.partition(' ')[0], COPY)} {where.OF[token_name]}"
