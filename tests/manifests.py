"""The app as it is installed with fewer events, for tests that count what is delivered."""

from __future__ import annotations

from dataclasses import replace

from playground.workspace.manifest import Manifest
from tests.repository import MANIFEST

MENTIONS = replace(
    Manifest.read(MANIFEST), events=frozenset({"app_mention", "file_deleted", "message.im", "message.mpim"})
)
"""Of channels it hears mentions alone."""
EVERYTHING_SAID = replace(MENTIONS, events=MENTIONS.events | {"message.channels"})
