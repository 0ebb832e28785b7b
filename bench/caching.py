"""Plays threads at people's pace, and says what their questions cost, beside what fixed ways to cache would cost.

Pure but for the terminal: the clock is virtual, and chance is seeded. Each question goes the way that it goes in the
bot: draft, history, policy, the request's JSON; what a cache saves is counted as the practice model counts it. Costs
are input tokens at the price of plain input: 1.25 for what is written for five minutes, 2 for an hour, 0.1 for what is
read. Answers cost the same whatever is cached, and are left out. Run: ``python -m bench.caching``; half a minute.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from bot.conversation import CacheMarker, CacheTtl, Conversation
from bot.messages import Attachment, Author, AuthorKind, FileBytes, PdfBlock, PreparedFile, TextBlock, ThreadMessage
from bot.prompt import prompt_cache
from bot.prompt.draft import Draft
from bot.prompt.window import Windows
from playground.practice_model.prompt_cache import Counted, PromptCache, segments_of
from playground.practice_model.received import PDF_PAGE_TOKENS, SeenText

MODEL = "claude-sonnet-5-5"
SYSTEM = "You are an assistant in a Slack thread. " * 25
LENGTHS = range(1, 21)
LONG_FROM = 8
THREADS = 12
"""Of each length and kind."""
SHORTEST_S, LONGEST_S = 15.0, 25 * 60.0
"""Between an answer and the next question: people who read it and ask on, and people who come back from a meeting."""
ADA, CLAUDE = Author("U1", "Ada", AuthorKind.PERSON), Author("UBOT", "claude", AuthorKind.THIS_BOT)
WORDS = [
    "contract",
    "supplier",
    "notice",
    "period",
    "delivery",
    "price",
    "harbour",
    "weather",
    "invoice",
    "launch",
    "meeting",
]
PRICES = {"plain": 1.0, "read": 0.1, "written_5m": 1.25, "written_1h": 2.0}


@dataclass(frozen=True, slots=True)
class Kind:
    """A thread by what it is about: ``pages`` of a PDF with its first question, and more in later ones."""

    name: str
    share: float
    """Of all threads of a workspace."""
    pages: int = 0
    more_pages: int = 0


KINDS = (
    Kind("words", 0.85),
    Kind("a page", 0.1, pages=1),
    Kind("60 pages", 0.04, pages=60),
    Kind("files again and again", 0.01, pages=3, more_pages=9),
)


@dataclass(slots=True)
class Clock:
    now_s: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now_s


FIXED: dict[str, CacheTtl | None] = {"none": None, "5m": CacheTtl.FIVE_MINUTES, "1h": CacheTtl.HOUR}
"""One ttl for every question, or no markers at all."""
OURS = "ours"
POLICIES = (*FIXED, OURS)


def thread(
    kind: Kind, length: int, dice: random.Random
) -> Iterator[tuple[float, list[ThreadMessage], list[PreparedFile]]]:
    """When each question is asked, the thread up to it, and its files."""
    messages: list[ThreadMessage] = []
    files: list[PreparedFile] = []
    at_s = 1_000_000.0
    for turn in range(length):
        pages = kind.pages if turn == 0 else kind.more_pages if dice.random() < 0.3 else 0
        attached: tuple[Attachment, ...] = ()
        if pages:
            name = f"F{turn}"
            data = FileBytes(Path(name), 50_000 * pages + dice.randrange(1_000))
            label = TextBlock(f'File "{name}.pdf" (PDF, {pages} pages):')
            files.append(PreparedFile(name, (label, PdfBlock(f"{name}.pdf", data, pages))))
            attached = (Attachment.bare(name, f"{name}.pdf"),)
        messages.append(
            ThreadMessage(f"{at_s:.6f}", ADA, " ".join(dice.choices(WORDS, k=dice.randint(5, 60))), attached)
        )
        yield at_s, messages, files
        answered_s = at_s + dice.uniform(5, 60)
        messages.append(
            ThreadMessage(f"{answered_s:.6f}", CLAUDE, " ".join(dice.choices(WORDS, k=dice.randint(50, 500))), ())
        )
        at_s = answered_s + SHORTEST_S * (LONGEST_S / SHORTEST_S) ** dice.random()


@cache
def costs(kind: Kind, length: int, seed: int) -> dict[str, float]:
    """Of one thread, in input tokens, by policy."""
    clock = Clock()
    caches = {policy: PromptCache(clock) for policy in POLICIES}
    paid = dict.fromkeys(POLICIES, 0.0)
    window = Windows(MODEL, None, 30_000_000).of()
    for at_s, messages, files in thread(kind, length, random.Random(f"{kind.name} {length} {seed}")):
        clock.now_s = at_s
        draft = Draft(
            tuple(messages),
            tuple(files),
            system=SYSTEM,
            tokens_max=window.tokens_max,
            allowance=window.allowance,
            prefix_tokens_min=window.prefix_tokens_min,
        )
        asked = draft.request().conversation
        for policy in POLICIES:
            markers = asked.cache_markers
            if policy != OURS:
                markers = fixed(asked, FIXED[policy], window.prefix_tokens_min or 0)
            counted = count(caches[policy], replace(asked, cache_markers=markers))
            paid[policy] += sum(price * getattr(counted, name) for name, price in PRICES.items())
    return paid


def fixed(asked: Conversation, ttl: CacheTtl | None, prefix_tokens_min: int) -> tuple[CacheMarker, ...]:
    return tuple(CacheMarker(place, ttl) for place in prompt_cache.places(asked, prefix_tokens_min)) if ttl else ()


def count(kept: PromptCache, conversation: Conversation) -> Counted:
    """As the practice model would."""
    request, tokens = as_json(conversation)
    segments = segments_of(request, [SeenText(conversation.system).tokens], tokens)
    return kept.count(MODEL, segments, sum(segment.tokens for segment in segments))


def as_json(conversation: Conversation) -> tuple[dict[str, object], list[list[int]]]:
    """The request, files by their names, and the tokens of its blocks."""
    marks = {
        marker.end: {"cache_control": {"type": "ephemeral", "ttl": marker.ttl.value}}
        for marker in conversation.cache_markers
    }
    messages, tokens = [], []
    for number, message in enumerate(conversation.messages):
        content, counted = [], []
        for place, block in enumerate(message.content):
            said = block.text if isinstance(block, TextBlock) else str(block.data.path)
            content.append({"type": type(block).__name__, "said": said} | marks.get((number, place), {}))
            counted.append(block.pages * PDF_PAGE_TOKENS if isinstance(block, PdfBlock) else SeenText(said).tokens)
        messages.append({"role": message.role.value, "content": content})
        tokens.append(counted)
    system = {"type": "text", "text": conversation.system} | marks.get(None, {})
    return {"model": MODEL, "system": [system], "messages": messages}, tokens


def totals(lengths: Sequence[int], kinds: Sequence[Kind] = KINDS, threads: int = THREADS) -> dict[str, float]:
    """What threads of these lengths cost by each policy, kinds as often as they are."""
    played = [(kind, costs(kind, n, seed)) for n in lengths for kind in kinds for seed in range(threads)]
    return {policy: sum(kind.share * paid[policy] for kind, paid in played) for policy in POLICIES}


def line(name: str, spent: dict[str, float]) -> str:
    best = min(FIXED, key=lambda policy: spent[policy])
    shown = "".join(f"{spent[policy] / spent['none']:9.2f}" for policy in POLICIES)
    return f"{name:28}{shown}{best:>8}{spent[OURS] / spent[best]:9.2f}"


def main() -> None:
    argparse.ArgumentParser(prog="python -m bench.caching", description=__doc__.split("\n", 1)[0]).parse_args()
    print(f"{'of what no cache costs':28}" + "".join(f"{policy:>9}" for policy in POLICIES) + "    best  ours / best")
    for length in LENGTHS:
        print(line(f"threads of {length}", totals([length])))
    for kind in KINDS:
        print(line(f"one question, {kind.name}", totals([1], [kind])))
        print(line(f"{LONG_FROM} to 20, {kind.name}", totals(range(LONG_FROM, 21), [kind])))
    print(line("one question", totals([1])))
    print(line(f"long: {LONG_FROM} to 20", totals(range(LONG_FROM, 21))))
    print(line("ten turns over 60 pages", totals([10], [KINDS[2]])))


if __name__ == "__main__":
    main()
