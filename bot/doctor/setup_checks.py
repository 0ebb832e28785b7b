"""Checks the settings, and names that nobody knows.

I/O: that of ``settings``.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.configuration.environment import secret
from bot.doctor.finding import Finding, mind, ok, wrong
from bot.settings import Settings, slips
from bot.setup import shapes


def of_settings(settings: Settings | None, faults: tuple[str, ...]) -> Iterator[Finding]:
    for fault in faults:
        yield wrong("settings", fault)
    if settings is None:
        return
    yield ok("settings")
    for name in shapes.DOUBTED:
        if doubt := shapes.doubt(name, secret(getattr(settings, name.lower()))):
            yield mind("settings", f"{name}: {doubt}")


def of_names() -> Iterator[Finding]:
    found = slips()
    for slip in found:
        yield mind("names of settings", slip)
    if not found:
        yield ok("names of settings")
