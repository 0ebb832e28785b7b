"""Decides where and for how long the API should cache a conversation's prefix, from the pace of its thread.

Pure. With a marker the API keeps what stands before it: writing costs 1.25 × the input for five minutes and 2 × for an
hour, reading 0.1 ×, from the start of the request that wrote or last read it. (Source: claude:en/build-with-claude/
prompt-caching.) Let X be what a turn sends, p the chance that more is asked within five minutes, q within an hour.

- **A first question without files**: no marker. Most threads are one question, and a write would pay off from
  p = 0.25 / 1.15 = 22 % on. If the thread goes on, little is lost, since X is small and is written then.
- **A first question with files**: five minutes. At 1.25 X a single question stays cheap, and people who ask about a
  document usually ask more while the answer is fresh: then 0.1 X instead of X, and the next marker keeps it an hour. An
  hour from the start would be 2 X for each document that is asked about once; it pays off from
  q - p = 0.75 / 1.9 = 39 % on.
- **A thread that goes on**: an hour. Its prefix was read or is written anyway; a write of 2 X instead of 1.25 X pays
  off where a pause of more than five minutes comes in 39 % of cases, and it comes in most conversations sooner or
  later. Once it is there, a turn costs 0.1 X and twice what is new.
- **After a pause of more than an hour** nothing is left, and the question counts as a first one.

All markers of a request have one ttl: those of an hour have to stand before those of five minutes, and an hour's marker
after a prefix that was kept for five minutes keeps all of it for an hour, for twice what is new.

Markers stand at the end of the system prompt, where the previous turn's request ended (which wrote up to there), and at
the question. The API looks back 20 blocks from each: where more are new than that, further markers stand between them,
for what a request wrote that was never answered. ``python -m bench.caching`` shows what it comes to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate

from bot.conversation import CacheMarker, CacheTtl, Conversation
from bot.estimates import estimate_tokens
from bot.limits import CACHE_LOOKBACK_BLOCKS, CACHE_MARKERS_MAX
from bot.messages import TextBlock, ThreadPace

HOUR_S = 3_600.0

Place = tuple[int, int]


def marked(conversation: Conversation, pace: ThreadPace, *, prefix_tokens_min: int) -> Conversation:
    """``prefix_tokens_min``: the API keeps nothing shorter."""
    ttl = ttl_for(pace)
    if ttl is None:
        return conversation
    markers = tuple(CacheMarker(place, ttl) for place in places(conversation, prefix_tokens_min))
    return replace(conversation, cache_markers=markers)


def ttl_for(pace: ThreadPace) -> CacheTtl | None:
    if pace.answered and pace.pause_s < HOUR_S:
        return CacheTtl.HOUR
    return CacheTtl.FIVE_MINUTES if pace.files else None


def places(conversation: Conversation, prefix_tokens_min: int) -> Iterator[Place | None]:
    """In order; of blocks that are long enough with all before them."""
    messages = conversation.messages
    system = estimate_tokens([TextBlock(conversation.system)])
    places = [(number, block) for number, message in enumerate(messages) for block in range(len(message.content))]
    sizes = (estimate_tokens([block]) for message in messages for block in message.content)
    upto = dict(zip(places, [*accumulate(sizes, initial=system)][1:], strict=True))
    marks_system = system >= prefix_tokens_min
    if marks_system:
        yield None
    wanted = _ends(conversation, places, CACHE_MARKERS_MAX - marks_system)
    yield from (place for place in wanted if upto[place] >= prefix_tokens_min)


def _ends(conversation: Conversation, places: list[Place], most: int) -> list[Place]:
    """The end of the previous question, if there is one, and of this one; what stands between them from the end on."""
    messages = conversation.messages
    before = len(messages) - 3
    previous = places.index((before, len(messages[before].content) - 1)) if before >= 0 else -1
    wanted = [previous] if previous >= 0 else []
    between = range(len(places) - 1, previous, -CACHE_LOOKBACK_BLOCKS)
    return [places[number] for number in (*wanted, *reversed(between[: most - len(wanted)]))]
