"""Reads the JSON of a request: what it holds, or the refusal that the Messages API would answer with.

Pure but slow: it decodes every image and opens every PDF. Files are replaced in the JSON by a summary of them.
Source: claude:en/api/messages and claude:en/api/errors, 2026-11-22; wordings as seen in answers of the real API.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

from bot import limits
from playground.practice_model.catalogue import MODELS, KnownModel
from playground.practice_model.content_rules import (
    NEWER_VERSION,
    check_fields,
    check_text,
    json_object,
    listed,
    see_content,
)
from playground.practice_model.faults import BadRequest, Refused
from playground.practice_model.media_rules import check_many_images
from playground.practice_model.prompt_cache import segments_of
from playground.practice_model.received import CHARS_PER_TOKEN, Received, SeenImage, SeenMessage, SeenOther, SeenPdf
from playground.practice_model.tool_rules import check_pairs, is_paused, see_betas, see_tools

VERSIONS = ("2023-06-01", "2026-10-21")

EFFORTS = ("low", "medium", "high", "xhigh", "max")
_TOP_REQUIRED = {"model", "messages"}
_TOP_OPTIONAL = {"system", "cache_control", "metadata", "output_config", "thinking", "tools"}
_ANSWER_OPTIONAL = {"stream", "stop_sequences", "service_tier", "temperature", "top_p", "top_k"}
_SAMPLING_DEFAULTS = {"temperature": 1, "top_p": 1, "top_k": 0}


def see_request(body: object, *, version: str, strict_turns: bool, counting: bool = False, betas: str = "") -> Received:
    """``strict_turns`` refuses turns that do not alternate or do not start with the user, as some routers do.
    ``betas``: the header of that name.

    ``counting`` reads it as a request to count_tokens, which has no ``max_tokens``.
    """
    request = json_object("", body)
    required = _TOP_REQUIRED | (set() if counting else {"max_tokens"})
    check_fields("", request, required, _TOP_OPTIONAL | (set() if counting else _ANSWER_OPTIONAL))
    model = _model(request["model"])
    if not counting:
        _check_max_tokens(request["max_tokens"], model)
        _check_sampling(request, model, version)
    _check_effort(request.get("output_config", {}))
    if not isinstance(request.get("stream", False), bool):
        raise BadRequest("stream: Input should be a valid boolean")
    system_chars = _system_chars(request.get("system", ""))
    named = see_betas(betas)
    web = see_tools(request["tools"], named) if "tools" in request else None
    messages, tokens = _see_messages(request["messages"], version)
    check_pairs(request["messages"])
    if paused := is_paused(request["messages"], web):
        messages = messages[:-1]
    _check_turns(messages, strict_turns)
    _check_cache_markers(request)
    _check_pages(messages, model)
    segments = segments_of(request, _system_tokens(system_chars), tokens)
    most, streamed = request.get("max_tokens", 0), request.get("stream", False)
    citing = _asks_for_citations(request)
    seen = Received(model.id, most, streamed, sum(system_chars), messages, tuple(segments), citing, web, paused)
    if seen.tokens > model.window_tokens:
        raise BadRequest(f"prompt is too long: {seen.tokens} tokens > {model.window_tokens} maximum")
    return seen


# --- the top level -------------------------------------------------------------------------------------------------


def _model(name: object) -> KnownModel:
    if not isinstance(name, str):
        raise BadRequest("model: Input should be a valid string")
    if name not in MODELS:
        raise Refused(404, "not_found_error", f"model: {name}")
    return MODELS[name]


def _check_max_tokens(max_tokens: object, model: KnownModel) -> None:
    if not isinstance(max_tokens, int) or isinstance(max_tokens, bool):
        raise BadRequest("max_tokens: Input should be a valid integer")
    if max_tokens < 1:
        raise BadRequest("max_tokens: Input should be greater than or equal to 1")
    if max_tokens > model.output_tokens_max:
        raise BadRequest(
            f"max_tokens: {max_tokens} > {model.output_tokens_max}, "
            f"which is the maximum allowed number of output tokens for {model.id}"
        )


def _check_effort(output_config: object) -> None:
    given = json_object("output_config", output_config)
    check_fields("output_config", given, set(), {"effort", "format"})
    if given.get("effort", "high") not in EFFORTS:
        raise BadRequest(f"output_config.effort: Input should be {', '.join(map(repr, EFFORTS))}")


def _check_sampling(request: dict[str, Any], model: KnownModel, version: str) -> None:
    for name, default in _SAMPLING_DEFAULTS.items():
        if name not in request:
            continue
        if version == NEWER_VERSION:
            raise BadRequest(f"{name}: Extra inputs are not permitted")
        if not isinstance(request[name], int | float):
            raise BadRequest(f"{name}: Input should be a valid number")
        if request[name] != default and not model.takes_sampling:
            raise BadRequest(f"{name}: only the default value is supported for {model.id}")
        if name == "temperature" and not 0 <= request[name] <= 1:
            raise BadRequest("temperature: range: 0..1")


def _system_chars(system: object) -> list[int]:
    """Of each block."""
    if isinstance(system, str):
        return [len(system)] if system else []
    if not isinstance(system, list):
        raise BadRequest("system: Input should be a valid string")
    for number, block in enumerate(system):
        path = f"system.{number}"
        check_fields(path, json_object(path, block), {"type", "text"}, {"cache_control", "citations"})
        check_text("system", block["text"])
    return [len(block["text"]) for block in system]


def _system_tokens(chars: Sequence[int]) -> list[int]:
    """Of each block; together they are what the whole counts as."""
    upto = [math.ceil(count / CHARS_PER_TOKEN) for count in accumulate(chars, initial=0)]
    return [after - before for before, after in pairwise(upto)]


def _check_cache_markers(request: dict[str, Any]) -> None:
    blocks = [block for message in request["messages"] for block in listed(message["content"])]
    blocks += [request, *listed(request.get("system", []))]
    markers = [block["cache_control"] for block in blocks if block.get("cache_control") is not None]
    for marker in markers:
        if not isinstance(marker, dict) or marker.get("type") != "ephemeral":
            raise BadRequest("cache_control.type: Input should be 'ephemeral'")
        if marker.get("ttl", "5m") not in ("5m", "1h"):
            raise BadRequest("cache_control.ttl: Input should be '5m' or '1h'")
    if len(markers) > limits.CACHE_MARKERS_MAX:
        raise BadRequest(
            f"A maximum of {limits.CACHE_MARKERS_MAX} blocks with cache_control may be provided. Found {len(markers)}."
        )


def _asks_for_citations(request: dict[str, Any]) -> bool:
    """Once each message was seen: all documents ask for them, or none does."""
    blocks = (block for message in request["messages"] for block in listed(message["content"]))
    citing = any((block.get("citations") or {}).get("enabled") for block in blocks if block["type"] == "document")
    if citing and (request.get("output_config") or {}).get("format"):
        raise BadRequest("output_config.format: Structured outputs are not supported together with citations.")
    return citing


# --- messages ------------------------------------------------------------------------------------------------------


def _see_messages(messages: object, version: str) -> tuple[tuple[SeenMessage, ...], list[list[int]]]:
    """With the tokens of each block of each."""
    if not isinstance(messages, list):
        raise BadRequest("messages: Input should be a valid list")
    if not messages:
        raise BadRequest("messages: at least one message is required")
    if len(messages) > limits.MESSAGES_MAX:
        raise BadRequest(f"messages: List should have at most {limits.MESSAGES_MAX} items")
    seen: list[SeenMessage] = []
    tokens: list[list[int]] = []
    images: list[tuple[str, SeenImage]] = []
    citing: set[bool] = set()
    for number, given in enumerate(messages):
        path = f"messages.{number}"
        message = json_object(path, given)
        check_fields(path, message, {"role", "content"}, set())
        if message["role"] not in ("user", "assistant"):
            raise BadRequest(f"{path}.role: Input should be 'user' or 'assistant'")
        blocks = see_content(path, message, version)
        sources = [block for block in listed(message["content"]) if block["type"] == "document"]
        citing |= {block.get("citations") == {"enabled": True} for block in sources}
        images += [
            (f"{path}.content.{place}.image.source.base64", block)
            for place, block in enumerate(blocks)
            if isinstance(block, SeenImage)
        ]
        tokens.append([block.tokens for block in blocks])
        seen.append(SeenMessage(message["role"], tuple(b for b in blocks if not isinstance(b, SeenOther))))
    if len(citing) > 1:
        raise BadRequest("Citations must be enabled on all documents or none of them.")
    check_many_images(images)
    return tuple(seen), tokens


def _check_turns(messages: tuple[SeenMessage, ...], strict: bool) -> None:
    roles = [message.role for message in messages]
    if roles[-1] != "user":
        raise BadRequest(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )
    if strict and roles[0] != "user":
        raise BadRequest('messages: first message must use the "user" role')
    for role, following in pairwise(roles):
        if strict and role == following:
            raise BadRequest(
                'messages: roles must alternate between "user" and "assistant", '
                f'but found multiple "{role}" roles in a row'
            )


def _check_pages(messages: tuple[SeenMessage, ...], model: KnownModel) -> None:
    pages = sum(block.pages for message in messages for block in message.blocks if isinstance(block, SeenPdf))
    if pages > model.pdf_pages_max:
        raise BadRequest(f"A maximum of {model.pdf_pages_max} PDF pages may be provided.")
