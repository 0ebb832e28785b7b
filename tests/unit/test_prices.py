"""What a request costs, by the published prices and by a file's."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.costs import prices
from bot.costs.bill import Bill
from bot.costs.meter import Meter
from bot.costs.prices import NANO, PUBLISHED, Price
from bot.keyed_toml import Faults
from bot.stream_events import Usage
from tests.repository import text_of

MILLION = 1_000_000
COSTS = text_of("docs/costs.md")
COUNTS = st.integers(0, 10**9)


def price(model: str) -> Price:
    found = PUBLISHED.of(model)
    assert found is not None
    return found


def dollars(model: str, **tokens: int) -> float:
    return price(model).nano_dollars(Usage(**tokens)) / NANO


@pytest.mark.parametrize(
    ("model", "read", "written", "cached"),
    [
        ("claude-fable-5-1", 10, 50, 0.25), ("claude-opus-5-5", 4, 20, 0.2), ("claude-sonnet-5-5", 2, 10, 0.2),
        ("claude-opus-4-8", 5, 25, 0.5), ("claude-sonnet-4-6", 3, 15, 0.3), ("claude-haiku-4-5", 1, 5, 0.1),
    ],
)  # fmt: skip
def test_a_million_tokens_cost_what_is_published(model: str, read: float, written: float, cached: float) -> None:
    assert dollars(model, input=MILLION) == read
    assert dollars(model, output=MILLION) == written
    assert dollars(model, cache_read=MILLION) == cached
    assert dollars(model, cache_write=MILLION) == 1.25 * read
    assert dollars(model, cache_write=MILLION, cache_write_1h=MILLION) == 2 * read
    assert dollars(model, cache_write=MILLION, cache_write_1h=400_000) == pytest.approx((0.6 * 1.25 + 0.4 * 2) * read)


def test_haiku_costs_more_for_the_whole_request_once_its_prompt_is_over_100_000_tokens() -> None:
    assert dollars("claude-haiku-5-5", input=60_000, cache_read=40_000, output=1_000) == pytest.approx(
        (60_000 * 0.1 + 40_000 * 0.01 + 1_000 * 0.5) / MILLION
    )
    assert dollars("claude-haiku-5-5", input=60_001, cache_read=40_000, output=1_000) == pytest.approx(
        (60_001 * 0.5 + 40_000 * 0.05 + 1_000 * 2.5) / MILLION
    )


def test_a_routers_prefix_and_a_date_change_no_price_and_what_is_unknown_has_none() -> None:
    plain = PUBLISHED.of("claude-sonnet-5-5")
    assert PUBLISHED.of("anthropic/claude-sonnet-5-5") == PUBLISHED.of("claude-sonnet-5-5-20261001") == plain
    assert PUBLISHED.of("claude-sonnet-5-6") is PUBLISHED.of("") is PUBLISHED.of("gpt-4o") is None


@given(st.lists(st.tuples(COUNTS, COUNTS, COUNTS, COUNTS), min_size=1, max_size=6), st.booleans())
def test_however_it_is_booked_the_sum_is_the_price_of_the_whole_request(
    counted: list[tuple[int, int, int, int]], whole: bool
) -> None:
    """The rate may become another one while the API still counts."""
    entries: list[Usage] = []
    haiku = price("claude-haiku-5-5")
    meter = Meter(entries.append, haiku)
    for number, (read, output, cached, written) in enumerate(counted):
        meter.counted(Usage(read, output, cached, written, written // 2))
        meter.written("x" * (number * 900))
    meter.end(whole=whole)
    total = sum(entries, Usage())
    assert total.nano_dollars in (haiku.nano_dollars(total), None)
    assert (total.nano_dollars is None) == (entries == [])


def test_a_file_replaces_prices_and_adds_models() -> None:
    read = prices.read(
        """
        [claude-sonnet-5-5]
        input = 4
        output = 20.5
        [my-own]
        input = 0.0
        output = 0
        cache_write_1h = 0.001
        above = { prompt_tokens = 1_000, input = 1, output = 2 }
        """
    )
    sonnet, own = read.of("claude-sonnet-5-5"), read.of("my-own")
    assert sonnet is not None
    assert own is not None
    assert sonnet.nano_dollars(Usage(MILLION, MILLION, MILLION, MILLION, MILLION)) == (4 + 20.5 + 0.4 + 8) * NANO
    assert own.nano_dollars(Usage(input=1_000, cache_write=0)) == 0
    assert own.nano_dollars(Usage(input=1_001)) == 1_001_000
    assert read.of("claude-opus-5-5") == PUBLISHED.of("claude-opus-5-5")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[m]\noutput = 2", "line 1: m.input is missing: dollars for a million tokens"),
        ("[m]\ninput = 1\noutput = '2'", "line 3: m.output must be dollars for a million tokens, such as 2.5"),
        ("[m]\ninput = 1\noutput = true", "line 3: m.output must be dollars for a million tokens, such as 2.5"),
        ("[m]\ninput = nan\noutput = 1", "line 2: m.input must be dollars for a million tokens, such as 2.5"),
        ("[m]\ninput = 1\noutput = 1\ncache_raed = 1",
         "line 4: m.cache_raed is not a price that I know. Did you mean cache_read?"),
        ("[m]\ninput = 1\noutput = 1\nabove = { input = 1, output = 1 }",
         "line 4: m.above.prompt_tokens must be a whole number of tokens"),
        ("m = 1", "line 1: m is no table. A model's prices stand below a line such as [claude-sonnet-5-5]"),
        ("[m]\ninput = ", "line 2: invalid value"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_it_is_named_by_line_and_key(text: str, fault: str) -> None:
    with pytest.raises(Faults) as raised:
        prices.read(text)
    assert raised.value.lines == (fault,)


@pytest.mark.parametrize(
    ("used", "line"),
    [
        (Usage(), ""),
        (Usage(2_400, 100, 9_800, 0, 0, 30_500_000), "12,300 tokens (9,800 from cache), about $0.03, m"),
        (Usage(100, 20, nano_dollars=9_999_999), "120 tokens, less than $0.01, m"),
        (Usage(100, 20), "120 tokens, no price known, m"),
        (Usage(10**9, nano_dollars=1_234_567 * NANO), "1,000,000,000 tokens, about $1,234,567.00, m"),
    ],
)
def test_a_bill_is_one_short_line(used: Usage, line: str) -> None:
    bill = Bill("m")
    bill.add(used)
    assert bill.line() == line


def test_what_the_document_says_of_a_typical_thread_is_what_the_prices_say() -> None:
    row = re.compile(r"^\| `([\w-]+)`" + r" \| \$([\d.]+)" * 4 + r" \|$", re.MULTILINE)
    rows = row.findall(COSTS)
    pages, words = 180_000, 500
    later = [Usage(cache_read=pages, output=words)] * 9
    for model, *shown in rows:
        threads = (
            [Usage(2_000, words)],
            [Usage(pages, words)] * 10,
            [Usage(cache_write=pages, output=words), *later],
            [Usage(cache_write=pages, cache_write_1h=pages, output=words), *later],
        )
        spent = [sum(map(price(model).nano_dollars, thread)) / NANO for thread in threads]
        assert [f"{spent[0]:.4f}", *(f"{one:.2f}" for one in spent[1:])] == shown
    assert len(rows) == 4
