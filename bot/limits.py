"""The published limits of Slack and of the Messages API, each with its source and the date it was read.

Pure. Nothing here is a choice of ours: choices live in ``settings``. Paths named as sources are pages of docs.slack.dev
(``slack:``) or of platform.claude.com/docs (``claude:``).
"""

# --- Slack: lengths ------------------------------------------------------------------------------------------------
MARKDOWN_CHARS_MAX = 12_000
"""All ``markdown`` blocks of one payload together. slack:reference/block-kit/blocks/markdown-block, 2026-09-14."""
UPDATE_TEXT_CHARS_MAX = 4_000
"""``text`` of chat.update; above it ``msg_too_long``. slack:reference/methods/chat.update, 2026-08-20."""
POST_TEXT_CHARS_MAX = 40_000
"""``text`` of chat.postMessage; cut beyond it. slack:reference/methods/chat.postMessage, 2026-08-20."""
SECTION_TEXT_CHARS_MAX = 3_000
"""``text`` of a section block. slack:reference/block-kit/blocks/section-block, 2026-09-14."""
HEADER_TEXT_CHARS_MAX = 150
"""``text`` of a header block. slack:reference/block-kit/blocks/header-block, 2026-09-14."""
CONTEXT_ELEMENTS_MAX = 10
"""Elements of a context block. slack:reference/block-kit/blocks/context-block, 2026-09-14."""
BLOCKS_MAX = 50
"""Blocks of a message, counted after a markdown block was expanded. slack:reference/block-kit/blocks, 2026-09-14."""
TABLE_ROWS_MAX = 100
TABLE_COLUMNS_MAX = 20
TABLE_CHARS_MAX = 10_000
"""Of a table block, header row included. slack:reference/block-kit/blocks/table-block, 2026-09-14."""
BUTTON_TEXT_CHARS_MAX = 75
BUTTON_VALUE_CHARS_MAX = 2_000
"""Of a button element. slack:reference/block-kit/block-elements/button-element, 2026-09-14."""

# --- Slack: rates --------------------------------------------------------------------------------------------------
TIER_CALLS_PER_MIN = {1: 1, 2: 20, 3: 50, 4: 100}
"""Per method, workspace and app. slack:apis/web-api/rate-limits, 2026-08-20."""
METHOD_TIERS = {
    "agents.sessions.setStatus": 3,
    "apps.connections.open": 3,
    "apps.uninstall": 1,
    "assistant.threads.setSuggestedPrompts": 3,
    "bots.info": 3,
    "chat.appendStream": 4,
    "chat.delete": 3,
    "chat.postEphemeral": 4,
    "chat.startStream": 2,
    "chat.stopStream": 2,
    "chat.update": 3,
    "conversations.history": 3,
    "conversations.info": 3,
    "conversations.members": 4,
    "conversations.open": 3,
    "conversations.replies": 3,
    "files.completeUploadExternal": 4,
    "files.getUploadURLExternal": 4,
    "files.info": 4,
    "usergroups.list": 2,
    "users.conversations": 3,
    "users.info": 4,
    "views.open": 4,
    "views.publish": 4,
    "views.push": 4,
    "views.update": 4,
}
"""The tier named on each method's page. slack:reference/methods, 2026-08-20."""
POSTS_PER_CHANNEL_PER_S = 1
POSTS_PER_WORKSPACE_PER_MIN = 300
"""chat.postMessage has a rule of its own: about one a second per channel, "several hundred" a minute per workspace.
slack:reference/methods/chat.postMessage, 2026-08-20."""
STATUS_CALLS_PER_MIN = 60
"""assistant.threads.setStatus: special; the vendor's Java SDK models 60 a minute. Read 2026-08-20."""
AUTH_TEST_CALLS_PER_MIN = 300
"""auth.test: special, "hundreds" a minute, as the vendor's Java SDK models it. Read 2026-08-20."""
PERMALINK_CALLS_PER_MIN = 300
"""chat.getPermalink: special, "hundreds" a minute, as the vendor's Java SDK models it. Read 2026-11-26."""
RESPONSE_URL_USES_MAX = 5
RESPONSE_URL_LIFETIME_S = 30 * 60
"""slack:interactivity/handling-user-interaction, 2026-09-14."""

