"""Notices when this machine's clock differs from Slack's so much that every signed delivery is refused as too old.

I/O: the clock and the log. A single refused delivery means nothing: it may be a recording that somebody sends again, or
one that a proxy held back.
"""

from __future__ import annotations

import time
from math import inf

from bot.telemetry.logs import get_logger

log = get_logger(__name__)

AGE_MAX_S = 5 * 60
"""An older request may be a recorded one. Source: slack:authentication/verifying-requests-from-slack."""
WARN_EVERY_S = 60.0
LASTS_S = 600.0
"""A process that counts as dead may get no deliveries, and then none can show that the clock is right again."""
MEND = (
    "Slack's signature is right, but this machine's clock is {off_s} s {side} Slack's time, and more than {most_s} s "
    "are refused. Please set the clock, for instance with NTP; until then people get no answers."
)


class DeliveryTimes:
    def __init__(self) -> None:
        self._refused: set[int] = set()
        self._refused_s = self._warned_s = -inf

    def accepted(self) -> None:
        """A delivery with a valid signature came in time."""
        self._refused.clear()

    def refused(self, signed_at: int) -> None:
        """A delivery with a valid signature did not. ``signed_at``: seconds since the epoch."""
        self._refused_s = time.monotonic()
        if len(self._refused) < 2:
            self._refused.add(signed_at)
        if time.monotonic() - self._warned_s > WARN_EVERY_S:
            self._warned_s = time.monotonic()
            off_s = round(time.time() - signed_at)
            side = "ahead of" if off_s > 0 else "behind"
            log.warning("http.clock_off", off_s=off_s, mend=MEND.format(off_s=abs(off_s), side=side, most_s=AGE_MAX_S))

    def agree(self) -> bool:
        """Whether deliveries can come in, as far as the clock is concerned."""
        return len(self._refused) < 2 or time.monotonic() - self._refused_s > LASTS_S


def is_recent(signed_at: int) -> bool:
    return abs(time.time() - signed_at) <= AGE_MAX_S
