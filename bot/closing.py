"""What is shown below an answer when nothing more of it will come. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from bot.messages import Note, Source


class Button(StrEnum):
    """What a person may do about an answer."""

    CONTINUE = "continue"
    ASK_AGAIN = "ask_again"
    READ_ALL = "read_all"
    AS_FILE = "as_file"


@dataclass(frozen=True, slots=True)
class Closing:
    """A sentence about the answer, a line for each note and source, its usage, and the button below them.

    ``withdraw`` takes back the answer's text and leaves the rest. ``feedback``: people may vote on it.
    """

    ending: str = field(default="", repr=False)
    notes: tuple[Note, ...] = ()
    button: Button | None = None
    sources: tuple[Source, ...] = ()
    bill: str = ""
    withdraw: bool = False
    feedback: bool = False


NOTHING = Closing()
