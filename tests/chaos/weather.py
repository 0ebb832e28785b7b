"""Makes Slack and the model fail a share of their calls, in every way in which they are known to fail.

Pure, but for the dice. ``SlackWeather`` stands where a workspace keeps its faults.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from playground.practice_model.received import Received
from playground.practice_model.script import Answer, HttpError, RawAnswer, Scripted
from playground.workspace.faults import Fault, FaultKind, Faults
from tests.chaos.words import answer, asked_for, pieces

SLACK_FAILS: tuple[Callable[[], Fault], ...] = (
    lambda: Fault(FaultKind.RATE_LIMIT, 1, seconds=1),
    lambda: Fault(FaultKind.STATUS, 1, status=500),
    lambda: Fault(FaultKind.STATUS, 1, status=503),
    lambda: Fault(FaultKind.STATUS_AFTER, 1, status=502),
    lambda: Fault(FaultKind.DROP_BEFORE, 1),
    lambda: Fault(FaultKind.DROP_AFTER, 1),
    lambda: Fault(FaultKind.HANG, 1, seconds=1.0),
    lambda: Fault(FaultKind.REFUSE, 1, code="internal_error"),
    lambda: Fault(FaultKind.REFUSE, 1, code="service_unavailable"),
    lambda: Fault(FaultKind.REFUSE_AFTER, 1, code="internal_error"),
    lambda: Fault(FaultKind.REFUSE_AFTER, 1, code="fatal_error"),
)
MODEL_FAILS: tuple[Callable[[], HttpError | RawAnswer], ...] = (
    lambda: HttpError.api(429, "rate_limit_error", retry_after="1"),
    lambda: HttpError.api(500, "api_error"),
    lambda: HttpError.api(529, "overloaded_error"),
    lambda: HttpError(502, "<html>Bad Gateway</html>"),
    lambda: RawAnswer(()),
)
PAUSE_S = 0.05


@dataclass(slots=True)
class SlackWeather(Faults):
    """``share`` of the calls fail."""

    dice: Random = field(default_factory=Random)
    share: float = 0.0

    def take(self, method: str) -> Fault | None:
        if method in ("files", "response_url") or self.dice.random() >= self.share:
            return None
        return self.dice.choice(SLACK_FAILS)()


@dataclass(slots=True)
class ModelWeather:
    """Gives each question its answer, of so many ``words``; ``share`` of the requests fail, and are noted."""

    dice: Random
    words: dict[int, int]
    share: float = 0.0
    failed: set[int] = field(default_factory=set)

    def answer(self, received: Received) -> Scripted | None:
        texts = [text for message in received.messages if message.role == "user" for text in message.texts]
        number = asked_for(texts)
        if number is None:
            return None
        whole = pieces(answer(number, self.words[number]), 8 + self.words[number] // 20)
        if self.dice.random() >= self.share:
            return Answer(chunks=whole, chunk_delay_s=PAUSE_S)
        self.failed.add(number)
        fails = self.dice.randrange(len(MODEL_FAILS) + 2)
        if fails < len(MODEL_FAILS):
            return MODEL_FAILS[fails]()
        after = self.dice.randrange(len(whole))
        if fails == len(MODEL_FAILS):
            return Answer(chunks=whole, chunk_delay_s=PAUSE_S, cut_after=after)
        return Answer(chunks=whole, chunk_delay_s=PAUSE_S, error_after=after)
