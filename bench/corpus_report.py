"""Writes the generated part of docs/corpus.md from what became of the files of a corpus.

Pure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from textwrap import wrap

from bench.oracles import Seen
from bot.files.bounds import FileLimits

LINE_CHARS = 120


@dataclass(slots=True)
class Tally:
    """What became of the files so far."""

    outcomes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    verdicts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """By the kind that an independent reader knows: whole, said to be in part, wrong."""
    reasons: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    longest_s: float = 0.0
    longest: str = ""
    memory_bytes: list[int] = field(default_factory=list)
    collections: list[str] = field(default_factory=list)
    took_s: float = 0.0

    @property
    def files(self) -> int:
        return sum(sum(counts.values()) for counts in self.outcomes.values())

    def judge(self, seen: Seen, lacking: list[str], *, said: bool) -> str:
        """ "whole", "said" where a note says that something is missing, or "wrong"."""
        verdict = "whole" if not lacking else "said" if said else "wrong"
        self.verdicts[seen.kind][verdict] += 1
        return verdict


def fill(text: str, indent: str = "") -> list[str]:
    return wrap(text, LINE_CHARS, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def report(tally: Tally, limits: FileLimits, *, office: bool) -> str:
    nothing = sum(counts["nothing"] for counts in tally.outcomes.values())
    columns = ("blocks", "blocks and a note", "a note", "nothing")
    kinds = sorted(tally.outcomes.items(), key=lambda item: -sum(item[1].values()))
    megabytes = [f"{value / 1e6:.0f}" for value in tally.memory_bytes]
    lines = [
        "# What becomes of files",
        "",
        *fill(
            "Written by `make corpus`, which sends sample files of other projects through the converters, and every "
            f"resulting block to the practice model. The files are those of {', '.join(tally.collections)}."
        ),
        "",
        f"- {tally.files:,} files in {tally.took_s:.0f} s, {limits.workers_max} at a time.",
        f"- LibreOffice {'was' if office else 'was not'} installed.",
        f"- The longest took {tally.longest_s:.1f} s (`{tally.longest}`); the limit is {limits.file_timeout_s:.0f} s.",
        f"- Unexpected exceptions in a worker: {len(tally.faults)}. Files without any result: {nothing}.",
        f"- Refused by the practice model afterwards: {len(tally.refused)}.",
        *fill(f"- Memory of the parent process, in MB, from the first file to the last: {', '.join(megabytes)}.", "  "),
        "",
        f"| kind, by its bytes | files | {' | '.join(columns)} |",
        f"|---|--:|{'--:|' * len(columns)}",
        *(
            f"| {kind} | {sum(counts.values()):,} | {' | '.join(f'{counts[column]:,}' for column in columns)} |"
            for kind, counts in kinds
        ),
        "",
        *_verdicts(tally),
        "| files | reason in the note (digits as N) |",
        "|--:|---|",
        *(f"| {count:,} | {reason} |" for reason, count in tally.reasons.most_common()),
        "",
    ]
    return "\n".join(lines)


def _verdicts(tally: Tally) -> list[str]:
    total = sum((counts for counts in tally.verdicts.values()), Counter[str]())
    rows = sorted(tally.verdicts.items(), key=lambda item: -item[1].total())
    return [
        "Where an independent reader can read a file, too, its words (or pages, a picture's proportions and",
        "brightness, members' names) were searched for in what reached the model. A file is wrong if a word was",
        "missing from everything that the model got, and no note said that something was missing:",
        "",
        "| kind, by an independent reader | files | complete | incomplete, with a note | wrong |",
        "|---|--:|--:|--:|--:|",
        *(
            f"| {kind} | {counts.total():,} | {counts['whole']:,} | {counts['said']:,} | {counts['wrong']:,} |"
            for kind, counts in [*rows, ("together", total)]
        ),
        "",
    ]
