"""Reads citations as the API sends them. Pure.

Source: claude:en/build-with-claude/citations, …/web-search-tool and …/web-fetch-tool, 2026-11-26.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.stream_events import Citation, WebCitation


def citations_in(given: object) -> list[Citation | WebCitation]:
    """Citations of pages, of files and of the web. The API's ranges have exclusive ends, ours inclusive ones."""
    cited: list[Citation | WebCitation] = []
    for one in given if isinstance(given, list) else ():
        match one:
            case {
                "type": "page_location",
                "document_index": int(document),
                "start_page_number": int(first),
                "end_page_number": int(end),
            }:
                cited.append(Citation(document, first, max(first, end - 1)))
            case dict() if (of_the_web := _web_citation(one)) is not None:
                cited.append(of_the_web)
    return cited


def _web_citation(given: Mapping[str, Any]) -> WebCitation | None:
    """``None`` unless it cites a web page. Text cited by characters is from a page that was read: the documents of a
    request are PDFs, which are cited by their pages."""
    match given:
        case {"type": "web_search_result_location", "url": str(address)} if address:
            title = given.get("title")
            return WebCitation(address, title if isinstance(title, str) else "")
        case {"type": "char_location", "document_title": str(title)} if title:
            return WebCitation("", title)
    return None
