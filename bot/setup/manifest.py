"""Writes the Slack app's manifest for a configuration, as YAML with reasons beside the scopes. Pure.

``manifest.yml`` is the manifest for an empty configuration, and ``manifest.json`` the same for Slack's CLI. Its scopes
are in ``app_scopes``; all other data of the app is here, so that a new command, event or shortcut is one line. Source:
slack:reference/app-manifest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.setup import app_scopes
from bot.setup.app_events import EVENTS, AppEvent

EVENTS_PATH, OAUTH_PATH = "/slack/events", "/slack/oauth_redirect"
HEAD = "# A Slack app manifest: api.slack.com/apps → Create New App → From a manifest.\n"
SOCKET_HEAD = "# Socket Mode is on, so no address of yours is needed; see docs/setup.md for signed HTTP events.\n"
HTTP_HEAD = "# Slack sends its events to your address, signed; SLACK_APP_TOKEN stays empty.\n"
DISPLAY = {
    "name": "Claude in the thread",
    "description": "Reads the thread and the files in it, and shows the answer as it is written.",
    "background_color": "#3a2f2a",
}
APP_HOME = {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False}
BOT_USER = {"display_name": "claude", "always_online": True}
COMMANDS: Sequence[Mapping[str, object]] = (
    {
        "command": "/ask",
        "description": "Ask Claude; only you see the answer",
        "usage_hint": "your question",
        "should_escape": True,
    },
)
SHORTCUTS: Sequence[Mapping[str, object]] = (
    {
        "name": "Ask about this",
        "type": "message",
        "callback_id": "ask_about_message",
        "description": "Ask Claude a question about a message; the answer goes into its thread",
    },
    {
        "name": "Summarise the thread",
        "type": "message",
        "callback_id": "summarise_thread",
        "description": "A summary of the thread, which only you see until you share it",
    },
)
AGENT_DESCRIPTION = (
    "Answers questions about what you write and the files that you attach. "
    "AI can make mistakes: please check what matters."
)
PROMPTS = (
    ("What can you do?", "What can you do for me here, and what can you not do?"),
    ("Sum up a document", "Please sum up a document for me. I'll attach it to my next message."),
    ("Draft a reply", "Please help me draft a reply to a message. Ask me for the message, and for what I want to say."),
    ("Find a mistake", "Please help me find the mistake in something that I've written. Ask me to paste or attach it."),
)
"""Title and message; Slack takes four, and sends the message as it is when somebody presses one.
slack:reference/methods/assistant.threads.setSuggestedPrompts."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """``url``: the bot's public address, where Slack's deliveries come by HTTP; empty: Socket Mode. ``many``: it is
    installed in many workspaces. ``added``: optional scopes that settings need; ``left_out``: that are not wanted."""

    url: str = field(default="", repr=False)
    many: bool = False
    agent: bool = False
    added: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def manifest(wanted: Wanted, *, as_json: bool = False) -> str:
    """``as_json``: as tools read it, Slack's CLI among them."""
    if as_json:
        return json.dumps(data(wanted), ensure_ascii=False, indent=2) + "\n"
    return HEAD + (HTTP_HEAD if wanted.url else SOCKET_HEAD) + "".join(_yaml(data(wanted), _remarks(wanted)))


def data(wanted: Wanted) -> dict[str, Any]:
    scopes = [scope.name for scope in _scopes(wanted)]
    events = [event.name for event in _events(wanted, scopes)]
    request = {"request_url": wanted.url.rstrip("/") + EVENTS_PATH} if wanted.url else {}
    redirects = {"redirect_urls": [wanted.url.rstrip("/") + OAUTH_PATH]} if wanted.many and wanted.url else {}
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": DISPLAY,
        "features": _features(wanted, scopes),
        "oauth_config": {**redirects, "scopes": {"bot": scopes}},
        "settings": {
            "event_subscriptions": {**request, "bot_events": events},
            "interactivity": {"is_enabled": True, **request},
            "org_deploy_enabled": wanted.many,
            "socket_mode_enabled": not wanted.url,
            "token_rotation_enabled": False,
        },
    }


def _features(wanted: Wanted, scopes: Sequence[str]) -> dict[str, Any]:
    url = {"url": wanted.url.rstrip("/") + EVENTS_PATH} if wanted.url else {}
    features: dict[str, Any] = {"app_home": APP_HOME, "bot_user": BOT_USER}
    if wanted.agent:
        prompts = [{"title": title, "message": message} for title, message in PROMPTS]
        features["agent_view"] = {"agent_description": AGENT_DESCRIPTION, "suggested_prompts": prompts}
    if "commands" in scopes:
        features["shortcuts"] = list(SHORTCUTS)
        features["slash_commands"] = [{**command, **url} for command in COMMANDS]
    return features


def _scopes(wanted: Wanted) -> Iterator[app_scopes.Scope]:
    added = {*wanted.added, *([app_scopes.AGENT] if wanted.agent else [])}
    for scope in app_scopes.SCOPES:
        if scope.name not in wanted.left_out and (not scope.added_by or scope.name in added):
            yield scope


def _events(wanted: Wanted, scopes: Sequence[str]) -> Iterator[AppEvent]:
    for event in EVENTS:
        if (wanted.agent or not event.of_agents) and (not event.scope or event.scope in scopes):
            yield event


def _remarks(wanted: Wanted) -> dict[str, str]:
    of_events = {event.name: event.remark for event in EVENTS if event.remark}
    return {scope.name: scope.uses for scope in _scopes(wanted)} | of_events


# --- YAML, as people write it --------------------------------------------------------------------------------------


def _yaml(value: Mapping[str, Any], remarks: Mapping[str, str], indent: str = "") -> Iterator[str]:
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield f"{indent}{key}:\n"
            yield from _yaml(inner, remarks, indent + "  ")
        elif isinstance(inner, list):
            yield f"{indent}{key}:\n"
            yield from _items(inner, remarks, indent + "  ")
        else:
            yield f"{indent}{key}: {_scalar(inner)}\n"


def _items(items: Sequence[Any], remarks: Mapping[str, str], indent: str) -> Iterator[str]:
    width = max((len(item) for item in items if isinstance(item, str)), default=0) + 2
    for item in items:
        if isinstance(item, Mapping):
            lines = "".join(_yaml(item, remarks, indent + "  "))
            yield f"{indent}- {lines.lstrip()}"
        elif item in remarks:
            yield f"{indent}- {item.ljust(width)} # {remarks[item]}\n"
        else:
            yield f"{indent}- {_scalar(item)}\n"


def _scalar(value: object) -> str:
    if isinstance(value, str) and not (value.startswith(("#", '"', "'")) or ": " in value or value.endswith(":")):
        return value
    return json.dumps(value, ensure_ascii=False)
