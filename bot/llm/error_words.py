"""The tables of statuses, names and words by which ``error_responses`` judges an error.

Pure. Names and words are those of the API, AWS, Google, OpenAI, vLLM, llama.cpp, Ollama, LiteLLM, OpenRouter and
one-api, from their documentation, sources and issue trackers. Names are without ``_error`` and ``_exception``.
"""

from __future__ import annotations

import re

from bot.errors import (
    Medium,
    ModelBalanceEmpty,
    ModelError,
    ModelKeyInvalid,
    ModelNotFound,
    ModelOverloaded,
    ModelRateLimited,
    ModelRequestInvalid,
    ModelRequestTooLarge,
    ModelUnavailable,
)

BY_STATUS: dict[int, type[ModelError]] = {
    401: ModelKeyInvalid,
    402: ModelBalanceEmpty,
    403: ModelKeyInvalid,
    404: ModelNotFound,
    408: ModelUnavailable,
    409: ModelUnavailable,
    413: ModelRequestTooLarge,
    429: ModelRateLimited,
    529: ModelOverloaded,
}


def _named(names: dict[type[ModelError], str]) -> dict[str, type[ModelError]]:
    return {name: kind for kind, listed in names.items() for name in listed.split()}


BY_NAME = _named(
    {
        ModelBalanceEmpty: """
            insufficient_quota insufficient_user_quota insufficient_balance insufficient_credits insufficient_funds
            billing billing_hard_limit_reached billing_not_active budget_exceeded pre_consume_token_quota_failed
            payment_required contract_spend_limit_reached enforced_spend_limit_reached
            linked_organization_spend_limit_reached linked_organization_billing_unavailable""",
        ModelRequestTooLarge: """
            prompt_too_long context_length_exceeded context_window_exceeded exceed_context_size request_too_large
            request_body_too_large_after_decoding""",
        ModelNotFound: """
            model_not_found model_not_exist model_not_exists model_does_not_exist model_not_supported invalid_model
            invalid_model_id unknown_model no_such_model model_decommissioned deployment_not_found""",
        ModelKeyInvalid: "invalid_api_key api_key_invalid organization_on_hold",
    }
)
"""Names with only one meaning, whatever the status: LiteLLM's budget is a 400, one-api's quota a 403, its unknown model
a 503."""

BY_TYPE = _named(
    {
        ModelKeyInvalid: """
            authentication auth unauthorized unauthenticated permission permission_denied forbidden access_denied""",
        ModelNotFound: "not_found resource_not_found",
        ModelRequestInvalid: "invalid_request bad_request invalid_argument validation unprocessable_entity",
        ModelRateLimited: "rate_limit rate_limit_exceeded too_many_requests throttling resource_exhausted",
        ModelOverloaded: "overloaded engine_overloaded",
        ModelUnavailable: """
            api server internal internal_server service_unavailable unavailable timeout deadline_exceeded
            bad_gateway conflict""",
    }
)
"""Names that repeat a status; a status with only one meaning takes precedence."""

TOO_LONG = re.compile(
    r"(prompt|input)( is|:)? too (long|large)|too many (input |prompt )?tokens|reduce the length"
    r"|exceed\w*\b.{0,60}\b(context|maximum number of (input )?tokens)|maximum context length|context window"
    r"|context (length|size|limit)\b.{0,20}\bexceeded|(request|payload)\b.{0,20}\btoo large",
    re.IGNORECASE | re.DOTALL,
)
NO_BALANCE = re.compile(
    r"credit balance|insufficient (account )?(balance|credit|quota|fund)|out of credits|requires more credits"
    r"|(balance|credits?|quota) (is |are |has been )?(too low|not enough|insufficient|exhausted|used up|depleted)"
    r"|(api usage|spend(ing)?|billing( hard)?) limits?|budget has been exceeded|payment required"
    r"|余额不足|额度不足|欠费",
    re.IGNORECASE,
)
NO_MODEL = re.compile(
    r"\b(unknown|invalid|unsupported|no such|unrecogni[sz]ed) model\b"
    r"|no (available channel|healthy deployments?|endpoints found) for"
    r"|\bmodel( name| id| identifier)?\b[ :=]*(\S{1,150} )?((is|was|has|been|could) )*"
    r"(not (be )?found|not exist|(does not|doesn't) exist|invalid|unknown|retired|decommissioned"
    r"|not (a )?(valid|supported|known)|no longer)|is not a valid model",
    re.IGNORECASE,
)
WRONG_KEY = re.compile(
    r"(invalid|incorrect|wrong|missing|expired|no) (x-)?api[ -_]?key"
    r"|api[ -_]?key (is |was )?(not valid|not found|invalid|incorrect|expired|missing)"
    r"|invalid (access |bearer |auth\w* )?token|unauthori[sz]ed|authentication (failed|required)",
    re.IGNORECASE,
)
ABOUT_EFFORT = re.compile(
    r"\boutput_config\b|(?<![\w-])effort\b.{0,80}(support|permit|allow|unknown|unrecogni[sz]ed|extra|valid"
    r"|expected|input should)|(support|permit|allow|unknown|unrecogni[sz]ed|unexpected|extra|invalid)\w*\b.{0,80}"
    r"(?<![\w-])effort\b",
    re.IGNORECASE | re.DOTALL,
)
ABOUT_CACHE = re.compile(r"cache_control|cache[ _-]?point|prompt cach", re.IGNORECASE)
ABOUT_TOOLS = re.compile(
    r"web[ _-]?(search|fetch)|server[ _-]?tool|\btools?\b|tool_choice|anthropic[ _-]beta|\bbetas?\b", re.IGNORECASE
)
NOT_ABOUT_FILES = re.compile(r"content (filter|polic|management)|(usage|safety) polic|moderation", re.IGNORECASE)
UNKNOWN_FIELD = re.compile(
    r"extra inputs are not permitted|(unknown|unexpected|unrecogni[sz]ed) (field|key)", re.IGNORECASE
)

_MEDIA = {
    Medium.IMAGE: r"image_url|image|picture|photo|vision|multi-?modal|jpe?g|png|gif|webp",
    Medium.PDF: r"pdf|document",
}
_SOME = f"({'|'.join(_MEDIA.values())})s?\\b(?![ _-]?(format|type|size|encod|dimension|resolution))"
NOT_TAKEN_AT_ALL = re.compile(
    rf"\b{_SOME}([ _-](input|content|block|url|part|understanding)s?)* (is|are) (not|only) (supported|enabled)"
    rf"|(does not|doesn't|do not|cannot|can't) (support|accept|handle)\b.{{0,20}}\b{_SOME}"
    rf"|no endpoints found that support .{{0,20}}\b{_SOME}|not an? {_SOME}.{{0,12}}model"
    rf"|unsupported (input |content )?(modality|part|block|content)( type)?\W{{1,4}}{_SOME}",
    re.IGNORECASE,
)
"""No file of that kind is accepted, whatever its content."""
NOT_READ = re.compile(
    rf"(could not|cannot|can't|unable to|failed to) (process|read|decode|load|open|parse)\b.{{0,20}}\b{_SOME}"
    rf"|invalid {_SOME}|\b{_SOME}.{{0,40}}(not valid|invalid|corrupt|damaged|malformed)",
    re.IGNORECASE,
)
"""One particular file is not accepted."""


def medium(message: str) -> Medium | None:
    """The one kind of file that a message mentions."""
    spoken = [kind for kind, names in _MEDIA.items() if re.search(rf"\b({names})", message, re.IGNORECASE)]
    return spoken[0] if len(spoken) == 1 else None
