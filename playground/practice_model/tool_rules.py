"""Reads the tools of a request, and an answer that paused, from JSON: what they allow, or their refusal.

Pure. Only the API's own web tools are known. Source: claude:en/agents-and-tools/tool-use/server-tools, 2026-11-26;
wordings as seen in answers of the real API.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from playground.practice_model.faults import BadRequest
from playground.practice_model.web_tools import sealed

FETCH_BETA = "web-fetch-2025-09-10"
BETAS = frozenset({FETCH_BETA, "prompt-caching-2024-07-31"})
_SHARED = {"max_uses", "allowed_domains", "blocked_domains", "cache_control"}
_TYPES = {
    "web_search_20250305": ("web_search", _SHARED | {"user_location"}),
    "web_fetch_20250910": ("web_fetch", _SHARED | {"citations", "max_content_tokens"}),
}
_OF_TOOLS = ("server_tool_use", "web_search_tool_result", "web_fetch_tool_result")


@dataclass(frozen=True, slots=True)
class SeenWeb:
    """What the model may look up."""

    search: bool = False
    fetch: bool = False
    uses_max: int | None = None
    allowed: tuple[str, ...] = ()
    blocked: tuple[str, ...] = ()


def see_betas(header: str) -> frozenset[str]:
    """``header``: ``anthropic-beta``, names with commas between them."""
    betas = frozenset(name.strip() for name in header.split(",") if name.strip())
    for name in sorted(betas - BETAS):
        raise BadRequest(f"Unexpected value(s) `{name}` for the `anthropic-beta` header.")
    return betas


def see_tools(given: object, betas: Collection[str]) -> SeenWeb:
    if not isinstance(given, list):
        raise BadRequest("tools: Input should be a valid list")
    seen: dict[str, dict[str, Any]] = {}
    for number, tool in enumerate(given):
        path, kind = f"tools.{number}", tool.get("type") if isinstance(tool, dict) else None
        known = {name for name in _TYPES if not name.startswith("web_fetch") or FETCH_BETA in betas}
        if not isinstance(tool, dict) or kind not in known:
            tags = ", ".join(f"'{name}'" for name in sorted(known))
            raise BadRequest(f"{path}: Input tag '{kind}' found using 'type' does not match any of: {tags}")
        name, optional = _TYPES[kind]
        if tool.get("name") != name:
            raise BadRequest(f"{path}.{kind}.name: Input should be '{name}'")
        if extra := sorted(tool.keys() - optional - {"type", "name"}):
            raise BadRequest(f"{path}.{kind}.{extra[0]}: Extra inputs are not permitted")
        _check(f"{path}.{kind}", tool)
        seen[name] = tool
    any_of = next(iter(seen.values()), {})
    lists = (tuple(any_of.get(f"{which}_domains") or ()) for which in ("allowed", "blocked"))
    return SeenWeb("web_search" in seen, "web_fetch" in seen, any_of.get("max_uses"), *lists)


def _check(path: str, tool: dict[str, Any]) -> None:
    uses = tool.get("max_uses")
    if uses is not None and (type(uses) is not int or uses < 1):
        raise BadRequest(f"{path}.max_uses: Input should be greater than 0")
    if tool.get("allowed_domains") and tool.get("blocked_domains"):
        raise BadRequest(f"{path}: only one of allowed_domains and blocked_domains can be set")
    for domain in (*(tool.get("allowed_domains") or ()), *(tool.get("blocked_domains") or ())):
        if not isinstance(domain, str) or not domain or "://" in domain:
            raise BadRequest(f"{path}: domains have no scheme")


def is_of_tools(block: object) -> bool:
    return isinstance(block, dict) and block.get("type") in _OF_TOOLS


def see_tool_block(path: str, block: dict[str, Any], role: str) -> int:
    """A block about the API's own tools, in a turn of the model's; about so many characters."""
    kind = block["type"]
    if role != "assistant":
        raise BadRequest(f"{path}: {kind} blocks are only permitted in assistant turns")
    fields = {"id", "name", "input"} if kind == "server_tool_use" else {"tool_use_id", "content"}
    for name in sorted(fields - block.keys()):
        raise BadRequest(f"{path}.{kind}.{name}: Field required")
    for result in block["content"] if isinstance(block.get("content"), list) else ():
        if result.get("encrypted_content") != sealed(str(result.get("url"))):
            raise BadRequest(f"{path}.{kind}.content: Invalid encrypted_content in search result block")
    return len(str(block))


def check_pairs(messages: Sequence[dict[str, Any]]) -> None:
    """Each use of a tool has its result, but for one that the final message, which paused, ends with."""
    for number, message in enumerate(messages):
        blocks = [block for block in message["content"] if is_of_tools(block)] if _listed(message) else []
        found = {block["tool_use_id"] for block in blocks if "tool_use_id" in block}
        final = message["content"][-1] if number == len(messages) - 1 and blocks else None
        for block in blocks:
            if block["type"] == "server_tool_use" and block["id"] not in found and block is not final:
                raise BadRequest(
                    f"messages.{number}: `{block['name']}` tool use with id `{block['id']}` was found without a "
                    f"corresponding `{block['name']}_tool_result` block"
                )


def is_paused(messages: Sequence[dict[str, Any]], web: SeenWeb | None) -> bool:
    """Whether the final message is a turn of the model's that is to go on."""
    final = messages[-1]
    used = _listed(final) and any(is_of_tools(block) for block in final["content"])
    return web is not None and final["role"] == "assistant" and used


def _listed(message: dict[str, Any]) -> bool:
    return isinstance(message["content"], list)
