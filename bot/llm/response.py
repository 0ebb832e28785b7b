"""Reads one response: yields the events of its answer, and reports its usage and its thinking.

Pure: the clock is an argument. ``sse`` finds the objects in the bytes, and ``answer_reader`` knows what they mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import get_args

from bot.llm.answer_reader import AnswerReader
from bot.llm.patience import Deadline
from bot.llm.sse import ObjectReader
from bot.stream_events import AnswerDelta, StreamEvent, Usage

_DELTAS = get_args(AnswerDelta)
"""A tuple, since this is checked for each event, and checking a union takes much longer."""


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Callbacks for what arrives beside the words; see ``ports.Model``."""

    on_usage: Callable[[Usage], None]
    on_thinking: Callable[[bool], None]


class ResponseReader:
    """``deadline`` moves with what is read. ``begun``: words have arrived."""

    def __init__(self, answer: AnswerReader, deadline: Deadline, callbacks: Callbacks) -> None:
        self.begun = False
        self._answer = answer
        self._deadline = deadline
        self._callbacks = callbacks
        self._objects = ObjectReader()

    def read(self, chunk: bytes, now_s: float) -> Iterator[StreamEvent]:
        """The events in these bytes, up to the answer's end; empty bytes mean the end of the response.

        Raises ``StreamBroken``, or ``ModelError`` for an error in place of the answer.
        """
        answer, callbacks = self._answer, self._callbacks
        for data in self._objects.feed(chunk) if chunk else self._objects.close():
            used, thought = answer.usage, answer.thinks
            came = answer.read(data)
            words = any(isinstance(event, _DELTAS) for event in came)
            if answer.usage is not used:
                callbacks.on_usage(answer.usage + -used)
            if answer.thinks or thought:
                callbacks.on_thinking(answer.thinks)
            self._deadline.heard(now_s, words=words, ended=answer.ended)
            self.begun = self.begun or words
            yield from came
            if answer.over:
                return
