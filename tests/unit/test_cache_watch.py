"""A host that keeps nothing of what it is asked to keep is noticed by what it counts."""

from __future__ import annotations

from bot.conversation import CacheMarker, CacheTtl, Conversation, Message, Role
from bot.messages import TextBlock
from bot.prompt.cache_watch import STRIKES_MAX, CacheWatch
from bot.stream_events import Usage

MODEL = "claude-sonnet-5-5"


def asked(*texts: str) -> Conversation:
    """Marked at the end of each text."""
    markers = tuple(CacheMarker((0, place), CacheTtl.HOUR) for place in range(len(texts)))
    return Conversation("Help.", (Message(Role.USER, tuple(map(TextBlock, texts))),), markers)


def verdicts(*counted: tuple[str, Usage]) -> list[bool]:
    watch = CacheWatch()
    return [watch.counted(MODEL, asked("one", text), 10.0 * n, usage) for n, (text, usage) in enumerate(counted)]


def test_a_host_that_drops_markers_is_noticed_after_several_turns() -> None:
    watch = CacheWatch()
    noticed = [watch.counted(MODEL, asked("one", f"{n}"), float(n), Usage(input=5_000)) for n in range(STRIKES_MAX)]
    assert noticed == [False] * (STRIKES_MAX - 1) + [True]
    assert not watch.is_on(MODEL)
    assert watch.is_on("claude-opus-5-5")


def test_a_host_that_writes_and_never_reads_is_noticed_too() -> None:
    assert verdicts(*[(f"{n}", Usage(input=10, cache_write=5_000)) for n in range(STRIKES_MAX + 1)]).index(True) == (
        STRIKES_MAX
    )


def test_a_read_makes_up_for_what_was_not_read_before() -> None:
    strikes = [("x", Usage(input=5_000))] * (STRIKES_MAX - 1)
    assert not any(verdicts(*strikes, ("y", Usage(input=10, cache_read=5_000)), *strikes))


def test_first_writes_and_prefixes_that_are_over_say_nothing() -> None:
    watch = CacheWatch()
    for number in range(10 * STRIKES_MAX):
        assert not watch.counted(MODEL, asked(f"{number}"), 1.0, Usage(cache_write=5_000))
        assert not watch.counted(MODEL, asked("the same"), 3_601.0 * number, Usage(cache_write=5_000))


def test_a_host_that_counts_nothing_says_nothing() -> None:
    assert not any(verdicts(*[("x", Usage(output=3))] * 20))
