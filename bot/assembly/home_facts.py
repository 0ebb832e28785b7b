"""What the home tab says about the settings, as lines of Slack's markup. Pure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from bot.day_budget import DayBudgets
from bot.home import HomeFacts
from bot.settings import Settings

DAY_S = 86_400
HOUR_S = 3_600
VALUE_CHARS_MAX = 120
LONG_TEXTS = frozenset({"bot_system_prompt"})
READS = (
    "When I'm asked something in a thread that I can see, I read its messages and the files in them.",
    "They go to the model's API together with the question. This is what I keep:",
    "• What you ask, until it is answered; after that only who asked, where and when, and how it ended, for 90 days.",
)
KEEPS = (
    "• How many tokens your questions used, what they cost, and your votes, for 400 days; reasons for votes 90 days.",
    "• Answers to `/ask`, for a day, so that you can still post them; they are encrypted.",
)
FILES = (
    "• Files prepared for the model, for {age} after their last use. If you delete a file in Slack, I delete my copy."
)


def home_facts(settings: Settings, budgets: DayBudgets, model: Callable[[], str]) -> HomeFacts:
    files = FILES.format(age=_age(settings.bot_cache_age_max_s))
    return HomeFacts(model, budgets, (*READS, files, *KEEPS), _set(settings))


def _set(settings: Settings) -> tuple[str, ...]:
    """The settings that differ from their defaults; of secrets only that they are set."""
    lines = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if value == field.default or value is None or name.endswith("_file"):
            continue
        lines.append(f"• `{name.upper()}`: {_shown(name, value)}")
    return tuple(lines) or ("Everything has its default value.",)


def _shown(name: str, value: object) -> str:
    if isinstance(value, SecretStr) or name.endswith("_url"):
        return "set"
    if name in LONG_TEXTS:
        return "a text of your own"
    if isinstance(value, Path):
        return "a path"
    if isinstance(value, frozenset):
        return ", ".join(f"`{one}`" for one in sorted(map(str, value)))[:VALUE_CHARS_MAX] or "none"
    text = str(value).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("`", "'")
    return f"`{text[:VALUE_CHARS_MAX]}`"


def _age(seconds: float) -> str:
    number, unit = (seconds / DAY_S, "day") if seconds >= DAY_S else (seconds / HOUR_S, "hour")
    return f"{number:g} {unit}{'' if number == 1 else 's'}" if number == round(number) else f"{number:.1f} {unit}s"
