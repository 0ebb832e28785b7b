"""What a request uses, by the API's figures where it gives them and by its words where it does not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.costs.meter import BOOK_EVERY_TOKENS, CHARS_PER_TOKEN, Meter
from bot.costs.prices import Price
from bot.stream_events import Usage


class Books:
    def __init__(self) -> None:
        self.entries: list[Usage] = []

    @property
    def total(self) -> Usage:
        return sum(self.entries, Usage())

    def meter(self, price: Price | None = None) -> Meter:
        return Meter(self.entries.append, price)


def test_a_whole_answer_counts_what_the_api_says_whatever_its_words_seemed_to_be() -> None:
    books = Books()
    meter = books.meter()
    meter.counted(Usage(input=900, output=1, cache_read=50))
    meter.written("x" * 40_000)
    meter.counted(Usage(output=99))
    meter.end(whole=True)
    assert books.total == Usage(input=900, output=100, cache_read=50)


def test_what_was_read_is_booked_before_any_word_comes() -> None:
    books = Books()
    books.meter().counted(Usage(input=900, output=1))
    assert books.total == Usage(input=900, output=1)


def test_an_answer_that_breaks_off_counts_by_its_words() -> None:
    books = Books()
    meter = books.meter()
    meter.counted(Usage(input=900, output=1))
    meter.written("x" * 400)
    meter.written("本" * 50)
    meter.end(whole=False)
    assert books.total == Usage(input=900, output=400 // CHARS_PER_TOKEN + 50)


def test_a_host_that_says_nothing_of_what_was_written_is_not_taken_at_its_word() -> None:
    books = Books()
    meter = books.meter()
    meter.counted(Usage(input=900, output=1))
    meter.written("x" * 400)
    meter.end(whole=True)
    assert books.total.output == 100


@given(st.lists(st.integers(1, 3_000), max_size=40))
def test_with_the_process_little_is_lost_of_what_was_written(pieces: list[int]) -> None:
    books = Books()
    meter = books.meter()
    for chars in pieces:
        meter.written("x" * chars)
        written = sum(pieces) / CHARS_PER_TOKEN
        assert books.total.output <= round(written)
    assert sum(pieces) / CHARS_PER_TOKEN - books.total.output < BOOK_EVERY_TOKENS + 1
    assert len(books.entries) <= sum(pieces) / CHARS_PER_TOKEN / BOOK_EVERY_TOKENS + 1


def test_nothing_is_booked_for_a_request_that_used_nothing() -> None:
    books = Books()
    books.meter().end(whole=False)
    assert books.entries == []
