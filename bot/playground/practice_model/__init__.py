"""A practice model that speaks the Messages API on this machine: it says truthfully what it received."""

from bot.playground.practice_model.grammar import Quirk
from bot.playground.practice_model.script import (
    Answer,
    HeldAnswer,
    HttpError,
    RawAnswer,
    Scripted,
    too_large_before_reading,
)
from bot.playground.practice_model.server import PracticeModel, ReceivedRequest

__all__ = [
    "Answer",
    "HeldAnswer",
    "HttpError",
    "PracticeModel",
    "Quirk",
    "RawAnswer",
    "ReceivedRequest",
    "Scripted",
    "too_large_before_reading",
]
