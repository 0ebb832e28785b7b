"""What the way to cache costs, beside the best fixed way: as the bench plays it, with fewer threads."""

from __future__ import annotations

from bench.caching import FIXED, KINDS, OURS, totals


def test_single_questions_cost_little_more_than_without_a_cache() -> None:
    for kinds in (KINDS, *([kind] for kind in KINDS)):
        spent = totals([1], kinds, threads=3)
        assert spent[OURS] <= 1.26 * spent["none"]


def test_long_threads_cost_little_more_than_by_the_best_fixed_way() -> None:
    spent = totals([10, 20], threads=3)
    assert spent[OURS] <= 1.15 * min(spent[policy] for policy in FIXED)
    assert spent[OURS] < 0.4 * spent["none"]
