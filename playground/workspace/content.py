"""Works out the text and blocks of a message from the arguments of the call that writes it.

Pure. Sources: slack:reference/methods/chat.postMessage and chat.update (text, blocks and markdown_text, conflicts,
truncation); the 12,000 characters of markdown_text count as those of a markdown block.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot import limits
from playground.workspace import blocks as block_kit
from playground.workspace.arguments import Arguments
from playground.workspace.errors import InvalidBlocks, Refused
from playground.workspace.expand import expand
from playground.workspace.reading import block_text
from playground.workspace.records import Json
from playground.workspace.tokens import escape

METADATA_JSON_CHARS_MAX = 16_000


@dataclass(slots=True)
class Dialect:
    """Where live servers differ or documents disagree; tests switch these."""

    expand_markdown: bool = True
    tables_max: int = 1
    truncates_long_updates: bool = False
    page_max: int = limits.REPLIES_PAGE_MAX
    """Most messages of a page: 15 for apps that are sold outside the Marketplace (docs/slack.md §1)."""
    listed_after_s: float = 0.0
    """So long a new message is missing where a thread or a channel is read. Read from issue trackers."""


@dataclass(frozen=True, slots=True)
class Content:
    """``source`` is what the app wrote; ``blocks`` None means that the call said nothing about blocks."""

    text: str | None
    blocks: list[Json] | None
    source: str
    warning: str | None = None


def read_content(arguments: Arguments, new_id: Callable[[], str], dialect: Dialect) -> Content:
    """Raises ``Refused``: markdown_text_conflict, invalid_blocks…, no_text where there is nothing to show."""
    text = arguments.text("text")
    markdown_text = arguments.text("markdown_text")
    given = arguments.structure("blocks", malformed="invalid_blocks_format")
    attachments = arguments.structure("attachments", malformed="invalid_attachments")
    if markdown_text is not None:
        if text is not None or given is not None:
            raise Refused("markdown_text_conflict")
        if len(markdown_text) > limits.MARKDOWN_CHARS_MAX:
            raise Refused("msg_too_long")
        given = [{"type": "markdown", "text": markdown_text}] if markdown_text else None
    blocks = None if given is None else expanded(given, new_id, dialect)
    if not text and not blocks and not attachments:
        raise Refused("no_text")
    if attachments is not None and not isinstance(attachments, list):
        raise Refused("invalid_attachments")
    source = _source(given) if given else text or ""
    if text is not None and len(text) > limits.POST_TEXT_CHARS_MAX:
        return Content(text[: limits.POST_TEXT_CHARS_MAX], blocks, source, "message_truncated")
    if text is None and blocks:
        text = escape("\n".join(filter(None, map(block_text, blocks))))[: limits.UPDATE_TEXT_CHARS_MAX]
    return Content(text, blocks, source)


def expanded(given: object, new_id: Callable[[], str], dialect: Dialect) -> list[Json]:
    """Checked before and after expansion: what a markdown block becomes counts too (docs/slack.md §2)."""
    checked = block_kit.check(given)
    kept = expand(checked, new_id, markdown=dialect.expand_markdown)
    as_shown = kept if dialect.expand_markdown else expand(checked, new_id)
    block_kit.check_expanded(as_shown, tables_max=dialect.tables_max)
    if checked and not as_shown:
        raise InvalidBlocks("must be more than 0 characters", "/blocks/0/text")
    return kept


def _source(blocks: list[Json]) -> str:
    """What the app wrote into markdown and section blocks; the rest frames it."""
    written = [block["text"] for block in blocks if block["type"] in ("markdown", "section") and block.get("text")]
    return "\n\n".join(text if isinstance(text, str) else str(text["text"]) for text in written)


def read_metadata(arguments: Arguments) -> Json | None:
    """``{"event_type", "event_payload"}``; an empty object removes what there was. None if nothing was said."""
    metadata = arguments.structure("metadata", malformed="invalid_metadata_format")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        raise Refused("invalid_metadata_format")
    if metadata and not (
        isinstance(metadata.get("event_type"), str) and isinstance(metadata.get("event_payload"), dict)
    ):
        raise Refused("invalid_metadata_schema")
    if len(str(metadata)) > METADATA_JSON_CHARS_MAX:
        raise Refused("metadata_too_large")
    return metadata
