"""Computes a mean staleness that no schedule of calls can beat, from when the characters were written. Pure.

The model. An answer's characters become visible by refreshes. A refresh shows all that was written when it left, and
does so ``latency_s`` later (one way to Slack). The schedule knows everything in advance. In every window of a minute
there are so many refreshes for all answers together; a refresh of any answer may take any of them.

Two allowances are of interest:

- *edits*: 50 a minute, and each answer has the posts that it cannot do without: its first words, and one for each time
  that it outgrows a message.
- *edits and further messages*: besides, an answer may go on in a new message once the last one holds
  ``chars_per_message_min`` characters, all answers together 300 times a minute.

Everything else is left out, so a real schedule can only be worse: that edits of one message do not overlap, the second
between posts in a channel, first words at once, and that a message does not end in the middle of a word.

The bound is a Lagrangian one. With a price on each refresh the answers no longer compete, and a dynamic program finds
the cheapest schedule of each exactly; its cost minus the price of the whole allowance is a lower bound for every price,
and the best price is searched for. Windows do not slide here but lie side by side, beginning with the first character:
a rule that is weaker than Slack's, so that the bound stays true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WINDOW_S = 60.0
Arrivals = Sequence[tuple[float, int]]
"""Time and number of characters of each write, in the order of time."""


@dataclass(frozen=True, slots=True)
class _Curve:
    """Prefix sums of one answer: ``chars[j]`` written by write j, and the sum of their times."""

    times_s: list[float]
    chars: list[int]
    moments: list[float]

    @classmethod
    def of(cls, arrivals: Arrivals, begin_s: float, windows: int) -> _Curve:
        """With a write of nothing at the beginning of each later window: a refresh may have waited for it."""
        times, chars, moments = [], [0], [0.0]
        beginnings = [(window * WINDOW_S, 0) for window in range(1, windows)]
        for at_s, count in sorted([*((at_s - begin_s, count) for at_s, count in arrivals), *beginnings]):
            times.append(at_s)
            chars.append(chars[-1] + count)
            moments.append(moments[-1] + count * at_s)
        return cls(times, chars, moments)


def best_staleness_s(answers: Sequence[Arrivals], calls_per_window: float, latency_s: float) -> float:
    """The lower bound on the mean over all characters of all answers."""
    begin_s = min(arrivals[0][0] for arrivals in answers)
    windows = 1 + int((max(arrivals[-1][0] for arrivals in answers) - begin_s) // WINDOW_S)
    curves = [_Curve.of(arrivals, begin_s, windows) for arrivals in answers]
    chars = sum(curve.chars[-1] for curve in curves)
    prices = [0.0] * windows
    best = _bound(curves, prices, calls_per_window)
    for _ in range(2 if windows > 1 else 1):
        for window in range(windows):
            best = max(best, _climb(curves, prices, window, calls_per_window))
    return best / chars + latency_s


def _climb(curves: Sequence[_Curve], prices: list[float], window: int, calls: float) -> float:
    """Sets the best price of ``window``, the others held; the bound is concave in it."""

    def bound(price: float) -> float:
        return _bound(curves, [*prices[:window], price, *prices[window + 1 :]], calls)

    low, high = 0.0, 1_000_000.0
    for _ in range(40):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if high > 100 * (low + 1):  # the first steps by orders of magnitude
            left, right = high / 30, high / 10
        if bound(left) < bound(right):
            low = left
        else:
            high = right
    prices[window] = (low + high) / 2
    return bound(prices[window])


def _bound(curves: Sequence[_Curve], prices: Sequence[float], calls: float) -> float:
    return sum(_cheapest(curve, prices) for curve in curves) - calls * sum(prices)


def _cheapest(curve: _Curve, prices: Sequence[float]) -> float:
    """The least sum of waits and prices for one answer. A refresh goes best right after a write, or right at the
    beginning of a window; after the last window refreshes cost nothing.

    ``cost[j] = min over i < j of cost[i] + wait of the characters i..j at the time of write j, + price``; the wait is
    linear in the time, so the candidates i are lines of which the lowest is kept (the lower envelope).
    """
    lines: list[tuple[float, float]] = [(0.0, 0.0)]
    at = 0
    cost = 0.0
    for number, time_s in enumerate(curve.times_s, 1):
        at = min(at, len(lines) - 1)
        while at + 1 < len(lines) and _value(lines[at + 1], time_s) <= _value(lines[at], time_s):
            at += 1
        price = prices[min(int(time_s // WINDOW_S), len(prices) - 1)]
        cost = _value(lines[at], time_s) + time_s * curve.chars[number] - curve.moments[number] + price
        line = (-float(curve.chars[number]), cost + curve.moments[number])
        if line[0] == lines[-1][0] and line[1] >= lines[-1][1]:
            continue
        while len(lines) > 1 and _useless(lines[-2], lines[-1], line):
            lines.pop()
        lines.append(line)
    end_s = len(prices) * WINDOW_S
    return min(cost, min(_value(line, end_s) for line in lines) + end_s * curve.chars[-1] - curve.moments[-1])


def _value(line: tuple[float, float], time_s: float) -> float:
    return line[0] * time_s + line[1]


def _useless(before: tuple[float, float], middle: tuple[float, float], after: tuple[float, float]) -> bool:
    """Whether ``middle`` is nowhere the lowest of the three; slopes fall from one to the next."""
    return (after[1] - before[1]) * (before[0] - middle[0]) <= (middle[1] - before[1]) * (before[0] - after[0])
