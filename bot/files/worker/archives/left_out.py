"""Lists what of an archive or a mailbox was not read, so that the model at least knows its names.

I/O: writes the list. It is bounded; the rest is counted.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.files.bounds import ConvertLimits
from bot.files.extracts import Extract
from bot.files.outbox import Outbox
from bot.visible import one_line

NAMES_MAX = 1_000
_CHARS_MAX = 20_000


def listed(names: Sequence[str], total: int | None, what: str, out: Outbox, limits: ConvertLimits) -> list[Extract]:
    """``names`` are the first of ``total``, or of an unknown number if that is ``None``; ``what`` they are:
    "names of files"."""
    from bot.files.worker import text  # noqa: PLC0415 - most archives are read to their end

    lines, chars = list[str](), 0
    for name in names[:NAMES_MAX]:
        chars += len(name) + 1
        if chars > min(_CHARS_MAX, limits.text_chars_max):
            break
        lines.append(one_line(name) or "(without a name)")
    if total is None or len(lines) < total:
        lines.append("… and more" if total is None else f"… and {total - len(lines):,} more")
    return text.written("\n".join(lines) + "\n", "", f"the {what} in it that were not read", out, limits)
