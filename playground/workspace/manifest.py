"""Reads the app's names, scopes, events and commands from a Slack app manifest (YAML).

I/O: reads one file. Source of the keys: slack:reference/app-manifest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Manifest:
    """The app as it is installed; ``scopes`` are the bot token's."""

    app_name: str
    bot_name: str
    scopes: frozenset[str]
    events: frozenset[str]
    commands: frozenset[str]
    escaping_commands: frozenset[str]
    messages_tab: bool
    direct_messages: bool
    """Whether people can write to the app: the messages tab is on and not read-only."""
    interactive: bool
    agent: bool = False
    """Whether the app is declared as an agent."""
    home_tab: bool = False
    shortcuts: Mapping[str, str] = field(default_factory=dict)
    """What the menu of a message offers: names by callback_id."""

    @classmethod
    def read(cls, path: Path) -> Manifest:
        return cls.parse(yaml.safe_load(path.read_text(encoding="utf-8")))

    @classmethod
    def parse(cls, data: dict[str, Any]) -> Manifest:
        features = data.get("features") or {}
        settings = data.get("settings") or {}
        app_home = features.get("app_home") or {}
        messages_tab = bool(app_home.get("messages_tab_enabled", True))
        scopes = ((data.get("oauth_config") or {}).get("scopes") or {}).get("bot") or []
        events = (settings.get("event_subscriptions") or {}).get("bot_events") or []
        commands = features.get("slash_commands") or []
        shortcuts = features.get("shortcuts") or []
        name = data["display_information"]["name"]
        return cls(
            app_name=name,
            bot_name=(features.get("bot_user") or {}).get("display_name") or name,
            scopes=frozenset(scopes),
            events=frozenset(events),
            commands=frozenset(command["command"] for command in commands),
            escaping_commands=frozenset(c["command"] for c in commands if c.get("should_escape")),
            messages_tab=messages_tab,
            direct_messages=messages_tab and not app_home.get("messages_tab_read_only_enabled", False),
            interactive=bool((settings.get("interactivity") or {}).get("is_enabled")),
            home_tab=bool(app_home.get("home_tab_enabled", False)),
            shortcuts={each["callback_id"]: each["name"] for each in shortcuts if each["type"] == "message"},
            agent=bool(features.get("agent_view") or features.get("assistant_view")),
        )
