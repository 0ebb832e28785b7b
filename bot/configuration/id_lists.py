"""Reads a comma-separated setting of ids or domains. Pure.

Spaces and empty places between commas are ignored. Ids are read as Slack shows them, so that no name passes for one: a
channel "design" in a list of denied ones would deny nothing. Domains are the same in any case.
Source of the first letters: slack:reference/objects.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

SHOWN_CHARS_MAX = 40
WORKSPACE = re.compile(r"[TE][A-Z0-9]{1,30}")
CHANNEL = re.compile(r"[CDG][A-Z0-9]{1,30}")
USER = re.compile(r"[UWB][A-Z0-9]{1,30}")
MODEL = re.compile(r"[\w./:@+-]{1,128}", re.ASCII)
DOMAIN = re.compile(r"(?=.{3,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def workspaces(value: object) -> object:
    return _listed(value, str, WORKSPACE, "not an id of a workspace or an organisation, such as T0123456789")


def channels(value: object) -> object:
    return _listed(value, str, CHANNEL, "not an id of a channel, such as C0123456789")


def users(value: object) -> object:
    return _listed(value, str, USER, "not an id of a user or an app, such as U0123456789 or B0123456789")


def domains(value: object) -> object:
    """``@example.com`` is read as ``example.com``; a domain of other scripts is given in its ``xn--`` form."""
    return _listed(value, _bare_domain, DOMAIN, "not a domain such as example.com")


def models(value: object) -> object:
    return _listed(value, str, MODEL, "not an id of a model, such as claude-haiku-4-5")


def _bare_domain(item: str) -> str:
    return item.lower().removeprefix("@")


def _listed(value: object, written: Callable[[str], str], form: re.Pattern[str], what_else: str) -> object:
    """``None`` if nothing is listed. Raises ``ValueError``, whose words follow the setting's name."""
    if isinstance(value, str):
        items: Iterable[str] = value.split(",")
    elif isinstance(value, list | tuple | set | frozenset) and all(isinstance(item, str) for item in value):
        items = value
    else:
        return value
    found = {written(item.strip()) for item in items if item.strip()}
    wrong = sorted(item for item in found if not form.fullmatch(item))
    if wrong:
        shown = ", ".join(f'"{item[:SHOWN_CHARS_MAX]}"' for item in wrong[:3])
        raise ValueError(f"has {shown}, which is {what_else}")
    return frozenset(found) or None
