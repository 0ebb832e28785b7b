"""The README's table of settings."""

from __future__ import annotations

from pathlib import Path

from bot.configuration.model_settings import ModelSettings
from bot.configuration.slack_settings import SlackSettings
from bot.prompt.spoken import SYSTEM_PROMPT
from bot.settings import Settings
from tests.repository import ROOT


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


def settings_page() -> str:
    """docs/settings.md, whole."""
    return f"""# Settings

From the environment or `.env`; a variable that is empty counts as not set, but for `MESSAGES_VENDOR`. Secrets may lie
in files instead, as containers get them: `SLACK_BOT_TOKEN_FILE=/run/secrets/slack_bot_token`. This page is made of the
code: `python -m tests.settings_table` writes it.

{settings_table()}"""


if __name__ == "__main__":
    (ROOT / "docs" / "settings.md").write_text(settings_page(), encoding="utf-8")
