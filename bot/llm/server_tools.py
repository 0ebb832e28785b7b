"""The API's own web tools: adds them to a request, and reads their blocks in the answer.

Pure. The API runs these tools itself, within one answer: the model asks (``server_tool_use``), what was found follows
in a block of its own (``web_search_tool_result``, ``web_fetch_tool_result``), an error in its place included, and then
words that cite it. An answer that takes long may pause (``pause_turn``): it goes on if its blocks are sent back as they
came, as the request's final message. Nothing else is ever sent back.
Source: claude:en/agents-and-tools/tool-use/server-tools, …/web-search-tool and …/web-fetch-tool, 2026-11-26; that the
paused turn stays the final message: anthropics/anthropic-sdk-python#1339.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.conversation import Web
from bot.stream_events import LookedUp, Lookup, LookupKind, WebPage

SEARCH, FETCH = "web_search", "web_fetch"
SEARCH_TYPE, FETCH_TYPE = "web_search_20250305", "web_fetch_20250910"
"""The versions that do not run model-written code over what they find."""
FETCH_BETA = "web-fetch-2025-09-10"
"""Hosts that no longer treat the tool as a beta still accept the header."""
PAGE_TOKENS_MAX = 50_000
"""Of one page; what is longer is cut by the API."""
PAUSED_BYTES_MAX = 8_000_000
"""Of blocks that are kept for going on; an answer with more stays where it paused."""
_RESULTS = ("web_search_tool_result", "web_fetch_tool_result")
_LOOKUPS = {SEARCH: (LookupKind.SEARCH, "query"), FETCH: (LookupKind.PAGE, "url")}

# --- the request ---------------------------------------------------------------------------------------------------


def tools(web: Web) -> list[dict[str, Any]]:
    """``tools`` of a request; identical for the same ``web``, since the prompt cache begins with them."""
    shared: dict[str, Any] = {"max_uses": web.uses_max}
    if web.allowed:
        shared["allowed_domains"] = list(web.allowed)
    elif web.blocked:
        shared["blocked_domains"] = list(web.blocked)
    given = [{"type": SEARCH_TYPE, "name": SEARCH, **shared}]
    if web.fetch:
        read = {"citations": {"enabled": web.cites}, "max_content_tokens": PAGE_TOKENS_MAX}
        given.append({"type": FETCH_TYPE, "name": FETCH, **shared, **read})
    return given


def headers(web: Web | None) -> dict[str, str]:
    return {"anthropic-beta": FETCH_BETA} if web is not None and web.fetch else {}


# --- the answer ----------------------------------------------------------------------------------------------------


def searches_in(usage: Mapping[str, Any]) -> int | None:
    """How many searches the API says that it made, if it says so."""
    match usage:
        case {"server_tool_use": {"web_search_requests": int(searches)}}:
            return max(0, searches)
    return None


@dataclass(slots=True)
class _Block:
    """One block as it arrived, with what its deltas added."""

    block: dict[str, Any] = field(repr=False)
    parts: dict[str, list[str]] = field(default_factory=dict, repr=False)
    citations: list[object] = field(default_factory=list, repr=False)

    def add(self, delta: Mapping[str, Any]) -> int:
        """Its approximate size in bytes."""
        for key in ("text", "thinking", "signature", "partial_json"):
            if isinstance(more := delta.get(key), str):
                self.parts.setdefault(key, []).append(more)
                return len(more)
        if isinstance(citation := delta.get("citation"), dict):
            self.citations.append(citation)
            return len(json.dumps(citation))
        return 0

    def close(self) -> None:
        for key, parts in self.parts.items():
            if key == "partial_json":
                self.block["input"] = _object(parts)
            else:
                self.block[key] = "".join((_text(self.block.get(key)), *parts))
        if self.citations:
            self.block["citations"] = [*(self.block.get("citations") or ()), *self.citations]
        self.parts, self.citations = {}, []

    @property
    def sendable(self) -> bool:
        """Whether it is a text without words, which the API refuses even if it wrote it itself."""
        return self.block.get("type") != "text" or bool(_text(self.block.get("text")).strip())


@dataclass(slots=True)
class WebReader:
    """The events of one response, in order. ``keeps``: its blocks may have to be sent back."""

    keeps: bool = False
    _blocks: list[_Block] = field(default_factory=list, repr=False)
    _open: dict[int, _Block] = field(default_factory=dict, repr=False)
    _bytes: int = 0

    def read(self, event: Mapping[str, Any]) -> Iterator[Lookup | LookedUp]:
        match event:
            case {"type": "content_block_start", "content_block": {"type": str()} as block}:
                yield from self._start(_number(event), block)
            case {"type": "content_block_delta", "delta": {} as delta}:
                self.add(event, delta)
            case {"type": "content_block_stop"}:
                yield from self._stop(_number(event))

    def whole(self, number: int, block: object) -> Iterator[Lookup | LookedUp]:
        """The same for a block of an answer that arrived as one message."""
        if isinstance(block, dict) and isinstance(block.get("type"), str):
            yield from self._start(number, block)
            yield from self._stop(number)

    def blocks(self) -> bytes:
        """All blocks as they arrived, in JSON without the outer brackets; empty if there are too many."""
        if self._bytes > PAUSED_BYTES_MAX:
            return b""
        for block in self._blocks:
            block.close()
        sent = [block.block for block in self._blocks if block.sendable]
        return json.dumps(sent, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")[1:-1]

    def _start(self, number: int, block: Mapping[str, Any]) -> Iterator[Lookup | LookedUp]:
        is_result = block["type"] in _RESULTS
        kept = _Block(dict(block))
        if self.keeps:
            self._blocks.append(kept)
            self._bytes += len(json.dumps(block)) if is_result else 0
        if self.keeps or block["type"] == "server_tool_use":
            self._open[number] = kept
        if is_result:
            yield LookedUp(_page_read(block))

    def add(self, event: Mapping[str, Any], delta: Mapping[str, Any]) -> None:
        """``delta`` is the one of ``event``, and belongs to a block."""
        if not self._open:
            return
        if (block := self._open.get(_number(event))) is not None and self._bytes <= PAUSED_BYTES_MAX:
            self._bytes += block.add(delta)

    def _stop(self, number: int) -> Iterator[Lookup]:
        if (block := self._open.pop(number, None)) is None:
            return
        block.close()
        match block.block:
            case {"type": "server_tool_use", "name": str(name), "input": dict(given)} if name in _LOOKUPS:
                kind, key = _LOOKUPS[name]
                yield Lookup(kind, _text(given.get(key)))


def _page_read(block: Mapping[str, Any]) -> WebPage | None:
    match block.get("content"):
        case {"type": "web_fetch_result", "url": str(address), "content": {"title": str(title)}} if address:
            return WebPage(address, title)
        case {"type": "web_fetch_result", "url": str(address)} if address:
            return WebPage(address, "")
    return None


def _number(event: Mapping[str, Any]) -> int:
    number = event.get("index")
    return number if isinstance(number, int) else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _object(parts: list[str]) -> dict[str, Any]:
    try:
        value = json.loads("".join(parts))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
