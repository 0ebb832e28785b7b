"""Records how a turn ended, in the log, the metrics and the trace. I/O: the clock, the log."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bot.answering import endings
from bot.answering.arriving import Streamed
from bot.answering.endings import Ending
from bot.costs.bill import Bill
from bot.messages import Note
from bot.ports import Claim, Outcome
from bot.telemetry import metrics, traces
from bot.telemetry.logs import get_logger, whose

log = get_logger(__name__)

NOTHING = Streamed()


@dataclass(frozen=True, slots=True)
class Result:
    """How a turn ended, and what people and the log are told of it."""

    ending: Ending
    notes: tuple[Note, ...] = ()
    files: int = 0
    streamed: Streamed = NOTHING


ERASED = Result(Ending(Outcome.ERASED, endings.ERASED, withdraw=True))
DENIED = Result(Ending(Outcome.DENIED))
DELETED = Result(Ending(Outcome.DELETED, withdraw=True))


def record(claim: Claim, outcome: Outcome, result: Result, started_s: float, bill: Bill | None = None) -> None:
    """``outcome``: what became of ``result`` when it was shown."""
    question, streamed, finished = claim.question, result.streamed, result.streamed.finished
    first_s, total_s = streamed.first_text_at_s, time.monotonic() - started_s
    words_s = None if first_s is None else first_s - started_s
    metrics.turn_ended(question, outcome.value, claim.waited_s, words_s, total_s, streamed.error)
    known = {"files": result.files, "chars": streamed.chars, "crashes": claim.crashes}
    traces.note(outcome=outcome.value, error=type(streamed.error).__name__ if streamed.error else "", **known)
    if words_s is not None:
        traces.note(first_text_s=round(words_s, 3))
    log.info(
        "turn.done",
        outcome=outcome.value,
        **whose(question),
        crashes=claim.crashes,
        waited_ms=round(1000 * claim.waited_s),
        first_text_ms=None if words_s is None else round(1000 * words_s),
        total_ms=round(1000 * total_s),
        chars=streamed.chars,
        files=result.files,
        **(bill or Bill()).fields(),
        stop_reason=str(finished.stop_reason) if finished else "",
        refusal=finished.category if finished else "",
    )
