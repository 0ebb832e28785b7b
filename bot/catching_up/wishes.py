"""Recognises a wish to be caught up on a channel. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.catching_up.periods import Period, period_in

_WISH = re.compile(r"(?:please,?\s+)?catch\s+me\s+up\b(?P<rest>.*)", re.IGNORECASE)
_ON = re.compile(r"[\s,]*(?:please\b[\s,]*)?(?:(?:on|in|with|about)\b)?\s*", re.IGNORECASE)
_CHANNEL = re.compile(
    r"(?:<#(?P<id>[CG][A-Z0-9]{2,31})(?:\|[^<>|]*)?>|#(?P<name>[^\s<>#,;!?]{1,80})|(?P<here>here\b|this\s+channel\b))"
)
_BEGINS_PERIOD = re.compile(r"(?:since|from|for|over|during|in|the|last|past|today|yesterday|this)\b|\Z", re.IGNORECASE)
_PLEASE = re.compile(r"^please\b[\s,]*|[\s,]*\bplease$", re.IGNORECASE)
_END = " \t.,!?"


@dataclass(frozen=True, slots=True)
class Wish:
    """``channel_id`` and ``channel_name`` are empty for the channel that it was said in; a name was typed by hand.

    ``period`` is ``None`` if none was given; ``understood`` is false if one was given that is not known.
    """

    channel_id: str = ""
    channel_name: str = field(default="", repr=False)
    period: Period | None = None
    understood: bool = True


def wish_in(text: str) -> Wish | None:
    """``text`` is Markdown with ids unnamed. If it continues differently ("catch me up on what Ada said"), it is an
    ordinary question."""
    channel, words = _parts(text)
    if words is None:
        return None
    period = period_in(words)
    if words and period is None and not (channel and _BEGINS_PERIOD.match(words)):
        return None
    id_, name = (channel["id"] or "", (channel["name"] or "").rstrip(".")) if channel else ("", "")
    return Wish(id_, name.lower(), period, understood=not words or period is not None)


def about(text: str, channel_id: str) -> str:
    """The wish in ``text``, for when it was not said in that channel."""
    return f"catch me up <#{channel_id}> {_parts(text)[1] or ''}".strip()


def _parts(text: str) -> tuple[re.Match[str] | None, str | None]:
    """The channel, and the words after it; ``None`` for words that do not begin like a wish."""
    said = _WISH.fullmatch(" ".join(text.split()).strip())
    if said is None:
        return None, None
    on = _ON.match(said["rest"])
    rest = said["rest"][on.end() if on else 0 :]
    channel = _CHANNEL.match(rest)
    words = rest[channel.end() if channel else 0 :].strip(_END)
    return channel, _PLEASE.sub("", words).strip(_END)
