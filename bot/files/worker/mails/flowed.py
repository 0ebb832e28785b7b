"""Joins the lines of a mail that were wrapped for sending ("format=flowed", "delsp=yes"). Pure.

Source: RFC 3676. Without "delsp" the lines read well as they are; with it words may be broken, as in Japanese.
"""

from __future__ import annotations

import re

_QUOTED = re.compile(r">*")
_SIGNATURE = "-- "


def unflowed(text: str) -> str:
    lines: list[str] = []
    open_depth = -1  # of the quotation whose line continues
    for line in text.replace("\r\n", "\n").split("\n"):
        depth = len(_QUOTED.match(line)[0])  # type: ignore[index]  # it matches nothing as well
        words = line[depth:].removeprefix(" ")
        if words == _SIGNATURE:
            lines.append(">" * depth + (" " if depth else "") + words)
            open_depth = -1
            continue
        if open_depth == depth:
            lines[-1] += words
        else:
            lines.append(">" * depth + (" " if depth else "") + words)
        goes_on = words.endswith(" ")
        lines[-1] = lines[-1][:-1] if goes_on else lines[-1]
        open_depth = depth if goes_on else -1
    return "\n".join(lines)
