"""Reads ``channels.toml``: how single channels are answered, or what is wrong in it. Pure.

A table for each channel, named by its id, which Slack shows at the bottom of the channel's details::

    [C0123456789]
    instructions = "You help the people of support. Answer in the language of the question."
    model = "claude-haiku-5-5"
    effort = "low"

Everything not given is as in the settings. Direct messages (``D…``) and groups (``G…``) count as channels, too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot import keyed_toml
from bot.keyed_toml import Fault

INSTRUCTIONS_CHARS_MAX = 50_000
MODEL = re.compile(r"[\w./:@+-]{1,128}", re.ASCII)
EFFORTS = ("low", "medium", "high")
CHANNEL_ID = re.compile(r"[CDG][A-Z0-9]{2,31}")
KEYS = ("instructions", "model", "effort")


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    """``None``: as everywhere. An empty ``effort``: none is requested, whatever the settings say."""

    instructions: str | None = field(default=None, repr=False)
    model: str | None = None
    effort: str | None = None


Channels = Mapping[str, ChannelSettings]
NONE: Channels = {}


def read(text: str) -> Channels:
    """By the channel's id. Raises ``keyed_toml.Faults``."""
    document = keyed_toml.parse(text)
    faults: list[Fault] = []
    channels: dict[str, ChannelSettings] = {}
    for name, table in document.items():
        if not CHANNEL_ID.fullmatch(name):
            faults.append(
                Fault((name,), "is not an id of a channel. Slack shows it in the channel's details: C0123456789")
            )
        elif not isinstance(table, dict):
            faults.append(Fault((name,), f"must be a table: a line [{name}], with the channel's settings below it"))
        else:
            faults += _faults(name, table)
            channels[name] = ChannelSettings(*(table.get(key) for key in KEYS))
    keyed_toml.raise_for(faults, text)
    return channels


def _faults(name: str, table: Mapping[str, object]) -> list[Fault]:
    faults = keyed_toml.unknown(table, KEYS, (name,), "setting of a channel")
    instructions, model, effort = (table.get(key) for key in KEYS)
    if instructions is not None and not (isinstance(instructions, str) and len(instructions) <= INSTRUCTIONS_CHARS_MAX):
        faults.append(Fault((name, "instructions"), f"must be a text of at most {INSTRUCTIONS_CHARS_MAX:,} characters"))
    if model is not None and not (isinstance(model, str) and MODEL.fullmatch(model)):
        faults.append(Fault((name, "model"), "must be the id of a model, such as claude-haiku-5-5"))
    if effort is not None and effort not in (*EFFORTS, ""):
        faults.append(Fault((name, "effort"), f'must be {", ".join(EFFORTS)}, or "" for none'))
    return faults
