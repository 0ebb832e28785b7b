"""Plays many answers at once in one workspace and reports how soon people see what the model writes. I/O: see ``play``.

    python -m bench.live_reply [--loads 1,5,20,50] [--seconds 30] [--strictness 0.7] [--name live_reply]
        [--replicas 3 --answers-on 1 --database postgresql://…]

Prints a table and writes ``docs/bench/<name>.json`` and ``docs/bench/<name>.svg``. The figures of one load:

- *first words*: from the model's first characters to the first ones that people can see;
- *longest wait*: the longest time in which text was waiting and nothing changed before people's eyes;
- *staleness*: seconds from a character's writing to its being visible, the mean over all characters; beside it two
  lower bounds, for the best schedule of edits alone and with further messages (see ``best_schedule``);
- *backward steps* and *lost words*, which must not be; *refused*: calls that Slack answered with 429.

The exit code is 1 where a promise was broken: a step back, a lost word, a refused call.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles

from bench import plot
from bench.play import ROOT, Load, Played, Replicas, play
from bot.limits import MARKDOWN_CHARS_MAX, METHOD_TIERS, POSTS_PER_WORKSPACE_PER_MIN, TIER_CALLS_PER_MIN
from playground.measure.best_schedule import best_staleness_s
from playground.measure.readers import Seen, seen

EDITS_PER_MIN = TIER_CALLS_PER_MIN[METHOD_TIERS["chat.update"]]
CHARS_PER_MESSAGE_MIN = 600
REFUSED_SHARE_MAX = 0.02
"""In a workspace that is stricter than documented; in any other none may be."""
DOCS = ROOT / "docs" / "bench"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. Times in seconds."""

    answers: int
    first_words_p50_s: float
    first_words_p95_s: float
    longest_wait_s: float
    staleness_s: float
    best_edits_s: float
    best_calls_s: float
    backward_steps: int
    lost_words: int
    unanswered: int
    calls: int
    refused: int
    edits: int
    posts: int
    messages_max: int
    bot_cpu_s: float

    @property
    def against_edits(self) -> float:
        return self.staleness_s / self.best_edits_s