# --- Slack: delivery -----------------------------------------------------------------------------------------------
ACK_WITHIN_S = 3.0
"""Events, commands and actions alike. slack:apis/events-api, 2026-09-14."""
TRIGGER_LIFETIME_S = 3.0
"""A trigger_id opens a view for so long, once. slack:interactivity/handling-user-interaction, 2026-09-14."""
REPLIES_PAGE_MAX = 1_000
"""``limit`` of conversations.replies. slack:reference/methods/conversations.replies, 2026-08-20."""

# --- Messages API --------------------------------------------------------------------------------------------------
REQUEST_BYTES_MAX = 32_000_000
"""The whole JSON body; 413 above it. claude:en/api/errors, 2026-11-22."""
IMAGE_BASE64_BYTES_MAX = 10_000_000
IMAGE_SIDE_PX_MAX = 8_000
IMAGES_MAX = 600
"""Per image, per image and per request. claude:en/build-with-claude/vision, 2026-11-22."""
MANY_IMAGES = 20
MANY_IMAGES_SIDE_PX_MAX = 2_000
"""With more than 20 images in a request each side is bounded tighter.
claude:en/build-with-claude/vision, 2026-11-22."""
IMAGE_MEDIA_TYPES = ("image/jpeg", "image/png", "image/gif", "image/webp")
"""claude:en/build-with-claude/vision, 2026-11-22."""
PDF_PAGES_MAX = 600
PDF_PAGES_MAX_SMALL_WINDOW = 100
"""Per request; the second where the context window is under a million tokens.
claude:en/build-with-claude/pdf-support, 2026-11-22."""
LARGE_WINDOW_TOKENS = 1_000_000
SMALL_WINDOW_TOKENS = 200_000
LARGE_WINDOW_MODELS = (
    "claude-fable-5",
    "claude-haiku-5",
    "claude-opus-4-6",
    "claude-opus-4-7",
    "claude-opus-4-8",
    "claude-opus-5",
    "claude-sonnet-4-6",
    "claude-sonnet-5",
)
"""Ids of models with a context window of a million tokens begin so; others have 200,000, or what their host gives.
claude:en/about-claude/models/overview, 2026-11-22."""
ANSWER_TOKENS_MAX = 128_000
ANSWER_TOKENS_MAX_SMALL = 64_000
"""``max_tokens`` at most; the second for the models with 200,000 tokens. claude:en/about-claude/models/overview."""
MESSAGES_MAX = 100_000
"""claude:en/api/messages, 2026-11-22."""
CACHE_MARKERS_MAX = 4
"""``cache_control`` in one request. claude:en/build-with-claude/prompt-caching, 2026-11-22."""
CACHE_LOOKBACK_BLOCKS = 20
"""So many blocks before a marker the API looks for a prefix that it has. claude:en/build-with-claude/prompt-caching."""
CACHE_LIFETIMES_S = {"5m": 300, "1h": 3_600}
"""From the start of the request that wrote or read a prefix. claude:en/build-with-claude/prompt-caching, 2026-11-22."""
CACHE_PREFIX_TOKENS_MIN = {
    "claude-fable-5": 512,
    "claude-opus-5": 512,
    "claude-sonnet-5": 1_024,
    "claude-sonnet-4": 1_024,
    "claude-opus-4-8": 1_024,
    "claude-opus-4-7": 2_048,
}
CACHE_PREFIX_TOKENS_MIN_OTHERS = 4_096
"""What is shorter is not kept, and nothing is said of it; by the beginning of a model's id. The figure of the others is
that of Opus 4.6, Opus 4.5 and Haiku 4.5. claude:en/build-with-claude/prompt-caching, 2026-11-22."""


def cache_prefix_tokens_min(model: str) -> int:
    known = (least for begin, least in CACHE_PREFIX_TOKENS_MIN.items() if model.startswith(begin))
    return next(known, CACHE_PREFIX_TOKENS_MIN_OTHERS)


def window_tokens(model: str) -> int:
    return LARGE_WINDOW_TOKENS if model.startswith(LARGE_WINDOW_MODELS) else SMALL_WINDOW_TOKENS


def answer_tokens_max(model: str) -> int:
    """Of a model that is not known, what the largest give: nothing is gained by a guess."""
    small = model.startswith(("claude-haiku-4", "claude-sonnet-4-5"))
    return ANSWER_TOKENS_MAX_SMALL if small else ANSWER_TOKENS_MAX
