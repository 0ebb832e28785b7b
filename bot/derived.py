"""Settings go in; values that parts are built with come out. Pure."""

from __future__ import annotations

from dataclasses import replace

from bot import spoken
from bot.access import Home, Policy
from bot.budget import Allowance
from bot.files.bounds import ConvertLimits, FileLimits
from bot.files.confinement import Confinement
from bot.history import PDF_PAGE_TOKENS
from bot.long_documents import Bounds
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


def system_prompt(settings: ModelSettings) -> str:
    return f"{settings.bot_system_prompt}\n\n{spoken.EXPLAINED}"


def file_limits(settings: ModelSettings, confinement: Confinement) -> FileLimits:
    return FileLimits(
        convert=ConvertLimits(image_side_px_max=settings.bot_image_side_px_max),
        download_bytes_max=min(settings.bot_file_bytes_max, settings.bot_cache_bytes_max),
        files_at_once_max=settings.bot_files_at_once_max,
        office_refused=settings.bot_confinement == "require" and not confinement.holds_documents,
        cache_bytes_max=settings.bot_cache_bytes_max,
        cache_age_max_s=settings.bot_cache_age_max_s,
    )


def allowance(settings: Settings) -> Allowance:
    """A PDF of ``pages_max`` fits by its tokens too, so that a longer one is read in parts."""
    tokens_max = int(settings.history_tokens_max * FILES_SHARE)
    most = Allowance() if settings.large_window else Allowance.small_window()
    return replace(
        most,
        bytes_max=max(0, settings.messages_request_bytes_max - WORDS_BYTES),
        pages_max=max(1, min(most.pages_max, (tokens_max - LABEL_TOKENS) // PDF_PAGE_TOKENS)),
        tokens_max=tokens_max,
    )


def document_bounds(settings: ModelSettings) -> Bounds:
    return Bounds(
        settings.bot_document_pages_max, settings.bot_document_tokens_max, settings.bot_document_confirm_tokens
    )


def turn_bounds(settings: Settings) -> TurnBounds:
    return TurnBounds(settings.bot_turns_per_user_max, settings.bot_turns_per_channel_max)


def counting(settings: Settings) -> Counting:
    budgets = DayBudgets(
        settings.bot_user_questions_per_day, settings.bot_user_tokens_per_day, settings.bot_workspace_tokens_per_day
    )
    return Counting(settings.messages_model, budgets)
