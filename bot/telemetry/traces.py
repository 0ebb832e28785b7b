"""Notes the steps of a turn; whether anything stores spans of them is not known here. Pure.

``open_telemetry`` is begun where an operator wants traces. Where not, each step costs a call that does nothing. What is
noted of a step are ids, codes, figures and names of models: never what people wrote, and no name of a person, a channel
or a file.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

Value = str | int | float | bool


class Step(Protocol):
    """Something that takes time."""

    def note(self, **known: Value) -> None: ...


class Spans(Protocol):
    def turn(self, known: dict[str, Value]) -> AbstractContextManager[Step]: ...

    def step(self, name: str, known: dict[str, Value]) -> AbstractContextManager[Step]:
        """Part of the turn that this is in; nothing is kept of it outside of turns."""

    def note(self, known: dict[str, Value]) -> None:
        """Of the turn that this is in."""


class _Nothing:
    def __enter__(self) -> _Nothing:
        return self

    def __exit__(self, *_: object) -> None: ...

    def note(self, **known: Value) -> None: ...


NOTHING = _Nothing()
_spans: list[Spans] = []


def begin(spans: Spans) -> Callable[[], None]:
    """Spans are kept from now on, until what is returned is called."""
    _spans[:] = [spans]
    return _spans.clear


def turn(**known: Value) -> AbstractContextManager[Step]:
    return _spans[0].turn(known) if _spans else NOTHING


def step(name: str, **known: Value) -> AbstractContextManager[Step]:
    return _spans[0].step(name, known) if _spans else NOTHING


def note(**known: Value) -> None:
    """Of the turn that this is in."""
    if _spans:
        _spans[0].note(known)
