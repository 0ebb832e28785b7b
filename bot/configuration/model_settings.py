"""The settings of the model and of the files that it reads: units, bounds, and what each does. Pure.

``environment`` reads them. ``ask`` needs no others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from bot.configuration.environment import Environment
from bot.configuration.setting_types import ApiUrl, Domains, Effort, Prompt, Secret, file_of, given, one_list
from bot.limits import REQUEST_BYTES_MAX
from bot.prompt.spoken import SYSTEM_PROMPT

DATA_DIR = Path(".data")


class ModelSettings(Environment):
    """What the model link alone needs."""

    yourouter_api_key_file: Path | None = file_of("YOUROUTER_API_KEY")
    yourouter_api_key: Secret = Field(None, validate_default=True, description="Key of the Messages API.")
    messages_api_url: ApiUrl = Field(
        "https://api.yourouter.ai/v1", description="Requests go to this address with `/messages` appended."
    )
    messages_auth: Literal["bearer", "x-api-key"] = Field(
        "bearer",
        description="How the key is sent: `bearer` as `Authorization: Bearer …`, `x-api-key` as a header of that name.",
    )
    messages_vendor: str = Field(
        "anthropic", description="The `vendor` header: pins the router to one provider. Empty sends none."
    )
    messages_model: str = Field("claude-sonnet-5-5", description="Model id, as the API names it.")
    messages_max_tokens: int = Field(
        16_000,
        ge=1,
        le=128_000,
        description="Longest answer in tokens, unless the model allows less. Thinking counts, too, so leave room for "
        "it.",
    )
    messages_first_text_timeout_s: float = Field(
        120, gt=0, description="How many seconds to wait for an answer to begin, over all tries."
    )
    messages_idle_timeout_s: float = Field(
        60, gt=0, description="How many seconds of silence to accept once an answer has begun."
    )
    messages_request_bytes_max: int = Field(
        30_000_000,
        ge=100_000,
        le=REQUEST_BYTES_MAX,
        description="Largest request in bytes, files included; a router may allow less than the API.",
    )
    bot_caching: Literal["auto", "off"] = Field(
        "auto",
        description="Prompt caching: `auto` uses it where it pays, unless the host refuses it or keeps nothing; `off` "
        "never does.",
    )
    bot_citations: Literal["on", "off"] = Field(
        "on", description="Whether answers mark what they take from a PDF, and list its pages below."
    )
    bot_web: Literal["off", "search", "search+fetch"] = Field(
        "off",
        description="What the model may look up by itself. `off`: nothing; `search`: what a web search finds; "
        "`search+fetch`: whole pages, too. What data leaves that way: docs/security.md.",
    )
    bot_web_allowed_domains: Domains = Field(
        None, description="Look things up only in these domains and their subdomains, separated by commas."
    )
    bot_web_blocked_domains: Domains = Field(
        None, description="Look nothing up in these domains. Set only one of the two lists."
    )
    bot_web_uses_max: int = Field(
        5, ge=1, le=50, description="The most web searches for one answer, and the most pages that are read for it."
    )
    bot_system_prompt_file: Path | None = file_of("BOT_SYSTEM_PROMPT")
    bot_system_prompt: Prompt = Field(
        SYSTEM_PROMPT, validate_default=True, description="What the model is told before the thread."
    )
    bot_effort: Effort = Field(
        None, description="How hard the model tries: `low`, `medium` or `high`. Not set: the model's own default."
    )
    bot_data_dir: Path = Field(DATA_DIR, description="Directory of the database and the file cache.")
    bot_file_bytes_max: int = Field(
        24_000_000, ge=1_000, le=1_000_000_000, description="Largest file that is downloaded, in bytes."
    )
    bot_files_at_once_max: int = Field(
        4, ge=1, le=32, description="Downloads and conversions at the same time, for all questions together."
    )
    bot_confinement: Literal["require", "best"] = Field(
        "require",
        description="Whether LibreOffice runs on a system that has neither Landlock nor namespaces to confine it: "
        "with `require` it does not, with `best` it does.",
    )
    bot_image_side_px_max: int = Field(
        1568,
        ge=200,
        le=2576,
        description="Longer side of an image that is sent, in pixels; models see at most 1568 or 2576.",
    )
    bot_cache_bytes_max: int = Field(
        1_000_000_000, ge=1_000_000, description="Bytes on disk for prepared files and for those in preparation."
    )
    bot_cache_age_max_s: float = Field(
        7 * 86_400, gt=0, description="Prepared files that nobody has used for this many seconds are dropped."
    )
    bot_document_pages_max: int = Field(2_000, ge=1, description="The most pages that are read of one document.")
    bot_document_tokens_max: int = Field(
        10_000_000,
        ge=10_000,
        description="The most tokens, by estimate, of the documents that are read in parts for one question.",
    )
    bot_document_confirm_tokens: int = Field(
        3_000_000,
        ge=0,
        description="If reading them would take more tokens than this, people see an estimate and a button first.",
    )
    bot_start_probe: Literal["on", "off"] = Field(
        "on",
        description="Whether the bot asks the Messages API for a few tokens as it starts, to see that key, model and "
        "address are right.",
    )
    bot_log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Lowest level that is logged."
    )
    bot_log_format: Literal["console", "json"] = Field(
        "console", description="Log lines for people (`console`) or for machines (`json`)."
    )

    check_key = field_validator("yourouter_api_key")(given)
    check_domains = field_validator("bot_web_blocked_domains")(one_list)
