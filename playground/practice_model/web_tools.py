"""Makes the blocks and events of the API for what an answer looks up on the web.

Pure. The API runs these tools itself; what it found has a part that only it can read (``encrypted_content``).
Source: claude:en/agents-and-tools/tool-use/web-search-tool and …/web-fetch-tool, 2026-11-26.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

RETRIEVED_AT = "2026-11-26T10:00:00.000000"
CITED_CHARS_MAX = 150
CHUNK_CHARS = 9
"""Of a tool's input, which comes as pieces of JSON."""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the web."""

    url: str
    title: str
    text: str = ""

    @property
    def result(self) -> dict[str, Any]:
        return {
            "type": "web_search_result",
            "url": self.url,
            "title": self.title,
            "encrypted_content": sealed(self.url),
            "page_age": None,
        }


def sealed(url: str) -> str:
    """What stands in for the part that only the API can read."""
    return b64encode(f"practice:{url}".encode()).decode()


@dataclass(frozen=True, slots=True)
class Search:
    """A search and what it found, or the code of an error in its place; with neither it found nothing."""

    query: str
    found: tuple[Found, ...] = ()
    error: str = ""

    @property
    def asked(self) -> tuple[str, dict[str, Any]]:
        return "web_search", {"query": self.query}

    @property
    def content(self) -> object:
        if self.error:
            return {"type": "web_search_tool_result_error", "error_code": self.error}
        return [page.result for page in self.found]


@dataclass(frozen=True, slots=True)
class Fetch:
    """A page that is read, or the code of an error in its place."""

    page: Found
    error: str = ""

    @property
    def asked(self) -> tuple[str, dict[str, Any]]:
        return "web_fetch", {"url": self.page.url}

    @property
    def content(self) -> object:
        if self.error:
            return {"type": "web_fetch_tool_result_error", "error_code": self.error}
        source = {"type": "text", "media_type": "text/plain", "data": self.page.text}
        document = {"type": "document", "source": source, "title": self.page.title, "citations": {"enabled": True}}
        return {
            "type": "web_fetch_result", "url": self.page.url, "content": document, "retrieved_at": RETRIEVED_AT,
        }  # fmt: skip


Tool = Search | Fetch


@dataclass(frozen=True, slots=True)
class WebCite:
    """A page that a search found, or (``read``) that was read."""

    page: Found
    read: bool = False

    @property
    def json(self) -> dict[str, Any]:
        cited = (self.page.text or self.page.title)[:CITED_CHARS_MAX]
        if self.read:
            return {
                "type": "char_location", "document_index": 0, "document_title": self.page.title,
                "start_char_index": 0, "end_char_index": len(cited), "cited_text": cited,
            }  # fmt: skip
        return {
            "type": "web_search_result_location", "url": self.page.url, "title": self.page.title,
            "encrypted_index": sealed(self.page.url), "cited_text": cited,
        }  # fmt: skip


def asking(tool: Tool, tool_id: str) -> dict[str, Any]:
    name, given = tool.asked
    return {"type": "server_tool_use", "id": tool_id, "name": name, "input": given}


def finding(tool: Tool, tool_id: str) -> dict[str, Any]:
    return {"type": f"{tool.asked[0]}_tool_result", "tool_use_id": tool_id, "content": tool.content}


def asking_events(tool: Tool, tool_id: str, index: int) -> Iterator[dict[str, Any]]:
    """The tool's input comes empty, and then in pieces."""
    whole = json.dumps(tool.asked[1])
    yield {"type": "content_block_start", "index": index, "content_block": asking(tool, tool_id) | {"input": {}}}
    pieces = ["", *(whole[start : start + CHUNK_CHARS] for start in range(0, len(whole), CHUNK_CHARS))]
    for piece in pieces:
        delta = {"type": "input_json_delta", "partial_json": piece}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def finding_events(tool: Tool, tool_id: str, index: int) -> Iterator[dict[str, Any]]:
    yield {"type": "content_block_start", "index": index, "content_block": finding(tool, tool_id)}
    yield {"type": "content_block_stop", "index": index}


def used(tools: list[Tool]) -> dict[str, Any]:
    """Of a message's usage; a search that failed is not billed."""
    searches = sum(isinstance(tool, Search) and not tool.error for tool in tools)
    fetches = sum(isinstance(tool, Fetch) and not tool.error for tool in tools)
    made = {"web_search_requests": searches, "web_fetch_requests": fetches}
    return {"server_tool_use": made} if tools else {}
