"""Reads a user's name, time zone and what decides on access from Slack's user object.

Pure. Source: slack:reference/objects/user-object, and slack:apis/slack-connect for people from other companies.
"""

from __future__ import annotations

import re

from bot.access.rules import Person
from bot.slack.shapes import Json, object_of, text_of

ADMIN_FLAGS = ("is_admin", "is_owner", "is_primary_owner")
GUEST_FLAGS = ("is_restricted", "is_ultra_restricted")
"""The flags of a multi-channel guest; a single-channel guest has both."""
DAY_S = 86_400
_ZONE = re.compile(r"[A-Za-z][\w+-]{0,40}(/[A-Za-z][\w+-]{0,40}){0,3}", re.ASCII)


def name_of(user: Json) -> str:
    profile = object_of(user.get("profile"))
    names = (profile.get("display_name"), profile.get("real_name"), user.get("real_name"), user.get("name"))
    return next((text_of(name) for name in names if text_of(name).strip()), "")


def zone_of(user: Json) -> str:
    """As in ``messages.Author``: the name of the time zone, or else its current distance from UTC."""
    if (zone := text_of(user.get("tz"))) and _ZONE.fullmatch(zone):
        return zone
    offset_s = user.get("tz_offset")
    if type(offset_s) is not int or abs(offset_s) >= DAY_S:
        return ""
    hours, minutes = divmod(abs(offset_s) // 60, 60)
    return f"UTC{'-' if offset_s < 0 else '+'}{hours:02}:{minutes:02}"


def app_of(bot: Json) -> Person:
    """``bot``: what bots.info returns: slack:reference/methods/bots.info."""
    return Person(is_app=True, app_ids=frozenset(filter(None, [text_of(bot.get("user_id"))])))


def person_of(user: Json) -> Person:
    """In an organisation of several workspaces ``enterprise_user`` says which of them the user belongs to."""
    enterprise, profile = object_of(user.get("enterprise_user")), object_of(user.get("profile"))
    listed = enterprise.get("teams")
    teams = [user.get("team_id"), *(listed if isinstance(listed, list) else ())]
    return Person(
        is_app=user.get("is_bot") is True,
        team_ids=frozenset(filter(None, map(text_of, teams))),
        enterprise_id=text_of(enterprise.get("enterprise_id")),
        is_guest=any(user.get(flag) is True for flag in GUEST_FLAGS),
        is_stranger=user.get("is_stranger") is True,
        is_admin=any(user.get(flag) is True for flag in ADMIN_FLAGS),
        is_deactivated=user.get("deleted") is True,
        app_ids=frozenset(filter(None, [text_of(profile.get("bot_id"))])),
        email="" if user.get("is_email_confirmed") is False else text_of(profile.get("email")),
    )
