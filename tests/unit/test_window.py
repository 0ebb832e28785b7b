"""What one request may hold: by the model, by what is set, and by what the endpoint says and counts."""

from __future__ import annotations

from bot.llm.model_info import model_limits
from bot.prompt.window import ModelLimits, Windows


def windows(model: str = "claude-sonnet-5-5", tokens_max: int | None = None) -> Windows:
    return Windows(model, tokens_max, 30_000_000)


def test_a_model_of_the_table_fills_most_of_its_window() -> None:
    large, small = windows().of(), windows("claude-haiku-4-5").of()
    assert (large.tokens_max, large.allowance.tokens_max) == (900_000, 720_000)
    assert (large.allowance.pages_max, large.allowance.images_max) == (239, 600)
    assert (small.tokens_max, small.allowance.tokens_max) == (150_000, 120_000)
    assert (small.allowance.pages_max, small.allowance.images_max) == (39, 100)
    assert (large.prefix_tokens_min, small.prefix_tokens_min) == (1_024, 4_096)
    assert Windows("claude-sonnet-5-5", None, 30_000_000, caching=False).of().prefix_tokens_min is None


def test_what_the_endpoint_says_goes_before_the_table_and_what_is_set_before_both() -> None:
    free, bound = windows("their-model"), windows("their-model", 50_000)
    for one in (free, bound):
        assert one.of().allowance.images_max == 100
        one.described(ModelLimits(1_000_000, 32_000))
        assert one.of().allowance.images_max == 600
    assert free.of().tokens_max == 900_000
    assert bound.of().tokens_max == 50_000


def test_each_model_has_a_window_of_its_own() -> None:
    both = windows()
    both.described(ModelLimits(200_000, None))
    assert both.of().tokens_max == 150_000
    assert both.of("claude-opus-5-5").tokens_max == 900_000


def test_estimates_are_corrected_by_what_was_counted_and_within_bounds() -> None:
    learning = windows(tokens_max=100_000)
    learning.counted("", 50_000, 75_000)
    assert learning.of().tokens_max == 66_666
    for _ in range(100):
        learning.counted("", 50_000, 500_000)
    assert learning.of().tokens_max == 50_000
    for _ in range(100):
        learning.counted("", 50_000, 1)
    assert learning.of().tokens_max == 142_857


def test_small_errors_small_requests_and_hosts_that_count_nothing_change_nothing() -> None:
    learning = windows(tokens_max=100_000)
    for _ in range(50):
        learning.counted("", 50_000, 54_000)
        learning.counted("", 100, 900)
        learning.counted("", 50_000, 0)
    assert learning.of().tokens_max == 100_000


def test_a_pdf_that_was_shortened_to_fit_fits_while_estimates_are_corrected() -> None:
    learning = windows("claude-haiku-4-5")
    before = learning.of().allowance
    learning.counted("", 100_000, 118_000)
    after = learning.of()
    assert after.allowance.pages_max == before.pages_max
    assert after.allowance.tokens_max >= before.pages_max * 3_000
    assert after.allowance.tokens_max <= after.tokens_max


def test_what_endpoints_say_of_a_model() -> None:
    assert model_limits(b'{"id": "m", "max_input_tokens": 200000, "max_tokens": 64000}') == ModelLimits(200_000, 64_000)
    assert model_limits(b'{"max_input_tokens": 200000, "max_tokens": null}') == ModelLimits(200_000, None)
    others = [b"<html>", b"[]", b"{}", b"null", b"\xff", b"[" * 100_000]
    others += [b'{"max_input_tokens": %s}' % value for value in (b'"many"', b"0", b"true", b"1e6")]
    assert [model_limits(other) for other in others] == [None] * len(others)
