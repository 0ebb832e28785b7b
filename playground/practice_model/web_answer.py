"""Answers a request that may look things up by doing so, if its question asks for that.

Pure. Nothing leaves the machine: what is "found" is made up here, and says so. The question may say *search the web for
…*, name an address to read, or say *pause* to see the API's pause in the middle.
"""

from __future__ import annotations

import re

from playground.practice_model.received import Received
from playground.practice_model.script import Answer
from playground.practice_model.web_tools import Fetch, Found, Search, Tool, WebCite

_SEARCH = re.compile(r"\bsearch the web(?: for)? (.{1,200}?)(?:[.?!](?:\s|$)|$)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = re.compile(r"https?://[^\s<>()|]+[^\s<>()|.,;:?!]")
PRACTICE_HOST = "practice.example"


def web_answer_to(received: Received, question: str) -> Answer | None:
    """``None`` where the question asks for nothing of the kind."""
    web = received.web
    if web is None:
        return None
    if received.paused:
        page = _found("the rest", web.allowed)
        return Answer.citing("And here is the rest, after a pause", WebCite(page), ".")
    if web.fetch and (address := _ADDRESS.search(question)):
        return _read(address[0])
    if web.search and (wish := _SEARCH.search(question)):
        return _searched(wish[1].strip(), web.allowed, pauses="pause" in question.lower())
    return None


def _searched(query: str, allowed: tuple[str, ...], *, pauses: bool) -> Answer:
    page = _found(query, allowed)
    other = Found(page.url + "/more", f"More about {query}")
    tool = Search(query, (page, other))
    words = f"I searched the web for **{query}**, on this machine only, so that what I found is made up: "
    if pauses:
        return Answer.citing(tool, words + "the first half", WebCite(page), ".", stop_reason="pause_turn")
    words += f"“{page.title}” says so"
    return Answer.citing(tool, words, WebCite(page), ", and so does another", WebCite(other), ".")


def _read(address: str) -> Answer:
    page = Found(address, "A page that I made up", "Nothing was fetched: this machine is where I live.")
    tool: Tool = Fetch(page)
    return Answer.citing(tool, f"That page says “{page.text}”", WebCite(page, read=True), " I fetched nothing.")


def _found(query: str, allowed: tuple[str, ...]) -> Found:
    slug = re.sub(r"[^a-z0-9]+", "-", query.lower()).strip("-") or "nothing"
    host = allowed[0] if allowed else PRACTICE_HOST
    return Found(f"https://{host}/{slug}", f"All about {query}", f"This page is about {query}.")
