"""Builds Markdown that stays well-formed whatever the pieces of a message contain. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

TOO_DEEP = "[more, nested too deeply to be read]"
COLUMNS_FILLED_MAX = 100
"""Short rows are filled up to this many columns: with one very long row, filling all would multiply them."""
ALIGNMENTS = {"left": ":---", "center": ":---:", "right": "---:"}


def emphasised(text: str, *, bold: bool = False, italic: bool = False, strike: bool = False) -> str:
    """Marks each line by itself, inside its outer spaces: Markdown ends emphasis at either."""
    marks = "**" * bold + "*" * italic + "~~" * strike
    return _each_line(text, lambda core: f"{marks}{core}{marks[::-1]}")


def code_span(text: str) -> str:
    return _each_line(text, _code)


def fence(text: str, language: str = "") -> str:
    """A code block whose fence is longer than any inside it."""
    ticks = "`" * max(3, _longest_run(text) + 1)
    info = re.sub(r"[\s`].*", "", language.strip(), flags=re.DOTALL)
    return f"{ticks}{info}\n{text.rstrip(chr(10))}\n{ticks}"


def quoted(text: str) -> str:
    """Quotes each line, and whatever a reader may take for a line end: nothing stands outside the quotation."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines() or [""])


def link(url: str, label: str = "") -> str:
    """A link, or the bare address if the label adds nothing."""
    if not url or not label.strip() or label in (url, url.removeprefix("mailto:"), url.removeprefix("tel:")):
        return label.strip() or url
    shown = re.sub(r"([\[\]])", r"\\\1", " ".join(label.split()))
    target = f"<{url.replace('<', '%3C').replace('>', '%3E')}>" if re.search(r"[\s()<>]", url) else url
    return f"[{shown}]({target})"


def heading(text: str, level: int) -> str:
    return f"{'#' * min(max(level, 1), 6)} {' '.join(text.split())}"


def table(rows: Sequence[Sequence[str]], alignments: Sequence[str] = ()) -> str:
    """A GFM table; the first row is its header, as wide as the widest. Shorter rows are filled up."""
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    aligned = [*alignments, *[""] * width][:width]
    lines = [[_cell(cell) for cell in row] for row in rows]
    for number, line in enumerate(lines):
        line.extend([""] * ((width if number == 0 else min(width, COLUMNS_FILLED_MAX)) - len(line)))
    lines.insert(1, [ALIGNMENTS.get(alignment, "---") for alignment in aligned])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def joined(parts: Sequence[str]) -> str:
    """Blocks one below the other, without the blank ones."""
    return "\n\n".join(part.strip("\n") for part in parts if part.strip())


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", "<br>".join(text.strip().splitlines()))


def _code(text: str) -> str:
    ticks = "`" * (_longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall(r"`+", text)), default=0)


def _each_line(text: str, mark: Callable[[str], str]) -> str:
    return "\n".join(_inside_blanks(line, mark) for line in text.split("\n"))


def _inside_blanks(line: str, mark: Callable[[str], str]) -> str:
    core = line.strip()
    if not core:
        return line
    start = len(line) - len(line.lstrip())
    return f"{line[:start]}{mark(core)}{line[start + len(core) :]}"
