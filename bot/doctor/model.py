"""Checks whether the Messages API accepts key, model and address, and whether it streams.

I/O: one small request.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from email.utils import parsedate_to_datetime

from bot.assembly.model_link import probe_of
from bot.configuration.model_settings import ModelSettings
from bot.doctor.finding import Finding, mind, ok, wrong
from bot.llm.probe import Away, Refused

SKEW_S_MAX = 60.0
"""Slack's signatures are good for five minutes, part of which goes to Slack's own clock and the way here."""


async def of_model(settings: ModelSettings) -> AsyncIterator[Finding]:
    """If the first finding is not ``ok``, nothing more is tried."""
    probe = probe_of(settings)
    try:
        answered = await probe.run()
    except Refused as error:
        yield wrong("model", str(error))
        return
    except Away as error:
        mend = "If that lasts, please check MESSAGES_API_URL, the network and a proxy; the bot waits for it."
        yield wrong("model", f"{probe.host} does not answer ({error}). {mend}")
        return
    yield ok("model", f"{probe.host} accepts the key, and answers as {probe.model}")
    if answered.streams:
        yield ok("streaming")
    else:
        yield mind(
            "streaming", f"{probe.host} sends answers in one piece: people see nothing of them until they are complete."
        )
    if answered.date:
        yield clock("clock of the API", answered.date)


def clock(check: str, date: str) -> Finding:
    """``date``: as the header of that name has it."""
    try:
        skew_s = time.time() - parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError):
        return mind(check, "does not say what time it is")
    if abs(skew_s) <= SKEW_S_MAX:
        return ok(check, "agrees with this machine's")
    words = f"this machine's is {abs(skew_s):,.0f} s {'ahead of' if skew_s > 0 else 'behind'} it"
    return wrong(
        check, f"{words}. Please set it (NTP): signed requests count as forged, and leases end at the wrong times."
    )
