"""Reads the events of an answer from the JSON objects of a response.

Pure. Knows the Messages API's keys (version 2023-06-01); those of errors are in ``error_responses``, those of the API's
own tools in ``server_tools``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.errors import AnswerCut, ModelError
from bot.llm import server_tools
from bot.llm.characters import WholeCharacters
from bot.llm.cited import citations_in
from bot.llm.error_responses import error_from, loggable
from bot.stream_events import (
    AnswerDelta,
    Citation,
    Finished,
    LookedUp,
    Lookup,
    StopReason,
    TextDelta,
    Usage,
    WebCitation,
)

_OTHER_NAMES = {"length": StopReason.MAX_TOKENS}
"""Incomplete-answer stop reasons that servers pass on untranslated from OpenAI's format."""
_THOUGHTS = ("thinking", "redacted_thinking")
_USAGE_KEYS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "cache_read": "cache_read_input_tokens",
    "cache_write": "cache_creation_input_tokens",
}
_Came = AnswerDelta | Lookup | LookedUp


@dataclass(slots=True)
class AnswerReader:
    """Turns the objects of one response, in order, into the answer. Whatever it does not know it skips.

    Servers of this format repeat ``message_start``, leave gaps in ``index``, omit ``usage``, ``message_stop`` or the
    stop reason, add events, or send one whole message: none of that matters here. A stop reason or ``message_stop``
    ends the answer; words may still arrive until the bytes end, and errors after it are ignored. Source:
    claude:en/build-with-claude/streaming; deviations seen at several routers.
    """

    web: server_tools.WebReader = field(default_factory=server_tools.WebReader)
    usage: Usage = field(default_factory=Usage)
    stop_reason: str | None = None
    over: bool = False
    """Nothing more belongs to the answer."""
    thinks: bool = False
    """A thinking block is open; whatever the API sends meanwhile, even ``ping``, shows that thinking goes on. The
    thoughts are neither kept nor sent again."""
    _started: bool = False
    understood: bool = False
    """Something in the response was in the API's format."""
    _category: str = ""
    _cited: list[Citation | WebCitation] = field(default_factory=list)
    """Of the block that is being written."""
    _characters: WholeCharacters = field(default_factory=WholeCharacters)
    _stray: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The first object that was not understood; if it is the only one, it may be an error in another shape."""

    @property
    def ended(self) -> bool:
        return self.over or self.stop_reason is not None

    def read(self, event: Mapping[str, Any]) -> Sequence[_Came]:
        """Raises ``ModelError`` for an error."""
        match event:  # nearly all events are words, which change nothing else
            case {"type": "content_block_delta", "delta": {"type": "text_delta", "text": str(text)} as delta} if text:
                self.understood = True
                self.web.add(event, delta)
                words = self._characters.feed(text)
                return (TextDelta(words),) if words else ()
        return tuple(self._read(event))

    def _read(self, event: Mapping[str, Any]) -> Iterator[_Came]:
        yield from self._cited_before(event)
        self.thinks = self._still_thinks(event)
        yield from self.web.read(event)
        for came in self._said(event):
            if not isinstance(came, TextDelta):
                yield came
            elif words := self._characters.feed(came.text):
                yield TextDelta(words)

    def _said(self, event: Mapping[str, Any]) -> Iterator[_Came]:
        match event:
            case {"type": "content_block_start", "content_block": {"type": "text", "text": str(text)}} if text:
                yield TextDelta(text)
            case {"type": "message_start", "message": dict(message)}:
                yield from self._message(message)
            case {"type": "message_delta"}:
                self._delta(event)
            case {"type": "message_stop"}:
                self.over = True
            case {"type": "message", "content": list()} | {"role": "assistant", "content": list()}:
                yield from self._message(event)
                self._delta({"delta": event})
                self.over = True
            case {"type": "error"} | {"object": "error"} | {"error": {} | str()}:
                if not self.ended:
                    raise error_from(200, {}, event)
                self.over = True
            case {"type": str()}:
                pass
            case _:
                self._stray = self._stray or event
                return
        self.understood = True

    def _still_thinks(self, event: Mapping[str, Any]) -> bool:
        match event:
            case {"type": "content_block_start", "content_block": {"type": str(kind)}}:
                return kind in _THOUGHTS
            case {"type": "content_block_delta", "delta": {"type": "thinking_delta"}}:
                return True
            case {"type": "content_block_stop" | "message_delta" | "message_stop"}:
                return False
        return self.thinks

    def _cited_before(self, event: Mapping[str, Any]) -> Iterator[Citation | WebCitation]:
        """Citations are emitted when their block ends: the API may send them before the block's words."""
        match event:
            case {"type": "content_block_delta", "delta": {"type": "citations_delta", "citation": citation}}:
                self._cited += citations_in([citation])
            case {"type": "content_block_stop" | "content_block_start" | "message_delta" | "message_stop"}:
                yield from self._cited
                self._cited = []

    def _message(self, message: Mapping[str, Any]) -> Iterator[_Came]:
        if isinstance(usage := message.get("usage"), dict):
            self._count(usage)
        if self._started:
            return
        self._started = True
        content = message.get("content")
        for number, block in enumerate(content if isinstance(content, list) else ()):
            yield from self.web.whole(number, block)
            match block:
                case {"type": "text", "text": str(text)} if text:
                    yield TextDelta(text)
                    yield from citations_in(block.get("citations"))

    def _delta(self, event: Mapping[str, Any]) -> None:
        match event:
            case {"delta": {"stop_reason": str(reason)}} if reason:
                self.stop_reason = reason
        match event:
            case {"delta": {"stop_details": {"category": str(category)}}}:
                self._category = loggable(category)
        match event:
            case {"usage": dict(usage)}:
                self._count(usage)

    def _count(self, usage: Mapping[str, Any]) -> None:
        """Figures are cumulative; the newest available one counts."""
        for name, key in _USAGE_KEYS.items():
            if isinstance(count := usage.get(key), int):
                self.usage = replace(self.usage, **{name: count})
        if (searches := server_tools.searches_in(usage)) is not None:
            self.usage = replace(self.usage, web_searches=searches)
        if isinstance(written := usage.get("cache_creation"), dict):
            short, long = (written.get(f"ephemeral_{ttl}_input_tokens") for ttl in ("5m", "1h"))
            if isinstance(long, int):
                self.usage = replace(self.usage, cache_write_1h=long)
            if isinstance(short, int) and isinstance(long, int) and short + long > self.usage.cache_write:
                self.usage = replace(self.usage, cache_write=short + long)  # some hosts give only the parts

    def finished(self) -> Finished:
        """The answer's end."""
        reason = self.stop_reason or ""
        if reason in set(StopReason):
            paused = self.web.blocks() if reason == StopReason.PAUSE_TURN else b""
            return Finished(StopReason(reason), self.usage, self._category, paused)
        return Finished(_OTHER_NAMES.get(reason) or loggable(reason), self.usage)

    def unfinished(self, headers: Mapping[str, str]) -> ModelError:
        """What a response was if its bytes ended before the answer did; ``headers`` has lower-case names."""
        if self.understood:
            return AnswerCut("stream ended before a stop reason")
        return error_from(200, headers, self._stray)
