"""Finds invitations that a mail holds more than once: as a version of its text, and again as one or more files.

Pure. Programs write the same event anew for each, with other line breaks or another order of lines.
"""

from __future__ import annotations

from collections.abc import Iterable

from bot.files.worker.mails import calendars
from bot.files.worker.mails.mime import Part
from bot.files.worker.text_forms import is_calendar

_KINDS = frozenset({"text/calendar", "application/ics"})
_ASKS = frozenset({"Kind of message: REQUEST", "Kind of message: PUBLISH"})
"""Both say the same of an event, unlike a reply or a cancellation."""


def each_once(attached: Iterable[Part], texts: Iterable[str]) -> tuple[list[Part], list[str]]:
    """What to keep of ``attached``, and the names of the rest. ``texts`` are shown already."""
    known, kept, repeated = [event for text in texts for event in _events(text)], list[Part](), list[str]()
    for leaf in attached:
        is_one = leaf.content_type in _KINDS or leaf.filename.lower().endswith(".ics")
        events = _events(calendars.to_text(leaf.payload)) if is_one and is_calendar(leaf.payload) else []
        if events and all(any(event <= other for other in known) for event in events):
            repeated.append(f"{leaf.filename or 'a calendar'}, which is the same invitation once more")
        else:
            kept.append(leaf)
            known += events
    return kept, repeated


def _events(text: str) -> list[set[str]]:
    """The lines of each paragraph."""
    found = (set(one.splitlines()) - _ASKS for one in text.split("\n\n"))
    return [lines for lines in found if lines]