def result(played: Played) -> tuple[Result, list[Seen]]:
    answers_seen = [
        seen(written, revisions) for written, revisions in zip(played.written, played.revisions, strict=True)
    ]
    arrivals = [written.arrivals() for written in played.written]
    needed = sum(1 + len(written.text) // MARKDOWN_CHARS_MAX for written in played.written)
    further = sum(len(written.text) // CHARS_PER_MESSAGE_MIN for written in played.written)
    one_way_s = played.load.latency_s / 2
    first = sorted(sight.first_words_s for sight in answers_seen)
    made = Counter(call.method for call in played.calls if call.ok)
    values = Result(
        answers=len(answers_seen),
        first_words_p50_s=_quantile(first, 50),
        first_words_p95_s=_quantile(first, 95),
        longest_wait_s=max(sight.longest_wait_s for sight in answers_seen),
        staleness_s=sum(sight.staleness_s * sight.chars for sight in answers_seen)
        / sum(sight.chars for sight in answers_seen),
        best_edits_s=best_staleness_s(arrivals, EDITS_PER_MIN + needed, one_way_s),
        best_calls_s=best_staleness_s(
            arrivals, EDITS_PER_MIN + max(needed, min(further, POSTS_PER_WORKSPACE_PER_MIN)), one_way_s
        ),
        backward_steps=sum(sight.backward_steps for sight in answers_seen),
        lost_words=sum(sight.lost_words for sight in answers_seen),
        unanswered=played.unanswered,
        calls=len(played.calls),
        refused=sum(call.status == 429 for call in played.calls),
        edits=made["chat.update"],
        posts=made["chat.postMessage"],
        messages_max=max(sight.messages for sight in answers_seen),
        bot_cpu_s=played.bot_cpu_s,
    )
    return values, answers_seen


def _quantile(ordered: list[float], percent: int) -> float:
    return ordered[0] if len(ordered) == 1 else quantiles(ordered, n=100, method="inclusive")[percent - 1]


COLUMNS = (
    ("answers", "{0.answers}"),
    ("first words p50", "{0.first_words_p50_s:.2f} s"),
    ("p95", "{0.first_words_p95_s:.2f} s"),
    ("longest wait", "{0.longest_wait_s:.1f} s"),
    ("staleness", "{0.staleness_s:.2f} s"),
    ("best, edits alone", "{0.best_edits_s:.2f} s"),
    ("ratio", "{0.against_edits:.2f}"),
    ("best, further messages", "{0.best_calls_s:.2f} s"),
    ("backward", "{0.backward_steps}"),
    ("lost words", "{0.lost_words}"),
    ("unanswered", "{0.unanswered}"),
    ("calls", "{0.calls}"),
    ("refused", "{0.refused}"),
    ("edits", "{0.edits}"),
    ("posts", "{0.posts}"),
    ("messages per answer, at most", "{0.messages_max}"),
    ("CPU", "{0.bot_cpu_s:.1f} s"),
)


def table(results: list[Result]) -> str:
    """Markdown, aligned."""
    rows = [[name for name, _ in COLUMNS], *([form.format(one) for _, form in COLUMNS] for one in results)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [f"| {' | '.join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))} |" for row in rows]
    return "\n".join([lines[0], f"|{'|'.join('-' * (width + 1) + ':' for width in widths)}|", *lines[1:]])


async def main(chosen: argparse.Namespace) -> int:
    if chosen.replicas > 1 and not chosen.database:
        raise SystemExit("--replicas: several processes need --database postgresql://…")
    results: list[Result] = []
    curves: list[plot.Panel] = []
    replicas = Replicas(chosen.replicas, chosen.answers_on or chosen.replicas, chosen.database)
    for answers in chosen.loads:
        played = await play(Load(answers, chosen.seconds, chosen.strictness), replicas)
        values, answers_seen = result(played)
        results.append(values)
        middle = sorted(range(answers), key=lambda number: answers_seen[number].staleness_s)[answers // 2]
        curves.append(plot.Panel(values.answers, played.written[middle].arrivals(), answers_seen[middle].curve))
        print(table(results[-1:]) if len(results) == 1 else table(results[-1:]).splitlines()[-1], flush=True)
        if values.unanswered:
            print("\n".join(played.log_tail[-20:]), file=sys.stderr)
    refused_share = sum(one.refused for one in results) / sum(one.calls for one in results)
    print(f"\n{table(results)}\n\n{refused_share:.1%} of all calls were refused.")
    DOCS.mkdir(parents=True, exist_ok=True)
    figures = {
        "strictness": chosen.strictness,
        "seconds": chosen.seconds,
        "refused_share": round(refused_share, 4),
        "loads": [_rounded(asdict(one) | {"ratio": one.against_edits}) for one in results],
    }
    if chosen.name:
        _write(DOCS / f"{chosen.name}.json", json.dumps(figures, indent=1) + "\n")
        _write(DOCS / f"{chosen.name}.svg", plot.svg(curves, results))
    broken = any(one.backward_steps or one.lost_words or one.unanswered for one in results)
    return int(broken or refused_share > (0.0 if chosen.strictness >= 1 else REFUSED_SHARE_MAX))


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def parser(program: str, summary: str) -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog=program, description=summary)
    made.add_argument("--loads", type=lambda text: [int(part) for part in text.split(",")], default=[1, 5, 20, 50])
    made.add_argument("--seconds", type=float, default=30.0, help="length of an answer; every fifth is 1.8 times that")
    made.add_argument("--strictness", type=float, default=1.0, help="0.7: Slack allows 30 %% less than it documents")
    made.add_argument("--name", default="live_reply", help="of the files in docs/bench; empty: none")
    made.add_argument("--replicas", type=int, default=1, help="processes that share the workspace")
    made.add_argument("--answers-on", type=int, default=0, help="so many of them get what Slack delivers; 0: all")
    made.add_argument("--database", default="", help="a PostgreSQL, for several")
    return made


if __name__ == "__main__":
    sys.exit(asyncio.run(main(parser("python -m bench.live_reply", __doc__.split("\n", 1)[0]).parse_args())))
