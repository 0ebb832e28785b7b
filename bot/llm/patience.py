"""How long to wait for the API, and how often to retry.

Pure: clock and chance are arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.errors import ModelError

SIGNS_OF_WORK_MAX = 5
"""How many times the patience a model may take for its next words while it signals that it is at work: thinking can
take minutes, and the API sends ``ping`` or thinking meanwhile. This bounds a router that sends ``ping`` for ever."""


@dataclass(frozen=True, slots=True)
class Patience:
    """``first_event_timeout_s``: for the beginning of an answer, over all tries and the pauses between them, not
    counting the time of the upload. ``idle_timeout_s`` bounds each silence after the first text,
    ``after_end_timeout_s`` the wait for a ``message_stop`` after the answer has ended.

    At most ``retries_max`` further tries are made, before the first text, for errors that are ``retryable``. The pause
    before each is what the API says, unless that is more than ``retry_after_max_s``, which is left to people; else a
    random time between ``pause_min_s`` and a bound that begins at ``pause_first_s`` and doubles up to ``pause_max_s``
    (full jitter, so that requests that were refused together do not come back together).
    """

    connect_timeout_s: float = 10.0
    first_event_timeout_s: float = 120.0
    idle_timeout_s: float = 60.0
    after_end_timeout_s: float = 1.0
    retries_max: int = 2
    retry_after_max_s: float = 30.0
    pause_min_s: float = 1.0
    pause_first_s: float = 4.0
    pause_max_s: float = 8.0

    def pause_s(self, error: ModelError, retries: int, uniform: Callable[[float, float], float]) -> float | None:
        """The pause before the next try, after so many; ``None`` if another is not allowed or of no use."""
        if not error.retryable or retries >= self.retries_max:
            return None
        if error.retry_after_s is not None:
            return error.retry_after_s if error.retry_after_s <= self.retry_after_max_s else None
        bound_s = min(self.pause_max_s, self.pause_first_s * 2.0**retries)
        return uniform(min(self.pause_min_s, bound_s), bound_s)


class Deadline:
    """The deadline at any time of one answer. Times are seconds of one clock.

    Until the answer begins there is one patience, over all tries; then one for each silence; then a short one for its
    end.
    """

    def __init__(self, patience: Patience, now_s: float) -> None:
        self.ends_s = now_s + patience.first_event_timeout_s
        self._patience = patience
        self._silence_s = patience.first_event_timeout_s
        self._limit_s = now_s + self._silence_s * SIGNS_OF_WORK_MAX
        self._sent_s = now_s
        self._ended = False

    def sending(self, now_s: float) -> None:
        """A try begins, with its upload."""
        self._sent_s = now_s

    def sent(self, now_s: float) -> None:
        """The connection asks for more of the request: the time since it last did belongs to the upload."""
        self.ends_s += now_s - self._sent_s
        self._limit_s += now_s - self._sent_s
        self._sent_s = now_s

    def heard(self, now_s: float, *, words: bool, ended: bool) -> None:
        """Something arrived: words of the answer, its end, or a sign that the model is at work."""
        if self._ended:
            return
        if ended:
            self._ended = True
            self.ends_s = now_s + self._patience.after_end_timeout_s
            return
        if words:
            self._silence_s = self._patience.idle_timeout_s
            self._limit_s = now_s + self._silence_s * SIGNS_OF_WORK_MAX
        self.ends_s = min(now_s + self._silence_s, self._limit_s)
