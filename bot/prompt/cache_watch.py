"""Learns from the API's token counts whether prompt-cache markers are worth sending.

Pure, though it learns. Routers pass markers on or drop them, and may use another provider each time, so that what is
cached is never read. Only the usage shows either: a marked request that was long enough and for which nothing was
written or read, or one whose prefix must be there but was written again. After several in a row the model is asked
without markers, until the process ends.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from bot.conversation import Conversation
from bot.limits import CACHE_LIFETIMES_S
from bot.messages import TextBlock
from bot.stream_events import Usage

STRIKES_MAX = 4
"""One or two may be chance: a cache was emptied, a provider was away, tokens were estimated wrongly."""
SURE_SHARE = 0.5
"""Prefixes live for their time by the API's clock, and from when the request arrived there."""
PREFIXES_MAX = 2_000


@dataclass(slots=True)
class CacheWatch:
    _off: set[str] = field(default_factory=set)
    _strikes: dict[str, int] = field(default_factory=dict, repr=False)
    _kept: OrderedDict[tuple[str, str], float] = field(default_factory=OrderedDict)
    """Until when each prefix is certainly cached, of those that the API said it wrote or read."""

    def is_on(self, model: str) -> bool:
        return model not in self._off

    def refused(self, model: str) -> None:
        """The API does not know markers."""
        self._off.add(model)

    def counted(self, model: str, asked: Conversation, asked_s: float, usage: Usage) -> bool:
        """Whether this was one too many; ``asked`` had markers, ``asked_s`` is when it was sent."""
        if usage.input + usage.cache_read + usage.cache_write == 0 or not self.is_on(model):
            return False  # the host says nothing at all
        prefixes = list(_prefixes(asked))
        expected = any(self._kept.get((model, prefix), 0.0) > asked_s for prefix in prefixes)
        if usage.cache_read or usage.cache_write:
            ttl_s = SURE_SHARE * CACHE_LIFETIMES_S[asked.cache_markers[0].ttl.value]
            for prefix in prefixes:
                self._kept[model, prefix] = asked_s + ttl_s
                self._kept.move_to_end((model, prefix))
            while len(self._kept) > PREFIXES_MAX:
                self._kept.popitem(last=False)
        if usage.cache_read:
            self._strikes[model] = 0
        elif expected or not usage.cache_write:
            self._strikes[model] = self._strikes.get(model, 0) + 1
        if self._strikes.get(model, 0) < STRIKES_MAX:
            return False
        self._off.add(model)
        return True


def _prefixes(conversation: Conversation) -> Iterator[str]:
    """One for each marker in the messages: stands for all that is before it."""
    ends = {marker.end for marker in conversation.cache_markers}
    digest = sha256(conversation.system.encode("utf-8", "replace"))
    for number, message in enumerate(conversation.messages):
        for place, block in enumerate(message.content):
            said = block.text if isinstance(block, TextBlock) else f"{block.data.path} {block.data.size_bytes}"
            digest.update(f"\0{message.role}\0{said}".encode("utf-8", "replace"))
            if (number, place) in ends:
                yield digest.hexdigest()
