"""Computes from the settings the values that parts are built with. Pure."""

from __future__ import annotations

from collections.abc import Callable

from bot.access.rules import OwnWorkspace, Policy
from bot.channels import Channels
from bot.configuration.environment import secret
from bot.configuration.model_settings import ModelSettings
from bot.conversation import Web
from bot.day_budget import DayBudgets
from bot.files.bounds import ConvertLimits, FileLimits
from bot.files.confinement import Confinement
from bot.prompt.instructions import Instructing
from bot.prompt.long_documents import Bounds
from bot.prompt.window import Windows
from bot.settings import Settings
from bot.setup import app_scopes
from bot.slack.receive.install_pages import InstallSettings
from bot.store.fairness import TurnBounds
from bot.store.usage import Counting


def access_policy(settings: Settings, own: OwnWorkspace) -> Policy:
    none = frozenset[str]()
    return Policy(
        own=own,
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
    )


def file_limits(settings: ModelSettings, confinement: Confinement) -> FileLimits:
    return FileLimits(
        convert=ConvertLimits(image_side_px_max=settings.bot_image_side_px_max),
        download_bytes_max=min(settings.bot_file_bytes_max, settings.bot_cache_bytes_max),
        files_at_once_max=settings.bot_files_at_once_max,
        office_refused=settings.bot_confinement == "require" and not confinement.holds_documents,
        cache_bytes_max=settings.bot_cache_bytes_max,
        cache_age_max_s=settings.bot_cache_age_max_s,
    )


def windows(settings: ModelSettings, tokens_max: int | None = None) -> Windows:
    return Windows(
        settings.messages_model,
        tokens_max,
        settings.messages_request_bytes_max,
        caching=settings.bot_caching == "auto",
    )


def looked_up(settings: ModelSettings) -> Web | None:
    if settings.bot_web == "off":
        return None
    return Web(
        uses_max=settings.bot_web_uses_max,
        fetch=settings.bot_web == "search+fetch",
        cites=settings.bot_citations == "on",
        allowed=tuple(sorted(settings.bot_web_allowed_domains or ())),
        blocked=tuple(sorted(settings.bot_web_blocked_domains or ())),
    )


def document_bounds(settings: ModelSettings) -> Bounds:
    return Bounds(
        settings.bot_document_pages_max, settings.bot_document_tokens_max, settings.bot_document_confirm_tokens
    )


def turn_bounds(settings: Settings) -> TurnBounds:
    return TurnBounds(settings.bot_turns_per_user_max, settings.bot_turns_per_channel_max)


def install_settings(settings: Settings) -> InstallSettings:
    return InstallSettings(
        client_id=settings.slack_client_id or "",
        client_secret=secret(settings.slack_client_secret),
        scopes=_asked_scopes(settings),
        slack_api_url=settings.slack_api_url,
        public_url=settings.bot_public_url or "",
        allowed_workspaces=settings.bot_allowed_workspaces or frozenset(),
    )


def _asked_scopes(settings: Settings) -> frozenset[str]:
    """The scopes that a workspace is asked for: the manifest's, plus those that the settings need."""
    added = {"BOT_ALLOWED_EMAIL_DOMAINS"} if settings.bot_allowed_email_domains else set()
    return frozenset(scope.name for scope in app_scopes.SCOPES if scope.added_by in {"", *added})


def counting(settings: Settings, model_in: Callable[[str], str]) -> Counting:
    return Counting(model_in, day_budgets(settings))


def day_budgets(settings: Settings) -> DayBudgets:
    return DayBudgets(
        settings.bot_user_questions_per_day, settings.bot_user_tokens_per_day, settings.bot_workspace_tokens_per_day
    )
