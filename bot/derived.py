"""Settings go in; values that parts are built with come out. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.access import Home, Policy
from bot.budget import Allowance
from bot.channels import Channels
from bot.files.bounds import ConvertLimits, FileLimits
from bot.files.confinement import Confinement
from bot.history import PDF_PAGE_TOKENS
from bot.instructions import Instructing
from bot.limits import LARGE_WINDOW_MODELS
from bot.settings import ModelSettings, Settings
from bot.store.fairness import TurnBounds
from bot.store.usage import Counting, DayBudgets

WORDS_BYTES = 1_000_000
"""Of a request, for what is no file: the words of a long thread, and what JSON adds."""
FILES_SHARE = 0.8
"""Of the history's tokens, for files; the words of the thread have the rest."""
LABEL_TOKENS = 500
"""Of what stands before a file: its name and what it is."""


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


def instructing(settings: Settings, channels: Callable[[], Channels]) -> Instructing:
    return Instructing(
        prompt=settings.bot_system_prompt,
        model=settings.messages_model,
        effort=settings.bot_effort or "",
        channels=channels,
        bounds=lambda model: (history_tokens_max(settings, model), allowance(settings, model)),
    )


def has_large_window(model: str) -> bool:
    """Whether the model takes a million tokens, and with them more pages and pictures."""
    return model.startswith(LARGE_WINDOW_MODELS)


def history_tokens_max(settings: Settings, model: str) -> int:
    return settings.bot_history_tokens_max or (900_000 if has_large_window(model) else 150_000)


def file_limits(settings: ModelSettings, confinement: Confinement, *, pdf_pages_max: int) -> FileLimits:
    return FileLimits(
        convert=ConvertLimits(image_side_px_max=settings.bot_image_side_px_max, pdf_pages_max=pdf_pages_max),
        download_bytes_max=min(settings.bot_file_bytes_max, settings.bot_cache_bytes_max),
        files_at_once_max=settings.bot_files_at_once_max,
        office_refused=settings.bot_confinement == "require" and not confinement.holds_documents,
        cache_bytes_max=settings.bot_cache_bytes_max,
        cache_age_max_s=settings.bot_cache_age_max_s,
    )


def allowance(settings: Settings, model: str) -> Allowance:
    """A PDF of ``pages_max`` fits by its tokens too, so that a long one is shortened rather than left out."""
    tokens_max = int(history_tokens_max(settings, model) * FILES_SHARE)
    most = Allowance() if has_large_window(model) else Allowance.small_window()
    return replace(
        most,
        bytes_max=max(0, settings.messages_request_bytes_max - WORDS_BYTES),
        pages_max=max(1, min(most.pages_max, (tokens_max - LABEL_TOKENS) // PDF_PAGE_TOKENS)),
        tokens_max=tokens_max,
    )


def turn_bounds(settings: Settings) -> TurnBounds:
    return TurnBounds(settings.bot_turns_per_user_max, settings.bot_turns_per_channel_max)


def counting(settings: Settings, model_in: Callable[[str], str]) -> Counting:
    budgets = DayBudgets(
        settings.bot_user_questions_per_day, settings.bot_user_tokens_per_day, settings.bot_workspace_tokens_per_day
    )
    return Counting(model_in, budgets)
