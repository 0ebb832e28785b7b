"""Works out what of a request a cache served and what it kept, from the request's blocks and markers.

Pure but for the clock. The API's rules (claude:en/build-with-claude/prompt-caching, 2026-11-22):

- a prefix is kept where a marker ends it, for a model and byte for byte, if it is long enough;
- before each marker the longest prefix that is there is looked for, up to 20 blocks back;
- a prefix lives for its ttl from the start of the request that wrote or last read it;
- of the tokens, those up to the longest prefix found are read; those from there to the farthest 1h marker are written
  for an hour, those from there to the farthest marker for five minutes, and those behind it are plain input;
- all 1h markers stand before all 5m markers.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bot.limits import CACHE_LIFETIMES_S, CACHE_LOOKBACK_BLOCKS, cache_prefix_tokens_min
from playground.practice_model.faults import BadRequest

REQUEST_TOKENS = 8
MESSAGE_TOKENS = 4
"""What there is besides blocks, as an API would count it."""
PREFIXES_MAX = 10_000
"""More than that, and those that are over are forgotten."""


@dataclass(frozen=True, slots=True)
class Segment:
    """One block in its place. ``prefix`` stands for all up to its end; ``ttl`` is that of its marker."""

    prefix: str
    tokens: int
    ttl: str | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """The input tokens of one request, by what became of them."""

    plain: int = 0
    read: int = 0
    written_5m: int = 0
    written_1h: int = 0


class PromptCache:
    """``now_s`` is the clock. With ``keeps`` false it is that of a host that takes markers and does nothing."""

    def __init__(self, now_s: Callable[[], float] = time.monotonic, *, keeps: bool = True) -> None:
        self._now_s = now_s
        self._keeps = keeps
        self._ends_s: dict[tuple[str, str], tuple[float, str]] = {}

    def count(self, model: str, segments: Sequence[Segment], tokens: int) -> Counted:
        """``tokens`` are those of the whole request."""
        if not self._keeps:
            return Counted(plain=tokens)
        marked = [number for number, segment in enumerate(segments) if segment.ttl]
        found = max((self._found(model, segments, number) for number in marked), default=-1)
        upto = [0]
        for segment in segments:
            upto.append(upto[-1] + segment.tokens)
        read = upto[found + 1]
        if found >= 0:
            self._keep(model, segments[found].prefix, self._ends_s[model, segments[found].prefix][1])
        hour, end = found, found
        for number in marked:
            if number <= found or upto[number + 1] < cache_prefix_tokens_min(model):
                continue
            end = number
            ttl = segments[number].ttl or ""
            hour = number if ttl == "1h" else hour
            self._keep(model, segments[number].prefix, ttl)
        written_1h, written = upto[hour + 1] - read, upto[end + 1] - read
        return Counted(tokens - read - written, read, written - written_1h, written_1h)

    def _found(self, model: str, segments: Sequence[Segment], marker: int) -> int:
        """The last block of the longest prefix that is there, -1 where there is none."""
        back = range(marker, max(-1, marker - CACHE_LOOKBACK_BLOCKS - 1), -1)
        return next((number for number in back if self._lives(model, segments[number].prefix)), -1)

    def _lives(self, model: str, prefix: str) -> bool:
        ends_s, _ = self._ends_s.get((model, prefix), (0.0, ""))
        return self._now_s() < ends_s

    def _keep(self, model: str, prefix: str, ttl: str) -> None:
        if len(self._ends_s) >= PREFIXES_MAX:
            now_s = self._now_s()
            self._ends_s = {key: kept for key, kept in self._ends_s.items() if now_s < kept[0]}
        self._ends_s[model, prefix] = (self._now_s() + CACHE_LIFETIMES_S[ttl], ttl)


def segments_of(
    request: dict[str, Any], system_tokens: Sequence[int], tokens: Sequence[Sequence[int]]
) -> list[Segment]:
    """``tokens`` are those of each block of each message. Raises ``BadRequest`` for markers in a wrong order."""
    shared = {name: request.get(name) for name in ("output_config", "thinking")}
    digest = sha256(json.dumps(request.get("model")).encode())
    segments: list[Segment] = []
    places = [*_placed("system", _blocks(request.get("system")), system_tokens)]
    behind_system = len(places)
    for number, (message, counted) in enumerate(zip(request["messages"], tokens, strict=True)):
        path = f"messages.{number}.content"
        with_message = [MESSAGE_TOKENS + counted[0], *counted[1:]]
        places += _placed(path, _blocks(message["content"]), with_message, message["role"])
    for number, (path, role, block, count) in enumerate(places):
        if number == behind_system:
            digest.update(json.dumps(shared, sort_keys=True).encode())
        marker = block.get("cache_control")
        digest.update(json.dumps([role, {**block, "cache_control": None}], sort_keys=True).encode())
        ttl = marker.get("ttl", "5m") if marker else None
        if ttl == "1h" and any(before.ttl == "5m" for before in segments):
            raise BadRequest(
                f"{path}.cache_control.ttl: a ttl='1h' cache_control block must not come after a ttl='5m' "
                "cache_control block."
            )
        segments.append(Segment(digest.hexdigest(), count + (REQUEST_TOKENS if not segments else 0), ttl))
    if automatic := request.get("cache_control"):
        segments[-1] = Segment(segments[-1].prefix, segments[-1].tokens, automatic.get("ttl", "5m"))
    return segments


def _placed(
    path: str, blocks: Sequence[dict[str, Any]], tokens: Sequence[int], role: str = "system"
) -> Iterator[tuple[str, str, dict[str, Any], int]]:
    for number, (block, count) in enumerate(zip(blocks, tokens, strict=True)):
        yield f"{path}.{number}", role, block, count


def _blocks(content: object) -> list[dict[str, Any]]:
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []
