"""Draws the curves and figures of each load as an SVG. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Panel:
    """The answer of a load whose staleness is the middle one: what was written, and what was visible."""

    answers: int
    arrivals: list[tuple[float, int]]
    curve: list[tuple[float, int]]


class Figures(Protocol):
    """What the bars show."""

    @property
    def answers(self) -> int: ...
    @property
    def staleness_s(self) -> float: ...
    @property
    def best_edits_s(self) -> float: ...
    @property
    def best_calls_s(self) -> float: ...


WIDTH, HEIGHT, GAP = 340, 200, 50
BARS = (
    ("staleness_s", "#3a2f2a", "measured"),
    ("best_edits_s", "#c8a26a", "best schedule of edits alone"),
    ("best_calls_s", "#e6d5b8", "best with further messages"),
)
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#3a2f2a}.t{font-size:14px;font-weight:600}"
    ".w{fill:#a07a40}.a{stroke:#b8b0a8}"
)


def svg(panels: Sequence[Panel], figures: Sequence[Figures]) -> str:
    """The curves side by side in the first row, two to a row; the bars below."""
    rows = (len(panels) + 1) // 2
    height = rows * (HEIGHT + GAP) + HEIGHT + 2 * GAP
    drawn = [
        _panel(panel, GAP + number % 2 * (WIDTH + GAP), GAP + number // 2 * (HEIGHT + GAP))
        for number, panel in enumerate(panels)
    ]
    drawn.append(_bars(figures, GAP, GAP + rows * (HEIGHT + GAP)))
    width = 2 * WIDTH + 3 * GAP
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">'
    return "\n".join(
        [head, f"<style>{STYLE}</style>", f'<rect width="{width}" height="{height}" fill="#fff"/>', *drawn, "</svg>\n"]
    )


def _panel(panel: Panel, left: int, top: int) -> str:
    begin_s = panel.arrivals[0][0]
    end_s = max(panel.arrivals[-1][0], panel.curve[-1][0] if panel.curve else 0.0) - begin_s
    totals = list(accumulate(count for _, count in panel.arrivals))
    written = [(at_s - begin_s, total) for (at_s, _), total in zip(panel.arrivals, totals, strict=True)]
    shown = [(at_s - begin_s, total) for at_s, total in panel.curve]

    def points(steps: Sequence[tuple[float, int]]) -> str:
        path, before = [], 0
        for at_s, total in steps:
            x = left + at_s / end_s * WIDTH
            path += [(x, before), (x, total)]
            before = total
        return " ".join(f"{x:.1f},{top + HEIGHT - total / totals[-1] * HEIGHT:.1f}" for x, total in path)

    name = "1 answer" if panel.answers == 1 else f"{panel.answers} answers at once"
    return "\n".join(
        [
            f'<text class="t" x="{left}" y="{top - 8}">{name}</text>',
            f'<path class="a" fill="none" d="M{left} {top}V{top + HEIGHT}H{left + WIDTH}"/>',
            f'<polyline fill="none" stroke="#c8a26a" stroke-width="2" points="{points(written)}"/>',
            f'<polyline fill="none" stroke="#3a2f2a" stroke-width="2" points="{points(shown)}"/>',
            f'<text x="{left + WIDTH}" y="{top + HEIGHT + 16}" text-anchor="end">{end_s:.0f} s</text>',
            f'<text class="w" x="{left + WIDTH / 2 - 8}" y="{top + HEIGHT / 2 - 8}" text-anchor="end">written</text>',
            f'<text x="{left + WIDTH / 2 + 70}" y="{top + HEIGHT / 2 + 50}">visible</text>',
        ]
    )


def _bars(figures: Sequence[Figures], left: int, top: int) -> str:
    width = 2 * WIDTH + GAP
    highest = max(max(getattr(one, name) for name, _, _ in BARS) for one in figures)
    drawn = [
        f'<text class="t" x="{left}" y="{top - 8}">Seconds until a written character is visible, mean</text>',
        f'<path class="a" fill="none" d="M{left} {top + HEIGHT}H{left + width}"/>',
    ]
    group = width / len(figures)
    for number, one in enumerate(figures):
        for place, (name, colour, _) in enumerate(BARS):
            value = float(getattr(one, name))
            tall = value / highest * (HEIGHT - 40)
            x, y = left + number * group + 10 + place * group / 4, top + HEIGHT - tall
            drawn += [
                f'<rect x="{x:.1f}" y="{y:.1f}" width="{group / 4 - 4:.1f}" height="{tall:.1f}" fill="{colour}"/>',
                f'<text x="{x:.1f}" y="{y - 4:.1f}">{value:.2f}</text>',
            ]
        drawn.append(f'<text x="{left + number * group + 10:.1f}" y="{top + HEIGHT + 16}">{one.answers} at once</text>')
    for place, (_, colour, words) in enumerate(BARS):
        x = left + place * 210
        drawn += [
            f'<rect x="{x}" y="{top + 2}" width="12" height="12" fill="{colour}"/>',
            f'<text x="{x + 18}" y="{top + 12}">{words}</text>',
        ]
    return "\n".join(drawn)


def lines(curves: Mapping[str, Sequence[tuple[float, float]]], across: str) -> str:
    """Each in a panel of its own that begins at 0, two to a row. ``across`` says what is counted from left to right."""
    rows = (len(curves) + 1) // 2
    width, height = 2 * WIDTH + 3 * GAP, rows * (HEIGHT + GAP) + GAP
    drawn = []
    for number, (name, points) in enumerate(curves.items()):
        left, top = GAP + number % 2 * (WIDTH + GAP), GAP + number // 2 * (HEIGHT + GAP)
        right, highest = max(x for x, _ in points), 1.1 * max(y for _, y in points)
        path = " ".join(f"{left + x / right * WIDTH:.1f},{top + HEIGHT - y / highest * HEIGHT:.1f}" for x, y in points)
        drawn += [
            f'<text class="t" x="{left}" y="{top - 8}">{name}: {points[0][1]:,.0f} to {points[-1][1]:,.0f}</text>',
            f'<path class="a" fill="none" d="M{left} {top}V{top + HEIGHT}H{left + WIDTH}"/>',
            f'<polyline fill="none" stroke="#3a2f2a" stroke-width="2" points="{path}"/>',
            f'<text x="{left + WIDTH}" y="{top + HEIGHT + 16}" text-anchor="end">{right:,.0f} {across}</text>',
        ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}">'
    ground = f'<rect width="{width}" height="{height}" fill="#fff"/>'
    return "\n".join([head, f"<style>{STYLE}</style>", ground, *drawn, "</svg>\n"])
