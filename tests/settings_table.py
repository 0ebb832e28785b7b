"""The tables of settings: all of them in docs/settings.md, and those that a newcomer needs in README.md."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from bot.configuration.model_settings import ModelSettings
from bot.configuration.slack_settings import SlackSettings
from bot.prompt.spoken import SYSTEM_PROMPT
from bot.settings import Settings
from tests.repository import ROOT, text_of

HEAD = "| name | default | what it does |\n|---|---|---|\n"
FIRST = (
    "slack_bot_token", "slack_app_token", "yourouter_api_key", "messages_api_url", "messages_model",
    "bot_system_prompt", "bot_allow_guests", "bot_user_tokens_per_day", "bot_web", "bot_data_dir",
)  # fmt: skip
"""What somebody sets, or looks for, in the first days."""


def settings_table(names: Iterable[str] = ()) -> str:
    """Of those ``names``, or of all; made from the fields so that it cannot go stale."""
    everything = [name for kind in (SlackSettings, Settings, ModelSettings) for name in kind.__annotations__]
    return HEAD + "".join(_row(name) for name in names or everything)


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    default = field.default.as_posix() if isinstance(field.default, Path) else field.default
    default = str(default).lower() if isinstance(default, bool) else default
    shown = "" if default is None else "(a short prompt)" if default == SYSTEM_PROMPT else f"`{default}`"
    return f"| `{name.upper()}` | {shown} | {field.description} |\n"


def settings_page() -> str:
    """docs/settings.md, whole."""
    return f"""# Settings

The bot takes its settings from the environment, or from `.env` in the directory where it is started. A variable that is
empty counts as not set, except `MESSAGES_VENDOR`. A secret may be in a file instead, as containers get them:
`SLACK_BOT_TOKEN_FILE=/run/secrets/slack_bot_token`. Addresses begin with `https://`; `http://` is only for servers on
this machine (127.0.0.1, ::1, localhost). A change takes effect at the next start.

The files of `BOT_CHANNELS_FILE` and `BOT_PRICES_FILE` are read again whenever they change; [costs.md](costs.md) has
their form, and says what the model is told. [access.md](access.md) says who is answered.

This page is generated: `python -m tests.settings_table` writes it, and the table in README.md.

{settings_table()}"""


def readme() -> str:
    """README.md as it is, with the newest table in it."""
    before, head, rest = text_of("README.md").partition(HEAD)
    rows = re.match(r"(?:\|.*\n)*", rest)
    return f"{before}{settings_table(FIRST) if head else ''}{rest[rows.end() if rows else 0 :]}"


if __name__ == "__main__":
    (ROOT / "docs" / "settings.md").write_text(settings_page(), encoding="utf-8")
    (ROOT / "README.md").write_text(readme(), encoding="utf-8")
