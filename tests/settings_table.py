"""The README's table of settings."""

from __future__ import annotations

from pathlib import Path

from bot.model_settings import ModelSettings
from bot.prompt.spoken import SYSTEM_PROMPT
from bot.settings import Settings
from bot.slack_settings import SlackSettings


def settings_table() -> str:
    """The README's table, made from the fields so that it cannot go stale."""
    lines = ["| name | default | what it does |", "|---|---|---|"]
    for name in [name for kind in (SlackSettings, Settings, ModelSettings) for name in kind.__annotations__]:
        field = Settings.model_fields[name]
        default = field.default.as_posix() if isinstance(field.default, Path) else field.default
        default = str(default).lower() if isinstance(default, bool) else default
        shown = "" if default is None else "(a short prompt)" if default == SYSTEM_PROMPT else f"`{default}`"
        lines.append(f"| `{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(lines) + "\n"
