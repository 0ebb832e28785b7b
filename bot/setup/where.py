"""Words that lead an operator to where the value of a setting is found. Pure.

Names of pages and buttons as on Slack's pages, 2026-11. Sources: slack:quickstart, slack:authentication/tokens.
"""

from __future__ import annotations

APP_PAGE = "api.slack.com/apps, your app"
BOT_TOKEN = f"{APP_PAGE}, OAuth & Permissions"
APP_TOKEN = f"{APP_PAGE}, Basic Information, App-Level Tokens"
SIGNING_SECRET = f"{APP_PAGE}, Basic Information, App Credentials"
SCOPES = f"{APP_PAGE}, OAuth & Permissions, Bot Token Scopes"
EVENTS = f"{APP_PAGE}, Event Subscriptions, Subscribe to bot events"
REINSTALL = "then install the app again (the button at the top of that page)"

OF = {
    "SLACK_BOT_TOKEN": f"It begins with xoxb- and is found on {BOT_TOKEN}, once the app is installed.",
    "SLACK_APP_TOKEN": f"It begins with xapp- and is made on {APP_TOKEN}, with the scope connections:write.",
    "SLACK_SIGNING_SECRET": f"It is found on {SIGNING_SECRET}.",
    "SLACK_CLIENT_SECRET": f"It is found on {SIGNING_SECRET}.",
    "BOT_TOKEN_KEY": "You make it yourself: openssl rand -base64 32.",
    "YOUROUTER_API_KEY": (
        "It is the key of the Messages API, and is made in the account of its host: YouRouter's dashboard, unless "
        "MESSAGES_API_URL names another host."
    ),
}
"""By setting: where its value comes from."""
OR_HTTP = "(Or, for signed HTTP in place of Socket Mode, set SLACK_SIGNING_SECRET.)"


def add_scope(scope: str) -> str:
    return f"Add {scope} on {SCOPES}, {REINSTALL}."
