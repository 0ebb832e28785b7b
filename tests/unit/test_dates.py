"""On which day, and where, a message was written: said once, and in the same words in every later turn."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.messages import Author, AuthorKind, EntryPoint, ThreadMessage
from bot.prompt.dates import AGAIN_AFTER, dated
from tests.asked import asked

EVENING = 1_795_647_600
"""Wednesday, 25 November 2026, 23:00 in UTC."""
HOUR = 3_600
ADA = Author("U1", "Ada", AuthorKind.PERSON, "Europe/Amsterdam")
BOB = Author("U2", "Bob", AuthorKind.PERSON, "America/New_York")
BOT = Author("UB", "claude", AuthorKind.THIS_BOT)


def said(author: Author, hours: int = 0, number: int = 0) -> ThreadMessage:
    return ThreadMessage(f"{EVENING + hours * HOUR}.{number:06}", author, "hello", ())


def lines(*thread: ThreadMessage) -> list[str]:
    question = asked(thread[-1].ts)
    return [message.dateline for message in dated(thread, question, 0.0)]


def line(day: str, zone: str) -> str:
    return f"[The next message was written on {day}, in the time zone {zone}.]"


THURSDAY, WEDNESDAY = "Thursday, 26 November 2026", "Wednesday, 25 November 2026"


def test_each_persons_day_is_that_of_their_own_time_zone_and_is_said_once() -> None:
    assert lines(said(ADA), said(BOT), said(BOB), said(ADA, 1), said(BOB, 1), said(BOB, 6)) == [
        line(THURSDAY, "Europe/Amsterdam"), "", line(WEDNESDAY, "America/New_York"), "", "",
        line(THURSDAY, "America/New_York"),
    ]  # fmt: skip


def test_where_nobody_knows_the_zone_it_is_utc() -> None:
    for zone in ("", "Mars/Olympus", "../../etc/passwd", "Europe", "UTC+99:00", "A\0"):
        assert lines(said(replace(ADA, zone=zone))) == [line(WEDNESDAY, "UTC")]
    assert lines(said(replace(ADA, zone="UTC+05:30"))) == [line(THURSDAY, "UTC+05:30")]
    assert lines(said(replace(ADA, zone="UTC-01:00"))) == [line(WEDNESDAY, "UTC-01:00")]


def test_it_is_said_again_after_a_while_since_a_long_thread_loses_its_beginning() -> None:
    thread = [said(ADA, number=number) for number in range(3 * AGAIN_AFTER)]
    assert [number for number, written in enumerate(lines(*thread)) if written] == [0, AGAIN_AFTER, 2 * AGAIN_AFTER]


def test_a_commands_ts_is_no_time() -> None:
    question = asked("13345224609.738474920.8088930838d88f008e0", entry_point=EntryPoint.COMMAND)
    command = ThreadMessage(question.ts, ADA, "hello", ())
    (message,) = dated([command], question, float(EVENING))
    assert message.dateline == line(THURSDAY, "Europe/Amsterdam")
    (unknown,) = dated([replace(command, ts="x")], asked("x"), 0.0)
    assert unknown.dateline == ""


AUTHORS = st.sampled_from([ADA, BOB, BOT, Author("U3", "Eve", AuthorKind.PERSON, "Asia/Tokyo")])


@given(st.lists(st.tuples(AUTHORS, st.integers(0, 60)), min_size=2, max_size=60))
def test_every_turn_says_of_earlier_messages_what_the_turn_before_said(spoken: list[tuple[Author, int]]) -> None:
    thread = [said(author, hours, number) for number, (author, hours) in enumerate(spoken)]
    turns = [lines(*thread[:length]) for length in range(1, len(thread) + 1)]
    assert all(later[: len(before)] == before for before, later in pairwise(turns))
