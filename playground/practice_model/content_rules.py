"""Reads the content of one message from JSON: the blocks that it holds, or the refusal of one of them.

Pure but slow: it decodes images and opens PDFs. ``path`` is the place in the request, as the API's messages name it.
"""

from __future__ import annotations

from typing import Any, cast

from bot import limits
from playground.practice_model.faults import BadRequest
from playground.practice_model.media_rules import see_image, see_pdf
from playground.practice_model.received import SeenBlock, SeenImage, SeenOther, SeenText
from playground.practice_model.tool_rules import is_of_tools, see_tool_block

NEWER_VERSION = "2026-10-21"
TITLE_CHARS_MAX = 500
_BLOCK_FIELDS: dict[str, tuple[set[str], set[str]]] = {
    "text": ({"text"}, {"cache_control", "citations"}),
    "image": ({"source"}, {"cache_control"}),
    "document": ({"source"}, {"cache_control", "citations", "context", "title"}),
}
_TAGS = ", ".join(f"'{tag}'" for tag in _BLOCK_FIELDS)


def see_content(path: str, message: dict[str, Any], version: str) -> tuple[SeenBlock | SeenOther, ...]:
    content = message["content"]
    if isinstance(content, str):
        check_text("messages", content)
        return (SeenText(content),)
    if not isinstance(content, list):
        raise BadRequest(f"{path}.content: Input should be a valid list")
    if not content:
        raise BadRequest(
            f"{path}: all messages must have non-empty content except for the optional final assistant message"
        )
    return tuple(
        _see_block(f"{path}.content.{place}", block, message["role"], version) for place, block in enumerate(content)
    )


def _see_block(path: str, given: object, role: str, version: str) -> SeenBlock | SeenOther:
    block = json_object(path, given)
    kind = block.get("type")
    if kind is None:
        raise BadRequest(f"{path}.type: Field required")
    if is_of_tools(block):
        return SeenOther(see_tool_block(path, block, role))
    if kind == "thinking" and role == "assistant":
        check_fields(f"{path}.thinking", block, {"type", "thinking", "signature"}, set())
        return SeenOther(len(block["thinking"]))
    if not isinstance(kind, str) or kind not in _BLOCK_FIELDS:
        raise BadRequest(
            f"{path}: Input tag '{kind}' found using 'type' does not match any of the expected tags: {_TAGS}"
        )
    required, optional = _BLOCK_FIELDS[kind]
    check_fields(f"{path}.{kind}", block, required | {"type"}, optional)
    if kind == "text":
        check_text("messages", block["text"])
        if role == "user" and block.get("citations") and version == NEWER_VERSION:
            raise BadRequest(f"{path}.text.citations: Extra inputs are not permitted")
        return SeenText(block["text"])
    if role == "assistant" and (kind == "image" or version == NEWER_VERSION):
        raise BadRequest(f"{path}: {kind} blocks are not permitted in assistant turns")
    if kind == "image":
        return _see_image_block(path, block)
    return _see_document(path, block)


def _see_image_block(path: str, block: dict[str, Any]) -> SeenImage:
    source = _base64_source(f"{path}.image.source", block["source"], limits.IMAGE_MEDIA_TYPES)
    seen, source["data"] = see_image(f"{path}.image.source.base64", source["media_type"], source["data"])
    return seen


def _see_document(path: str, block: dict[str, Any]) -> SeenBlock:
    title = block.get("title") or ""
    if not isinstance(title, str) or len(title) > TITLE_CHARS_MAX:
        raise BadRequest(f"{path}.document.title: String should have at most {TITLE_CHARS_MAX} characters")
    source = json_object(f"{path}.document.source", block["source"])
    if source.get("type") == "text":
        where = f"{path}.document.source.text"
        check_fields(where, source, {"type", "media_type", "data"}, set())
        if source["media_type"] != "text/plain":
            raise BadRequest(f"{where}.media_type: Input should be 'text/plain'")
        check_text("messages", source["data"])
        return SeenText(source["data"], title)
    source = _base64_source(f"{path}.document.source", source, ("application/pdf",))
    seen, source["data"] = see_pdf(f"{path}.pdf.source.base64", title, source["data"])
    return seen


def _base64_source(path: str, given: object, media_types: tuple[str, ...]) -> dict[str, Any]:
    source = json_object(path, given)
    if source.get("type") != "base64":
        raise BadRequest(f"{path}: Only base64 sources are taken here, not '{source.get('type')}'")
    path += ".base64"
    check_fields(path, source, {"type", "media_type", "data"}, set())
    if source["media_type"] not in media_types:
        *most, last = (f"'{media_type}'" for media_type in media_types)
        raise BadRequest(f"{path}.media_type: Input should be {' or '.join(filter(None, (', '.join(most), last)))}")
    if not isinstance(source["data"], str):
        raise BadRequest(f"{path}.data: Input should be a valid string")
    return source


# --- JSON ----------------------------------------------------------------------------------------------------------


def json_object(path: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadRequest(f"{path}: Input should be a valid dictionary".removeprefix(": "))
    return cast("dict[str, Any]", value)


def check_fields(path: str, value: dict[str, Any], required: set[str], optional: set[str]) -> None:
    prefix = f"{path}." if path else ""
    for name in sorted(required - value.keys()):
        raise BadRequest(f"{prefix}{name}: Field required")
    for name in sorted(value.keys() - required - optional):
        raise BadRequest(f"{prefix}{name}: Extra inputs are not permitted")


def check_text(path: str, text: object) -> None:
    if not isinstance(text, str):
        raise BadRequest(f"{path}: Input should be a valid string")
    if not text:
        raise BadRequest(f"{path}: text content blocks must be non-empty")
    if not text.strip():
        raise BadRequest(f"{path}: text content blocks must contain non-whitespace text")


def listed(content: object) -> list[dict[str, Any]]:
    return content if isinstance(content, list) else []
