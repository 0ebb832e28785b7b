"""How the name of a file, or the title of a page, is shown. Pure."""

from __future__ import annotations

NAME_CHARS_MAX = 80
BRACKETS = str.maketrans("<>", "‹›")
"""Nothing of Slack's begins with these, whoever reads the name next."""


def shown_name(name: str, otherwise: str = "A file") -> str:
    shown = "".join(char for char in name if char.isprintable()).translate(BRACKETS)
    if len(shown) > NAME_CHARS_MAX:
        shown = f"{shown[: NAME_CHARS_MAX - 1]}…"
    return shown or otherwise
